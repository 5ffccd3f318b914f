"""Fold text so that what readers take for the same text compares equal.

Width, case, compatibility forms and script variants (traditional, Taiwan, Hong Kong →
simplified) fold by a table of single code points, so that `fold(a + b) == fold(a) + fold(b)`:
a substring of an article stays a substring after folding. Invisible code points (zero-width
spaces, variation selectors) fold to nothing. docs/adr/002 says what else and why.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLD_VERSION = 1
"""Raised whenever the fold of any code point changes, because every index would."""

_TABLE = Path(__file__).with_name("fold_table.txt")

# What nearly every Chinese article has most of: replacing these first makes the fold 1.8 times
# as fast as leaving them to the character class (87 M characters/s against 48 M).
_FREQUENT = "，“”：；（）？！\u3000"

# A character class tests code points above U+FFFF one range after the other, those below by a
# bit map; so all of the former count as candidates and the table decides.
_ASTRAL = "\U00010000-\U0010ffff"


@dataclass(frozen=True, slots=True)
class FoldMap:
    """A folded text, and where its characters came from.

    `identity` says that every code point folded to exactly one, so that offsets agree.
    """

    folded: str
    identity: bool
    _starts: tuple[int, ...] = ()
    """Folded offsets at which a code point of another length stands, ascending."""
    _ends: tuple[int, ...] = ()
    """Folded offsets behind those code points."""
    _origins: tuple[int, ...] = ()
    """Offsets of those code points in the original."""
    _length: int = 0
    """Characters of the original."""

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original whose characters made `folded[start:end]`.

        >>> fold_with_map("25℃高温").original(2, 4)
        (2, 3)
        """
        if self.identity:
            return start, end
        first = self._origin(start)
        return (first, self._origin(end - 1) + 1) if end > start else (first, first)

    def _origin(self, offset: int) -> int:
        if offset >= len(self.folded):
            return self._length
        nearest = bisect_right(self._starts, offset) - 1
        if nearest < 0:
            return offset
        if offset < self._ends[nearest]:
            return self._origins[nearest]
        return self._origins[nearest] + 1 + offset - self._ends[nearest]


def fold(text: str) -> str:
    """Return `text` in the form in which texts and queries are compared.

    >>> fold("ＣＯＶＩＤ－19，資訊")
    'covid-19,资讯'
    """
    if text.isascii():
        return text.lower()
    table, pattern, _ = _table()
    for char in _FREQUENT:
        text = text.replace(char, table[char])

    def folded(match: re.Match[str]) -> str:
        char = match[0]
        return table.get(char, char)

    return pattern.sub(folded, text)


def fold_with_map(text: str) -> FoldMap:
    """Fold `text` and keep the way back to the original offsets.

    >>> fold_with_map("ＡＢＣ").identity
    True
    """
    folded = fold(text)
    if text.isascii():
        return FoldMap(folded, True)
    table, _, uneven = _table()
    starts, ends, origins = [], [], []
    shift = 0
    for match in uneven.finditer(text):
        form = table.get(match[0], match[0])
        if len(form) != 1:
            origin = match.start()
            starts.append(origin + shift)
            ends.append(origin + shift + len(form))
            origins.append(origin)
            shift += len(form) - 1
    if not starts:
        return FoldMap(folded, True)
    return FoldMap(folded, False, tuple(starts), tuple(ends), tuple(origins), len(text))


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """Code point → folded form; what may be in it; what of that may not fold to one."""
    table: dict[str, str] = {}
    for line in _TABLE.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        target, _, sources = line.partition("=")
        folded = "".join(map(_spelled, target.split()))
        for source in sources.split():
            first, _, last = source.partition("-")
            if last:
                table.update((chr(point), "") for point in range(int(first, 16), int(last, 16) + 1))
            else:
                table[_spelled(first)] = folded
    changing = re.compile(_character_class(table))
    uneven = re.compile(_character_class(char for char in table if len(table[char]) != 1))
    return table, changing, uneven


def _spelled(code: str) -> str:
    return code if len(code) == 1 else chr(int(code, 16))


def _character_class(chars: Iterable[str]) -> str:
    ranges: list[list[int]] = []
    for point in sorted(ord(char) for char in chars if char <= "\uffff"):
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "[" + "".join(f"\\u{a:04x}-\\u{b:04x}" for a, b in ranges) + _ASTRAL + "]"
