"""The lexicon of a bulk build: numbers for terms, and what each unit stands for."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

import numpy as np

from searchlib.analysis import Analyzer
from searchlib.store.arrays import Ints, distinct, ragged


class Lexicon:
    """Numbers terms in the order of their first appearance, and knows for each unit the terms
    that it stands for: itself and its parts. It outlives a run, so that a word's parts are
    worked out once.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        # terms of unit n: _terms[_starts[n] : _starts[n] + _sizes[n]]; size 0 is not worked out
        self._terms = array("q")
        self._starts = array("q")
        self._sizes = array("q")

    def __len__(self) -> int:
        return len(self.names)

    def number(self, terms: Iterable[str]) -> list[int]:
        """The number of each term, new ones numbered."""
        known, names = self._numbers, self.names
        out = []
        for term in terms:
            number = known.get(term)
            if number is None:
                number = known[term] = len(names)
                names.append(term)
                self._starts.append(0)
                self._sizes.append(0)
            out.append(number)
        return out

    def expand(self, units: Ints) -> tuple[Ints, Ints]:
        """How many terms each unit stands for, and all of them, one unit's behind another's."""
        sizes = np.frombuffer(self._sizes, np.int64)
        new = distinct(np.sort(units[sizes[units] == 0])).tolist()
        del sizes  # an array that is looked at cannot grow
        for unit in new:
            self._starts[unit] = len(self._terms)
            parts = self.number(self.analyzer.parts(self.names[unit]))
            self._terms.append(unit)
            self._terms.extend(parts)
            self._sizes[unit] = 1 + len(parts)
        starts = np.frombuffer(self._starts, np.int64)
        counts = np.frombuffer(self._sizes, np.int64)[units]
        return counts, np.frombuffer(self._terms, np.int64)[ragged(starts[units], counts)]
