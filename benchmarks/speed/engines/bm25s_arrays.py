"""bm25s: scores computed when building, arrays summed when searching; no text, no phrases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bm25s
import numpy as np

from benchmarks.speed.engines.base import Answer, Opened, Query, records
from benchmarks.speed.engines.tokens import Cut, cutter, distinct

_CATEGORIES = "categories.npy"


class Bm25sArrays:
    """Title and body as one list of words."""

    kinds = frozenset({"all", "single", "several", "filtered"})
    has_snippets = False

    def __init__(self) -> None:
        self.words = cutter("rjieba")

    def build(self, corpus: Path, index: Path) -> None:
        """Hold all tokens in memory, score them, save the arrays."""
        words = self.words
        tokens, categories = [], []
        for record in records(corpus):
            tokens.append(words(f"{record.title} {record.body}").split())
            categories.append(record.category)
        retriever = bm25s.BM25(k1=1.2, b=0.75)
        retriever.index(tokens, show_progress=False)
        retriever.save(str(index), show_progress=False)
        np.save(index / _CATEGORIES, np.array(categories))

    def open(self, index: Path) -> Opened:
        """Map the arrays and make a mask for each category."""
        return OpenedArrays(index, self.words)


class OpenedArrays:
    """A retriever over mapped arrays."""

    def __init__(self, index: Path, words: Cut) -> None:
        self._retriever = bm25s.BM25.load(str(index), mmap=True)
        self._words = words
        categories = np.load(index / _CATEGORIES)
        self._mask: Callable[[str], object] = {
            str(name): (categories == name).astype(np.float32) for name in np.unique(categories)
        }.get

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Sum the arrays of the words; counting looks at every score once more."""
        words = distinct(self._words(query.text))
        known = [word for word in words if word in self._retriever.vocab_dict]
        if not known:
            return Answer(0, 0)
        mask = self._mask(query.category) if query.category else None
        scores = self._retriever.get_scores(known, weight_mask=mask)
        limit = min(limit, len(scores))
        top = np.argpartition(scores, -limit)[-limit:]
        top = top[np.argsort(-scores[top], kind="stable")]
        hits = int(np.count_nonzero(scores[top]))
        return Answer(int(np.count_nonzero(scores)) if count else -1, hits)

    def close(self) -> None:
        """Nothing to do: the maps close with their arrays."""


ADAPTER = Bm25sArrays
