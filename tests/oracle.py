"""The reference that searches are compared with: every article scored in plain Python.

Nothing here is shared with the library but what shapes text (`fold`, the analyzer's units and
parts) and the parsed query. An article is a dict of counters; every question is a loop.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from searchlib import Article, Ranking, fold
from searchlib.analysis import HAN_RUN, Analyzer
from searchlib.query.parse import Clause, ParsedQuery

FIELDS = ("title", "body")
KINDS = ("words", "grams", "chars")
STAGES = ("literal", "words", "subwords", "partial")


def han_runs(text: str) -> list[str]:
    """The stretches of Han characters in folded text."""
    return HAN_RUN.findall(text)


def pairs(run: str) -> list[str]:
    """Neighbouring characters, two by two."""
    return [run[at : at + 2] for at in range(len(run) - 1)]


@dataclass
class Document:
    """An article as the reference sees it: folded fields, and how often each has each term."""

    article: Article
    alive: bool
    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, article: Article, analyzer: Analyzer, *, alive: bool = True) -> Document:
        """Analyse an article."""
        made = cls(article, alive)
        for name in FIELDS:
            text = made.texts[name] = fold(getattr(article, name))
            units = analyzer.units(text)
            words = [term for unit in units for term in (unit, *analyzer.parts(unit))]
            runs = han_runs(text)
            made.counts[name, "words"] = Counter(words)
            made.counts[name, "grams"] = Counter(pair for run in runs for pair in pairs(run))
            made.counts[name, "chars"] = Counter(char for run in runs for char in run)
        return made

    def has_term(self, kind: str, term: str) -> bool:
        """Whether the term stands in any field."""
        return any(term in self.counts[name, kind] for name in FIELDS)

    def has_text(self, text: str) -> bool:
        """Whether the text stands in any field."""
        return any(text in self.texts[name] for name in FIELDS)

    def has(self, clause: Clause) -> bool:
        """Whether the article has what a clause asks for."""
        if clause.kind == "phrase" or HAN_RUN.fullmatch(clause.text):
            return self.has_text(clause.text)
        return self.has_term("words", clause.text)


@dataclass(frozen=True)
class Expected:
    """One article that a search has to find. `place` is its number in the index."""

    id: str
    stage: str
    score: float
    place: int
    article: Article


class Oracle:
    """Searches a list of documents. Those not alive count in statistics and are never found."""

    def __init__(
        self, documents: Iterable[Document], analyzer: Analyzer, ranking: Ranking | None = None
    ) -> None:
        self.documents = list(documents)
        self.analyzer = analyzer
        self.ranking = ranking or Ranking()

    def search(
        self, query: ParsedQuery, keep: Callable[[Article], bool] = lambda article: True
    ) -> list[Expected]:
        """Everything found, in the order in which a search has to return it."""
        found: list[Expected] = []
        for place, document in enumerate(self.documents):
            stage = self.stage(query, document)
            if stage and document.alive and keep(document.article):
                score = self.score(query, document)
                article = document.article
                found.append(Expected(article.id, stage, score, place, article))
        complete = sum(hit.stage != "partial" for hit in found)
        if complete >= self.ranking.enough:
            found = [hit for hit in found if hit.stage != "partial"]
        return sorted(found, key=lambda hit: (STAGES.index(hit.stage), -hit.score, hit.place))

    def stage(self, query: ParsedQuery, document: Document) -> str | None:
        """By which stage the article matches, widening allowed; None where it does not."""
        if not query.clauses or any(c.excluded and document.has(c) for c in query.clauses):
            return None
        wanted = query.wanted
        words = [clause.text for clause in wanted if clause.kind == "word"]
        if all(document.has(clause) for clause in wanted):
            if not wanted:
                return "words"
            if document.has_text(query.text) or (len(wanted) == 1 and not words):
                return "literal"
            whole = all(document.has_term("words", word) for word in words)
            return "words" if whole else "subwords"
        phrases = [clause for clause in wanted if clause.kind == "phrase"]
        atoms = list(dict.fromkeys(atom for word in words for atom in self.atoms(word)))
        if len(atoms) < 2 or not all(document.has(clause) for clause in phrases):
            return None
        weights = {atom: self.atom_weight(*atom) for atom in atoms}
        mass = sum(weight for atom, weight in weights.items() if document.has_term(*atom))
        least = self.ranking.partial * sum(weights.values())
        return "partial" if mass and mass >= least * (1 - 1e-6) else None

    @staticmethod
    def atoms(word: str) -> list[tuple[str, str]]:
        """What a word consists of: pairs of Han characters, one character, or itself."""
        if not HAN_RUN.fullmatch(word):
            return [("words", word)]
        return [("grams", pair) for pair in pairs(word)] or [("chars", word)]

    def atom_weight(self, kind: str, term: str) -> float:
        """The idf of an atom by the field that has it most; missing atoms are the rarest."""
        return self.idf(max(self.df(name, kind, term) for name in FIELDS))

    def df(self, name: str, kind: str, term: str) -> int:
        """In how many documents the term stands, those deleted included."""
        return sum(term in document.counts[name, kind] for document in self.documents)

    def idf(self, df: int) -> float:
        """Lucene's idf."""
        return math.log(1 + (len(self.documents) - df + 0.5) / (df + 0.5))

    def terms(self, query: ParsedQuery) -> dict[str, set[str]]:
        """The terms that add to a score, in each kind of channel."""
        units = self.analyzer.units(query.plain)
        runs = han_runs(query.plain)
        return {
            "words": {term for unit in units for term in (unit, *self.analyzer.parts(unit))},
            "grams": {pair for run in runs for pair in pairs(run)},
            "chars": {char for run in runs for char in run},
        }

    def score(self, query: ParsedQuery, document: Document) -> float:
        """The fused BM25 of the documentation of `Ranking`."""
        score = 0.0
        for name in FIELDS:
            for kind, terms in self.terms(query).items():
                counts = document.counts[name, kind]
                for term in terms & counts.keys():
                    df = self.df(name, kind, term)
                    score += self.weight(name, kind) * self.bm25(
                        document, name, kind, counts[term], df
                    )
            for phrase in {c.text for c in query.wanted if c.kind == "phrase"}:
                tf = occurrences(document.texts[name], phrase)
                df = sum(phrase in other.texts[name] for other in self.documents)
                score += self.weight(name, "phrases") * self.bm25(document, name, "grams", tf, df)
        return score

    def weight(self, name: str, kind: str) -> float:
        """The boost of a field times the weight of a channel."""
        return getattr(self.ranking, name) * getattr(self.ranking, kind)

    def bm25(self, document: Document, name: str, kind: str, tf: int, df: int) -> float:
        """BM25 of a term that stands `tf` times in a field, by its length in a channel."""
        if not tf:
            return 0.0
        ranking = self.ranking
        total = sum(other.counts[name, kind].total() for other in self.documents)
        average = total / len(self.documents) or 1.0
        length = document.counts[name, kind].total()
        norm = ranking.k1 * (1 - ranking.b + ranking.b * length / average)
        return self.idf(df) * tf * (ranking.k1 + 1) / (tf + norm)


def occurrences(text: str, phrase: str) -> int:
    """How often a phrase stands in a text, overlapping ones too."""
    return sum(text.startswith(phrase, at) for at in range(len(text)))


def by_date(found: Sequence[Expected], *, newest: bool) -> list[Expected]:
    """The same articles by date, undated ones last, ties in the order of the index."""
    dated = sorted((hit for hit in found if hit.article.date), key=lambda hit: hit.place)
    dated.sort(key=lambda hit: _wall_clock(hit.article), reverse=newest)
    undated = [hit for hit in found if not hit.article.date]
    return dated + sorted(undated, key=lambda hit: hit.place)


def facet(name: str, found: Iterable[Expected]) -> list[tuple[str, int]]:
    """(value, how many of the articles have it), by count, then value."""
    counts: Counter[str] = Counter()
    for hit in found:
        article = hit.article
        if name == "category":
            counts.update([article.category] if article.category else [])
        elif name == "tags":
            counts.update(set(article.tags))
        elif article.date:
            counts[_wall_clock(article).isoformat()[: 4 if name == "year" else 7]] += 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def keeper(
    *,
    category: str | None = None,
    tags: Sequence[str] = (),
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
) -> Callable[[Article], bool]:
    """The filters of a search as a predicate."""

    def keep(article: Article) -> bool:
        if category and not f"{article.category}/".startswith(f"{category}/"):
            return False
        if not set(tags) <= set(article.tags):
            return False
        if since is None and until is None:
            return True
        if article.date is None:
            return False
        return _compares(article, since, 1) and _compares(article, until, -1)

    return keep


def _compares(article: Article, moment: str | dt.date | None, sign: int) -> bool:
    """Whether the article is not before (1) or not after (-1) all that `moment` covers."""
    if moment is None:
        return True
    if isinstance(moment, dt.datetime):
        own, other = _wall_clock(article), moment.replace(tzinfo=None)
        return own >= other if sign > 0 else own <= other
    text = moment if isinstance(moment, str) else moment.isoformat()
    # as many characters of ISO text as `moment` has are what it covers: 2021, 2021-06, 2021-06-30
    prefix = _wall_clock(article).isoformat()[: len(text)]
    return prefix >= text if sign > 0 else prefix <= text


def _wall_clock(article: Article) -> dt.datetime:
    assert article.date
    return article.date.replace(tzinfo=None)
