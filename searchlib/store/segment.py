"""A segment: one immutable, memory-mapped file with the articles of a part of the index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.errors import CorruptIndexError
from searchlib.models import Article
from searchlib.store.arrays import Ints
from searchlib.store.channels import Field, Kind, channel_name
from searchlib.store.columns import Labels
from searchlib.store.dictionary import CharDictionary, Codes, PairDictionary, WordDictionary
from searchlib.store.documents import DocumentPacker, DocumentReader
from searchlib.store.postings import PostingList, RawPostings, decode
from searchlib.store.sections import SectionReader

Array = npt.NDArray[Any]
Dictionary = WordDictionary | CharDictionary | PairDictionary


class Channel:
    """One channel of one field: its terms and their postings."""

    def __init__(self, sections: SectionReader, field: Field, kind: Kind, documents: int) -> None:
        name = channel_name(field, kind)
        self.documents = documents
        self.lengths: Array = sections.array(f"{name}.lengths")
        self.total = int(sections.facts["totals"][name])
        self.sizes: Array = sections.array(f"{field}.sizes")
        self.positions = kind == "grams"
        self.dictionary: Dictionary
        if kind == "words":
            self.dictionary = WordDictionary(sections, name)
        elif kind == "grams":
            self.dictionary = PairDictionary(sections, name)
        else:
            self.dictionary = CharDictionary(sections, name)
        self._blob = sections.array(f"{name}.postings")
        self._starts = sections.array(f"{name}.offsets")

    def __len__(self) -> int:
        return len(self.dictionary)

    @cached_property
    def begins(self) -> Ints:
        """Where each text begins when all are laid end to end, int64 (documents + 1,)."""
        return np.concatenate(([0], np.cumsum(self.sizes, dtype=np.int64)))

    def postings(self, term: str) -> PostingList | None:
        """The postings of a term, or None."""
        ordinal = self.dictionary.ordinal(term)
        return None if ordinal < 0 else self.postings_at(ordinal)

    def postings_at(self, ordinal: int) -> PostingList:
        """The postings of the term with this ordinal."""
        return PostingList(self._blob, int(self._starts[ordinal]), self.documents)

    def read(self, ordinals: Ints) -> RawPostings:
        """The postings of the terms with these ordinals, all at once."""
        starts = self._starts[ordinals].astype(np.int64)
        sizes = self.sizes.astype(np.int64) if self.positions else None
        return decode(
            self._blob, starts, documents=self.documents, sizes=sizes, positions=self.positions
        )

    def record_bytes(self) -> Ints:
        """Bytes of each term's record."""
        starts = self._starts.astype(np.int64)
        sizes: Ints = starts[1:] - starts[:-1]
        return sizes


class Segment:
    """Reads one segment file. Raises `CorruptIndexError` where it is not what was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sections = SectionReader(path)
        try:
            self.documents = int(self.sections.facts["documents"])
        except (KeyError, TypeError, ValueError):
            raise CorruptIndexError(path, None, "the segment's facts") from None
        self._channels: dict[str, Channel] = {}

    def channel(self, field: Field, kind: Kind) -> Channel:
        """A channel, opened on first use."""
        name = channel_name(field, kind)
        found = self._channels.get(name)
        if found is None:
            found = self._channels[name] = Channel(self.sections, field, kind, self.documents)
        return found

    @cached_property
    def stored(self) -> DocumentReader:
        """The stored articles."""
        return DocumentReader(self.sections)

    @cached_property
    def dates(self) -> Ints:
        """Ticks of each article's date (`invert.date_ticks`)."""
        return self.sections.array("dates")

    @cached_property
    def categories(self) -> Labels:
        """The category of each article, none or one."""
        return Labels.read(self.sections, "categories")

    @cached_property
    def tags(self) -> Labels:
        """The tags of each article."""
        return Labels.read(self.sections, "tags")

    @cached_property
    def _ids(self) -> tuple[WordDictionary, Array]:
        return WordDictionary(self.sections, "ids"), self.sections.array("ids.documents")

    def document(self, article_id: str) -> int:
        """The document number of an article, or -1."""
        dictionary, documents = self._ids
        ordinal = dictionary.ordinal(article_id)
        return -1 if ordinal < 0 else int(documents[ordinal])

    def ids(self) -> list[str]:
        """The id of every document, by number."""
        dictionary, documents = self._ids
        out = [""] * self.documents
        for article_id, at in zip(
            dictionary.words(0, len(dictionary)), documents.tolist(), strict=True
        ):
            out[at] = article_id
        return out

    def article(self, document: int) -> Article:
        """The stored article."""
        return self.stored.article(document)


@dataclass
class SegmentSource:
    """A segment as a merge reads it (merge.Source), without its deleted documents.

    `alive`: bool (documents,), or None when all are.
    """

    segment: Segment
    alive: npt.NDArray[np.bool_] | None = None
    _numbers: Ints = field(init=False)

    def __post_init__(self) -> None:
        count = self.segment.documents
        alive = np.ones(count, np.bool_) if self.alive is None else self.alive
        self._kept = np.flatnonzero(alive)
        self._numbers = np.cumsum(alive) - 1

    @property
    def documents(self) -> int:
        """How many documents are alive."""
        return len(self._kept)

    def columns(self) -> tuple[list[str], Ints, list[str], list[tuple[str, ...]]]:
        """Ids, date ticks, categories and tags."""
        segment, kept = self.segment, self._kept.tolist()
        ids = segment.ids()
        categories = ["".join(segment.categories.of(at)) for at in kept]
        tags = [segment.tags.of(at) for at in kept]
        return [ids[at] for at in kept], segment.dates[self._kept], categories, tags

    def sizes(self, field: str) -> Ints:
        """Characters of each folded field."""
        return self.segment.sections.array(f"{field}.sizes")[self._kept].astype(np.int64)

    def lengths(self, channel: str) -> Ints:
        """Tokens of each document in a channel."""
        return self.segment.sections.array(f"{channel}.lengths")[self._kept].astype(np.int64)

    def keys(self, channel: str) -> list[str] | Codes:
        """The terms of a channel."""
        dictionary = self._channel(channel).dictionary
        if isinstance(dictionary, WordDictionary):
            return dictionary.words(0, len(dictionary))
        return dictionary.codes(0, len(dictionary))

    def occurrences(self, channel: str) -> Ints:
        """An upper bound of each term's occurrences: a record has no more than bits."""
        return self._channel(channel).record_bytes()

    def read(self, channel: str, terms: Ints) -> RawPostings:
        """Postings of the terms with these ordinals, deleted documents left out."""
        raw = self._channel(channel).read(terms)
        if self.alive is None:
            return raw
        kept = self.alive[raw.docs]
        term_of = np.repeat(np.arange(len(raw.df)), raw.df)
        positions = raw.positions
        if positions is not None:
            positions = positions[np.repeat(kept, raw.tfs)]
        tfs, terms = raw.tfs[kept], term_of[kept]
        return RawPostings(
            np.bincount(terms, minlength=len(raw.df)),
            np.bincount(terms, tfs, minlength=len(raw.df)).astype(np.int64),
            self._numbers[raw.docs[kept]],
            tfs,
            positions,
        )

    def records(self, dictionary: bytes) -> Iterator[bytes]:
        """The stored articles, packed anew where the dictionary differs."""
        stored = self.segment.stored
        if stored.dictionary == dictionary:
            for at in self._kept.tolist():
                yield bytes(stored.record(at))
        else:
            packer = DocumentPacker(dictionary)
            for at in self._kept.tolist():
                yield packer.pack(stored.article(at))

    def _channel(self, name: str) -> Channel:
        field_name, kind = name.split(".")
        return self.segment.channel(field_name, kind)  # type: ignore[arg-type]
