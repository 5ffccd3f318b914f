"""Terms with their scores: postings of one term in one channel, ready to be added up."""

from __future__ import annotations

import math
from collections import OrderedDict
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt

from searchlib.store.channels import FIELDS, KINDS, Field, Kind
from searchlib.store.postings import PostingList
from searchlib.store.segment import Segment
from searchlib.store.snapshot import Snapshot

Floats = npt.NDArray[np.float32]

# bytes of unpacked postings kept between queries of one snapshot
CACHE_BYTES = 64 * 1024 * 1024
# terms looked up, kept between queries of one snapshot
TERMS = 20_000


class TermScores:
    """One term's postings in one segment's channel.

    `docs`: int64 (df,), ascending. `scores`: float32 (df,), `tf · (k1 + 1) / (tf + norm)`: the
    BM25 score without idf and weights.
    """

    __slots__ = ("docs", "scores")

    def __init__(self, postings: PostingList, norms: Floats, k1: float) -> None:
        self.docs, counts = postings.unpack()
        tfs = counts.astype(np.float32)
        denominator = norms[self.docs]
        denominator += tfs
        tfs *= np.float32(k1 + 1)
        tfs /= denominator
        self.scores = tfs

    @property
    def bytes(self) -> int:
        """Memory held."""
        return self.docs.nbytes + self.scores.nbytes


class Statistics:
    """What BM25 needs of one channel over all segments of a snapshot."""

    def __init__(self, snapshot: Snapshot, field: Field, kind: Kind, k1: float, b: float) -> None:
        self.field: Field = field
        self.kind: Kind = kind
        self.documents = snapshot.documents
        self._channels = [live.segment.channel(field, kind) for live in snapshot.segments]
        self.total = sum(channel.total for channel in self._channels)
        self._k1, self._b = k1, b

    @cached_property
    def norms(self) -> list[Floats]:
        """For each segment k1 · (1 - b + b · length / average), float32 (documents,)."""
        k1, b = self._k1, self._b
        average = self.total / self.documents if self.total else 1.0
        slope = np.float32(k1 * b / average)
        out = []
        for channel in self._channels:
            norms = channel.lengths.astype(np.float32)
            norms *= slope
            norms += np.float32(k1 * (1 - b))
            out.append(norms)
        return out

    def bound(self, postings: PostingList, k1: float) -> float:
        """What no document's score of the term (without idf) exceeds."""
        bounds = postings.bounds()
        if bounds is None:
            return k1 + 1
        slope = k1 * self._b / (self.total / self.documents)
        flat = k1 * (1 - self._b)
        best = max(
            1 / (1 + (flat + slope * length) / tf)
            for tf, length in zip(bounds.tfs, bounds.lengths, strict=True)
        )
        # scores are float32
        return (k1 + 1) * best * (1 + 1e-6)

    def idf(self, df: int) -> float:
        """The inverse document frequency of a term in `df` documents."""
        return math.log1p((self.documents - df + 0.5) / (df + 0.5))


class PostingCache:
    """Unpacked postings of the terms used lately, up to CACHE_BYTES. Threads may share it."""

    def __init__(self, capacity: int = CACHE_BYTES) -> None:
        self._lock = Lock()
        self._held: OrderedDict[object, TermScores] = OrderedDict()
        self._bytes = 0
        self._capacity = capacity

    def get(self, key: object) -> TermScores | None:
        """The term's scores, if they are held."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: object, scores: TermScores) -> None:
        """Hold a term's scores, letting go of those unused for longest."""
        with self._lock:
            if self._held.setdefault(key, scores) is not scores:
                return  # another thread was first
            self._bytes += scores.bytes
            while self._bytes > self._capacity:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= oldest.bytes


class Term:
    """One term of one channel over all segments: its df and idf, and its scores on demand."""

    def __init__(self, reader: TermReader, statistics: Statistics, text: str) -> None:
        self._reader = reader
        self._statistics = statistics
        self.text = text
        self.lists: list[PostingList | None] = reader.lists(statistics, text)
        self.df = sum(postings.df for postings in self.lists if postings)
        self.idf = statistics.idf(self.df) if self.df else 0.0
        self.bound = max(
            (statistics.bound(postings, reader.k1) for postings in self.lists if postings),
            default=0.0,
        )

    def scores(self, segment: int) -> TermScores | None:
        """The term's postings in one segment, or None where it does not occur."""
        postings = self.lists[segment]
        if postings is None:
            return None
        return self._reader.scores(self._statistics, self.text, segment, postings)


class TermReader:
    """Finds terms in a snapshot, and keeps the postings that were unpacked."""

    def __init__(self, snapshot: Snapshot, *, k1: float, b: float) -> None:
        self.snapshot = snapshot
        self.segments: list[Segment] = [live.segment for live in snapshot.segments]
        self.k1, self.b = k1, b
        self._statistics: dict[tuple[Field, Kind], Statistics] = {}
        self._cache = PostingCache()
        self._terms: dict[tuple[Field, Kind, str], Term] = {}
        # a field without any token costs no look-ups
        self._fields: dict[Kind, tuple[Field, ...]] = {
            kind: tuple(field for field in FIELDS if snapshot.total(field, kind)) for kind in KINDS
        }

    def statistics(self, field: Field, kind: Kind) -> Statistics:
        """The statistics of a channel."""
        found = self._statistics.get((field, kind))
        if found is None:
            found = Statistics(self.snapshot, field, kind, self.k1, self.b)
            self._statistics[field, kind] = found
        return found

    def term(self, field: Field, kind: Kind, text: str) -> Term:
        """One term of a channel."""
        key = (field, kind, text)
        found = self._terms.get(key)
        if found is None:
            if len(self._terms) >= TERMS:
                self._terms.clear()
            found = self._terms[key] = Term(self, self.statistics(field, kind), text)
        return found

    def fields(self, kind: Kind) -> tuple[Field, ...]:
        """The fields that have any token of a kind."""
        return self._fields[kind]

    def terms(self, kind: Kind, text: str) -> list[Term]:
        """The term in every field that has tokens of its kind."""
        return [self.term(field, kind, text) for field in self._fields[kind]]

    def rarity(self, kind: Kind, text: str) -> float:
        """The idf of a term, in the field where most articles have it."""
        df = max((term.df for term in self.terms(kind, text)), default=0)
        return math.log1p((self.snapshot.documents - df + 0.5) / (df + 0.5))

    def lists(self, statistics: Statistics, text: str) -> list[PostingList | None]:
        """The term's postings in every segment."""
        return [
            segment.channel(statistics.field, statistics.kind).postings(text)
            for segment in self.segments
        ]

    def scores(
        self, statistics: Statistics, text: str, segment: int, postings: PostingList
    ) -> TermScores:
        """The term's scores in one segment, from the cache or unpacked."""
        key = (segment, statistics.field, statistics.kind, text)
        found = self._cache.get(key)
        if found is None:
            found = TermScores(postings, statistics.norms[segment], self.k1)
            self._cache.put(key, found)
        return found
