"""From the leaves of a Whoosh tree to leaves that find documents."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from searchlib.analysis import HAN_RUN
from searchlib.errors import OptionError
from searchlib.limits import Limits
from searchlib.query.phrase import PhraseTerm
from searchlib.query.ranking import Ranking
from searchlib.query.terms import Term, TermReader
from searchlib.query.tree import columns
from searchlib.query.tree.expand import (
    Expansion,
    Pattern,
    between,
    documents_with,
    expand,
    prefixed,
    regex,
    similar,
    wildcard,
)
from searchlib.query.tree.fallback import WhooshLeaf, WhooshRunner
from searchlib.query.tree.fields import COLUMN_FIELDS, LABEL_FIELDS, SIZES, TEXT_FIELDS, term_text
from searchlib.query.tree.leaves import SetLeaf, TermLeaf
from searchlib.query.tree.near import NearTerm
from searchlib.query.tree.nodes import WhooshQuery, whoosh
from searchlib.query.tree.program import Leaf, Nothing
from searchlib.store.arrays import Bits
from searchlib.store.channels import Kind
from searchlib.store.dictionary import WordDictionary, encode_key
from searchlib.store.segment import Segment
from searchlib.store.whoosh import SnapshotIndex

NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A term that a tree asks for, as snippets mark it: folded, weighed by how rare it is."""

    text: str
    weight: float
    bordered: bool


class Sources:
    """Makes the leaves of one tree over one snapshot. `notes` collects what was cut."""

    def __init__(
        self, reader: TermReader, index: SnapshotIndex, ranking: Ranking, limits: Limits
    ) -> None:
        self._wanted: dict[tuple[str, Kind | None], None] = {}
        self.notes: list[str] = []
        self._reader = reader
        self._index = index
        self._ranking = ranking
        self._limits = limits
        self._runner: WhooshRunner | None = None

    def wanted(self) -> list[Wanted]:
        """What the leaves made so far want marked."""
        found = []
        for text, kind in self._wanted:
            # a phrase is as rare as a word that nothing else has
            weight = self._reader.rarity(kind, text) if kind else self._reader.rarity("words", "")
            bordered = kind == "words" and HAN_RUN.fullmatch(text) is None
            found.append(Wanted(text, weight, bordered))
        return found

    def term(self, query: Any, boost: float, wanted: bool) -> Leaf:
        """A term: scored where it is one of a text field, else its boost where it stands."""
        name, text = query.fieldname, term_text(query.text)
        if name in TEXT_FIELDS and text is not None:
            field, kind = TEXT_FIELDS[name]
            if len(text) != (SIZES[kind] or len(text)):
                return NOTHING
            term = self._reader.term(field, kind, text)
            if wanted:
                self._wanted[text, kind] = None
            return self._scored(term, name, boost)
        if name in LABEL_FIELDS and text is not None:
            found = text

            def labelled(segment: Segment) -> Bits:
                labels = segment.categories if name == "category" else segment.tags
                return columns.labelled(labels, found)

            return self._set(labelled, boost)
        if name == "id" and text is not None:
            return self._expanded("id", self._exactly(text), boost)
        if name == "date" and isinstance(query.text, dt.datetime):
            tick = columns.ticks(query.text)
            return self._set(lambda segment: columns.dated(segment, tick, tick), boost)
        return NOTHING

    def phrase(self, query: Any, boost: float, wanted: bool) -> Leaf:
        """Words next to each other, or not far: see `near`.

        Raises `OptionError` for a field without positions.
        """
        name = query.fieldname
        if name not in TEXT_FIELDS and name not in COLUMN_FIELDS:
            return NOTHING
        if name not in TEXT_FIELDS or TEXT_FIELDS[name][1] == "chars":
            raise OptionError(
                "query", f"a phrase in {name}", "phrases in title, body, title_grams or body_grams"
            )
        field, kind = TEXT_FIELDS[name]
        words = [term_text(word) for word in query.words if word is not None]
        texts = [word for word in words if word is not None]
        if not texts or len(texts) < len(words) or query.slop < 1:
            return NOTHING
        joined = "".join(texts)
        if kind == "words" and query.slop == 1 and HAN_RUN.fullmatch(joined):
            term: Term = PhraseTerm(self._reader, field, joined)
            marks = [joined]
        else:
            statistics = self._reader.statistics(field, kind)
            terms = [fields[name] for fields in self._index.fields]
            term = NearTerm(statistics, terms, texts, int(query.slop))
            marks = texts
        if wanted:
            self._wanted.update(dict.fromkeys((mark, None) for mark in marks))
        factor = self._ranking.phrases * self._ranking.weight(field)
        return TermLeaf(term, boost * factor)

    def pattern(self, query: Any) -> Pattern:
        """Which terms a prefix, wildcard, regular expression, range or fuzzy word means.

        Raises `OptionError` for an expression that is none.
        """
        try:
            if isinstance(query, whoosh.TermRange):
                ends = [None if end is None else term_text(end) for end in (query.start, query.end)]
                keys = [None if end is None else encode_key(end) for end in ends]
                return between(
                    keys[0] or b"",
                    keys[1],
                    open_first=bool(query.startexcl),
                    open_last=bool(query.endexcl),
                )
            text = term_text(query.text)
            if text is None:
                raise OptionError("query", query.text, "patterns of text")
            if isinstance(query, whoosh.Prefix):
                return prefixed(text)
            if isinstance(query, whoosh.Wildcard):
                return wildcard(text)
            if isinstance(query, whoosh.Regex):
                return regex(text)
            return similar(text, int(query.maxdist), int(query.prefixlength))
        except re.error as error:
            raise OptionError("query", query.text, f"a regular expression ({error})") from None

    def expansion(self, name: str, pattern: Pattern, asked: str) -> Expansion:
        """The terms of a field that a pattern means, with a note where there are too many."""
        dictionaries: list[WordDictionary | None] = []
        for segment in self._reader.segments:
            channel = TEXT_FIELDS.get(name)
            own = segment.channel(*channel).dictionary if channel else None
            dictionaries.append(own if isinstance(own, WordDictionary) else None)
        most = self._limits.query_expansion
        fields = [fields[name] for fields in self._index.fields]
        found = expand(pattern, fields, dictionaries, most)
        if found.cut:
            self.notes.append(f"only {most:,} of the terms that {asked} means were searched")
        return found

    def multiple(self, name: str, found: Expansion, boost: float, wanted: bool) -> Leaf:
        """The documents with any of these terms, all scored alike."""
        if wanted and name in TEXT_FIELDS:
            kind = TEXT_FIELDS[name][1]
            terms = found.terms[: self._limits.query_terms]
            self._wanted.update(dict.fromkeys((text, kind) for text in terms))
        return self._expanded(name, found, boost)

    def every(self, query: Any, boost: float) -> Leaf:
        """Every document, or every one that has anything in a field."""
        name = query.fieldname
        if name is None:
            return self._set(lambda segment: np.ones(segment.documents, np.bool_), boost)
        if name in TEXT_FIELDS:
            field, kind = TEXT_FIELDS[name]
            return self._set(lambda segment: columns.any_term(segment, field, kind), boost)
        if name in LABEL_FIELDS:
            category = name == "category"
            return self._set(
                lambda segment: columns.any_label(segment.categories if category else segment.tags),
                boost,
            )
        if name == "date":
            return self._set(columns.any_date, boost)
        if name == "id":
            return self._set(lambda segment: np.ones(segment.documents, np.bool_), boost)
        return NOTHING

    def range(self, query: Any, boost: float) -> Leaf:
        """Documents dated in a range; raises `OptionError` for other fields."""
        if query.fieldname != "date":
            raise OptionError("query", f"a range of numbers in {query.fieldname}", "one of date")
        since, until = columns.ticks(query.start), columns.ticks(query.end)
        if since is not None and query.startexcl:
            since += 1
        if until is not None and query.endexcl:
            until -= 1
        return self._set(lambda segment: columns.dated(segment, since, until), boost)

    def fallback(self, query: WhooshQuery, boost: float, wanted: bool) -> Leaf:
        """Whatever else: run by Whoosh."""
        if self._runner is None:
            self._runner = WhooshRunner(self._index, self._reader, self._ranking, self._limits)
        if wanted:
            for name, word in self._runner.terms(query):
                text = term_text(word)
                if name in TEXT_FIELDS and text:
                    self._wanted[text, TEXT_FIELDS[name][1]] = None
        return WhooshLeaf(query, self._runner, boost)

    def _scored(self, term: Term, name: str, boost: float) -> TermLeaf:
        field, kind = TEXT_FIELDS[name]
        return TermLeaf(term, boost * self._ranking.weight(kind) * self._ranking.weight(field))

    def _set(self, find: Callable[[Segment], Bits], score: float) -> SetLeaf:
        segments = self._reader.segments
        return SetLeaf(lambda at: find(segments[at]), score)

    def _expanded(self, name: str, found: Expansion, score: float) -> SetLeaf:
        def documents(at: int) -> Bits:
            segment = self._reader.segments[at]
            channel = segment.channel(*TEXT_FIELDS[name]) if name in TEXT_FIELDS else None
            terms = self._index.fields[at][name]
            bits = np.zeros(segment.documents, np.bool_)
            for docs in documents_with(channel, terms, found.ordinals[at]):
                bits[docs] = True
            return bits

        return SetLeaf(documents, score)

    def _exactly(self, article_id: str) -> Expansion:
        """An id as the one term that it is."""
        found = [fields["id"].ordinal(encode_key(article_id)) for fields in self._index.fields]
        ordinals = tuple((at,) if at >= 0 else () for at in found)
        return Expansion((article_id,), ordinals, cut=False)


def checked_boost(boost: float) -> float:
    """A boost that scores can be multiplied with; raises `OptionError`."""
    if isinstance(boost, (int, float)) and math.isfinite(boost) and boost >= 0:
        return float(boost)
    raise OptionError("query", f"boost {boost!r}", "boosts from 0 up")
