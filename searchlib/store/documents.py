"""Stored articles: a short head as JSON, and the body compressed against the segment's dictionary.

What a list of hits shows stands in the head, so that it costs no unpacking. A body is unpacked in
about 4 µs, and a dictionary trained on a sample makes it as small as
blocks of sixteen would be: 49 MB for 120 MB of news, where zlib blocks take 58 MB and 117 µs.
The body is UTF-16 before compression: that is 10 % smaller than UTF-8 for Chinese, decodes at
the speed of a copy, and carries any Python string.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import zstandard

from searchlib.errors import ArticleError, CorruptIndexError
from searchlib.models import Article
from searchlib.store.sections import SectionReader

_LEVEL = 6
_DICTIONARY_BYTES = 110 * 1024
# below this a dictionary costs more than it saves
_FEWEST_SAMPLES = 256
_HEAD = struct.Struct("<I")


def train(samples: Sequence[Article]) -> bytes:
    """Return a compression dictionary for articles like these, empty where it would not pay."""
    if len(samples) < _FEWEST_SAMPLES:
        return b""
    try:
        payloads: list[bytes | bytearray | memoryview] = [_encode(each.body) for each in samples]
        return zstandard.train_dictionary(_DICTIONARY_BYTES, payloads).as_bytes()
    except zstandard.ZstdError:  # samples too short or too alike to learn from
        return b""


class DocumentPacker:
    """Compresses articles against one dictionary."""

    def __init__(self, dictionary: bytes) -> None:
        data = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        self._compressor = zstandard.ZstdCompressor(
            level=_LEVEL, dict_data=data, write_dict_id=False
        )

    def pack(self, article: Article) -> bytes:
        """Return the record of one article; raises `ArticleError` where `extra` is no JSON."""
        head = _pack_head(article)
        body = self._compressor.compress(_encode(article.body)) if article.body else b""
        return _HEAD.pack(len(head)) + head + body


class StoredArticle(NamedTuple):
    """What is stored of an article besides its body."""

    id: str
    title: str
    category: str
    tags: tuple[str, ...]
    date: dt.datetime | None
    path: str | None
    url: str | None
    extra: Mapping[str, object]


class DocumentReader:
    """Unpacks the articles of one segment by document number."""

    def __init__(self, sections: SectionReader) -> None:
        self._path = sections.path
        self._starts = sections.array("stored.starts")
        self._records = memoryview(sections.array("stored.records"))  # type: ignore[arg-type]
        dictionary = sections.bytes("stored.dictionary")
        self.dictionary = dictionary
        self._data = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
        # a decompressor used by two threads at once gives them garbage
        self._of_thread = threading.local()

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        own = self._of_thread
        try:
            found: zstandard.ZstdDecompressor = own.decompressor
        except AttributeError:
            found = own.decompressor = zstandard.ZstdDecompressor(dict_data=self._data)
        return found

    def record(self, document: int) -> memoryview:
        """The record, as it was packed."""
        return self._records[int(self._starts[document]) : int(self._starts[document + 1])]

    def read(self, document: int) -> StoredArticle:
        """An article without its body; raises `CorruptIndexError` where it cannot be read."""
        record = self.record(document)
        try:
            return _unpack_head(record[_HEAD.size : _body_start(record)])
        except (struct.error, ValueError, TypeError) as error:
            raise self._corrupt(document) from error

    def body(self, document: int) -> str:
        """An article's body; raises `CorruptIndexError` where it cannot be read."""
        record = self.record(document)
        try:
            packed = record[_body_start(record) :]
            if not packed:
                return ""
            return self._decompressor().decompress(packed).decode("utf-16-le", "surrogatepass")
        except (zstandard.ZstdError, struct.error, ValueError) as error:
            raise self._corrupt(document) from error

    def _corrupt(self, document: int) -> CorruptIndexError:
        return CorruptIndexError(self._path, None, f"stored article {document}")

    def article(self, document: int) -> Article:
        """The stored article; raises `CorruptIndexError` where it cannot be read."""
        stored = self.read(document)
        try:
            return Article(
                stored.id,
                stored.title,
                self.body(document),
                stored.category,
                stored.tags,
                stored.date,
                stored.path,
                stored.url,
                stored.extra,
            )
        except ArticleError as error:
            raise self._corrupt(document) from error


def _encode(body: str) -> bytes:
    return body.encode("utf-16-le", "surrogatepass")


# what the fields of a head are where its end leaves them out
_ABSENT: tuple[object, ...] = ("", "", "", (), None, None, None, {})


def _pack_head(article: Article) -> bytes:
    date = article.date.isoformat() if article.date else None
    fields = [
        article.id,
        article.title,
        article.category,
        article.tags,
        date,
        article.path,
        article.url,
        article.extra,
    ]
    while fields[-1] == _ABSENT[len(fields) - 1]:
        fields.pop()
    try:
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), default=str)
    except (TypeError, ValueError, RecursionError) as error:
        raise ArticleError(article.id, f"extra cannot be stored: {error}") from None
    return text.encode("utf-8", "surrogatepass")


def _body_start(record: memoryview) -> int:
    length: int = _HEAD.unpack_from(record)[0]
    return length + _HEAD.size


def _unpack_head(head: memoryview) -> StoredArticle:
    fields = json.loads(str(head, "utf-8", "surrogatepass"))
    fields += _ABSENT[len(fields) :]
    id_, title, category, tags, date, path, url, extra = fields
    moment = dt.datetime.fromisoformat(date) if date else None
    return StoredArticle(id_, title, category, tuple(tags), moment, path, url, dict(extra))
