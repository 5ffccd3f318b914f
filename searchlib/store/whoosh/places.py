"""Where words stand in an article, found by analysing its stored text again.

Postings of words carry no positions: searchlib's own phrases need only those of character
pairs, and positions of words would add half again to the index. Whoosh asks for them in phrases
and in highlighting, of a few articles at a time, and then 0.3 ms an article is little.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

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
        self._words = lru_cache(maxsize=ARTICLES)(self._analyse)

    def of(self, field: Field) -> Callable[[bytes], Locate]:
        """From a word of a field to what finds its places."""

        def word(term: bytes) -> Locate:
            text = term.decode("utf-8", "surrogatepass")
            return lambda document: self._words(field, document).get(text, ())

        return word

    def _analyse(self, field: Field, document: int) -> Mapping[str, list[Place]]:
        article = self._segment.article(document)
        text = article.title if field == "title" else article.body
        found: dict[str, list[Place]] = {}
        for token in self._analyzer(text, positions=True, chars=True, mode="index"):
            found.setdefault(token.text, []).append((token.pos, token.startchar, token.endchar))
        return found
