"""One task of a bulk build: read a batch of the source, analyse it, spill it as a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from searchlib.analysis import Analyzer
from searchlib.ingest import ReadOptions, SourceItem, read_item
from searchlib.limits import Limits
from searchlib.models import Article, Rejected, Skipped, Warned
from searchlib.store.documents import DocumentPacker
from searchlib.store.invert import RunBuilder

Event = Rejected | Skipped | Warned


@dataclass(frozen=True, slots=True)
class Batch:
    """Items of the source, and how to read and analyse them."""

    items: tuple[SourceItem, ...]
    reading: ReadOptions
    user_words: tuple[str, ...]
    limits: Limits

    @property
    def bytes(self) -> int:
        """Size of the items in the source."""
        return sum(item.bytes for item in self.items)


@dataclass(frozen=True, slots=True)
class Task:
    """A batch, the dictionary to pack its articles with, and where its run goes."""

    batch: Batch
    dictionary: bytes
    folder: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many articles were spilled, and what else was found."""

    articles: int
    events: list[Event]


class TaskRunner:
    """Runs tasks one after another, keeping the analyzer between them."""

    def __init__(self) -> None:
        self._analyzer: Analyzer | None = None
        self._made_for: object = None

    def run(self, task: Task) -> Outcome:
        """Read, analyse and spill one batch."""
        builder = RunBuilder(self._analyzer_for(task.batch), DocumentPacker(task.dictionary).pack)
        events: list[Event] = []
        for found in read_articles(task.batch):
            if isinstance(found, Article):
                builder.add(found)
            else:
                events.append(found)
        if len(builder):
            builder.finish().save(task.folder)
        return Outcome(len(builder), events)

    def _analyzer_for(self, batch: Batch) -> Analyzer:
        wanted = (batch.user_words, batch.limits)
        if self._analyzer is None or self._made_for != wanted:
            self._analyzer = Analyzer(user_words=batch.user_words, limits=batch.limits)
            self._made_for = wanted
        return self._analyzer


def read_articles(batch: Batch) -> Iterator[Article | Event]:
    """Everything that the items of a batch hold."""
    for item in batch.items:
        yield from read_item(item, batch.reading)
