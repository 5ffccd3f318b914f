"""searchlib itself, through its public interface."""

from __future__ import annotations

from pathlib import Path

import searchlib
import searchlib.index
import searchlib.rebuilding
from benchmarks.speed.engines.base import KINDS, Answer, Opened, Query
from searchlib.analysis import Analyzer


class SearchlibIndex:
    """`ranking` is `default` (fused channels) or `words` (words only, all optional)."""

    kinds = frozenset(KINDS)
    has_snippets = True

    def __init__(self, *, workers: int = 2, ranking: str = "default") -> None:
        # what the peers import: rjieba builds its dictionary when it is imported, ours on demand
        Analyzer().units("预热")
        self.workers = workers
        self.ranking = _ranking(ranking)

    def build(self, corpus: Path, index: Path) -> None:
        """Rebuild from the prepared .jsonl file."""
        searchlib.rebuild(corpus, index, workers=self.workers)

    def open(self, index: Path) -> Opened:
        """Open the index for reading."""
        return OpenedIndex(index, self.ranking)


class OpenedIndex:
    """An open `Index` and the ranking to search it with."""

    def __init__(self, index: Path, ranking: searchlib.Ranking) -> None:
        self._index = searchlib.open(index)
        self._ranking = ranking

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Search; a phrase goes in quotes, a category as a filter."""
        results = self._index.search(
            f'"{query.text}"' if query.kind == "phrase" else query.text,
            category=query.category or None,
            limit=limit,
            count=count,
            ranking=self._ranking,
            snippets=snippets,
        )
        html = tuple(hit.snippet.html for hit in results) if snippets else ()
        return Answer(results.total if count else -1, len(results), html)

    def close(self) -> None:
        """Close the index."""
        self._index.close()


def _ranking(name: str) -> searchlib.Ranking:
    if name == "words":
        return searchlib.Ranking(grams=0.0, chars=0.0, stages=False)
    return searchlib.Ranking()


ADAPTER = SearchlibIndex
