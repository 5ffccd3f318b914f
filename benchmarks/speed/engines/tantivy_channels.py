"""tantivy-py doing what our default ranking does: words, bigrams and characters, boosted."""

from __future__ import annotations

from pathlib import Path

import tantivy

from benchmarks.speed.engines.base import KINDS, Answer, Opened, Query, records
from benchmarks.speed.engines.tantivy_words import answer, phrases, within
from benchmarks.speed.engines.tokens import Cut, bigrams, characters, cutter, distinct

TITLE_BOOST = 2.0
CHANNEL_BOOSTS = {"words": 1.0, "grams": 0.5, "chars": 0.1}


class TantivyChannels:
    """Title and body, three fields each. Characters carry no positions, as ours do not."""

    kinds = frozenset(KINDS)
    has_snippets = True

    def __init__(self, *, threads: int = 2) -> None:
        self.threads = threads
        self.words = cutter("rjieba")

    def build(self, corpus: Path, index: Path) -> None:
        """Index six text fields; the words of the title and body are stored."""
        writer = tantivy.Index(_schema(), path=str(index)).writer(num_threads=self.threads)
        words = self.words
        for record in records(corpus):
            writer.add_document(
                tantivy.Document(
                    id=record.id,
                    category=record.category,
                    title=words(record.title),
                    title_grams=bigrams(record.title),
                    title_chars=characters(record.title),
                    body=words(record.body),
                    body_grams=bigrams(record.body),
                    body_chars=characters(record.body),
                )
            )
        writer.commit()
        writer.wait_merging_threads()

    def open(self, index: Path) -> Opened:
        """Open the folder and take a searcher."""
        return OpenedChannels(index, self.words)


class OpenedChannels:
    """A searcher over all six fields."""

    def __init__(self, index: Path, words: Cut) -> None:
        self._index = tantivy.Index.open(str(index))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._words = words

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Answer from every channel, all optional; a phrase by the positions of its bigrams."""
        words = tree = self._any(query.text)  # snippets mark words: bigrams store no text
        if query.kind == "phrase":
            tree = self._phrase(query.text, otherwise=words)
        if query.category:
            tree = within(self._schema, tree, query.category)
        return answer(self._searcher, self._schema, tree, limit, snippets, count, marked=words)

    def close(self) -> None:
        """Nothing to do: tantivy closes with its objects."""

    def _any(self, text: str) -> tantivy.Query:
        term, should = tantivy.Query.term_query, tantivy.Occur.Should
        boosted, schema = tantivy.Query.boost_query, self._schema
        tokens = {"words": self._words(text), "grams": bigrams(text), "chars": characters(text)}
        return tantivy.Query.boolean_query(
            [
                (should, boosted(term(schema, field, token), boost * CHANNEL_BOOSTS[channel]))
                for channel, joined in tokens.items()
                for token in distinct(joined)
                for field, boost in _fields(channel)
            ]
        )

    def _phrase(self, text: str, *, otherwise: tantivy.Query) -> tantivy.Query:
        grams = bigrams(text).split()
        if len(grams) < 2:
            return otherwise
        return phrases(self._schema, [field for field, _ in _fields("grams")], grams)


def _fields(channel: str) -> tuple[tuple[str, float], tuple[str, float]]:
    suffix = "" if channel == "words" else f"_{channel}"
    return (f"title{suffix}", TITLE_BOOST), (f"body{suffix}", 1.0)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "category"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("title", "body"):
        builder.add_text_field(name, stored=True, tokenizer_name="whitespace")
        builder.add_text_field(f"{name}_grams", tokenizer_name="whitespace")
        builder.add_text_field(f"{name}_chars", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


ADAPTER = TantivyChannels
