"""From a tree of Whoosh's query objects to a program (see `program`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from searchlib.errors import QueryTooComplexError
from searchlib.limits import Limits
from searchlib.query.tree.fields import COLUMN_FIELDS, TEXT_FIELDS
from searchlib.query.tree.nodes import WhooshQuery, whoosh
from searchlib.query.tree.program import (
    Add,
    AddConstant,
    AtLeast,
    Close,
    CloseBest,
    Compare,
    Count,
    Drop,
    Fold,
    Invert,
    Keep,
    Leaf,
    Load,
    MatchStep,
    Open,
    OpenBest,
    ScoreStep,
)
from searchlib.query.tree.sources import NOTHING, Sources, checked_boost


@dataclass(frozen=True, slots=True)
class Visit:
    """A node still to be planned.

    `boost` is what its scores are multiplied with. `scored`: its scores count. `certain`: they
    are asked for only where it matches. `wanted`: what it asks for is marked in snippets.
    """

    query: Any
    boost: float = 1.0
    scored: bool = True
    certain: bool = True
    wanted: bool = True

    def inner(self, query: Any, *, certain: bool) -> Visit:
        """A child whose scores go into this one's."""
        return Visit(query, self.boost, self.scored, certain, self.wanted)

    def filtering(self, query: Any, *, wanted: bool = True) -> Visit:
        """A child of which only what it matches counts."""
        return Visit(query, self.boost, False, self.certain, self.wanted and wanted)


Work = Visit | MatchStep | ScoreStep


@dataclass(frozen=True, slots=True)
class Program:
    """The steps of a tree."""

    matching: tuple[MatchStep, ...]
    scoring: tuple[ScoreStep, ...]


def plan(query: WhooshQuery, sources: Sources, limits: Limits) -> Program:
    """Plan a tree: from the root down, without recursion.

    Raises `OptionError` for a node that makes no sense, `QueryTooComplexError` for too many.
    """
    planner = _Planner(sources)
    matching: list[MatchStep] = []
    scoring: list[ScoreStep] = []
    left: list[Work] = [Visit(query)]
    visited = 0
    while left:
        work = left.pop()
        if isinstance(work, Visit):
            visited += 1
            if visited > limits.tree_nodes:  # or it holds itself
                raise QueryTooComplexError("tree_nodes", limits.tree_nodes, visited)
            left += reversed(planner.plan(work))
        elif isinstance(work, MatchStep):
            matching.append(work)
        else:
            scoring.append(work)
    return Program(tuple(matching), tuple(scoring))


class _Planner:
    """Knows what each kind of node comes to: steps, and children in between."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._slots = 0
        # by exact type: a subclass may mean something else, so Whoosh runs it
        self._known: dict[type, Callable[[Visit], Sequence[Work]]] = {
            whoosh.And: self._and,
            whoosh.Or: self._or,
            whoosh.AndNot: self._and_not,
            whoosh.AndMaybe: self._and_maybe,
            whoosh.Require: self._require,
            whoosh.Not: self._not,
            whoosh.DisjunctionMax: self._best,
            whoosh.ConstantScoreQuery: self._constant,
            whoosh.Term: self._term,
            whoosh.Phrase: self._phrase,
            whoosh.Prefix: self._multiple,
            whoosh.Wildcard: self._multiple,
            whoosh.Regex: self._multiple,
            whoosh.FuzzyTerm: self._multiple,
            whoosh.TermRange: self._multiple,
            whoosh.NumericRange: self._range,
            whoosh.DateRange: self._range,
            whoosh.Every: self._every,
            type(whoosh.NullQuery): self._null,
        }

    def plan(self, visit: Visit) -> Sequence[Work]:
        """Plan one node. Whoosh applies the boosts of what it runs itself."""
        query = visit.query
        handler = self._known.get(type(query))
        if handler is None or _for_whoosh(query):
            return _leaf(visit, self._sources.fallback(query, visit.boost, visit.wanted))
        boost = checked_boost(visit.boost * checked_boost(getattr(query, "boost", 1.0)))
        if boost != visit.boost:
            visit = replace(visit, boost=boost)
        return handler(visit)

    # nodes with children

    def _and(self, visit: Visit) -> Sequence[Work]:
        children = [visit.inner(child, certain=True) for child in visit.query.subqueries]
        return self._within(visit, _folded(children, np.logical_and))

    def _or(self, visit: Visit) -> Sequence[Work]:
        children = [visit.inner(child, certain=False) for child in visit.query.subqueries]
        least = visit.query.minmatch or 0
        if least <= 1 or not children:
            return _folded(children, np.logical_or)
        first, *others = _folded(children, np.add)
        return self._within(visit, [first, Count(), *others, AtLeast(least)])

    def _and_not(self, visit: Visit) -> Sequence[Work]:
        wanted = visit.inner(visit.query.a, certain=True)
        unwanted = visit.filtering(visit.query.b, wanted=False)
        return self._within(visit, [wanted, unwanted, Fold(np.greater)])

    def _require(self, visit: Visit) -> Sequence[Work]:
        scored = visit.inner(visit.query.a, certain=True)
        return self._within(visit, [scored, visit.filtering(visit.query.b), Fold(np.logical_and)])

    def _and_maybe(self, visit: Visit) -> Sequence[Work]:
        needed = visit.inner(visit.query.a, certain=True)
        if not visit.scored:
            return [needed]
        maybe = visit.inner(visit.query.b, certain=False)
        if visit.certain:
            return [needed, maybe, Drop()]
        slot = self._slot()
        return [Open(), needed, Keep(slot), maybe, Drop(), Close(slot)]

    def _not(self, visit: Visit) -> Sequence[Work]:
        return [visit.filtering(visit.query.query, wanted=False), Invert()]

    def _best(self, visit: Visit) -> Sequence[Work]:
        children = [visit.inner(child, certain=False) for child in visit.query.subqueries]
        if not visit.scored or not children:
            return _folded(children, np.logical_or)
        steps: list[Work] = [OpenBest()]
        for number, child in enumerate(children):
            steps += [Open(), child, Compare()]
            steps += [Fold(np.logical_or)] if number else []
        return [*steps, CloseBest(checked_boost(visit.query.tiebreak))]

    def _constant(self, visit: Visit) -> Sequence[Work]:
        child = visit.filtering(visit.query.child)
        if not visit.scored:
            return [child]
        value = checked_boost(visit.boost * checked_boost(visit.query.score))
        if visit.certain:
            return [child, AddConstant(value)]
        slot = self._slot()
        return [child, Keep(slot), AddConstant(value, slot)]

    def _within(self, visit: Visit, steps: Sequence[Work]) -> Sequence[Work]:
        """Steps whose sum counts only where the node itself matches."""
        if visit.certain or not visit.scored:
            return steps
        slot = self._slot()
        return [Open(), *steps, Keep(slot), Close(slot)]

    def _slot(self) -> int:
        self._slots += 1
        return self._slots

    # leaves

    def _term(self, visit: Visit) -> Sequence[Work]:
        return _leaf(visit, self._sources.term(visit.query, visit.boost, visit.wanted))

    def _phrase(self, visit: Visit) -> Sequence[Work]:
        query = visit.query
        if query.fieldname in TEXT_FIELDS and (len(query.words) == 1 or self._degrades(query)):
            words = [whoosh.Term(query.fieldname, word) for word in query.words]
            return [visit.inner(whoosh.And(words), certain=visit.certain)]
        return _leaf(visit, self._sources.phrase(query, visit.boost, visit.wanted))

    @staticmethod
    def _degrades(query: Any) -> bool:
        """Whether, in a field without positions, all words will do (not in every Whoosh)."""
        return TEXT_FIELDS[query.fieldname][1] == "chars" and getattr(query, "degrade", False)

    def _multiple(self, visit: Visit) -> Sequence[Work]:
        query = visit.query
        name = query.fieldname
        if name not in TEXT_FIELDS and name not in COLUMN_FIELDS:
            return [Load(NOTHING)]
        if type(query) in _EVERYTHING and query.text == _EVERYTHING[type(query)]:
            return [visit.inner(whoosh.Every(name), certain=visit.certain)]
        found = self._sources.expansion(name, self._sources.pattern(query), str(query))
        if visit.scored and not query.constantscore and name in TEXT_FIELDS:
            terms = [whoosh.Term(name, text) for text in found.terms]
            return [visit.inner(whoosh.Or(terms), certain=visit.certain)]
        return _leaf(visit, self._sources.multiple(name, found, visit.boost, visit.wanted))

    def _range(self, visit: Visit) -> Sequence[Work]:
        return _leaf(visit, self._sources.range(visit.query, visit.boost))

    def _every(self, visit: Visit) -> Sequence[Work]:
        return _leaf(visit, self._sources.every(visit.query, visit.boost))

    def _null(self, visit: Visit) -> Sequence[Work]:
        return [Load(NOTHING)]


_EVERYTHING = {whoosh.Prefix: "", whoosh.Wildcard: "*", whoosh.Regex: ".*"}


def _for_whoosh(query: Any) -> bool:
    """Whether a node of a kind that is known asks for what only Whoosh has: scores that depend
    on how many children match, terms of dates at Whoosh's precisions.
    """
    if getattr(query, "scale", None):
        return True
    if getattr(query, "fieldname", None) != "date":
        return False
    if isinstance(query, whoosh.NumericRange):
        ends = (query.start, query.end)
        return any(end is not None and not isinstance(end, (int, dt.datetime)) for end in ends)
    if isinstance(query, whoosh.Term):
        return not isinstance(query.text, dt.datetime)
    return not isinstance(query, (whoosh.Every, whoosh.Phrase))


def _leaf(visit: Visit, leaf: Leaf) -> list[Work]:
    return [Load(leaf), Add(leaf)] if visit.scored else [Load(leaf)]


def _folded(children: Sequence[Visit], operation: np.ufunc) -> list[Work]:
    """Children combined one by one, so that two bitmaps are held and not one for each."""
    if not children:
        return [Load(NOTHING)]
    steps: list[Work] = [children[0]]
    for child in children[1:]:
        steps += [child, Fold(operation)]
    return steps
