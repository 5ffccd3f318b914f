"""Find the words of folded text that are not Han: Latin, numbers, quantities, symbols.

A *unit* is what readers take as one word: `covid-19`, `c++`, `1,470`, `1.47亿元`,
`2020年3月15日`. Its *parts* are what else finds it: `covid` and `19`, `1.47亿` and `1.47`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from searchlib.analysis.characters import EAST, HAN, MARKS

MAGNITUDES = "十百千万亿兆"
MEASURES = ("美元", "港元", "欧元", "日元", "元", "年", "月", "日", "号", "时", "点", "分", "秒")
"""Money, dates and times: what tells numbers apart (15日, 15元). Other measures stay words."""

_WORD = f"[^\\W_{HAN}{EAST}]"
_MEASURE = "(?:" + "|".join(MEASURES) + ")"
_SIGN = f"(?:[%‰]|°[cf](?!{_WORD}))"
_TAIL = f"(?:[{MAGNITUDES}]{{1,3}}{_MEASURE}?|{_MEASURE})"
# Possessive, and few points: on 1.1.1.1.… each would be read again from every point before it.
_POINTS = r"(?:\.\d++){0,3}+"
_DIGITS = rf"(?:(?:(?<!\d)\d{{1,3}}(?:,\d{{3}})++(?!\d)|\d++){_POINTS})"
_LONGEST_CHAIN = 6

# Every alternative begins inside one character class, which lets the regular expression engine
# skip ahead quickly; the lookbehind then says which kind of character that was.
_NUMBER_REST = r"(?<=\d)(?:(?<=(?<!\d)\d)\d{0,2}(?:,\d{3})+(?!\d)|\d*)(?:\.\d+)*"  # 1,470.5
_QUANTITY_REST = (
    # 2020年3月15 with 日 looked at but left to the Han words, whose run must stay whole; one
    # space may stand beside each number (8 月 16 日), as many sites set them
    f"{_NUMBER_REST}(?: ?{_SIGN}|(?: ?{_TAIL} ?{_DIGITS}){{0,{_LONGEST_CHAIN - 1}}}(?=( ?{_TAIL})))"
)
_GROUPED_REST = r"(?<=(?<!\d)\d)\d{0,2}(?:,\d{3})++(?!\d)(?:\.\d++)?"
_EAST_REST = f"(?<=[{EAST}])[{EAST}{MARKS}]*"
_JOINED_REST = (
    f"(?<![{EAST}])(?:{_WORD}|[{MARKS}])*"
    # a joined piece that is a quantity of its own (100-200元) begins a unit instead
    f"(?:[-_.'&@](?={_WORD})(?!{_DIGITS} ?(?:{_TAIL}|{_SIGN}))(?:{_WORD}|[{MARKS}])+)*"
    f"(?:\\+\\+|\\+(?!{_WORD})|(?<=(?<!{_WORD})[a-z])\\#)?"
)
_UNIT = f"[^\\W_{HAN}](?:{_QUANTITY_REST}|{_GROUPED_REST}|{_EAST_REST}|{_JOINED_REST})"

_QUANTITY = re.compile(f"({_DIGITS})({_TAIL}|{_SIGN})")
_MAGNITUDE = re.compile(f"[{MAGNITUDES}]+")
_PIECE = re.compile(f"(?:\\d+(?:\\.\\d+)*|{_WORD}|[{MARKS}])+")
_LETTER = re.compile(f"(?<!°)[^\\W\\d_{HAN}]")
_RUN = re.compile(f"\\d+(?:\\.\\d+)*|[^\\W\\d_](?:[^\\W\\d_]|[{MARKS}])*")


def unit_pattern(names: Iterable[str] = ()) -> re.Pattern[str]:
    """Return the pattern of units; `names` are units as well, whatever they are made of.

    Group 1 is the unit without its last tail of Han, group 2 that tail, not consumed.

    >>> unit_pattern().findall("covid-19感染者1.47亿人")
    [('covid-19', ''), ('1.47', '亿')]
    """
    listed = "|".join(map(_bordered, sorted(names, key=len, reverse=True)))
    return re.compile(f"({listed}|{_UNIT})" if listed else f"({_UNIT})")


def spelled(before: str, unit: str, tail: str | None) -> str:
    """Return the unit that a match of `unit_pattern` and the text before it stand for.

    >>> spelled("年 ", "8 月 16", " 日"), spelled("用.", "net", None)
    ('8月16日', '.net')
    """
    if tail:
        unit += tail
    elif before[-1:] == "." and before[-2:-1] != "." and "a" <= unit[0] <= "z":
        return "." + unit
    return unit.replace(" ", "") if " " in unit else unit


def is_number(unit: str) -> bool:
    """Say whether a unit that is no Han word is a number or quantity rather than a name."""
    return unit[0].isdigit() and _LETTER.search(unit) is None


def _bordered(name: str) -> str:
    """A name's pattern: `a股` is not in `usa股`, but may touch any Han."""
    word = re.compile(_WORD)
    before = f"(?<!{_WORD})" if word.match(name) else ""
    after = f"(?!{_WORD})" if word.match(name[-1]) else ""
    return f"{before}{re.escape(name)}{after}"


def unit_parts(unit: str) -> tuple[str, ...]:
    """Return what finds `unit` besides itself, without repeats, the longest stretches first.

    >>> unit_parts("covid-19"), unit_parts("iphone15"), unit_parts("c++")
    (('covid', '19'), ('iphone', '15'), ())
    >>> unit_parts("1.47亿元"), unit_parts("1,470")
    (('1.47亿', '1.47'), ('1470',))
    """
    found = dict.fromkeys(_quantity_parts(unit) if _QUANTITY.match(unit) else _joined_parts(unit))
    found.pop(unit, None)
    return tuple(found)


def _quantity_parts(unit: str) -> Iterator[str]:
    pieces = list(_QUANTITY.finditer(unit))
    yield from _stretches(unit, [piece.span() for piece in pieces])
    for piece in pieces:
        digits, tail = piece.groups()
        magnitude = _MAGNITUDE.match(tail)
        if magnitude:
            yield digits + magnitude[0]
        yield digits
        yield digits.replace(",", "")


def _joined_parts(unit: str) -> Iterator[str]:
    if "," in unit:
        yield unit.replace(",", "")
        return
    spans = [piece.span() for piece in _PIECE.finditer(unit)]
    yield from _stretches(unit, spans)
    for start, end in spans:
        runs = _RUN.findall(unit, start, end)
        # the stem of c++ is another language; that of notepad++ is a name by itself
        if len(unit) > end - start > 1 or len(runs) > 1:
            yield from runs
        for run in runs:
            if run.count(".") > 1:
                yield from run.split(".")


def _stretches(unit: str, spans: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Neighbouring pieces together: `3月15日` of `2020年3月15日`, `node.js` of `node.js-like`."""
    for length in range(min(len(spans), _LONGEST_CHAIN) - 1, 0, -1):
        for first in range(len(spans) - length + 1):
            stretch = unit[spans[first][0] : spans[first + length - 1][1]]
            if len(stretch) > 1 or len(spans) > 1:
                yield stretch
