"""Sums over all documents of a segment, in memory that is used again.

A fresh array of half a megabyte costs more in page faults than a query adds up in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Docs


class Sums:
    """One float64 for each document, all 0 but for the documents that `touched` lists."""

    def __init__(self, documents: int) -> None:
        self.values: npt.NDArray[np.float64] = np.zeros(documents, np.float64)
        self.touched: list[Docs] = []

    def add(
        self, docs: Docs, amounts: npt.NDArray[np.floating[Any]] | float
    ) -> npt.NDArray[np.float64]:
        """Add to the sums of `docs`, each there once, and return them."""
        own = self.values[docs]
        own += amounts
        self.values[docs] = own
        self.touched.append(docs)
        return own


class Scratch:
    """Lends sums for each segment. Threads may share it: each borrows its own."""

    def __init__(self, documents: Sequence[int]) -> None:
        self._documents = documents
        self._free: list[list[Sums]] = [[] for _ in documents]

    @contextmanager
    def sums(self, segment: int) -> Iterator[Sums]:
        """Sums for the documents of one segment, all 0."""
        free = self._free[segment]
        try:
            lent = free.pop()
        except IndexError:
            lent = Sums(self._documents[segment])
        # not given back after an exception: then it is not known to be all 0
        yield lent
        for docs in lent.touched:
            lent.values[docs] = 0.0
        lent.touched.clear()
        free.append(lent)
