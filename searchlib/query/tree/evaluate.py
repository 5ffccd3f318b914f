"""Search by a tree of Whoosh's query objects, evaluated with arrays over searchlib's segments.

The whole tree stands as one term in what is found, so that pages, facets and sorting are those of
every other search.
"""

from __future__ import annotations

import math

import numpy as np

from searchlib.errors import OptionError, SearchLibError
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.query.filters import Filter
from searchlib.query.found import AnyGroup, Found, Group, ListedGroup
from searchlib.query.ranking import Ranking
from searchlib.query.score import Weighted
from searchlib.query.terms import Scores, Term, TermReader
from searchlib.query.tree.leaves import TermLeaf
from searchlib.query.tree.nodes import WhooshQuery
from searchlib.query.tree.plan import plan
from searchlib.query.tree.program import Add, Fold, Load, run_matching, run_scoring
from searchlib.query.tree.sources import Sources, Wanted
from searchlib.store.arrays import Bits, Docs
from searchlib.store.whoosh import SnapshotIndex


class Tree:
    """A tree planned for one snapshot. `notes` say what was cut from it.

    Raises `OptionError` for a node that makes no sense, `QueryTooComplexError` for too many.
    """

    def __init__(
        self,
        query: WhooshQuery,
        reader: TermReader,
        index: SnapshotIndex,
        ranking: Ranking,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        sources = Sources(reader, index, ranking, limits)
        try:
            self._program = plan(query, sources, limits)
        except SearchLibError:
            raise
        except (TypeError, ValueError, AttributeError) as error:
            # Whoosh checks few arguments of its nodes; first make sure that it is not our files
            reader.snapshot.verify()
            expected = f"nodes with arguments of the right types (they raised {error!r})"
            raise OptionError("query", type(query).__name__, expected) from error
        self._reader = reader
        self._kept: list[dict[int, Bits]] = [{} for _ in reader.segments]
        self._sources = sources
        self.notes: tuple[str, ...] = tuple(dict.fromkeys(sources.notes))

    def find(self, chosen: Filter) -> Found:
        """All articles that the tree finds and the filter lets through.

        Raises `OptionError` and `QueryTooComplexError` for what only Whoosh could run, and can't.
        """
        reader = self._reader
        masks = [chosen.mask(live) for live in reader.snapshot.segments]
        terms = self._any_of()
        if terms is not None:
            group: Group = AnyGroup("words", masks, terms, reader.segments, reader.scratch)
            return Found((group,), terms, reader.segments)
        lists = [self._documents(at, mask) for at, mask in enumerate(masks)]
        whole = [Weighted(_WholeTree(self, reader), 1.0, math.inf)]
        listed = ListedGroup("words", lists, whole, reader.segments)
        return Found((listed,), whole, reader.segments)

    def wanted(self) -> list[Wanted]:
        """What is to be marked in snippets."""
        return self._sources.wanted()

    def scores(self, segment: int, docs: Docs) -> Scores:
        """The score of each of `docs`, which the tree has found in a segment."""
        return run_scoring(self._program.scoring, segment, docs, self._kept[segment])

    def _documents(self, segment: int, mask: Bits | None) -> Docs:
        documents = self._reader.segments[segment].documents
        found, kept = run_matching(self._program.matching, segment, documents)
        self._kept[segment] = kept
        if mask is not None:
            found &= mask
        return found.nonzero()[0].astype(np.int32)

    def _any_of(self) -> list[Weighted] | None:
        """The terms, if that is all that the tree is: any of them, none without a score."""
        leaves = []
        for step in self._program.matching:
            if isinstance(step, Load) and isinstance(step.leaf, TermLeaf):
                leaves.append(step.leaf)
            elif not (isinstance(step, Fold) and step.operation is np.logical_or):
                return None
        if [step.leaf for step in self._program.scoring if isinstance(step, Add)] != leaves:
            return None
        terms = [leaf.weighted for leaf in leaves if leaf.weighted.term.df]
        # one order for all segments, so that equal articles get the same sum to the last bit
        return sorted(terms, key=lambda weighted: -weighted.bound)


class _WholeTree(Term):
    """A tree as a term: what it adds to an article is all that the article gets."""

    def __init__(self, tree: Tree, reader: TermReader) -> None:
        super().__init__(reader.statistics("body", "words"), "", 0, math.inf)
        self._tree = tree

    def add(self, total: Scores, segment: int, docs: Docs, factor: float) -> None:
        """Add the tree's score of each of `docs`."""
        total += self._tree.scores(segment, docs) * factor


def find_tree(
    query: WhooshQuery,
    reader: TermReader,
    index: SnapshotIndex,
    ranking: Ranking,
    chosen: Filter,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Found:
    """Return all articles that a tree finds and the filter lets through (see `Tree`).

    `index` is the same snapshot as `reader`'s.
    """
    return Tree(query, reader, index, ranking, limits).find(chosen)


def written(query: WhooshQuery) -> str:
    """A tree as text, or the kind of its root where Whoosh cannot write it."""
    try:
        return str(query)
    except (RecursionError, NotImplementedError):
        return type(query).__name__
