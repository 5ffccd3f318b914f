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


_BASE = rf"[^\W\d_{HAN}{EAST}]"
_LETTER = rf"(?:{_BASE}|[{MARKS}])"
_CONTINUES = (
    rf"(?<={_LETTER})(?={_LETTER})|(?<=[{EAST}])(?=[{EAST}])|(?<=\d)(?=\d)"
    r"|(?<=\d)(?=\.\d|,\d{3}(?!\d))|(?<=\d\.)(?=\d)|(?<=\d,)(?=\d{3}(?!\d))"
)
# A letter beside a digit is a border: PD1728 is found, and marked, by its parts PD and 1728.
_continues = re.compile(_CONTINUES).match
_run = re.compile(rf"(?:{_BASE}++[{MARKS}]*+)++|\d++").match

TRIED = 64
"""How many places a bordered needle is tried at for each that is wanted, so that `a` in a million
words with an a in them ends."""


def find_starts(folded: str, needle: Needle, start: int = 0, *, most: int) -> list[int]:
    """The first offsets from `start`, `most` at most, where `needle` stands; overlaps count.

    A bordered needle is looked for at the first `most` × 64 places that its text stands at.

    >>> find_starts("147、1.47和47亿", Needle("47", 1.0, bordered=True), most=9)
    [9]
    """
    text = needle.text
    find = folded.find
    at = find(text, start)
    found: list[int] = []
    if not needle.bordered:
        while at >= 0 and len(found) < most:
            found.append(at)
            at = find(text, at + 1)
        return found
    tries = most * TRIED
    while at >= 0 and len(found) < most and tries:
        if not _continues(folded, at) and not _continues(folded, at + len(text)):
            found.append(at)
        tries -= 1
        # within the letters or digits that begin here no other match begins
        run = _run(folded, at)
        at = find(text, run.end() if run else at + 1)
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
