"""SQLite FTS5, fed with words joined by spaces."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from benchmarks.speed.engines.base import KINDS, Answer, Opened, Query, records
from benchmarks.speed.engines.tokens import Cut, cutter, distinct

_CREATE = """
create virtual table articles using fts5(
    id unindexed, category unindexed, title, body, tokenize = "unicode61 remove_diacritics 0"
)
"""
_SNIPPETS = "id, title, snippet(articles, 3, '<mark>', '</mark>', '…', 32)"


class SqliteFts5:
    """One FTS5 table; the category is an unindexed column, tested row by row."""

    kinds = frozenset(KINDS)
    has_snippets = True

    def __init__(self) -> None:
        self.words = cutter("rjieba")

    def build(self, corpus: Path, index: Path) -> None:
        """Insert everything in one transaction, then merge the trees."""
        words = self.words
        database = sqlite3.connect(index / "articles.db")
        with database:
            database.execute(_CREATE)
            database.executemany(
                "insert into articles values (?, ?, ?, ?)",
                (
                    (record.id, record.category, words(record.title), words(record.body))
                    for record in records(corpus)
                ),
            )
        with database:
            database.execute("insert into articles(articles) values ('optimize')")
        database.close()

    def open(self, index: Path) -> Opened:
        """Connect, read-only."""
        return OpenedFts5(index, self.words)


class OpenedFts5:
    """A connection."""

    def __init__(self, index: Path, words: Cut) -> None:
        path = (index / "articles.db").as_uri()
        self._database = sqlite3.connect(f"{path}?mode=ro", uri=True)
        self._words = words

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Match any of the words, or the phrase, best first by FTS5's own bm25."""
        words = self._words(query.text)
        if query.kind == "phrase":
            match = f'"{words}"'
        else:
            match = " OR ".join(f'"{word}"' for word in distinct(words))
        if not words.strip():
            return Answer(0, 0)
        where, values = "articles match ?", [match]
        if query.category:
            where += " and category = ?"
            values.append(query.category)
        total = -1
        if count:  # FTS5 has no total beside the top: it is a second statement
            row = self._database.execute(f"select count(*) from articles where {where}", values)
            total = row.fetchone()[0]
        columns = _SNIPPETS if snippets else "rowid"
        rows = self._database.execute(
            f"select {columns} from articles where {where} order by rank limit {int(limit)}", values
        ).fetchall()
        return Answer(total, len(rows), tuple(row[2] for row in rows) if snippets else ())

    def close(self) -> None:
        """Close the connection."""
        self._database.close()


ADAPTER = SqliteFts5
