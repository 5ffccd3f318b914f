"""Leaves of a tree: terms, which have scores, and sets of documents, which have one score."""

from __future__ import annotations

from collections.abc import Callable

from searchlib.query.score import Weighted
from searchlib.query.terms import Scores, Term
from searchlib.store.arrays import Bits, Docs


class TermLeaf:
    """A term of a text field, scored by BM25."""

    def __init__(self, term: Term, boost: float) -> None:
        factor = boost * term.idf
        self.weighted = Weighted(term, factor, factor * term.bound)

    def mark(self, segment: int, found: Bits) -> None:
        """See `program.Leaf`."""
        occurrences = self.weighted.term.occurrences(segment)
        if occurrences is not None:
            occurrences.mark(found)

    def add(self, segment: int, docs: Docs, total: Scores) -> None:
        """See `program.Leaf`."""
        self.weighted.term.add(total, segment, docs, self.weighted.factor)


class SetLeaf:
    """Documents that all score the same.

    `find` gives those of a segment as bool (documents,); it is asked once for each.
    """

    def __init__(self, find: Callable[[int], Bits], score: float) -> None:
        self._find = find
        self._score = score
        self._found: dict[int, Bits] = {}

    def mark(self, segment: int, found: Bits) -> None:
        """See `program.Leaf`."""
        own = self._found[segment] = self._find(segment)
        found |= own

    def add(self, segment: int, docs: Docs, total: Scores) -> None:
        """See `program.Leaf`."""
        total += self._score * self._found[segment][docs]
