"""The fields of one live segment, as terms in order."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from searchlib.store.arrays import Ints
from searchlib.store.channels import FIELDS
from searchlib.store.snapshot import LiveSegment
from searchlib.store.whoosh.analyzers import WordAnalyzer
from searchlib.store.whoosh.places import Places
from searchlib.store.whoosh.terms import ChannelTerms, IdTerms, InvertedTerms, Terms


class SegmentFields:
    """The terms of every field of a live segment, opened on first use and shared by readers."""

    def __init__(self, live: LiveSegment, words: WordAnalyzer) -> None:
        self.live = live
        segment = live.segment
        places = Places(segment, words)
        self._open: dict[str, Callable[[], Terms]] = {
            "category": lambda: InvertedTerms.of_labels(segment.categories),
            "date": lambda: InvertedTerms.of_dates(segment.dates),
            "id": lambda: IdTerms(segment),
            "tags": lambda: InvertedTerms.of_labels(segment.tags),
        }
        for name in FIELDS:
            self._open[name] = partial(ChannelTerms, segment, name, "words", places.of)
            self._open[f"{name}_chars"] = partial(ChannelTerms, segment, name, "chars")
            self._open[f"{name}_grams"] = partial(ChannelTerms, segment, name, "grams")
        self.names = sorted(self._open)
        self._terms: dict[str, Terms] = {}

    def __getitem__(self, field: str) -> Terms:
        found = self._terms.get(field)
        if found is None:
            found = self._terms[field] = self._open[field]()
        return found

    def lengths(self, field: str) -> Ints | None:
        """Terms of each document in a field, None where scores don't need them."""
        return self[field].lengths() if field in self._open else None
