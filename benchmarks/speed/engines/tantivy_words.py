"""tantivy-py, words in title and body: the peer that every ratio is taken against.

The text is stored as it was indexed, words joined by spaces, because `SnippetGenerator` runs
the field's tokenizer over the stored text: with the original text it would find no word.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.speed.engines.base import KINDS, Answer, Opened, Query, records
from benchmarks.speed.engines.tokens import Cut, cutter, distinct

SNIPPET_CHARS = 120


class TantivyWords:
    """Words from `tokenizer`, positions on; `threads=0` leaves the number to tantivy."""

    kinds = frozenset(KINDS)
    has_snippets = True

    def __init__(self, *, threads: int = 1, tokenizer: str = "rjieba") -> None:
        self.threads = threads
        self.words = cutter(tokenizer)

    def build(self, corpus: Path, index: Path) -> None:
        """Index with tantivy's default heap; commit and merges are part of it."""
        writer = tantivy.Index(_schema(), path=str(index)).writer(num_threads=self.threads)
        words = self.words
        for record in records(corpus):
            writer.add_document(
                tantivy.Document(
                    id=record.id,
                    category=record.category,
                    title=words(record.title),
                    body=words(record.body),
                )
            )
        writer.commit()
        writer.wait_merging_threads()

    def open(self, index: Path) -> Opened:
        """Open the folder and take a searcher."""
        return OpenedWords(index, self.words)


class OpenedWords:
    """A searcher over title and body."""

    def __init__(self, index: Path, words: Cut) -> None:
        self._index = tantivy.Index.open(str(index))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._words = words

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Answer from the words of the query, all optional; a phrase by their positions."""
        words = self._words(query.text)
        tree = self._phrase(words.split()) if query.kind == "phrase" else self._any(distinct(words))
        if query.category:
            tree = within(self._schema, tree, query.category)
        return answer(self._searcher, self._schema, tree, limit, snippets, count)

    def close(self) -> None:
        """Nothing to do: tantivy closes with its objects."""

    def _any(self, words: list[str]) -> tantivy.Query:
        term, should, schema = tantivy.Query.term_query, tantivy.Occur.Should, self._schema
        return tantivy.Query.boolean_query(
            [(should, term(schema, field, word)) for word in words for field in ("title", "body")]
        )

    def _phrase(self, words: list[str]) -> tantivy.Query:
        if len(words) < 2:
            return self._any(words)
        return phrases(self._schema, ("title", "body"), words)


def phrases(schema: tantivy.Schema, fields: Sequence[str], tokens: list[str]) -> tantivy.Query:
    """Return the query for `tokens` side by side, in any of `fields`."""
    adjacent: list[str | tuple[int, str]] = list(tokens)
    phrase, should = tantivy.Query.phrase_query, tantivy.Occur.Should
    return tantivy.Query.boolean_query(
        [(should, phrase(schema, field, adjacent)) for field in fields]
    )


def within(schema: tantivy.Schema, tree: tantivy.Query, category: str) -> tantivy.Query:
    """Return `tree` kept to one category, which adds nothing to the score."""
    query, must = tantivy.Query, tantivy.Occur.Must
    keep = query.const_score_query(query.term_query(schema, "category", category), 0.0)
    return query.boolean_query([(must, tree), (must, keep)])


def answer(
    searcher: tantivy.Searcher,
    schema: tantivy.Schema,
    tree: tantivy.Query,
    limit: int,
    snippets: bool,
    count: bool,
    *,
    marked: tantivy.Query | None = None,
) -> Answer:
    """Run `tree`; with `snippets`, load the fields and mark the words of `tree` (or of
    `marked`) in each hit's body.
    """
    found: Any = searcher.search(tree, limit, count=count)
    html = []
    if snippets:
        generator = tantivy.SnippetGenerator.create(searcher, marked or tree, schema, "body")
        generator.set_max_num_chars(SNIPPET_CHARS)
        for _, address in found.hits:
            document = searcher.doc(address)
            _fields = document["id"], document["title"], document["category"]
            snippet = generator.snippet_from_doc(document)
            _ranges = snippet.fragment(), [(r.start, r.end) for r in snippet.highlighted()]
            html.append(snippet.to_html())
    return Answer(found.count if count else -1, len(found.hits), tuple(html))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "category"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "body"):
        builder.add_text_field(name, stored=True, tokenizer_name="whitespace")
    return builder.build()


ADAPTER = TantivyWords
