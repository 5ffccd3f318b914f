"""Which documents of one segment have the words and phrases of a query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchlib.analysis import HAN_RUN
from searchlib.query.parse import Clause
from searchlib.query.phrase import phrase_documents
from searchlib.query.terms import TermReader
from searchlib.store.arrays import NO_DOCS, Bits, Docs, member, union
from searchlib.store.channels import Kind


class Plan:
    """The clauses of a query in one segment.

    An atom is what a word needs at least: each of its pairs of Han characters, its one Han
    character, or the Latin word or number itself. Atoms come from one list each, so they are
    cheap; that the pairs of a longer word stand together is checked where all atoms do.
    """

    def __init__(self, reader: TermReader, at: int, clauses: Sequence[Clause]) -> None:
        self.segment = reader.segments[at]
        self._reader = reader
        self._at = at
        self._words = [clause.text for clause in clauses if clause.kind == "word"]
        self._phrases = [clause.text for clause in clauses if clause.kind == "phrase"]
        self._atoms = list(dict.fromkeys(atom for word in self._words for atom in atoms(word)))

    @property
    def can_widen(self) -> bool:
        """Whether a document can have a part of the words, and not all."""
        return len(self._atoms) > 1

    def complete(self) -> Docs:
        """Documents that have every word and phrase."""
        docs: Docs | None = None
        for own in sorted((self._atom(atom) for atom in self._atoms), key=len):
            docs = own if docs is None else docs[member(own, docs)]
            if not len(docs):
                return docs
        for word in self._words:
            if len(atoms(word)) > 1:
                assert docs is not None
                docs = self._with_word(word, docs)
        return self._with_phrases(docs)

    def partial(self, share: float) -> Docs:
        """Documents that have at least this share of the atoms, by idf, and every phrase."""
        documents = self.segment.documents
        mass = np.zeros(documents, np.float32)
        weights = [self._reader.rarity(*atom) for atom in self._atoms]
        for atom, weight in zip(self._atoms, weights, strict=True):
            mass[self._atom(atom)] += np.float32(weight)
        least = np.float32(share * sum(weights) * (1 - 1e-6))
        enough = mass >= max(least, np.float32(1e-9))
        return self._with_phrases(enough.nonzero()[0].astype(np.int32))

    def whole_words(self, docs: Docs) -> Bits:
        """Which documents have every word as a word of its own, in the words channel."""
        out = np.ones(len(docs), np.bool_)
        for word in self._words:
            out &= member(self._listed("words", word), docs)
        return out

    def _with_word(self, word: str, docs: Docs) -> Docs:
        listed = member(self._listed("words", word), docs)
        if listed.all():
            return docs
        rest = phrase_documents(self.segment, word, docs[~listed])
        return union([docs[listed], rest])

    def _with_phrases(self, docs: Docs | None) -> Docs:
        for text in self._phrases:
            docs = phrase_documents(self.segment, text, docs)
        return NO_DOCS if docs is None else docs

    def _atom(self, atom: tuple[Kind, str]) -> Docs:
        return self._listed(*atom)

    def _listed(self, kind: Kind, text: str) -> Docs:
        return listed(self._reader, self._at, kind, text)


def listed(reader: TermReader, segment: int, kind: Kind, text: str) -> Docs:
    """Documents of a segment with a term of a kind in any field, ascending."""
    found = [term.occurrences(segment) for term in reader.terms(kind, text)]
    return union([each.docs for each in found if each is not None])


def clause_documents(reader: TermReader, segment: int, clause: Clause) -> Docs:
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
