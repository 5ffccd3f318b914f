"""Which stretches of a text show most of what was asked for."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence
from operator import itemgetter

from searchlib.results.needles import Span

Occurrence = tuple[int, int, int]
"""(start, end, number of the needle); lists of them are kept in ascending order."""

_by_end = itemgetter(1)
_NEVER: Occurrence = (sys.maxsize, sys.maxsize, 0)


def best_window(
    occurrences: list[Occurrence], weights: Sequence[int], width: int, goal: int
) -> tuple[Span, set[int], int]:
    """The window of `width` characters that covers most, the needles it covers, their weight.

    Each needle counts once, however often it stands there; of equal windows the earliest is
    taken, and none is looked for after one of weight `goal`. The window is shrunk to the first
    occurrence of each needle in it. `occurrences` is not empty and none is longer than `width`.
    One pass: linear in the number of occurrences.

    >>> best_window([(0, 2, 0), (50, 52, 1), (54, 56, 0)], [1, 1], 10, 2)
    ((50, 56), {0, 1}, 2)
    """
    counts = [0] * len(weights)
    score = best = best_start = entered = 0
    by_end = sorted(occurrences, key=_by_end)
    by_end.append(_NEVER)
    _, next_end, next_needle = by_end[0]
    for start, _, needle in occurrences:
        limit = start + width
        while next_end <= limit:
            if not counts[next_needle]:
                score += weights[next_needle]
            counts[next_needle] += 1
            entered += 1
            _, next_end, next_needle = by_end[entered]
        if score > best:
            best, best_start = score, start
            if best >= goal:
                break
        # the next window begins at or after the next occurrence, so this one leaves
        counts[needle] -= 1
        if not counts[needle]:
            score -= weights[needle]
    span, covered = _tighten(occurrences, best_start, best_start + width)
    return span, covered, best


def _tighten(occurrences: list[Occurrence], start: int, limit: int) -> tuple[Span, set[int]]:
    covered: set[int] = set()
    end = start
    for index in range(bisect_left(occurrences, (start,)), len(occurrences)):
        first, last, needle = occurrences[index]
        if first >= limit:
            break
        if last <= limit and needle not in covered:
            covered.add(needle)
            if last > end:
                end = last
    return (start, end), covered


def best_windows(
    occurrences: list[Occurrence], weights: Sequence[int], width: int, most: int, goal: int
) -> tuple[list[Span], int]:
    """Up to `most` windows, each the one that adds most to those before it, and their weight.

    For `most` = 1 that is the best there is; for more, at least 1 - 1/e of it (Nemhauser, Wolsey
    and Fisher 1978, on maximum coverage). No more are looked for when they weigh `goal`.
    """
    spans: list[Span] = []
    reached = 0
    while occurrences and len(spans) < most and reached < goal:
        span, covered, gain = best_window(occurrences, weights, width, goal - reached)
        spans.append(span)
        reached += gain
        occurrences = [found for found in occurrences if found[2] not in covered]
    return spans, reached
