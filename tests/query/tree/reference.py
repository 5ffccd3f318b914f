"""What a tree means, in plain Python: every node asked about every document."""

from __future__ import annotations

import datetime as dt
import fnmatch
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from whoosh import query as whoosh

from searchlib import Ranking
from searchlib.analysis import HAN_RUN, Analyzer
from searchlib.store.whoosh.analyzers import GramAnalyzer, WordAnalyzer
from tests.oracle import Document, Oracle, occurrences

TEXT_FIELDS = {
    name + suffix: (name, kind)
    for name in ("title", "body")
    for suffix, kind in (("", "words"), ("_grams", "grams"), ("_chars", "chars"))
}


class Reference:
    """Scores documents by a tree. `score` is None for one that the tree does not find."""

    def __init__(self, oracle: Oracle, analyzer: Analyzer) -> None:
        self.oracle = oracle
        self.ranking: Ranking = oracle.ranking
        self.words = WordAnalyzer(analyzer)
        self._kinds: dict[type, Callable[[Any, Document], float | None]] = {
            whoosh.Term: self.term,
            whoosh.Phrase: self.phrase,
            whoosh.Prefix: self.multiple,
            whoosh.Wildcard: self.multiple,
            whoosh.Regex: self.multiple,
            whoosh.FuzzyTerm: self.multiple,
            whoosh.TermRange: self.multiple,
            whoosh.DateRange: self.date_range,
            whoosh.Every: self.every,
            whoosh.And: self.every_child,
            whoosh.Or: self.any_child,
            whoosh.DisjunctionMax: self.best_child,
            whoosh.Not: lambda q, d: 0.0 if self.score(q.query, d) is None else None,
            whoosh.AndNot: lambda q, d: self.if_(self.score(q.b, d) is None, q.a, d),
            whoosh.Require: lambda q, d: self.if_(self.score(q.b, d) is not None, q.a, d),
            whoosh.AndMaybe: self.and_maybe,
            whoosh.ConstantScoreQuery: lambda q, d: (
                None if self.score(q.child, d) is None else q.score
            ),
            type(whoosh.NullQuery): lambda q, d: None,
        }

    def search(self, query: whoosh.Query) -> list[tuple[str, float]]:
        """(id, score) of every living article, the best first, ties in the order of the index."""
        found = []
        for place, document in enumerate(self.oracle.documents):
            score = self.score(query, document) if document.alive else None
            if score is not None:
                found.append((-score, place, document.article.id))
        return [(article_id, -score) for score, _, article_id in sorted(found)]

    def score(self, query: Any, document: Document) -> float | None:
        """The score of one document."""
        own = self._kinds[type(query)](query, document)
        return None if own is None else own * getattr(query, "boost", 1.0)

    def if_(self, condition: bool, query: Any, document: Document) -> float | None:
        return self.score(query, document) if condition else None

    # compounds

    def children(self, query: Any, document: Document) -> list[float]:
        scores = [self.score(child, document) for child in query.subqueries]
        return [score for score in scores if score is not None]

    def every_child(self, query: Any, document: Document) -> float | None:
        scores = self.children(query, document)
        return sum(scores) if scores and len(scores) == len(query.subqueries) else None

    def any_child(self, query: Any, document: Document) -> float | None:
        scores = self.children(query, document)
        return sum(scores) if len(scores) >= max(query.minmatch or 0, 1) else None

    def best_child(self, query: Any, document: Document) -> float | None:
        scores = self.children(query, document)
        if not scores:
            return None
        return max(scores) + query.tiebreak * (sum(scores) - max(scores))

    def and_maybe(self, query: Any, document: Document) -> float | None:
        needed = self.score(query.a, document)
        return None if needed is None else needed + (self.score(query.b, document) or 0.0)

    # leaves

    def term(self, query: Any, document: Document) -> float | None:
        if query.fieldname in TEXT_FIELDS:
            name, kind = TEXT_FIELDS[query.fieldname]
            tf = document.counts[name, kind][query.text]
            if not tf:
                return None
            df = self.oracle.df(name, kind, query.text)
            weight = self.oracle.weight(name, kind)
            return weight * self.oracle.bm25(document, name, kind, tf, df)
        if query.fieldname == "date":
            date = document.article.date
            return 1.0 if date and date.replace(tzinfo=None) == query.text else None
        return 1.0 if query.text in self.texts(query.fieldname, document) else None

    def phrase(self, query: Any, document: Document) -> float | None:
        if len(query.words) == 1:
            return self.term(whoosh.Term(query.fieldname, query.words[0]), document)
        tf = self.frequency(query, document)
        if not tf:
            return None
        df = sum(self.frequency(query, other) > 0 for other in self.oracle.documents)
        name, kind = TEXT_FIELDS[query.fieldname]
        weight = self.oracle.weight(name, "phrases")
        kind = "grams" if self.is_text(query) else kind
        return weight * self.oracle.bm25(document, name, kind, tf, df)

    @staticmethod
    def is_text(query: Any) -> bool:
        """Whether a phrase is a stretch of text: Han words side by side."""
        _, kind = TEXT_FIELDS[query.fieldname]
        return kind == "words" and query.slop == 1 and all(map(HAN_RUN.fullmatch, query.words))

    def frequency(self, query: Any, document: Document) -> int:
        name, kind = TEXT_FIELDS[query.fieldname]
        if self.is_text(query):
            return occurrences(document.texts[name], "".join(query.words))
        places = self.places(document, name, kind)
        ends = places.get(query.words[0], set())
        for word in query.words[1:]:
            near = {end + step for end in ends for step in range(1, query.slop + 1)}
            ends = places.get(word, set()) & near
        return len(ends)

    @cached_property
    def _places(self) -> dict[tuple[int, str, str], dict[str, set[int]]]:
        return {}

    def places(self, document: Document, name: str, kind: str) -> dict[str, set[int]]:
        key = (id(document), name, kind)
        if key not in self._places:
            cut = self.words if kind == "words" else GramAnalyzer()
            found: dict[str, set[int]] = {}
            for token in cut(getattr(document.article, name), positions=True, mode="index"):
                found.setdefault(token.text, set()).add(token.pos)
            self._places[key] = found
        return self._places[key]

    def texts(self, field: str, document: Document) -> Sequence[str]:
        """The terms of a document in a field."""
        if field in TEXT_FIELDS:
            return list(document.counts[TEXT_FIELDS[field]])
        article = document.article
        labels = {"category": [article.category], "tags": list(article.tags), "id": [article.id]}
        return [text for text in labels.get(field, []) if text]

    def multiple(self, query: Any, document: Document) -> float | None:
        meant = [text for text in self.texts(query.fieldname, document) if means(query, text)]
        if not meant:
            return None
        everything = getattr(query, "text", None) in ("", "*", ".*")  # which no term is
        if query.constantscore or query.fieldname not in TEXT_FIELDS or everything:
            return 1.0
        scores = [self.term(whoosh.Term(query.fieldname, text), document) for text in meant]
        return sum(score or 0.0 for score in scores)

    def date_range(self, query: Any, document: Document) -> float | None:
        if document.article.date is None:
            return None
        date = document.article.date.replace(tzinfo=None)
        first, last = query.startdate or dt.datetime.min, query.enddate or dt.datetime.max
        if date < first or (date == first and query.startdate and query.startexcl):
            return None
        if date > last or (date == last and query.enddate and query.endexcl):
            return None
        return 1.0

    def every(self, query: Any, document: Document) -> float | None:
        name = query.fieldname
        if name is None:
            return 1.0
        there = document.article.date if name == "date" else self.texts(name, document)
        return 1.0 if there else None


def means(query: Any, text: str) -> bool:
    """Whether a multi-term query means this term."""
    if isinstance(query, whoosh.Prefix):
        return text.startswith(query.text)
    if isinstance(query, whoosh.Wildcard):
        return fnmatch.fnmatchcase(text, query.text)
    if isinstance(query, whoosh.Regex):
        return re.match(query.text, text) is not None
    if isinstance(query, whoosh.FuzzyTerm):
        length = query.prefixlength
        same = text[:length] == query.text[:length]
        return same and edits(text[length:], query.text[length:]) <= query.maxdist
    above = (
        query.start is None or text > query.start or (text == query.start and not query.startexcl)
    )
    below = query.end is None or text < query.end or (text == query.end and not query.endexcl)
    return above and below


def edits(one: str, other: str) -> int:
    """The Levenshtein distance, by its definition."""
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return edits(one[1:], other[1:])
    return 1 + min(edits(one[1:], other), edits(one, other[1:]), edits(one[1:], other[1:]))
