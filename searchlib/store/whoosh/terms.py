"""The terms of each Whoosh field of a segment, as bytes in order, and their postings."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Ints
from searchlib.store.channels import Field, Kind
from searchlib.store.columns import Labels
from searchlib.store.dates import NO_DATE, date_ticks
from searchlib.store.dictionary import PAIR_SHIFT, WordDictionary, encode_key
from searchlib.store.segment import Channel, Segment

Place = tuple[int, ...]
"""A position, and in fields with characters where it begins and ends in the stored text."""


class Locate(Protocol):
    """From a document to the places of one term in it, by ascending position."""

    def __call__(self, document: int, *, characters: bool) -> Sequence[Place]: ...


YEAR_ONE: Final = -date_ticks(dt.datetime.min)
"""Whoosh counts microseconds from year 1, searchlib from 1970."""
DATE_SHIFTS: Final = range(0, 64, 8)
"""Whoosh indexes a date at eight precisions, so that a range needs few terms."""
_SIGN: Final = np.uint64(1 << 63)
_CHUNK = 64  # terms decoded at a time: what a word dictionary keeps in a block
_SECOND = (1 << PAIR_SHIFT) - 1


class Terms(Protocol):
    """The terms of a field in one segment, ascending."""

    def __len__(self) -> int: ...

    def texts(self, first: int, last: int) -> list[bytes]:
        """The terms with ordinals from `first` up to, not including, `last`."""

    def ordinal(self, term: bytes) -> int:
        """The term's ordinal, or -1."""

    def floor(self, term: bytes) -> int:
        """How many terms sort before this one."""

    def counts(self, ordinal: int) -> tuple[int, int]:
        """How many documents hold the term, and how often all of them together."""

    def postings(self, ordinal: int) -> tuple[Ints, Ints]:
        """The documents, ascending, and how often each has the term; int64 (df,) both."""

    def lengths(self) -> Ints | None:
        """Terms of each document, (documents,), or None where scores don't need them."""

    def locate(self, ordinal: int) -> Locate | None:
        """What finds the term's places, or None where there are none."""


def terms_from(terms: Terms, term: bytes) -> Iterator[bytes]:
    """The terms from this one on, each once."""
    previous = None
    for first in range(terms.floor(term), len(terms), _CHUNK):
        for text in terms.texts(first, min(first + _CHUNK, len(terms))):
            if text != previous:  # an id that came twice in one build stands there twice
                yield text
            previous = text


class ChannelTerms:
    """The terms of a channel. `places` finds the places of words, whose postings have none."""

    def __init__(
        self,
        segment: Segment,
        field: Field,
        kind: Kind,
        places: Callable[[Field, bytes], Locate] | None = None,
    ) -> None:
        self._channel: Channel = segment.channel(field, kind)
        self._field = field
        self._kind = kind
        self._places = places

    def __len__(self) -> int:
        return len(self._channel)

    def texts(self, first: int, last: int) -> list[bytes]:
        """See `Terms`."""
        dictionary = self._channel.dictionary
        if isinstance(dictionary, WordDictionary):
            return [encode_key(word) for word in dictionary.words(first, last)]
        codes = dictionary.codes(first, last).tolist()
        if self._kind == "chars":
            return [encode_key(chr(code)) for code in codes]
        return [encode_key(chr(code >> PAIR_SHIFT) + chr(code & _SECOND)) for code in codes]

    def ordinal(self, term: bytes) -> int:
        """See `Terms`."""
        word = _decoded(term)
        sizes = {"words": None, "grams": 2, "chars": 1}
        if word is None or sizes[self._kind] not in (None, len(word)):
            return -1
        return self._channel.dictionary.ordinal(word)

    def floor(self, term: bytes) -> int:
        """See `Terms`."""
        dictionary, word = self._channel.dictionary, _decoded(term)
        if isinstance(dictionary, WordDictionary) and word is not None:
            return dictionary.floor(word)
        return bisect_left(range(len(self)), term, key=lambda at: self.texts(at, at + 1)[0])

    def counts(self, ordinal: int) -> tuple[int, int]:
        """See `Terms`."""
        postings = self._channel.postings_at(ordinal)
        return postings.df, postings.ctf

    def postings(self, ordinal: int) -> tuple[Ints, Ints]:
        """See `Terms`."""
        return self._channel.postings_at(ordinal).unpack()

    def lengths(self) -> Ints:
        """See `Terms`."""
        return self._channel.lengths

    def locate(self, ordinal: int) -> Locate | None:
        """See `Terms`."""
        if self._places:
            return self._places(self._field, self.texts(ordinal, ordinal + 1)[0])
        return self._stored_places(ordinal) if self._channel.positions else None

    def _stored_places(self, ordinal: int) -> Locate:
        begins = self._channel.begins
        places = self._channel.postings_at(ordinal).places(begins)

        def located(document: int, *, characters: bool) -> Sequence[Place]:
            begin = begins[document]
            first, last = np.searchsorted(places, (begin, begins[document + 1]))
            return [(at,) for at in (places[first:last] - begin).tolist()]

        return located


class InvertedTerms:
    """Terms of a column, inverted in memory: categories, tags and dates have no lists on disk.

    `starts`: int64 (terms + 1,), where each term's documents begin in `docs`, int32. A document
    may stand several times with one term.
    """

    def __init__(self, terms: list[bytes], starts: Ints, docs: npt.NDArray[np.int32]) -> None:
        self._terms = terms
        self._starts = starts
        self._docs = docs

    @classmethod
    def of_labels(cls, labels: Labels) -> InvertedTerms:
        """The labels of a segment."""
        per_document = np.diff(labels.starts.astype(np.int64)).astype(np.int64)
        docs = np.repeat(np.arange(len(per_document), dtype=np.int32), per_document)
        order = np.argsort(labels.numbers, kind="stable")
        counts = np.bincount(labels.numbers, minlength=len(labels.names))
        return cls([encode_key(name) for name in labels.names], _starts(counts), docs[order])

    @classmethod
    def of_dates(cls, ticks: Ints) -> InvertedTerms:
        """Dates as Whoosh's DATETIME indexes them: at each precision a byte for the bits left
        out, then the microseconds from year 1, big-endian and raised by 2⁶³.
        """
        dated = np.flatnonzero(ticks != NO_DATE)
        numbers = (ticks[dated] + YEAR_ONE).astype(np.uint64) + _SIGN
        terms: list[bytes] = []
        counts, docs = [], []
        for shift in DATE_SHIFTS:
            keys, of_key, sizes = np.unique(
                numbers >> np.uint64(shift), return_inverse=True, return_counts=True
            )
            raw = keys.astype(">u8").tobytes()
            terms += [bytes([shift]) + raw[at : at + 8] for at in range(0, len(raw), 8)]
            counts.append(sizes)
            docs.append(dated[np.argsort(of_key, kind="stable")].astype(np.int32))
        return cls(terms, _starts(np.concatenate(counts)), np.concatenate(docs))

    def __len__(self) -> int:
        return len(self._terms)

    def texts(self, first: int, last: int) -> list[bytes]:
        """See `Terms`."""
        return self._terms[first:last]

    def ordinal(self, term: bytes) -> int:
        """See `Terms`."""
        at = bisect_left(self._terms, term)
        return at if at < len(self._terms) and self._terms[at] == term else -1

    def floor(self, term: bytes) -> int:
        """See `Terms`."""
        return bisect_left(self._terms, term)

    def counts(self, ordinal: int) -> tuple[int, int]:
        """See `Terms`."""
        docs, _ = self.postings(ordinal)
        return len(docs), int(self._starts[ordinal + 1] - self._starts[ordinal])

    def postings(self, ordinal: int) -> tuple[Ints, Ints]:
        """See `Terms`."""
        docs = self._docs[self._starts[ordinal] : self._starts[ordinal + 1]].astype(np.int64)
        found, counts = np.unique(docs, return_counts=True)
        return found, counts.astype(np.int64)

    def lengths(self) -> None:
        """See `Terms`."""

    def locate(self, ordinal: int) -> None:
        """See `Terms`."""


class IdTerms:
    """The ids of a segment's documents."""

    def __init__(self, segment: Segment) -> None:
        self._words = WordDictionary(segment.sections, "ids")
        self._documents = segment.sections.array("ids.documents")

    def __len__(self) -> int:
        return len(self._words)

    def texts(self, first: int, last: int) -> list[bytes]:
        """See `Terms`."""
        return [encode_key(word) for word in self._words.words(first, last)]

    def ordinal(self, term: bytes) -> int:
        """See `Terms`."""
        word = _decoded(term)
        return -1 if word is None else self._words.ordinal(word)

    def floor(self, term: bytes) -> int:
        """See `Terms`."""
        word = _decoded(term)
        return self._words.floor(word) if word is not None else 0

    def counts(self, ordinal: int) -> tuple[int, int]:
        """See `Terms`."""
        docs, _ = self.postings(ordinal)
        return len(docs), len(docs)

    def postings(self, ordinal: int) -> tuple[Ints, Ints]:
        """See `Terms`."""
        (word,) = self._words.words(ordinal, ordinal + 1)
        first, last = ordinal, ordinal + 1
        while first and self._words.words(first - 1, first) == [word]:
            first -= 1
        while last < len(self._words) and self._words.words(last, last + 1) == [word]:
            last += 1
        docs = np.sort(self._documents[first:last]).astype(np.int64)
        return docs, np.ones(len(docs), np.int64)

    def lengths(self) -> None:
        """See `Terms`."""

    def locate(self, ordinal: int) -> None:
        """See `Terms`."""


def _starts(counts: Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def _decoded(term: bytes) -> str | None:
    """The term as text; None for bytes that no term can be."""
    try:
        return term.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
