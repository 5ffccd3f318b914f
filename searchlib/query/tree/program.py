"""Programs: a query tree as two lists of steps, each run over a stack.

The steps of a tree come in the order in which its nodes are left, so running them takes no
recursion and a tree may be as deep as it likes. Which documents match is worked out first, in
bitmaps of a segment; what they score only then, for the documents that are asked about.

A node's score is 0 where it does not match. Sums and maxima of such scores need to know nothing
else, so only nodes that match less than their children do keep their bitmap for scoring.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from searchlib.query.terms import Scores
from searchlib.store.arrays import Bits, Docs


class Leaf(Protocol):
    """A node without children: a term, a range, whatever finds documents by itself."""

    def mark(self, segment: int, found: Bits) -> None:
        """Set those of `found`, bool (documents,), that match in a segment."""

    def add(self, segment: int, docs: Docs, total: Scores) -> None:
        """Add the score of each of `docs` that matches."""


class Nothing:
    """The leaf that matches nothing."""

    def mark(self, segment: int, found: Bits) -> None:
        """See `Leaf`."""

    def add(self, segment: int, docs: Docs, total: Scores) -> None:
        """See `Leaf`."""


@dataclass(slots=True)
class Matching:
    """What matching a segment has come to: bitmaps, or counts, of nodes not yet combined."""

    segment: int
    documents: int
    stack: list[npt.NDArray[Any]] = field(default_factory=list)
    kept: dict[int, Bits] = field(default_factory=dict)


@dataclass(slots=True)
class Scoring:
    """What scoring `docs` has come to: float64 (len(docs),), the sum being added to on top."""

    segment: int
    docs: Docs
    kept: dict[int, Bits]
    stack: list[Scores]

    def open(self) -> None:
        """Begin a sum of its own."""
        self.stack.append(np.zeros(len(self.docs), np.float64))


class MatchStep(ABC):
    """A step of matching."""

    @abstractmethod
    def match(self, at: Matching) -> None:
        """Take the step."""


class ScoreStep(ABC):
    """A step of scoring."""

    @abstractmethod
    def score(self, at: Scoring) -> None:
        """Take the step."""


@dataclass(frozen=True, slots=True)
class Load(MatchStep):
    """Push what a leaf matches."""

    leaf: Leaf

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        found = np.zeros(at.documents, np.bool_)
        self.leaf.mark(at.segment, found)
        at.stack.append(found)


@dataclass(frozen=True, slots=True)
class Fold(MatchStep):
    """Pop a bitmap and combine it with the one below, by `and`, `or`, `greater` (and not) or
    `add` (counts).
    """

    operation: np.ufunc

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        last = at.stack.pop()
        self.operation(at.stack[-1], last, out=at.stack[-1])


@dataclass(frozen=True, slots=True)
class Invert(MatchStep):
    """Turn the top bitmap round. Deleted documents are left out at the very end."""

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        np.logical_not(at.stack[-1], out=at.stack[-1])


@dataclass(frozen=True, slots=True)
class Count(MatchStep):
    """Make the top bitmap counts, to which others are added."""

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        at.stack[-1] = at.stack[-1].astype(np.uint32)


@dataclass(frozen=True, slots=True)
class AtLeast(MatchStep):
    """Make the counts on top a bitmap of those that reach a number."""

    number: int

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        at.stack[-1] = at.stack[-1] >= self.number


@dataclass(frozen=True, slots=True)
class Drop(MatchStep):
    """Pop a bitmap that only scoring has a use for."""

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        at.stack.pop()


@dataclass(frozen=True, slots=True)
class Keep(MatchStep):
    """Keep the top bitmap for scoring. A copy: the next fold writes into it."""

    slot: int

    def match(self, at: Matching) -> None:
        """See `MatchStep`."""
        at.kept[self.slot] = at.stack[-1].copy()


@dataclass(frozen=True, slots=True)
class Add(ScoreStep):
    """Add a leaf's scores."""

    leaf: Leaf

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        self.leaf.add(at.segment, at.docs, at.stack[-1])


@dataclass(frozen=True, slots=True)
class AddConstant(ScoreStep):
    """Add one value to every document, or to those kept in a slot."""

    value: float
    slot: int | None = None

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        kept = True if self.slot is None else at.kept[self.slot][at.docs]
        np.add(at.stack[-1], self.value, out=at.stack[-1], where=kept)


@dataclass(frozen=True, slots=True)
class Open(ScoreStep):
    """Begin a sum of its own."""

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        at.open()


@dataclass(frozen=True, slots=True)
class Close(ScoreStep):
    """End a sum and add it to the one below, for the documents kept in a slot."""

    slot: int

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        own = at.stack.pop()
        at.stack[-1] += own * at.kept[self.slot][at.docs]


@dataclass(frozen=True, slots=True)
class OpenBest(ScoreStep):
    """Begin the best of several sums, and the sum of them."""

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        at.open()
        at.open()


@dataclass(frozen=True, slots=True)
class Compare(ScoreStep):
    """End one of the sums of which the best counts."""

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        own = at.stack.pop()
        at.stack[-1] += own
        np.maximum(at.stack[-2], own, out=at.stack[-2])


@dataclass(frozen=True, slots=True)
class CloseBest(ScoreStep):
    """Add the best of several sums, and of the others a share."""

    share: float

    def score(self, at: Scoring) -> None:
        """See `ScoreStep`."""
        every = at.stack.pop()
        best = at.stack.pop()
        at.stack[-1] += best
        if self.share:
            at.stack[-1] += self.share * (every - best)


def run_matching(
    steps: Sequence[MatchStep], segment: int, documents: int
) -> tuple[Bits, dict[int, Bits]]:
    """Which documents of a segment match, and the bitmaps that scoring needs."""
    at = Matching(segment, documents)
    for step in steps:
        step.match(at)
    (found,) = at.stack
    return found, at.kept


def run_scoring(
    steps: Sequence[ScoreStep], segment: int, docs: Docs, kept: dict[int, Bits]
) -> Scores:
    """The score of each of `docs`, all of which match."""
    at = Scoring(segment, docs, kept, [np.zeros(len(docs), np.float64)])
    for step in steps:
        step.score(at)
    (total,) = at.stack
    return total
