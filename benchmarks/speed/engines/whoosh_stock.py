"""Stock Whoosh with jieba's ChineseAnalyzer: where people come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import whoosh.index
from jieba.analyse import ChineseAnalyzer
from whoosh.fields import ID, TEXT, Schema
from whoosh.qparser.default import MultifieldParser
from whoosh.qparser.syntax import OrGroup
from whoosh.query.terms import Term

from benchmarks.speed.engines.base import KINDS, Answer, Opened, Query, records
from benchmarks.speed.engines.tokens import cutter


class WhooshStock:
    """Title and body with the same analyzer, everything stored, all words optional."""

    kinds = frozenset(KINDS)
    has_snippets = True

    def __init__(self) -> None:
        cutter("jieba")  # loads the dictionary that the analyzer uses
        self.analyzer = ChineseAnalyzer()

    def build(self, corpus: Path, index: Path) -> None:
        """Add one document after the other with the default writer."""
        schema = Schema(
            id=ID(stored=True, unique=True),
            category=ID(stored=True),
            title=TEXT(stored=True, analyzer=self.analyzer),
            body=TEXT(stored=True, analyzer=self.analyzer),
        )
        writer = whoosh.index.create_in(str(index), schema).writer()
        for record in records(corpus):
            writer.add_document(
                id=record.id, category=record.category, title=record.title, body=record.body
            )
        writer.commit()

    def open(self, index: Path) -> Opened:
        """Open the folder, take a searcher, make a parser."""
        return OpenedStock(index)


class OpenedStock:
    """A searcher and the parser that belongs to it."""

    def __init__(self, index: Path) -> None:
        self._index: Any = whoosh.index.open_dir(str(index))
        self._searcher: Any = self._index.searcher()
        self._parser = MultifieldParser(["title", "body"], self._index.schema, group=OrGroup)

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Parse and search as Whoosh's documentation does."""
        text = f'"{query.text}"' if query.kind == "phrase" else query.text
        keep = Term("category", query.category) if query.category else None
        found = self._searcher.search(self._parser.parse(text), limit=limit, filter=keep)
        total = len(found) if count else -1
        html: tuple[str, ...] = ()
        if snippets:
            html = tuple(hit.highlights("body") or hit["title"] for hit in found)
        return Answer(total, found.scored_length(), html)

    def close(self) -> None:
        """Close the searcher and the index."""
        self._searcher.close()
        self._index.close()


ADAPTER = WhooshStock
