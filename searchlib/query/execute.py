"""Execution: from clauses to the articles found, by stages, and the best of them.

An article is found when it has every word of the query. Where fewer than `Ranking.enough` do,
the search widens to those that hold at least `Ranking.partial` of it. Either way what a word
means does not depend on the dictionary: a Han word is found wherever its characters stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from searchlib.analysis import HAN_RUN, Analyzer
from searchlib.models import Stage
from searchlib.query.filters import Filter
from searchlib.query.parse import Clause, ParsedQuery
from searchlib.query.phrase import phrase_documents
from searchlib.query.ranking import Ranking
from searchlib.query.score import Weighted, best, best_of_any, count_any, score, weigh
from searchlib.query.terms import TermReader
from searchlib.store.arrays import Bits, Ints, member, union
from searchlib.store.channels import Kind
from searchlib.store.snapshot import LiveSegment

STAGES: Final[tuple[Stage, ...]] = ("literal", "words", "subwords", "partial")


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article of a page: its segment, its number there, score and stage."""

    segment: int
    document: int
    score: float
    stage: Stage


@dataclass(frozen=True, slots=True)
class Found:
    """All that a query finds: for each stage and segment the documents, ascending."""

    by_stage: dict[Stage, list[Ints]]
    terms: list[Weighted]
    widened: bool
    # without stages: what the filter lets through, so that the best are found without the rest
    open_to: list[Bits | None] | None = None

    @property
    def total(self) -> int:
        """How many articles there are."""
        return sum(len(docs) for lists in self.by_stage.values() for docs in lists)

    def documents(self, segment: int) -> Ints:
        """All documents found in one segment, ascending."""
        return union([lists[segment] for lists in self.by_stage.values()])


class Searcher:
    """Answers queries over one snapshot. Reading it from several threads is safe."""

    def __init__(self, reader: TermReader, analyzer: Analyzer, ranking: Ranking) -> None:
        self._reader = reader
        self._analyzer = analyzer
        self._ranking = ranking

    def find(self, query: ParsedQuery, chosen: Filter) -> Found:
        """All articles that a query finds, in stages."""
        lives = self._reader.snapshot.segments
        masks = [chosen.mask(live) for live in lives]
        wanted = query.wanted
        terms = weigh(self._reader, self._ranking, self._texts(query))
        if wanted and not self._ranking.stages:
            return self._any(query, masks, terms)
        if not wanted:
            # nothing but exclusions (or nothing at all): every article, in its order
            every = [np.arange(live.segment.documents, dtype=np.int64) for live in lives]
            kept = self._keep(every, masks, query)
            return Found({"words": kept if query.clauses else [d[:0] for d in kept]}, terms, False)
        plans = [_Plan(self._reader, at, live, wanted) for at, live in enumerate(lives)]
        complete = self._keep([plan.complete() for plan in plans], masks, query)
        by_stage = self._stages(query, plans, complete)
        count = sum(map(len, complete))
        widens = count < self._ranking.enough and any(clause.kind == "word" for clause in wanted)
        if widens and len(plans[0].atoms if plans else ()) > 1:
            partial = [plan.partial(self._ranking.partial) for plan in plans]
            partial = self._keep(partial, masks, query)
            by_stage["partial"] = [
                docs[~member(full, docs)] for docs, full in zip(partial, complete, strict=True)
            ]
        widened = any(len(docs) for docs in by_stage.get("partial", ()))
        return Found(by_stage, terms, widened)

    def page(self, found: Found, first: int, last: int) -> list[Ranked]:
        """The articles from place `first` up to, not including, `last`."""
        ranked: list[Ranked] = []
        for stage in STAGES:
            needed = last - len(ranked)
            if needed <= 0:
                break
            rows: list[tuple[float, int, int]] = []
            for segment, docs in enumerate(found.by_stage.get(stage, ())):
                if len(docs):
                    documents = self._reader.segments[segment].documents
                    if found.open_to is None:
                        docs, scores = best(found.terms, segment, docs, documents, needed)
                    else:
                        mask = found.open_to[segment]
                        docs, scores = best_of_any(found.terms, segment, documents, needed, mask)
                    rows += [
                        (-value, segment, document)
                        for value, document in zip(scores.tolist(), docs.tolist(), strict=True)
                    ]
            rows.sort()
            ranked += [Ranked(seg, doc, -value, stage) for value, seg, doc in rows[:needed]]
        return ranked[first:]

    def score(self, found: Found, segment: int, docs: Ints) -> npt.NDArray[np.float64]:
        """The score of each document, whatever its stage; `docs` in any order."""
        order = np.argsort(docs)
        out = np.empty(len(docs), np.float64)
        documents = self._reader.segments[segment].documents
        out[order] = score(found.terms, segment, docs[order], documents)
        return out

    def _any(self, query: ParsedQuery, masks: list[Bits | None], terms: list[Weighted]) -> Found:
        """Every article with any term, by score alone (`Ranking.stages` off)."""
        segments = self._reader.segments
        docs = [
            count_any(terms, at, segment.documents, mask)
            for at, (segment, mask) in enumerate(zip(segments, masks, strict=True))
        ]
        required = [clause for clause in query.wanted if clause.kind == "phrase"]
        if not required and not any(clause.excluded for clause in query.clauses):
            return Found({"partial": docs}, terms, False, masks)
        for clause in required:
            docs = [
                phrase_documents(segment, clause.text, own)
                for segment, own in zip(segments, docs, strict=True)
            ]
        return Found({"partial": self._keep(docs, masks, query)}, terms, False)

    def _texts(self, query: ParsedQuery) -> dict[Kind, Sequence[str]]:
        """The query's terms in each kind of channel, each once."""
        words: dict[str, None] = {}
        grams: dict[str, None] = {}
        chars: dict[str, None] = {}
        for unit in self._analyzer.units(query.text):
            words[unit] = None
            words.update(dict.fromkeys(self._analyzer.parts(unit)))
        for run in HAN_RUN.findall(query.text):
            chars.update(dict.fromkeys(run))
            grams.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
        return {"words": list(words), "grams": list(grams), "chars": list(chars)}

    def _keep(
        self, lists: list[Ints], masks: Sequence[Bits | None], query: ParsedQuery
    ) -> list[Ints]:
        """What the filter lets through and no exclusion takes out."""
        out = []
        for at, (docs, mask) in enumerate(zip(lists, masks, strict=True)):
            if mask is not None:
                docs = docs[mask[docs]]
            for clause in query.clauses:
                if clause.excluded and len(docs):
                    gone = clause_documents(self._reader, at, clause)
                    docs = docs[~member(gone, docs)]
            out.append(docs)
        return out

    def _stages(
        self, query: ParsedQuery, plans: list[_Plan], complete: list[Ints]
    ) -> dict[Stage, list[Ints]]:
        """Split the complete matches: verbatim, by words, some words only inside longer ones."""
        out: dict[Stage, list[Ints]] = {"literal": [], "words": [], "subwords": []}
        wanted = query.wanted
        only_phrases = all(clause.kind == "phrase" for clause in wanted)
        for plan, docs in zip(plans, complete, strict=True):
            if not len(docs):
                for lists in out.values():
                    lists.append(docs)
                continue
            if only_phrases and len(wanted) == 1:
                verbatim = np.ones(len(docs), np.bool_)
            else:
                verbatim = member(phrase_documents(plan.segment, query.text, docs), docs)
            whole = plan.whole_words(docs)
            out["literal"].append(docs[verbatim])
            out["words"].append(docs[whole & ~verbatim])
            out["subwords"].append(docs[~whole & ~verbatim])
        return out


class _Plan:
    """The clauses of a query in one segment.

    An atom is what a word needs at least: each of its pairs of Han characters, its one Han
    character, or the Latin word or number itself. Atoms come from one list each, so they are
    cheap; that the pairs of a longer word stand together is checked where all atoms do.
    """

    def __init__(
        self, reader: TermReader, at: int, live: LiveSegment, clauses: Sequence[Clause]
    ) -> None:
        self._reader = reader
        self._at = at
        self.segment = live.segment
        self._words = [clause.text for clause in clauses if clause.kind == "word"]
        self._phrases = [clause.text for clause in clauses if clause.kind == "phrase"]
        self.atoms = list(dict.fromkeys(atom for word in self._words for atom in atoms(word)))

    def complete(self) -> Ints:
        """Documents that have every word and phrase."""
        docs: Ints | None = None
        for own in sorted((self._atom(atom) for atom in self.atoms), key=len):
            docs = own if docs is None else docs[member(own, docs)]
            if not len(docs):
                return docs
        for word in self._words:
            if len(atoms(word)) > 1:
                assert docs is not None
                docs = self._with_word(word, docs)
        return self._with_phrases(docs)

    def partial(self, share: float) -> Ints:
        """Documents that have at least this share of the atoms, by idf, and every phrase."""
        documents = self.segment.documents
        mass = np.zeros(documents, np.float32)
        weights = [self._reader.rarity(*atom) for atom in self.atoms]
        for atom, weight in zip(self.atoms, weights, strict=True):
            mass[self._atom(atom)] += np.float32(weight)
        least = np.float32(share * sum(weights) * (1 - 1e-6))
        return self._with_phrases(np.flatnonzero(mass >= max(least, np.float32(1e-9))))

    def whole_words(self, docs: Ints) -> Bits:
        """Which documents have every word as a word of its own, in the words channel."""
        out = np.ones(len(docs), np.bool_)
        for word in self._words:
            out &= member(self._listed("words", word), docs)
        return out

    def _with_word(self, word: str, docs: Ints) -> Ints:
        listed = member(self._listed("words", word), docs)
        if listed.all():
            return docs
        rest = phrase_documents(self.segment, word, docs[~listed])
        return union([docs[listed], rest])

    def _with_phrases(self, docs: Ints | None) -> Ints:
        for text in self._phrases:
            docs = phrase_documents(self.segment, text, docs)
        return np.empty(0, np.int64) if docs is None else docs

    def _atom(self, atom: tuple[Kind, str]) -> Ints:
        return self._listed(*atom)

    def _listed(self, kind: Kind, text: str) -> Ints:
        return listed(self._reader, self._at, kind, text)


def listed(reader: TermReader, segment: int, kind: Kind, text: str) -> Ints:
    """Documents of a segment with a term of a kind in any field, ascending."""
    found = [term.scores(segment) for term in reader.terms(kind, text)]
    return union([scores.docs for scores in found if scores is not None])


def clause_documents(reader: TermReader, segment: int, clause: Clause) -> Ints:
    """Documents of a segment that have a word or phrase."""
    if clause.kind == "phrase":
        return phrase_documents(reader.segments[segment], clause.text)
    needed = atoms(clause.text)
    if len(needed) == 1:
        return listed(reader, segment, *needed[0])
    return phrase_documents(reader.segments[segment], clause.text)


def atoms(word: str) -> list[tuple[Kind, str]]:
    """What a word needs at least.

    >>> atoms("农业银行")
    [('grams', '农业'), ('grams', '业银'), ('grams', '银行')]
    """
    if not HAN_RUN.fullmatch(word):
        return [("words", word)]
    if len(word) == 1:
        return [("chars", word)]
    return [("grams", word[at : at + 2]) for at in range(len(word) - 1)]
