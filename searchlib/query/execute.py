"""Execution: from clauses to the articles found, by stages.

An article is found when it has every word of the query. Where fewer than `Ranking.enough` do,
the search widens to those that hold at least `Ranking.partial` of it. Either way what a word
means does not depend on the dictionary: a Han word is found wherever its characters stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from searchlib.analysis import HAN_RUN, Analyzer
from searchlib.analysis.characters import HAN
from searchlib.models import Stage
from searchlib.query.filters import Filter
from searchlib.query.found import AnyGroup, Found, Group, ListedGroup
from searchlib.query.parse import Clause, ParsedQuery
from searchlib.query.phrase import Phrase, phrase_documents
from searchlib.query.plan import Plan, clause_documents
from searchlib.query.ranking import Ranking
from searchlib.query.score import weigh
from searchlib.query.terms import TermReader
from searchlib.store.arrays import Bits, Docs, member
from searchlib.store.channels import Kind


def find(
    query: ParsedQuery, reader: TermReader, analyzer: Analyzer, ranking: Ranking, chosen: Filter
) -> Found:
    """Return all articles that a query finds and the filter lets through."""
    return _Search(query, reader, analyzer, ranking, chosen).run()


class _Search:
    """One query over one snapshot."""

    def __init__(
        self,
        query: ParsedQuery,
        reader: TermReader,
        analyzer: Analyzer,
        ranking: Ranking,
        chosen: Filter,
    ) -> None:
        self._query = query
        self._reader = reader
        self._ranking = ranking
        self._segments = reader.segments
        self._masks = [chosen.mask(live) for live in reader.snapshot.segments]
        self._phrases = [
            Phrase(reader, clause.text) for clause in query.wanted if clause.kind == "phrase"
        ]
        self._terms = weigh(reader, ranking, query_terms(query, analyzer), self._phrases)

    def run(self) -> Found:
        """The groups of articles, the strictest first."""
        query = self._query
        if not query.clauses:
            return self._found()
        if not query.wanted:
            # nothing but exclusions: every article that has none of them, in the order added
            every = [np.arange(segment.documents, dtype=np.int32) for segment in self._segments]
            return self._found(self._listed("words", self._keep(every)))
        if not self._ranking.stages:
            return self._found(self._any())
        plans = [
            Plan(self._reader, at, query.wanted, self._phrases) for at in range(len(self._segments))
        ]
        complete = self._keep([plan.complete() for plan in plans])
        groups = self._complete_groups(plans, complete)
        short = sum(map(len, complete)) < self._ranking.enough
        if short and plans and plans[0].can_widen:
            partial = self._keep([plan.partial(self._ranking.partial) for plan in plans])
            lists = [
                docs[~member(full, docs)] for docs, full in zip(partial, complete, strict=True)
            ]
            groups.append(self._listed("partial", lists))
        return self._found(*groups)

    def _found(self, *groups: Group) -> Found:
        kept = tuple(g for g in groups if not isinstance(g, ListedGroup) or g.total)
        widened = self._ranking.stages and any(group.stage == "partial" for group in kept)
        return Found(kept, self._terms, self._segments, widened)

    def _listed(self, stage: Stage, lists: Sequence[Docs]) -> ListedGroup:
        return ListedGroup(stage, lists, self._terms, self._segments)

    def _any(self) -> Group:
        """Every article with any term, by score alone (`Ranking.stages` off)."""
        scratch = self._reader.scratch
        group = AnyGroup("partial", self._masks, self._terms, self._segments, scratch)
        if not self._phrases and len(self._query.wanted) == len(self._query.clauses):
            return group
        lists = [group.documents(at) for at in range(len(self._segments))]
        for phrase in self._phrases:
            lists = [docs[member(phrase.documents(at), docs)] for at, docs in enumerate(lists)]
        return self._listed("partial", self._keep(lists))

    def _keep(self, lists: Sequence[Docs]) -> list[Docs]:
        """What the filter lets through and no exclusion takes out."""
        out = []
        for at, (docs, mask) in enumerate(zip(lists, self._masks, strict=True)):
            if mask is not None:
                docs = docs[mask[docs]]
            for clause in self._query.clauses:
                if clause.excluded and len(docs):
                    docs = docs[~member(clause_documents(self._reader, at, clause), docs)]
            out.append(docs)
        return out

    def _complete_groups(self, plans: Sequence[Plan], complete: Sequence[Docs]) -> list[Group]:
        """Split the complete matches: verbatim, by words, some words only inside longer ones."""
        verbatim, words, subwords = [], [], []
        for plan, docs in zip(plans, complete, strict=True):
            literal = self._literal(plan, docs)
            verbatim.append(docs[literal])
            docs = docs[~literal]
            whole = plan.whole_words(docs)
            words.append(docs[whole])
            subwords.append(docs[~whole])
        return [
            self._listed("literal", verbatim),
            self._listed("words", words),
            self._listed("subwords", subwords),
        ]

    def _literal(self, plan: Plan, docs: Docs) -> Bits:
        """Which documents have the whole query verbatim."""
        wanted = self._query.wanted
        alone = len(wanted) == 1 and wanted[0].text == self._query.text
        if not len(docs) or (alone and not _respelled(wanted[0])):
            return np.ones(len(docs), np.bool_)
        return member(phrase_documents(plan.segment, self._query.text, docs), docs)


# numbers are indexed without their commas, quantities without the spaces in them
_RESPELLED = re.compile(rf"\d{{4}}|\d.*[{HAN}]")


def _respelled(clause: Clause) -> bool:
    """Whether an article may have the clause's word without having it verbatim."""
    return clause.kind == "word" and _RESPELLED.search(clause.text) is not None


def query_terms(query: ParsedQuery, analyzer: Analyzer) -> dict[Kind, Sequence[str]]:
    """The terms of a query in each kind of channel, each once."""
    words: dict[str, None] = {}
    grams: dict[str, None] = {}
    chars: dict[str, None] = {}
    for unit in analyzer.units(query.plain):
        words[unit] = None
        words.update(dict.fromkeys(analyzer.parts(unit)))
    for run in HAN_RUN.findall(query.plain):
        chars.update(dict.fromkeys(run))
        grams.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
    return {"words": list(words), "grams": list(grams), "chars": list(chars)}
