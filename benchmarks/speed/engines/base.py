"""What every adapter offers: build an index from a corpus file, open it, answer queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KINDS = ("all", "single", "several", "phrase", "filtered")
"""The query classes: as typed, one word, several words, a verbatim phrase, within a category."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its text and, for the class `filtered`, the category to stay in."""

    kind: str
    text: str
    category: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: articles matched in all (-1 when not counted), hits returned, and the
    snippet of each as HTML.
    """

    total: int
    hits: int
    snippets: tuple[str, ...] = ()


class Opened(Protocol):
    """An open index."""

    def search(self, query: Query, *, limit: int, snippets: bool, count: bool) -> Answer:
        """Answer one query, from its text on: segmenting the query is part of the work."""

    def close(self) -> None:
        """Let the index go."""


class Engine(Protocol):
    """One engine in one configuration. Making it imports the engine and loads dictionaries,
    which no timer sees.
    """

    kinds: frozenset[str]
    """The query classes that it can answer."""
    has_snippets: bool
    """Whether it can show why an article was found."""

    def build(self, corpus: Path, index: Path) -> None:
        """Index the .jsonl file `corpus` into the empty folder `index`, durably."""

    def open(self, index: Path) -> Opened:
        """Open what `build` wrote."""


@dataclass(frozen=True, slots=True)
class Record:
    """One article of the prepared corpus."""

    id: str
    title: str
    body: str
    category: str


def records(corpus: Path) -> Iterator[Record]:
    """Read a prepared corpus. Parsing it is part of building, for every engine alike."""
    with corpus.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Record(row["id"], row["title"], row["body"], row["category"])
