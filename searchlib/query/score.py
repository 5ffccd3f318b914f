"""Scores: the fused BM25 of chosen documents, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from searchlib.query.phrase import Phrase
from searchlib.query.ranking import Ranking
from searchlib.query.scratch import Scratch
from searchlib.query.terms import Scores, Term, TermReader
from searchlib.store.arrays import NO_DOCS, Bits, Docs, union
from searchlib.store.channels import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Weighted:
    """A term and the factor of its scores: idf, channel weight and field boost together.

    No article gets more than `bound` from it.
    """

    term: Term
    factor: float
    bound: float


def weigh(
    reader: TermReader,
    ranking: Ranking,
    texts: dict[Kind, Sequence[str]],
    phrases: Sequence[Phrase],
) -> list[Weighted]:
    """The terms of a query in all channels, those that can add most to a score first."""
    out = []
    for phrase in phrases:
        for found in phrase.terms:
            factor = ranking.phrases * ranking.weight(found.field) * found.idf
            if factor:
                out.append(Weighted(found, factor, factor * found.bound))
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
                    out.append(Weighted(term, factor, factor * term.bound))
    # one order for all segments, so that equal articles get the same sum to the last bit
    out.sort(key=lambda weighted: -weighted.bound)
    return out


def score(terms: Sequence[Weighted], segment: int, docs: Docs) -> Scores:
    """The score of each of `docs` (ascending) in one segment, float64 (len(docs),)."""
    total = np.zeros(len(docs), np.float64)
    for weighted in terms:
        weighted.term.add(total, segment, docs, weighted.factor)
    return total


def best(terms: Sequence[Weighted], segment: int, docs: Docs, count: int) -> tuple[Docs, Scores]:
    """The `count` best of `docs` with their scores, best first, ties by document.

    Exact: a document is only given up once all terms left could not lift it to the count-th
    best score so far (H. Turtle and J. Flood, Query evaluation: strategies and optimizations,
    1995, section 4.3).
    """
    if not count:
        return docs[:0], np.empty(0, np.float64)
    return _finish(terms, segment, docs, np.zeros(len(docs), np.float64), count)


def _finish(
    terms: Sequence[Weighted], segment: int, docs: Docs, total: Scores, count: int
) -> tuple[Docs, Scores]:
    """Add the scores of `terms` to what `docs` have, and take the best."""
    left = remaining(terms)
    for at, weighted in enumerate(terms):
        if len(docs) > 2 * count:
            docs, total = _prune(docs, total, count, left[at])
        weighted.term.add(total, segment, docs, weighted.factor)
    return _top(docs, total, count)


def best_of_any(
    terms: Sequence[Weighted], segment: int, scratch: Scratch, count: int, mask: Bits | None
) -> tuple[Docs, Scores]:
    """The `count` best documents with any of the terms, as `best` gives them.

    The lists are added up in full until no document outside them could come among the best;
    from then on only those seen so far are looked up in the lists left.
    """
    if not count or not terms:
        return NO_DOCS, np.empty(0, np.float64)
    left = remaining(terms)
    threshold = 0.0
    with scratch.sums(segment) as sums:
        at = 0
        for at, weighted in enumerate(terms):
            if threshold > left[at]:
                break
            found = weighted.term.scores(segment)
            if found is None:
                continue
            docs, scores = found
            if mask is not None:
                kept = mask[docs]
                docs, scores = docs[kept], scores[kept]
            own = sums.add(docs, scores * weighted.factor)
            if len(own) > count:
                threshold = max(threshold, _threshold(own, count))
        else:
            at = len(terms)
        docs = union(sums.touched)
        return _finish(terms[at:], segment, docs, sums.values[docs], count)


def with_any(terms: Sequence[Weighted], segment: int, documents: int, mask: Bits | None) -> Bits:
    """Which documents have any of the terms, bool (documents,)."""
    found = np.zeros(documents, np.bool_)
    for weighted in terms:
        occurrences = weighted.term.occurrences(segment)
        if occurrences is not None:
            occurrences.mark(found)
    if mask is not None:
        found &= mask
    return found


def remaining(terms: Sequence[Weighted]) -> list[float]:
    """For each term what it and all terms behind it can add at most; 0 behind the last."""
    out = [0.0]
    for weighted in reversed(terms):
        out.append(out[-1] + weighted.bound)
    out.reverse()
    return out


def _threshold(total: Scores, count: int) -> float:
    """The count-th largest score."""
    return float(np.partition(total, len(total) - count)[len(total) - count])


def _prune(docs: Docs, total: Scores, count: int, left: float) -> tuple[Docs, Scores]:
    """Give up the documents that `left` could not lift to the count-th best."""
    if len(docs) <= count:
        return docs, total
    threshold = _threshold(total, count)
    # a little slack: sums of floats differ by their order
    kept = total >= threshold - left - 1e-6 * threshold
    return (docs, total) if kept.all() else (docs[kept], total[kept])


def _top(docs: Docs, total: Scores, count: int) -> tuple[Docs, Scores]:
    if len(docs) > count:
        kept = total >= _threshold(total, count)
        docs, total = docs[kept], total[kept]
    order = np.lexsort((docs, -total))[:count]
    return docs[order], total[order]
