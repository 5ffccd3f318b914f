"""Write a snapshot as a stock Whoosh index: the way out.

The index must open where searchlib is not installed, so nothing of ours may be pickled into its
schema. Whoosh's own analyzers cannot cut Chinese into words, but single characters at consecutive
positions need no dictionary, and a phrase of them is a substring. So the text fields hold every
Han character and every run of other letters, and besides, for term queries, prefixes and
suggestions, the words that searchlib found, at the position of their first character.
"""

from __future__ import annotations

import re
import shutil
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh import fields, index
from whoosh.analysis.acore import Token as WhooshToken
from whoosh.analysis.analyzers import Analyzer as WhooshAnalyzer
from whoosh.analysis.filters import CharsetFilter
from whoosh.analysis.tokenizers import RegexTokenizer

from searchlib.analysis import Analyzer, fold
from searchlib.analysis.characters import HAN
from searchlib.errors import IndexExistsError, IndexWriteError
from searchlib.models import Article
from searchlib.store.channels import FIELDS
from searchlib.store.snapshot import Snapshot
from searchlib.store.whoosh.analyzers import WordAnalyzer
from searchlib.store.whoosh.schema import stored_values

_TOKEN = rf"[{HAN}]|[^\W_{HAN}]+"
_SURROGATE = re.compile("[\ud800-\udfff]")
_LAST_LETTER = 0x33480
"""Behind this code point there are no letters yet, only private use and what folds to nothing."""
_CHUNK = 256


def export_whoosh(snapshot: Snapshot, analyzer: Analyzer, path: Path) -> int:
    """Write the articles of `snapshot` as a stock Whoosh index in the folder `path`.

    Any Whoosh opens it with `whoosh.index.open_dir`, without searchlib. Returns the number of
    articles. Raises `IndexExistsError` when the folder is not empty, `IndexWriteError`.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise IndexExistsError(path, "the folder is not empty; export into a new one")
    except FileExistsError:
        raise IndexExistsError(path, "this is a file, not a folder") from None
    except OSError as error:
        raise IndexWriteError(path, f"cannot make the folder: {error}") from error
    try:
        return _write(snapshot, analyzer, path)
    except BaseException as error:
        shutil.rmtree(path, ignore_errors=True)  # it was empty before
        if isinstance(error, OSError):
            raise IndexWriteError(path, f"cannot write: {error}") from error
        raise


def _write(snapshot: Snapshot, analyzer: Analyzer, path: Path) -> int:
    out = index.create_in(str(path), stock_schema())
    writer: Any = out.writer(limitmb=256)
    stock = stock_analyzer()
    count = 0
    try:
        for name in FIELDS:
            writer.schema[name].analyzer = _WithWords(stock, WordAnalyzer(analyzer))
        for article in _alive(snapshot):
            writer.add_document(**_written(article))
            count += 1
        for name in FIELDS:  # what is committed with the schema
            writer.schema[name].analyzer = stock
        writer.commit()
    except BaseException:
        writer.cancel()
        raise
    return count


def stock_schema() -> fields.Schema:
    """The schema of an exported index: nothing but Whoosh's own classes."""
    text: dict[str, Any] = {"analyzer": stock_analyzer(), "chars": True, "stored": True}
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        title=fields.TEXT(multitoken_query="phrase", **text),
        body=fields.TEXT(multitoken_query="phrase", **text),
        category=fields.ID(stored=True, sortable=True),
        tags=fields.KEYWORD(stored=True, commas=True),
        date=fields.DATETIME(stored=True, sortable=True),
        path=fields.STORED(),
        url=fields.STORED(),
        extra=fields.STORED(),
    )


def stock_analyzer() -> WhooshAnalyzer:
    """Whoosh's own tokenizer and filter, set to cut Han text into characters and to fold it.

    >>> [token.text for token in stock_analyzer()("漢字ＡＢＣ")]
    ['汉', '字', 'abc']
    """
    return RegexTokenizer(_TOKEN) | CharsetFilter(_fold_table())


class _WithWords(WhooshAnalyzer):
    """The tokens of the stock analyzer, and words at the position of their first character."""

    def __init__(self, stock: WhooshAnalyzer, words: WordAnalyzer) -> None:
        self._stock = stock
        self._words = words

    def __call__(self, value: str, **kwargs: Any) -> Iterator[WhooshToken]:
        wanted = kwargs | {"positions": True, "chars": True}
        found = [_place(token) for token in self._stock(value, **wanted)]
        starts = [start for _, start, _, _ in found]
        known = {(start, text) for _, start, _, text in found}
        for token in self._words(value, **wanted):
            if starts and (token.startchar, token.text) not in known:
                at = min(bisect_left(starts, token.startchar), len(starts) - 1)
                found.append((found[at][0], token.startchar, token.endchar, token.text))
        token = WhooshToken(**wanted)
        token.boost = 1.0
        for token.pos, token.startchar, token.endchar, token.text in sorted(found):
            yield token


def _place(token: WhooshToken) -> tuple[int, int, int, str]:
    return token.pos, token.startchar, token.endchar, token.text


def _alive(snapshot: Snapshot) -> Iterator[Article]:
    for live in snapshot.segments:
        for document in range(live.segment.documents):
            if live.alive is None or live.alive[document]:
                yield live.segment.article(document)


def _written(article: Article) -> dict[str, Any]:
    """What Whoosh can write of an article: it refuses half surrogate pairs."""
    values = stored_values(article)
    for name in ("id", "title", "body", "category"):
        if name in values:
            values[name] = _SURROGATE.sub("\ufffd", values[name])
    if "tags" in values:
        values["tags"] = [_SURROGATE.sub("\ufffd", tag) for tag in values["tags"]]
    return values


@lru_cache(maxsize=1)
def _fold_table() -> dict[int, str]:
    """The fold as `str.translate` takes it."""
    table: dict[int, str] = {}
    for first in range(0, _LAST_LETTER, _CHUNK):
        chars = "".join(map(chr, range(first, first + _CHUNK)))
        if fold(chars) != chars:
            table |= {ord(char): fold(char) for char in chars if fold(char) != char}
    return table
