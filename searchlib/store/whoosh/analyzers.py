"""Whoosh analyzers that cut text as searchlib does, for documents and for queries.

Offsets (`startchar`, `endchar`) are of the text given, never of its folded form, so that
Whoosh's highlighter marks the right characters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from whoosh.analysis.acore import Token as WhooshToken
from whoosh.analysis.analyzers import Analyzer as WhooshAnalyzer

from searchlib.analysis import Analyzer, Token, is_han
from searchlib.analysis.fold import FoldMap, fold, fold_with_map
from searchlib.analysis.units import MAGNITUDES, MEASURES, is_number

_LONGEST_PART = 3  # the analyzer's parts of Han words have two or three characters
_REMEMBERED = 1 << 16
_TAILS = "".join({*MAGNITUDES, *"".join(MEASURES)})  # what a quantity may share with Han words

Piece = tuple[str, int, int, int]
"""A term, its position, and where it begins and ends in the folded text."""


class FoldingAnalyzer(WhooshAnalyzer):
    """Folds a text, cuts it by `pieces` and hands out one Whoosh token after the other.

    As in Whoosh's own tokenizers it is the same token object again and again, and with
    `tokenize=False` (prefixes, wildcards) the folded text as a whole.
    """

    def pieces(self, folded: str, *, query: bool) -> Iterator[Piece]:
        """Cut a folded text, for an index or for a query."""
        raise NotImplementedError

    def __call__(
        self,
        value: str,
        positions: bool = False,
        chars: bool = False,
        keeporiginal: bool = False,
        removestops: bool = True,
        start_pos: int = 0,
        start_char: int = 0,
        tokenize: bool = True,
        mode: str = "",
        **kwargs: Any,
    ) -> Iterator[WhooshToken]:
        """Yield the tokens of `value`; the arguments are those of every Whoosh analyzer."""
        folded = fold_with_map(value) if chars else FoldMap(fold(value), True)
        token = WhooshToken(positions, chars, removestops=removestops, mode=mode, **kwargs)
        whole = [(folded.folded, 0, 0, len(folded.folded))]
        for text, position, start, end in (
            self.pieces(folded.folded, query=mode == "query") if tokenize else whole
        ):
            token.text = text
            token.boost = 1.0
            token.stopped = False
            if keeporiginal:
                token.original = text  # type: ignore[attr-defined]  # tokens take any
            if positions:
                token.pos = start_pos + position
            if chars:
                first, last = folded.original(start, end)
                token.startchar, token.endchar = start_char + first, start_char + last
            yield token


class WordAnalyzer(FoldingAnalyzer):
    """Words at consecutive positions, long words as the shorter ones they are made of.

    A word that its parts make up without a gap (养老保险 is 养老 and 保险) takes a position for
    each of them. Queries ask for these alone, so they find it inside longer words too, and in
    documents the word and its other parts stand besides, each where its first character does.
    A word inside a quantity shares the quantity's position, because a query for the quantity
    does not ask for it. So neighbours in a query are neighbours in the texts that hold them.

    >>> words = WordAnalyzer(Analyzer())
    >>> [(token.text, token.pos) for token in words("养老保险公司", positions=True)]
    [('养老保险', 0), ('养老', 0), ('保险', 1), ('公司', 2)]
    >>> [token.text for token in words("养老保险公司", mode="query")]
    ['养老', '保险', '公司']
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._split = lru_cache(maxsize=_REMEMBERED)(self._tiles)
        self._layout = lru_cache(maxsize=_REMEMBERED)(self._lay_out)

    def pieces(self, folded: str, *, query: bool) -> Iterator[Piece]:
        """Words, and in documents their parts."""
        position = implied = 0  # `implied`: where the last quantity ends
        for unit in self._analyzer.tokens(folded):
            if unit.kind == "part":
                continue
            if unit.kind == "number":
                implied = unit.end
            if unit.kind == "word" and unit.end <= implied:
                if not query:
                    yield from self._with_parts(folded, unit, position - 1, (0,))
                continue
            tiles = self._split(unit.text) if unit.kind == "word" else (0,)
            if query:
                yield from self._as_tiles(unit, position, tiles)
            else:
                yield from self._with_parts(folded, unit, position, tiles)
            position += len(tiles)

    def positions(self, folded: str) -> dict[str, list[int]]:
        """Return the positions of every term of a document: what `pieces` says, five times as fast.

        >>> WordAnalyzer(Analyzer()).positions("养老保险公司")
        {'养老保险': [0], '养老': [0], '保险': [1], '公司': [2]}
        """
        found: dict[str, list[int]] = {}
        position = covered = 0  # `covered`: Han characters to come that the last quantity holds
        for unit in self._analyzer.units(folded):
            terms, width, tail = self._layout(unit)
            inside = tail < 0 and len(unit) <= covered
            covered = covered - len(unit) if inside else max(tail, 0)
            for term, step in terms:
                place = position - 1 if inside else position + step
                found.setdefault(term, []).append(place)
            position += 0 if inside else width
        return found

    def _lay_out(self, unit: str) -> tuple[list[tuple[str, int]], int, int]:
        """A unit's terms, each with its step from the unit's position; how many positions it
        takes; and how many Han words' characters a quantity ends with, -1 for Han words.
        """
        parts = self._analyzer.parts(unit)
        if all(map(is_han, unit)):
            tiles = self._split(unit)
            steps = [(part, bisect_right(tiles, unit.find(part)) - 1) for part in parts]
            return [(unit, 0), *steps], len(tiles), -1
        tail = len(unit) - len(unit.rstrip(_TAILS)) if is_number(unit) else 0
        return [(unit, 0), *((part, 0) for part in parts)], 1, tail

    def _as_tiles(self, unit: Token, position: int, tiles: tuple[int, ...]) -> Iterator[Piece]:
        if len(tiles) == 1:
            yield unit.text, position, unit.start, unit.end
            return
        ends = (*tiles[1:], len(unit.text))
        for at, (first, last) in enumerate(zip(tiles, ends, strict=True)):
            yield unit.text[first:last], position + at, unit.start + first, unit.start + last

    def _with_parts(
        self, folded: str, unit: Token, position: int, tiles: tuple[int, ...]
    ) -> Iterator[Piece]:
        yield unit.text, position, unit.start, unit.end
        as_written = folded[unit.start : unit.end] == unit.text
        found = []
        for part in self._analyzer.parts(unit.text):
            at = unit.text.find(part) if as_written else -1
            if at < 0:  # a part spelled otherwise (1470 of 1,470) stands where its unit does
                found.append((unit.start, unit.end, position, part))
            else:
                tile = position + bisect_right(tiles, at) - 1
                found.append((unit.start + at, unit.start + at + len(part), tile, part))
        for start, end, at, part in sorted(found):
            yield part, at, start, end

    def _tiles(self, word: str) -> tuple[int, ...]:
        """Where the fewest parts that make up `word` without a gap begin; (0,) if none do."""
        parts = set(self._analyzer.parts(word))
        best: list[tuple[int, ...] | None] = [()] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(max(end - _LONGEST_PART, 0), end):
                before = best[start]
                if before is not None and word[start:end] in parts:
                    shorter = best[end]
                    if shorter is None or len(before) + 1 < len(shorter):
                        best[end] = (*before, start)
        tiles = best[-1] or (0,)
        # of a part that comes twice only the first place is indexed
        pieces = zip(tiles, (*tiles[1:], len(word)), strict=True)
        return tiles if all(word.find(word[at:end]) == at for at, end in pieces) else (0,)


class GramAnalyzer(FoldingAnalyzer):
    """Pairs of neighbouring Han characters; the position is the offset in the folded text.

    Pairs that follow one another are at consecutive positions, so a phrase of pairs is a
    substring of the text, however its words are cut.
    """

    def pieces(self, folded: str, *, query: bool) -> Iterator[Piece]:
        """Every pair."""
        han = [is_han(char) for char in folded]
        for at in range(len(folded) - 1):
            if han[at] and han[at + 1]:
                yield folded[at : at + 2], at, at, at + 2


class CharAnalyzer(FoldingAnalyzer):
    """Single Han characters."""

    def pieces(self, folded: str, *, query: bool) -> Iterator[Piece]:
        """Every Han character."""
        for at, char in enumerate(folded):
            if is_han(char):
                yield char, at, at, at + 1
