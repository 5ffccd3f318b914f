"""Where words stand in an article, found by analysing its stored text again.

Postings of words carry no positions: searchlib's own phrases need only those of character
pairs, and positions of words would add half again to the index. Whoosh asks for them in phrases
and in highlighting, of a few articles at a time, and then 0.3 ms an article is little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from searchlib.analysis import fold
from searchlib.store.channels import Field
from searchlib.store.segment import Segment
from searchlib.store.whoosh.analyzers import WordAnalyzer
from searchlib.store.whoosh.terms import Locate, Place

ARTICLES = 256
"""Articles whose words' places are kept, at some 100 kB each for long news."""


class Places:
    """Finds the places of words in one segment's articles, and keeps those asked for lately."""

    def __init__(self, segment: Segment, analyzer: WordAnalyzer) -> None:
        self._segment = segment
        self._analyzer = analyzer
        self._positions = lru_cache(maxsize=ARTICLES)(self._find_positions)
        self._characters = lru_cache(maxsize=ARTICLES)(self._find_characters)

    def of(self, field: Field, term: bytes) -> Locate:
        """What finds the places of a word in a field."""
        text = term.decode("utf-8", "surrogatepass")

        def located(document: int, *, characters: bool) -> Sequence[Place]:
            if characters:
                return self._characters(field, document).get(text, ())
            return [(at,) for at in self._positions(field, document).get(text, ())]

        return located

    def _text(self, field: Field, document: int) -> str:
        article = self._segment.article(document)
        return article.title if field == "title" else article.body

    def _find_positions(self, field: Field, document: int) -> Mapping[str, list[int]]:
        return self._analyzer.positions(fold(self._text(field, document)))

    def _find_characters(self, field: Field, document: int) -> Mapping[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        tokens = self._analyzer(
            self._text(field, document), positions=True, chars=True, mode="index"
        )
        for token in tokens:
            found.setdefault(token.text, []).append((token.pos, token.startchar, token.endchar))
        return found
