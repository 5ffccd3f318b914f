"""Xapian's default backend, fed with words; its Python module comes with the system."""

from __future__ import annotations

from pathlib import Path

import xapian

from benchmarks.speed.engines.base import KINDS, Answer, Opened, Query, records
from benchmarks.speed.engines.tokens import Cut, cutter, distinct

TERM_BYTES = 240  # Xapian refuses terms over 245 bytes
TITLE, BODY, CATEGORY = "S", "", "K"  # words are lower-case, so nothing clashes
SNIPPET_BYTES = 360


class XapianGlass:
    """Words with positions under one prefix a field; a category is a boolean term."""

    kinds = frozenset(KINDS)
    has_snippets = True

    def __init__(self) -> None:
        self.words = cutter("rjieba")

    def build(self, corpus: Path, index: Path) -> None:
        """Add one document after the other and commit once."""
        database = xapian.WritableDatabase(str(index), xapian.DB_CREATE_OR_OVERWRITE)
        for record in records(corpus):
            document = xapian.Document()
            title, body = self.words(record.title), self.words(record.body)
            for prefix, words in ((TITLE, title), (BODY, body)):
                for position, word in enumerate(words.split(), 1):
                    document.add_posting(_term(prefix, word), position)
            document.add_boolean_term(_term(CATEGORY, record.category))
            document.set_data(f"{record.id}\n{title}\n{body}")
            database.add_document(document)
        database.commit()
        database.close()

    def open(self, index: Path) -> Opened:
        """Open the database for reading."""
        return OpenedGlass(index, self.words)


class OpenedGlass:
    """A database and its enquire object."""

    def __init__(self, index: Path, words: Cut) -> None:
        self._database = xapian.Database(str(index))
        self._enquire = xapian.Enquire(self._database)
        self._words = words

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Match any of the words, or the phrase; counting asks for an exact estimate."""
        words = self._words(query.text)
        if query.kind == "phrase":
            tokens, operator = words.split(), xapian.Query.OP_PHRASE
        else:
            tokens, operator = distinct(words), xapian.Query.OP_OR
        if not tokens:
            return Answer(0, 0)
        tree = xapian.Query(
            xapian.Query.OP_OR,
            [
                xapian.Query(operator, [_term(prefix, token) for token in tokens])
                for prefix in (TITLE, BODY)
            ],
        )
        if query.category:
            keep = xapian.Query(_term(CATEGORY, query.category))
            tree = xapian.Query(xapian.Query.OP_FILTER, tree, keep)
        self._enquire.set_query(tree)
        check = self._database.get_doccount() if count else 0
        matches = self._enquire.get_mset(0, limit, check)
        html = []
        if snippets:
            unstemmed = xapian.Stem("none")
            for match in matches:
                _id, _title, body = match.document.get_data().decode().split("\n", 2)
                html.append(matches.snippet(body, SNIPPET_BYTES, unstemmed).decode())
        total = matches.get_matches_estimated() if count else -1
        return Answer(total, matches.size(), tuple(html))

    def close(self) -> None:
        """Close the database."""
        self._database.close()


def _term(prefix: str, word: str) -> bytes:
    return (prefix + word).encode()[:TERM_BYTES]


ADAPTER = XapianGlass
