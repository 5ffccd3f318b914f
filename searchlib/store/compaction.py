"""When to merge: adjacent segments of about the same size, so that document order stays.

A segment's level is the logarithm of its size to the base FAN. As soon as FAN neighbours at the
end of the index are of one level or below, they become one; so an index of n articles has at
most FAN - 1 segments a level, about 30 for a million articles added one by one, and each article
is written again about log(n) times.
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
    for top in range(max(levels, default=0) + 1):
        start = len(levels)
        while start and levels[start - 1] <= top:
            start -= 1
        if len(levels) - start >= FAN:
            return start, len(levels)
    return None
