"""Snippets and marked titles of the articles that a query found."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from searchlib.analysis import FoldMap, fold_with_map
from searchlib.models import Snippet
from searchlib.results.coverage import Occurrence, best_windows
from searchlib.results.fragments import grow_fragments
from searchlib.results.needles import (
    TRIED,
    Needle,
    Span,
    distinct_needles,
    find_starts,
    merge_spans,
)
from searchlib.results.options import SnippetOptions

_DECISIVE = 128
"""How many occurrences of each needle decide which fragments are shown, so that a needle that
occurs 100,000 times costs no more than one that occurs 128 times. Whatever a fragment holds is
marked all the same."""

_MARKED = 2_000
"""How many occurrences of each needle are marked in a title."""

_PAIRS = 4096
"""What one step of a needle's weight is worth in pairs: more of them never stand in a window."""

_DEFAULT_OPTIONS = SnippetOptions()


class Highlighter:
    """Marks the `needles` of one query, in their order there, in the articles that it found.

    Made once for a query and applied to each hit. The snippet of a body is the fragments of it
    that cover the most needles by weight: one fragment where one can cover all that the body has,
    else up to `options.fragments` of them, each chosen for what it adds to those before. Of
    fragments that cover the same, those win where needles follow one another as in the query,
    then the earliest. A needle longer than `options.width` is known by its beginning.

    >>> snippet = Highlighter([Needle("保险", 1.0, bordered=False)]).snippet("谈长期护理保险。")
    >>> snippet.html
    '谈长期护理<mark>保险</mark>。'
    """

    def __init__(
        self, needles: Sequence[Needle], options: SnippetOptions = _DEFAULT_OPTIONS
    ) -> None:
        self._options = options
        self._needles = distinct_needles(needles, options.width)
        # a pair that stands in the text as in the query is one more needle, worth very little
        self._pairs = [_pair(one, other) for one, other in pairwise(self._needles)]
        # integers, so that weights that come and go leave equal windows exactly equal
        self._weights = [_steps(needle.weight) * _PAIRS for needle in self._needles]
        self._weights += [1] * len(self._pairs)

    def snippet(self, body: str) -> Snippet:
        """The pieces of `body` that show best what the query asked for, matches marked.

        Each fragment is a slice of `body`, and `text` is the fragments joined by the joiner: at
        most `options.width` characters. Without a match it is the beginning of `body`.
        """
        joiner = self._options.joiner
        fragments, marks = self._fragments(body)
        text = joiner.join([body[start:end] for start, end in fragments])
        ranges: list[Span] = []
        end_of_text = 0
        for (start, end), inside in zip(fragments, marks, strict=True):
            shift = end_of_text - start
            ranges += [(first + shift, last + shift) for first, last in inside]
            end_of_text += end - start + len(joiner)
        return Snippet(text, tuple(ranges), fragments, self._html(text, ranges))

    def title_ranges(self, title: str) -> tuple[Span, ...]:
        """The character ranges of `title` to mark, ascending and apart."""
        return tuple(self._marks(title))

    def title_html(self, title: str) -> str:
        """`title` escaped for HTML, matches marked."""
        return self._html(title, self._marks(title))

    def _fragments(self, body: str) -> tuple[tuple[Span, ...], list[list[Span]]]:
        """The fragments of `body` and what to mark in each, all as ranges of `body`."""
        width, joiner = self._options.width, len(self._options.joiner)
        first = len(body) - len(body.lstrip())
        if first == len(body):
            return (), []
        if len(body) <= width:
            return ((first, len(body.rstrip())),), [self._marks(body)]
        occurrences, complete, goal = self._occurrences(fold_with_map(body))
        if not occurrences:
            return grow_fragments(body, [(first, first)], width=width, joiner=joiner), [[]]
        spans = self._best_spans(occurrences, goal)
        fragments = grow_fragments(body, spans, width=width, joiner=joiner, whole=occurrences)
        if complete:
            return fragments, [self._marks_among(occurrences, *span) for span in fragments]
        # the fold is context-free, so a piece is folded to what it is in the whole
        pieces = [(start, self._marks(body[start:end])) for start, end in fragments]
        return fragments, [[(a + start, b + start) for a, b in marks] for start, marks in pieces]

    def _occurrences(self, folded: FoldMap) -> tuple[list[Occurrence], bool, int]:
        """Where needles and pairs stand, in characters of the original.

        Also whether these are all or the first `_DECISIVE` of one, and the weight of all found.
        """
        text, needles, weights = folded.folded, self._needles, self._weights
        find = text.find
        found: list[Occurrence] = []
        complete = True
        goal = 0
        previous = -2  # the last needle found; none is followed by needle 0
        for number, needle in enumerate(needles):
            at = find(needle.text)
            if at < 0:
                continue
            starts = find_starts(text, needle, at, most=_DECISIVE)
            if len(starts) == _DECISIVE or (needle.bordered and len(text) > _DECISIVE * TRIED):
                complete = False
            if not starts:
                continue
            length = len(needle.text)
            found += [(start, start + length, number) for start in starts]
            goal += weights[number]
            pair = self._pairs[previous] if previous == number - 1 else None
            if pair:
                length = len(pair.text)
                starts = find_starts(text, pair, most=_DECISIVE)
                if starts:
                    number_of_pair = len(needles) + previous
                    found += [(start, start + length, number_of_pair) for start in starts]
                    goal += weights[number_of_pair]
            previous = number
        if not folded.identity:
            found = [(*folded.original(start, end), number) for start, end, number in found]
        found.sort()
        return found, complete, goal

    def _best_spans(self, occurrences: list[Occurrence], goal: int) -> list[Span]:
        """The stretches to show: one if it covers every needle, else what covers most."""
        width, fragments = self._options.width, self._options.fragments
        fitting = [found for found in occurrences if found[1] - found[0] <= width]
        if not fitting:
            # stretched by invisible characters, which fold to nothing
            start = occurrences[0][0]
            return [(start, start + width)]
        spans, weight = best_windows(fitting, self._weights, width, 1, goal)
        # in whole steps of needles, that is without the pairs
        if fragments == 1 or weight // _PAIRS == goal // _PAIRS:
            return spans
        part = (width - len(self._options.joiner) * (fragments - 1)) // fragments
        fitting = [found for found in fitting if found[1] - found[0] <= part]
        several, more = best_windows(fitting, self._weights, part, fragments, goal)
        return several if more // _PAIRS > weight // _PAIRS else spans

    def _marks(self, text: str) -> list[Span]:
        """What to mark in a short `text`."""
        folded = fold_with_map(text)
        find = folded.folded.find
        marks: list[Span] = []
        for needle in self._needles:
            at = find(needle.text)
            if at >= 0:
                length = len(needle.text)
                starts = find_starts(folded.folded, needle, at, most=_MARKED)
                marks += [(start, start + length) for start in starts]
        if not folded.identity:
            marks = [folded.original(start, end) for start, end in marks]
        return merge_spans(marks)

    def _marks_among(self, occurrences: list[Occurrence], start: int, end: int) -> list[Span]:
        """What to mark from `start` to `end` of a text of which `occurrences` are known."""
        needles = len(self._needles)
        marks: list[Span] = []
        mark_start = mark_end = -1
        for index in range(bisect_left(occurrences, (start,)), len(occurrences)):
            first, last, number = occurrences[index]
            if last > end or number >= needles:
                if first >= end:
                    break
            elif first > mark_end:
                if mark_end >= 0:
                    marks.append((mark_start, mark_end))
                mark_start, mark_end = first, last
            elif last > mark_end:
                mark_end = last
        if mark_end >= 0:
            marks.append((mark_start, mark_end))
        return marks

    def _html(self, text: str, ranges: Sequence[Span]) -> str:
        pieces: list[str] = []
        done = 0
        for start, end in ranges:
            pieces += (text[done:start], text[start:end])
            done = end
        pieces.append(text[done:])
        if len(escape(text)) > len(text):
            pieces = [escape(piece) for piece in pieces]
        before, after = self._options.before, self._options.after
        pieces[1::2] = [f"{before}{piece}{after}" for piece in pieces[1::2]]
        return "".join(pieces)


def _pair(one: Needle, other: Needle) -> Needle | None:
    """`one` with `other` behind it, unless they are pieces of one word of the query."""
    if other.text in one.text or one.text[-1] == other.text[0]:
        return None
    between = " " if one.bordered and other.bordered else ""
    return Needle(one.text + between + other.text, 0.0, bordered=False)


def _steps(weight: float) -> int:
    """`weight` in steps of 1/64, at least one."""
    return max(1, round(64 * min(max(0.0, weight), 1e6)))
