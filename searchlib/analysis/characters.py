"""Which folded characters are Han, and which make up the tokens of other scripts.

The names in capitals are the insides of a regular expression's character class.
"""

from __future__ import annotations

import re

HAN_RANGES: tuple[tuple[int, int], ...] = (
    (0x3005, 0x3005),  # 々
    (0x3007, 0x3007),  # 〇
    (0x3400, 0x4DBF),  # extension A
    (0x4E00, 0x9FFF),  # unified ideographs
    (0xF900, 0xFAFF),  # compatibility ideographs (the fold leaves only a dozen)
    (0x20000, 0x2A6DF),  # extension B
    (0x2A700, 0x2EE5D),  # extensions C, D, E, F, I
    (0x2F800, 0x2FA1F),  # compatibility supplement
    (0x30000, 0x323AF),  # extensions G, H
)
"""Inclusive ranges of the code points taken as Han, ascending, after folding."""


def _inside(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


HAN = _inside(HAN_RANGES)
_CORE_RANGE = (0x4E00, 0x9FD5)
CORE = _inside((_CORE_RANGE,))
"""What jieba takes as Han: the only characters in words of its dictionary."""
OUTSIDE_CORE = _inside(
    tuple(
        part
        for first, last in HAN_RANGES
        for part in ((first, min(last, _CORE_RANGE[0] - 1)), (max(first, _CORE_RANGE[1] + 1), last))
        if part[0] <= part[1]
    )
)
"""Han that jieba does not know. A class of its own: a regular expression skips over the rest at
memory speed, which a lookahead would spoil."""
EAST = "\u1100-\u11ff\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\ua960-\ua97f\uac00-\ud7ff"
"""Kana, Bopomofo and Hangul: written without case or digits inside, so runs of their own."""
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f"
    "\u06d6-\u06dc\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0e31-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
"""Combining marks that stand inside words; Python's \\w leaves them out."""

HAN_RUN = re.compile(f"[{HAN}]+")
"""A stretch of Han characters."""

_HAN_CHARACTER = re.compile(f"[{HAN}]")


def is_han(char: str) -> bool:
    """Say whether one folded character is Han.

    >>> is_han("龙"), is_han("〇"), is_han("カ")
    (True, True, False)
    """
    return _HAN_CHARACTER.fullmatch(char) is not None
