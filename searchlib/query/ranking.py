"""Every parameter of the ranking, in one frozen object."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from searchlib.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """How articles found are ordered.

    Within a stage an article's score is

        Σ field boost · channel weight · idf · tf · (k1 + 1) / (tf + k1 · (1 - b + b · l / average))
        idf = ln(1 + (N - df + 0.5) / (df + 0.5))

    summed over the query's terms in every channel: BM25 (Robertson and Zaragoza, The
    Probabilistic Relevance Framework, 2009, section 3) with Lucene's idf, which is never
    negative. `N`, `df` and `average` are of the whole index, however many segments it has, and
    count deleted articles until they are merged away; the length `l` is exact. Ties keep the
    order in which articles were added.
    """

    words: float = 1.0
    """Weight of the words channel."""
    grams: float = 0.5
    """Weight of pairs of Han characters."""
    chars: float = 0.2
    """Weight of single Han characters."""
    phrases: float = 1.0
    """Weight of a quoted phrase: one term, its frequency how often it stands in the field."""
    title: float = 2.0
    """Boost of a match in the title."""
    body: float = 1.0
    """Boost of a match in the body."""
    k1: float = 1.2
    """Saturation of the term frequency."""
    b: float = 0.75
    """Normalisation by length."""
    enough: int = 10
    """A query widens to partial matches when fewer articles than this have every word."""
    partial: float = 0.5
    """A partial match holds at least this share of the query, terms weighted by their idf."""
    stages: bool = True
    """Stricter stages first. Without, every article with any term is found, by score alone."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool) != (field.name == "stages"):
                raise OptionError(field.name, value, "True or False" if value else "a number")
            if not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
                raise OptionError(field.name, value, "a number from 0 up")
        if self.b > 1 or self.partial > 1:
            raise OptionError("b, partial", (self.b, self.partial), "at most 1")

    def weight(self, kind: str) -> float:
        """The weight of a channel's kind, or the boost of a field."""
        value: float = getattr(self, kind)
        return value


DEFAULT_RANKING = Ranking()
