"""Which documents of one segment have the words and phrases of a query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchlib.analysis import HAN_RUN
from searchlib.query.parse import Clause
from searchlib.query.phrase import Phrase, phrase_documents
from searchlib.query.terms import TermReader
from searchlib.store.arrays import NO_DOCS, Bits, Docs, member, union
from searchlib.store.channels import Kind


class Plan:
    """The clauses of a query in one segment.

    An atom is what a word needs at least: each of its pairs of Han characters, its one Han
    character, or the Latin word or number itself. Atoms come from one list each, so they are
    cheap; that the pairs of a longer word stand together is checked where all atoms do.
    """

    def __init__(
        self, reader: TermReader, at: int, clauses: Sequence[Clause], phrases: Sequence[Phrase]
    ) -> None:
        self.segment = reader.segments[at]
        self._reader = reader
        self._at = at
        self._words = [clause.text for clause in clauses if clause.kind == "word"]
        self._phrases = phrases
        needed = dict.fromkeys(atom for word in self._words for atom in atoms(word))
        self._atoms = [Holders(reader, at, *atom) for atom in needed]

    @property
    def can_widen(self) -> bool:
        """Whether a document can have a part of the words, and not all."""
        return len(self._atoms) > 1

    def complete(self) -> Docs:
        """Documents that have every word and phrase."""
        docs: Docs | None = None
        for atom in sorted(self._atoms, key=lambda atom: atom.most):
            docs = atom.docs() if docs is None else docs[atom.have(docs)]
            if not len(docs):
                return docs
        for word in self._words:
            if len(atoms(word)) > 1:
                assert docs is not None
                docs = self._with_word(word, docs)
        return self._with_phrases(docs)

    def partial(self, share: float) -> Docs:
        """Documents that have at least this share of the atoms, by idf, and every phrase.

        What the common atoms weigh together may be too little; then only documents with a rare
        one come into question, and the long lists of the common ones are merely looked up.
        """
        heaviest = sorted(self._atoms, key=lambda atom: -atom.rarity)
        left = sum(atom.rarity for atom in heaviest)
        # sums of floats differ by their order
        least = max(share * left * (1 - 1e-9), 1e-9)
        rest = list(heaviest)
        with self._reader.scratch.sums(self._at) as mass:
            while rest and left >= least:
                atom = rest.pop(0)
                left -= atom.rarity
                mass.add(atom.docs(), atom.rarity)
            docs = union(mass.touched)
            own = mass.values[docs]
        for atom in rest:
            kept = own + left >= least
            docs, own = docs[kept], own[kept]
            own += atom.rarity * atom.have(docs)
            left -= atom.rarity
        return self._with_phrases(docs[own >= least])

    def whole_words(self, docs: Docs) -> Bits:
        """Which documents have every word as a word of its own, in the words channel."""
        out = np.ones(len(docs), np.bool_)
        for word in self._words:
            out &= self._word(word).have(docs)
        return out

    def _with_word(self, word: str, docs: Docs) -> Docs:
        whole = self._word(word).have(docs)
        if whole.all():
            return docs
        rest = phrase_documents(self.segment, word, docs[~whole])
        return union([docs[whole], rest])

    def _with_phrases(self, docs: Docs | None) -> Docs:
        for phrase in self._phrases:
            own = phrase.documents(self._at)
            docs = own if docs is None else docs[member(own, docs)]
        return NO_DOCS if docs is None else docs

    def _word(self, word: str) -> Holders:
        return Holders(self._reader, self._at, "words", word)


class Holders:
    """The documents of a segment that hold a term, in any field.

    `most` is at least their number, `rarity` the term's idf.
    """

    def __init__(self, reader: TermReader, segment: int, kind: Kind, text: str) -> None:
        terms = reader.terms(kind, text)
        self.most = sum(term.df for term in terms)
        self.rarity = reader.rarity(kind, text)
        self._fields = [found for term in terms if (found := term.occurrences(segment))]

    def docs(self) -> Docs:
        """The documents, ascending."""
        return union([found.docs for found in self._fields])

    def have(self, docs: Docs) -> Bits:
        """Which of `docs` hold the term."""
        if not self._fields:
            return np.zeros(len(docs), np.bool_)
        out = self._fields[0].have(docs)
        for found in self._fields[1:]:
            out |= found.have(docs)
        return out


def clause_documents(reader: TermReader, segment: int, clause: Clause) -> Docs:
    """Documents of a segment that have a word or phrase."""
    if clause.kind == "word" and len(needed := atoms(clause.text)) == 1:
        return Holders(reader, segment, *needed[0]).docs()
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
