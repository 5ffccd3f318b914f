"""What the executor does not know: Whoosh's own matchers, over the same segments.

They score by our BM25, so that a node that falls back weighs as much as one that does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from whoosh.scoring import BaseScorer, WeightingModel

from searchlib.errors import OptionError, QueryTooComplexError, SearchLibError
from searchlib.limits import Limits
from searchlib.query.ranking import Ranking
from searchlib.query.terms import Scores, TermReader
from searchlib.query.tree.fields import TEXT_FIELDS
from searchlib.query.tree.nodes import WhooshQuery
from searchlib.store.arrays import Bits, Docs
from searchlib.store.whoosh import SnapshotIndex

Found = tuple[Docs, Scores]


class WhooshLeaf:
    """A subtree that Whoosh runs, segment by segment, once for each."""

    def __init__(self, query: WhooshQuery, runner: WhooshRunner, boost: float) -> None:
        self._query = query
        self._runner = runner
        self._boost = boost
        self._found: dict[int, Found] = {}

    def mark(self, segment: int, found: Bits) -> None:
        """See `program.Leaf`."""
        own = self._found[segment] = self._runner.run(self._query, segment)
        found[own[0]] = True

    def add(self, segment: int, docs: Docs, total: Scores) -> None:
        """See `program.Leaf`."""
        own, scores = self._found[segment]
        if len(own):
            at = np.searchsorted(own, docs)
            at[at == len(own)] = 0
            total += np.where(own[at] == docs, scores[at] * self._boost, 0.0)


class WhooshRunner:
    """Runs queries with Whoosh's matchers over the segments of a snapshot."""

    def __init__(
        self, index: SnapshotIndex, reader: TermReader, ranking: Ranking, limits: Limits
    ) -> None:
        self._snapshot = reader.snapshot
        self._limits = limits
        # the searcher must live as long as its parts, which refer to it weakly
        searcher: Any = index.searcher(weighting=OurBM25(reader, ranking))
        self._searcher = searcher
        self._leaves = [leaf for leaf, _ in searcher.leaf_searchers()]

    def run(self, query: WhooshQuery, segment: int) -> Found:
        """The documents of a segment that `query` finds, int32 ascending, and their scores.

        Raises `OptionError` for a query that Whoosh cannot run, `QueryTooComplexError` for one
        that is too deep for it.
        """
        name = type(query).__name__
        try:
            docs, scores = _matches(query, self._leaves[segment])
        except SearchLibError:
            raise
        except RecursionError:
            depth = _depth(query, self._limits.tree_nodes)
            raise QueryTooComplexError("query_depth", self._limits.query_depth, depth) from None
        except Exception as error:
            # anything: Whoosh raises what its matchers happen to trip over. First make sure that
            # it is not our files
            self._snapshot.verify()
            expected = f"a query that Whoosh can run (it raised {error!r})"
            raise OptionError("query", name, expected) from error
        return np.array(docs, np.int32), np.nan_to_num(np.array(scores, np.float64))

    def terms(self, query: WhooshQuery) -> list[tuple[str, Any]]:
        """The (field, text) pairs of a query, none where Whoosh does not know."""
        try:
            return list(query.iter_all_terms())
        except Exception:
            return []  # they are only wanted for marking


def _matches(query: WhooshQuery, searcher: Any) -> tuple[list[int], list[float]]:
    docs: list[int] = []
    scores: list[float] = []
    matcher = query.matcher(searcher, searcher.context())
    while matcher.is_active():
        docs.append(matcher.id())
        scores.append(matcher.score())
        matcher.next()
    return docs, scores


def _depth(query: WhooshQuery, most: int) -> int:
    """How deep a tree nests, without recursion, as far as its first `most` nodes show."""
    deepest = 0
    open_nodes = [(query, 1)]
    for _ in range(most):
        if not open_nodes:
            break
        node, depth = open_nodes.pop()
        deepest = max(deepest, depth)
        open_nodes += [(child, depth + 1) for child in node.children()]
    return deepest


class OurBM25(WeightingModel):
    """searchlib's BM25 as a weighting of Whoosh's. What is not a text field scores 1."""

    def __init__(self, reader: TermReader, ranking: Ranking) -> None:
        self._reader = reader
        self._ranking = ranking

    def scorer(self, searcher: Any, fieldname: str, text: Any, qf: int = 1) -> BaseScorer:
        """Whoosh's hook: the scorer of one term in one segment."""
        if fieldname not in TEXT_FIELDS:
            return _Scorer(lambda matcher: 1.0)
        field, kind = TEXT_FIELDS[fieldname]
        ranking, snapshot = self._ranking, self._reader.snapshot
        term = self._reader.term(field, kind, text.decode("utf-8", "surrogatepass"))
        factor = ranking.weight(kind) * ranking.weight(field) * term.idf
        average = snapshot.total(field, kind) / snapshot.documents or 1.0

        def score(matcher: Any) -> float:
            tf = matcher.weight()
            length = searcher.doc_field_length(matcher.id(), fieldname, 0)
            norm = ranking.k1 * (1 - ranking.b + ranking.b * length / average)
            return float(factor * tf * (ranking.k1 + 1) / (tf + norm))

        return _Scorer(score)


class _Scorer(BaseScorer):
    def __init__(self, score: Callable[[Any], float]) -> None:
        self._score = score

    def supports_block_quality(self) -> bool:
        return False

    def score(self, matcher: Any) -> float:
        return self._score(matcher)

    def max_quality(self) -> float:
        return float("inf")
