"""When to merge: adjacent segments of about the same size, so that document order stays.

A segment's level is the logarithm of its size to the base FAN. As soon as FAN of one level stand
at the end of the index they become one, with whatever smaller ones stand between them; and small
ones in front of a larger become one before they are left behind. So an index has at most
2 · (FAN - 1) segments a level (half of that where articles are added one by one: about 40 for a
million), and each article is written again about once a level.
"""

from __future__ import annotations

from collections.abc import Sequence

FAN = 8
# a segment with more deleted than this is written anew
DELETED_SHARE = 0.5


def level(documents: int) -> int:
    """The level of a segment with that many articles.

    >>> [level(n) for n in (0, 1, 7, 8, 64)]
    [0, 0, 0, 1, 2]
    """
    result = 0
    while documents >= FAN:
        documents //= FAN
        result += 1
    return result


def plan(alive: Sequence[int], documents: Sequence[int]) -> tuple[int, int] | None:
    """The half-open range of segments to merge next, or None when there is nothing to do.

    `alive` and `documents` count each segment's articles without and with deleted ones.

    >>> plan([512, 1, 1, 1, 1, 1, 1, 1, 1], [512, 1, 1, 1, 1, 1, 1, 1, 1])
    (1, 9)
    """
    for at, (kept, held) in enumerate(zip(alive, documents, strict=True)):
        if held - kept >= max(1, DELETED_SHARE * held):
            return at, at + 1
    levels = [level(count) for count in alive]
    for at in range(2, len(levels)):
        start = at
        while start and levels[start - 1] < levels[at]:
            start -= 1
        if at - start > 1:
            return start, at
    for top in range(max(levels, default=0) + 1):
        start = len(levels)
        while start and levels[start - 1] <= top:
            start -= 1
        # counting smaller ones too would write the largest again with every few articles
        if levels[start:].count(top) >= FAN:
            return start, len(levels)
    return None
