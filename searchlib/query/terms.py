"""Terms of a query: where they occur, how rare they are, and what they add to a score."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.query.scratch import Scratch
from searchlib.store.arrays import Bits, Docs, Ints, member
from searchlib.store.channels import FIELDS, KINDS, Field, Kind
from searchlib.store.postings import PostingList
from searchlib.store.segment import Channel
from searchlib.store.snapshot import Snapshot

Floats = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float64]

# bytes of unpacked postings kept between queries of one snapshot
CACHE_BYTES = 64 * 1024 * 1024
# terms looked up, kept between queries of one snapshot
TERMS = 20_000


class Occurrences:
    """One term's postings in one segment, unpacked.

    A rare term keeps its documents and frequencies side by side; one that more than a fifth of
    all documents have keeps a frequency for every document, which takes less and is looked up
    without a search.
    """

    __slots__ = ("_docs", "_every", "_tfs", "bytes")

    def __init__(self, docs: npt.NDArray[Any], tfs: Ints, documents: int) -> None:
        narrow = tfs.astype(np.uint8 if int(tfs.max(initial=0)) < 256 else np.uint32)
        self._docs: Docs | None = None
        self._tfs: npt.NDArray[Any] = narrow
        self._every: npt.NDArray[Any] | None = None
        if 5 * len(docs) > documents:
            self._every = np.zeros(documents, narrow.dtype)
            self._every[docs] = narrow
            self.bytes = self._every.nbytes
        else:
            self._docs = docs.astype(np.int32)
            self.bytes = self._docs.nbytes + narrow.nbytes

    @property
    def docs(self) -> Docs:
        """The documents, int32, ascending."""
        if self._docs is not None:
            return self._docs
        assert self._every is not None
        return self._every.nonzero()[0].astype(np.int32)

    def mark(self, found: Bits) -> None:
        """Set those of `found`, bool (documents,), that have the term."""
        if self._every is not None:
            np.logical_or(found, self._every, out=found)
        else:
            found[self.docs] = True

    def have(self, docs: Docs) -> Bits:
        """Which of `docs` have the term."""
        if self._every is not None:
            found: Bits = self._every[docs] != 0
            return found
        assert self._docs is not None
        return member(self._docs, docs)

    def add(self, total: Scores, docs: Docs, norms: Floats, k1: float, factor: float) -> None:
        """Add factor · tf · (k1 + 1) / (tf + norm) to the total of each of `docs` that has it."""
        if self._every is not None:
            tf = self._every[docs].astype(np.float32)
            norm = norms[docs]
            norm += tf
            # a document without the term has tf 0 and gets 0
            tf *= np.float32(k1 + 1)
            tf /= norm
            total += tf * factor
            return
        own = self._docs
        assert own is not None
        at = own.searchsorted(docs)
        at[at == len(own)] = 0
        hit = (own[at] == docs).nonzero()[0]
        if len(hit):
            tf = self._tfs[at[hit]].astype(np.float32)
            total[hit] += _saturated(tf, norms[docs[hit]], k1) * factor

    def scores(self, norms: Floats, k1: float) -> tuple[Docs, Floats]:
        """The documents and tf · (k1 + 1) / (tf + norm) of each."""
        docs = self.docs
        tfs = self._tfs if self._every is None else self._every[docs]
        return docs, _saturated(tfs.astype(np.float32), norms[docs], k1)


def _saturated(tf: Floats, norm: Floats, k1: float) -> Floats:
    """BM25's term frequency; both arrays are used up."""
    norm += tf
    tf *= np.float32(k1 + 1)
    tf /= norm
    return tf


class Statistics:
    """What BM25 needs of one channel over all segments of a snapshot."""

    def __init__(self, snapshot: Snapshot, field: Field, kind: Kind, k1: float, b: float) -> None:
        self.field: Field = field
        self.kind: Kind = kind
        self.documents = snapshot.documents
        self.channels = [live.segment.channel(field, kind) for live in snapshot.segments]
        total = sum(channel.total for channel in self.channels)
        average = total / self.documents if total else 1.0
        self.k1 = k1
        self._flat = k1 * (1 - b)
        self._slope = k1 * b / average

    @cached_property
    def norms(self) -> list[Floats]:
        """For each segment k1 · (1 - b + b · length / average), float32 (documents,)."""
        return [self._norms(channel) for channel in self.channels]

    def _norms(self, channel: Channel) -> Floats:
        norms = channel.lengths.astype(np.float32)
        norms *= np.float32(self._slope)
        norms += np.float32(self._flat)
        # 0 of an empty field with b=1, or of any with k1=0, would make 0 / 0 of no occurrence
        return np.maximum(norms, np.float32(1e-30), out=norms)

    def bound(self, postings: PostingList) -> float:
        """What no document's score of the term (without idf) exceeds."""
        bounds = postings.bounds()
        if bounds is None:
            return self.k1 + 1
        best = 0.0
        for tf, length in zip(bounds.tfs, bounds.lengths, strict=True):
            best = max(best, 1 / (1 + (self._flat + self._slope * length) / tf))
        # scores are float32
        return (self.k1 + 1) * best * (1 + 1e-6)

    def idf(self, df: int) -> float:
        """The inverse document frequency of a term in `df` documents."""
        return math.log1p((self.documents - df + 0.5) / (df + 0.5))


class OccurrenceCache:
    """Unpacked postings of the terms used lately, up to CACHE_BYTES. Threads may share it."""

    def __init__(self, capacity: int = CACHE_BYTES) -> None:
        self._lock = Lock()
        self._held: OrderedDict[tuple[int, Term], Occurrences] = OrderedDict()
        self._bytes = 0
        self._capacity = capacity

    def get(self, key: tuple[int, Term]) -> Occurrences | None:
        """What is held for a term in a segment."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: tuple[int, Term], found: Occurrences) -> None:
        """Hold a term's postings, letting go of those unused for longest."""
        with self._lock:
            if self._held.setdefault(key, found) is not found:
                return  # another thread was first
            self._bytes += found.bytes
            while self._bytes > self._capacity:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= oldest.bytes


class Term:
    """One term of one field over all segments: how rare it is, and what it adds to scores.

    `bound` is what no document's score (without idf) exceeds.
    """

    def __init__(self, statistics: Statistics, text: str, df: int, bound: float) -> None:
        self.text = text
        self.field = statistics.field
        self.df = df
        self.idf = statistics.idf(df) if df else 0.0
        self.bound = bound
        self._statistics = statistics

    def occurrences(self, segment: int) -> Occurrences | None:
        """The term's postings in one segment, or None where it does not occur."""
        raise NotImplementedError

    def add(self, total: Scores, segment: int, docs: Docs, factor: float) -> None:
        """Add the term's score times `factor` to the total of each of `docs` that has it."""
        found = self.occurrences(segment)
        if found is not None:
            found.add(total, docs, self._statistics.norms[segment], self._statistics.k1, factor)

    def scores(self, segment: int) -> tuple[Docs, Floats] | None:
        """The term's documents in one segment and the score (without idf) of each."""
        found = self.occurrences(segment)
        if found is None:
            return None
        return found.scores(self._statistics.norms[segment], self._statistics.k1)


class IndexedTerm(Term):
    """A term that has postings of its own."""

    def __init__(self, statistics: Statistics, text: str, cache: OccurrenceCache) -> None:
        self._cache = cache
        self._lists = [channel.postings(text) for channel in statistics.channels]
        present = [postings for postings in self._lists if postings]
        df = sum(postings.df for postings in present)
        super().__init__(statistics, text, df, max(map(statistics.bound, present), default=0.0))

    def occurrences(self, segment: int) -> Occurrences | None:
        """The term's postings, from the cache or unpacked."""
        postings = self._lists[segment]
        if postings is None:
            return None
        found = self._cache.get((segment, self))
        if found is None:
            documents = self._statistics.channels[segment].documents
            found = Occurrences(*postings.unpack(), documents)
            self._cache.put((segment, self), found)
        return found


class TermReader:
    """Finds terms in a snapshot, and keeps the postings that were unpacked."""

    def __init__(self, snapshot: Snapshot, *, k1: float, b: float) -> None:
        self.snapshot = snapshot
        self.segments = [live.segment for live in snapshot.segments]
        self.scratch = Scratch([segment.documents for segment in self.segments])
        self._cache = OccurrenceCache()
        self._terms: dict[tuple[Field, Kind, str], Term] = {}
        self._statistics = {
            (field, kind): Statistics(snapshot, field, kind, k1, b)
            for field in FIELDS
            for kind in KINDS
        }
        # a field without any token costs no look-ups
        self._fields: dict[Kind, tuple[Field, ...]] = {
            kind: tuple(field for field in FIELDS if snapshot.total(field, kind)) for kind in KINDS
        }

    def fields(self, kind: Kind) -> tuple[Field, ...]:
        """The fields that have any token of a kind."""
        return self._fields[kind]

    def statistics(self, field: Field, kind: Kind) -> Statistics:
        """What BM25 needs of a channel."""
        return self._statistics[field, kind]

    def term(self, field: Field, kind: Kind, text: str) -> Term:
        """One term of a channel."""
        key = (field, kind, text)
        found = self._terms.get(key)
        if found is None:
            if len(self._terms) >= TERMS:
                self._terms.clear()
            found = IndexedTerm(self._statistics[field, kind], text, self._cache)
            self._terms[key] = found
        return found

    def terms(self, kind: Kind, text: str) -> list[Term]:
        """The term in every field that has tokens of its kind."""
        return [self.term(field, kind, text) for field in self._fields[kind]]

    def rarity(self, kind: Kind, text: str) -> float:
        """The idf of a term, in the field where most articles have it."""
        df = max((term.df for term in self.terms(kind, text)), default=0)
        return math.log1p((self.snapshot.documents - df + 0.5) / (df + 0.5))
