"""Scores: the fused BM25 of chosen documents, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from searchlib.query.ranking import Ranking
from searchlib.query.terms import Term, TermReader
from searchlib.store.arrays import Ints
from searchlib.store.channels import KINDS, Kind

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A term and the factor of its scores: idf, channel weight and field boost together."""

    term: Term
    factor: float
    bound: float


def weigh(reader: TermReader, ranking: Ranking, texts: dict[Kind, Sequence[str]]) -> list[Weighted]:
    """The terms of a query in all channels, those that can add most to a score first."""
    out = []
    for kind in KINDS:
        weight = ranking.weight(kind)
        if not weight:
            continue
        for field in reader.fields(kind):
            boost = weight * ranking.weight(field)
            if not boost:
                continue
            for text in texts[kind]:
                term = reader.term(field, kind, text)
                if term.df:
                    factor = boost * term.idf
                    out.append(Weighted(term, factor, factor * (ranking.k1 + 1)))
    # one order for all segments, so that equal articles get the same sum to the last bit
    out.sort(key=lambda weighted: -weighted.bound)
    return out


def score(terms: Sequence[Weighted], segment: int, docs: Ints, documents: int) -> Scores:
    """The score of each of `docs` (ascending) in one segment, float64 (len(docs),)."""
    total = np.zeros(len(docs), np.float64)
    for weighted in terms:
        _add(total, weighted, segment, docs, documents)
    return total


def best(
    terms: Sequence[Weighted], segment: int, docs: Ints, documents: int, count: int
) -> tuple[Ints, Scores]:
    """The `count` best of `docs` with their scores, best first, ties by document.

    Exact: a document is only given up once all terms left could not lift it to the count-th
    best score so far (H. Turtle and J. Flood, Query evaluation: strategies and optimizations,
    1995, section 4.3).
    """
    total = np.zeros(len(docs), np.float64)
    left = np.cumsum([weighted.bound for weighted in reversed(terms)])[::-1].tolist()
    for at, weighted in enumerate(terms):
        if at and len(docs) > 2 * count:
            threshold = np.partition(total, len(total) - count)[len(total) - count]
            if threshold > 0:
                # a little slack: sums of floats differ by their order
                kept = total >= threshold - left[at] - 1e-9 * threshold
                if not kept.all():
                    docs, total = docs[kept], total[kept]
        _add(total, weighted, segment, docs, documents)
    if len(docs) > count:
        threshold = np.partition(total, len(total) - count)[len(total) - count]
        kept = total >= threshold
        docs, total = docs[kept], total[kept]
    order = np.lexsort((docs, -total))[:count]
    return docs[order], total[order]


def _add(total: Scores, weighted: Weighted, segment: int, docs: Ints, documents: int) -> None:
    """Add one term's part of the score to every document that has it."""
    found = weighted.term.scores(segment)
    if found is None:
        return
    own = found.docs
    if len(own) < 8 * len(docs) and len(docs) > 64:
        spread = np.zeros(documents, np.float32)
        spread[own] = found.scores
        total += spread[docs] * weighted.factor
        return
    at = np.searchsorted(own, docs)
    at[at == len(own)] = 0
    hit = (own[at] == docs).nonzero()[0]
    if len(hit):
        total[hit] += found.scores[at[hit]] * weighted.factor
