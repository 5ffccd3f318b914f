"""Where a text may be cut, and growing a stretch of it into a readable fragment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from searchlib.analysis.characters import EAST, HAN, MARKS
from searchlib.results.coverage import Occurrence
from searchlib.results.needles import Span, merge_spans

_SENTENCE_END = r"(?:(?:[。！？；｡]|[.!?;](?![0-9A-Za-z]))+[”’」』）》)\]\"']*|[\n\r\u2028\u2029])"
_CLAUSE_END = r"(?:[，、…—]|[,：:](?![\d/]))"
_first_sentence_end = re.compile(_SENTENCE_END).search
_last_sentence_end = re.compile(rf"(?s:.*){_SENTENCE_END}").match
_first_clause_end = re.compile(_CLAUSE_END).search
_last_clause_end = re.compile(rf"(?s:.*){_CLAUSE_END}").match

# Never cut: C++, COVID-19, 1,470.5%, a URL, a character before its combining mark, a joined emoji.
_PART = rf"(?:[^\W_{HAN}{EAST}]|[._\-+#%@/&':~=?])"
_GLUE = rf"[{MARKS}\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
_GLUED = rf"(?<={_PART})(?={_PART})|(?<=\d,)(?=\d)|(?<=\d)(?=,\d)|(?={_GLUE})|(?<=\u200d)"
_glued = re.compile(_GLUED).match
_next_cut = re.compile(rf"(?!{_GLUED})").search
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_STRAY = _SPACES + "，。、；：！？,;:!?…—”’」』）》"
"""What no fragment begins with, unless the text does."""

_LEFT_SHARE = 0.6
"""Of the room around a match, how much may go before it to reach a sentence's beginning."""


def grow_fragments(
    body: str, spans: list[Span], *, width: int, joiner: int, whole: Sequence[Occurrence] = ()
) -> tuple[Span, ...]:
    """Grow `spans` to readable fragments of at most `width` characters, joiners included.

    `spans` with their joiners (of `joiner` characters each) fit into `width`. Each fragment holds
    its span, begins and ends at a sentence where one does nearby, else at a clause, else between
    words, and then not within one of `whole`, ascending. No fragment begins or ends with
    white space unless its span does. Fragments that meet become one.
    """
    spans = merge_spans(spans, gap=joiner)
    room = width - joiner * (len(spans) - 1) - sum(end - start for start, end in spans)
    fragments: list[Span] = []
    previous_end = 0
    for index, span in enumerate(spans):
        left = len(spans) - index
        next_start = spans[index + 1][0] if left > 1 else len(body)
        cutter = _Cutter(body, previous_end, next_start, whole)
        fragment = cutter.grow(span, room // left)
        room -= (fragment[1] - fragment[0]) - (span[1] - span[0])
        fragments.append(fragment)
        previous_end = fragment[1]
    return tuple(merge_spans(fragments, gap=joiner))


class _Cutter:
    """Grows one span of `body` between the offsets `low` and `high`."""

    __slots__ = ("body", "high", "low", "whole")

    def __init__(self, body: str, low: int, high: int, whole: Sequence[Occurrence]) -> None:
        self.body = body
        self.low = low
        self.high = high
        self.whole = whole

    def grow(self, span: Span, room: int) -> Span:
        start = self._start(span[0], room, self.high - span[1])
        end = self._end(span[1], start, min(self.high, span[1] + room - (span[0] - start)))
        return start, end

    def _start(self, match: int, room: int, right: int) -> int:
        """Where to begin before `match`, with `room` for both sides and `right` on the other."""
        body, low = self.body, self.low
        earliest = max(low, match - max(int(room * _LEFT_SHARE), room - right))
        start = -1
        spare = match - (room - right)
        if right < room and spare > low:
            # the text ends soon after the match: fill up before it
            fill = _first_sentence_end(body, spare, match)
            start = -1 if fill is None else fill.end()
        elif right < room:
            start = low
        if start < 0:
            sentence = _last_sentence_end(body, earliest, match)
            start = -1 if sentence is None else sentence.end()
        if start < 0 and earliest == low:
            start = low
        if start < 0:
            clause = _first_clause_end(body, earliest, match)
            start = -1 if clause is None else clause.end()
        if start < 0 or (start > low and _glued(body, start)):
            start = self._between_words_before(earliest, match)
        return match - len(body[start:match].lstrip(_STRAY if start else _SPACES))

    def _end(self, match: int, start: int, limit: int) -> int:
        """Where to end after `match`, at most at `limit`."""
        body = self.body
        if limit >= self.high:
            # what follows is the end of the text or the next fragment
            end = self.high
        else:
            half = (start + limit) // 2
            sentence = self._cut_after(_last_sentence_end(body, match, limit))
            end = sentence
            if end < half:
                end = max(end, self._cut_after(_last_clause_end(body, match, limit)))
            if end < start + (limit - start) // 3:
                end = max(end, self._between_words_after(match, start, limit))
        return match + len(body[match:end].rstrip())

    def _cut_after(self, found: re.Match[str] | None) -> int:
        """The end of `found`, or -1 where that is inside of a word such as `.NET`."""
        return -1 if found is None or _glued(self.body, found.end()) else found.end()

    def _between_words_before(self, earliest: int, match: int) -> int:
        for first, last, _ in self.whole:
            if first < earliest < last <= match:
                earliest = last
        cut = _next_cut(self.body, earliest, match + 2)
        return match if cut is None else min(cut.start(), match)

    def _between_words_after(self, match: int, start: int, limit: int) -> int:
        for first, last, _ in reversed(self.whole):
            if match <= first < limit < last:
                limit = first
        end = limit
        while end > match and _glued(self.body, end):
            end -= 1
        # a word that is longer than the whole fragment is cut after all
        return limit if end == start or (end == match and _glued(self.body, end)) else end
