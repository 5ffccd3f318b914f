"""What a query wants marked, and where it stands in folded text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from searchlib.analysis.characters import EAST, HAN, MARKS

Span = tuple[int, int]
"""A half-open range of character offsets."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One thing to mark: a word, a number or a quoted phrase of the query.

    `text` is folded. `weight` says how much covering it is worth (an idf does). A `bordered`
    needle is marked only where no letter or digit continues it: 47 is not marked in 147 or 1.47,
    but is in 47亿. Latin words and numbers are bordered, Han words and quoted phrases are not.
    """

    text: str
    weight: float
    bordered: bool


_LETTER = rf"(?:[^\W\d_{HAN}{EAST}]|[{MARKS}])"
_CONTINUES = (
    rf"(?<={_LETTER})(?={_LETTER})|(?<=[{EAST}])(?=[{EAST}])|(?<=\d)(?=\d)"
    r"|(?<=\d)(?=\.\d|,\d{3}(?!\d))|(?<=\d\.)(?=\d)|(?<=\d,)(?=\d{3}(?!\d))"
)
# A letter beside a digit is a border: PD1728 is found, and marked, by its parts PD and 1728.
_continues = re.compile(_CONTINUES).match
_next_border = re.compile(rf"(?!{_CONTINUES})").search


def find_starts(
    folded: str, needle: Needle, start: int = 0, end: int | None = None, *, most: int | None = None
) -> list[int]:
    """Offsets in `folded[start:end]` where `needle` stands, overlapping ones too; at most `most`.

    What surrounds the range counts for the borders of a bordered needle.

    >>> find_starts("147、1.47和47亿", Needle("47", 1.0, bordered=True))
    [9]
    """
    text, bordered = needle.text, needle.bordered
    found: list[int] = []
    stop = len(folded) if end is None else end
    at = folded.find(text, start, stop)
    while at >= 0:
        if bordered and (_continues(folded, at) or _continues(folded, at + len(text))):
            # only a border can begin a match, so a long run of letters costs one step
            border = _next_border(folded, at + 1)
            next_start = border.start() if border else stop
        else:
            found.append(at)
            if len(found) == most:
                break
            next_start = at + 1
        at = folded.find(text, next_start, stop)
    return found


def merge_spans(spans: list[Span], gap: int = 0) -> list[Span]:
    """`spans` in ascending order, those that overlap or lie at most `gap` apart made one.

    >>> merge_spans([(4, 6), (0, 2), (2, 3), (5, 9)])
    [(0, 3), (4, 9)]
    """
    if len(spans) < 2:
        return spans
    spans.sort()
    merged: list[Span] = []
    start, end = spans[0]
    for next_start, next_end in spans:
        if next_start > end + gap:
            merged.append((start, end))
            start, end = next_start, next_end
        elif next_end > end:
            end = next_end
    merged.append((start, end))
    return merged


def distinct_needles(needles: Sequence[Needle], longest: int) -> list[Needle]:
    """`needles` in order, empty ones left out, repeated ones made one, long ones cut.

    The heavier weight stays, and where one may stand anywhere, all may. A needle of more than
    `longest` characters could never be shown, so it is known by its beginning.
    """
    kept: dict[str, Needle] = {}
    for needle in needles:
        # a fragment never begins or ends with white space, so a needle must not either
        text = needle.text.strip()
        bordered = needle.bordered and len(text) <= longest
        text = text[:longest].rstrip()
        if not text:
            continue
        same = kept.get(text)
        if same is None:
            kept[text] = Needle(text, needle.weight, bordered)
        else:
            kept[text] = Needle(text, max(same.weight, needle.weight), same.bordered and bordered)
    return list(kept.values())
