"""Whoosh analyzers that cut text as searchlib does, for documents and for queries.

Offsets (`startchar`, `endchar`) are of the text given, never of its folded form, so that
Whoosh's highlighter marks the right characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token as WhooshToken

from searchlib.analysis import Analyzer, is_han
from searchlib.analysis.fold import FoldMap, fold, fold_with_map

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
                token.original = text
            if positions:
                token.pos = start_pos + position
            if chars:
                first, last = folded.original(start, end)
                token.startchar, token.endchar = start_char + first, start_char + last
            yield token


class WordAnalyzer(FoldingAnalyzer):
    """Words at consecutive positions; in documents also their parts, at the word's position.

    A word that lies inside a quantity shares the quantity's position, because a query for the
    quantity does not ask for it: so words that are neighbours in a query are neighbours in
    every text that holds them.

    >>> words = WordAnalyzer(Analyzer())
    >>> [(token.text, token.pos) for token in words("养老保险公司", positions=True)]
    [('养老保险', 0), ('养老', 0), ('保险', 0), ('公司', 1)]
    >>> [token.text for token in words("养老保险公司", mode="query")]
    ['养老保险', '公司']
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def pieces(self, folded: str, *, query: bool) -> Iterator[Piece]:
        """Units, and in documents each part of a unit once."""
        position, implied = -1, 0  # `implied`: where the last quantity ends
        for token in self._analyzer.tokens(folded):
            if token.kind == "part":
                continue
            if token.kind == "number":
                implied = token.end
            if token.kind != "word" or token.end > implied:
                position += 1
            elif query:
                continue
            yield token.text, max(position, 0), token.start, token.end
            if not query:
                yield from self._parts(folded, token.text, max(position, 0), token.start, token.end)

    def _parts(
        self, folded: str, unit: str, position: int, start: int, end: int
    ) -> Iterator[Piece]:
        as_written = folded[start:end] == unit
        found = []
        for part in self._analyzer.parts(unit):
            at = unit.find(part) if as_written else -1
            # a part spelled otherwise (1470 of 1,470) stands where its unit does
            place = (start, end) if at < 0 else (start + at, start + at + len(part))
            found.append((*place, part))
        found.sort()
        for first, last, part in found:
            yield part, position, first, last


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
