"""What a query found: groups of articles, a stage each, from which pages are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from searchlib.models import Stage
from searchlib.query.score import Weighted, best, best_of_any, score, with_any
from searchlib.query.scratch import Scratch
from searchlib.query.terms import Scores
from searchlib.store.arrays import Bits, Docs, union
from searchlib.store.segment import Segment


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article of a page: its segment, its number there, score and stage."""

    segment: int
    document: int
    score: float
    stage: Stage


class Group(Protocol):
    """Articles of one stage."""

    @property
    def stage(self) -> Stage:
        """The stage that found them."""
        ...

    @property
    def total(self) -> int:
        """How many they are."""
        ...

    def documents(self, segment: int) -> Docs:
        """Those of one segment, ascending."""
        ...

    def best(self, segment: int, count: int) -> tuple[Docs, Scores]:
        """The best of one segment with their scores, best first, ties by document."""
        ...


@dataclass(frozen=True)
class ListedGroup:
    """Articles known one by one: for each segment the documents, ascending."""

    stage: Stage
    lists: Sequence[Docs]
    terms: Sequence[Weighted]
    segments: Sequence[Segment]

    @cached_property
    def total(self) -> int:
        """How many they are."""
        return sum(map(len, self.lists))

    def documents(self, segment: int) -> Docs:
        """Those of one segment."""
        return self.lists[segment]

    def best(self, segment: int, count: int) -> tuple[Docs, Scores]:
        """The best of one segment."""
        return best(self.terms, segment, self.lists[segment], count)


@dataclass(frozen=True)
class AnyGroup:
    """Articles with any of the terms that the filter lets through; never listed unless asked."""

    stage: Stage
    masks: Sequence[Bits | None]
    terms: Sequence[Weighted]
    segments: Sequence[Segment]
    scratch: Scratch

    @cached_property
    def total(self) -> int:
        """How many they are."""
        return sum(int(np.count_nonzero(self._have_any(at))) for at in range(len(self.segments)))

    def documents(self, segment: int) -> Docs:
        """Those of one segment."""
        return self._have_any(segment).nonzero()[0].astype(np.int32)

    def best(self, segment: int, count: int) -> tuple[Docs, Scores]:
        """The best of one segment."""
        return best_of_any(self.terms, segment, self.scratch, count, self.masks[segment])

    def _have_any(self, segment: int) -> Bits:
        documents = self.segments[segment].documents
        return with_any(self.terms, segment, documents, self.masks[segment])


@dataclass(frozen=True, slots=True)
class Found:
    """All that a query finds, the strictest stage first.

    `widened` says whether articles were let in that miss a word of the query.
    """

    groups: tuple[Group, ...]
    terms: Sequence[Weighted]
    segments: Sequence[Segment]
    widened: bool = False

    @property
    def total(self) -> int:
        """How many articles there are."""
        return sum(group.total for group in self.groups)

    @property
    def counted(self) -> bool:
        """Whether `total` is known without going through the postings again."""
        return all(isinstance(group, ListedGroup) for group in self.groups)

    def at_least(self, shown: int) -> int:
        """A lower bound of `total` that costs nothing, when that many were shown."""
        return self.total if self.counted else shown

    def documents(self, segment: int) -> Docs:
        """All documents found in one segment, ascending."""
        return union([group.documents(segment) for group in self.groups])

    def page(self, first: int, last: int) -> list[Ranked]:
        """The articles from place `first` up to, not including, `last`."""
        ranked: list[Ranked] = []
        for group in self.groups:
            needed = last - len(ranked)
            if needed <= 0:
                break
            rows: list[tuple[float, int, int]] = []
            for segment in range(len(self.segments)):
                docs, scores = group.best(segment, needed)
                rows += [
                    (-value, segment, document)
                    for value, document in zip(scores.tolist(), docs.tolist(), strict=True)
                ]
            rows.sort()
            ranked += [Ranked(seg, doc, -value, group.stage) for value, seg, doc in rows[:needed]]
        return ranked[first:]

    def score(self, segment: int, docs: Docs) -> Scores:
        """The score of each document of a segment, whatever its stage; `docs` in any order."""
        order = np.argsort(docs)
        out = np.empty(len(docs), np.float64)
        out[order] = score(self.terms, segment, docs[order])
        return out
