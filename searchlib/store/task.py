"""One task of a bulk build: read a batch of the source, analyse it, spill it as a run."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from searchlib.analysis import Analyzer
from searchlib.ingest import Furniture, WorkItem, read_item
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.models import Article, Rejected, Skipped, Warned
from searchlib.store.documents import DocumentPacker
from searchlib.store.invert import RunBuilder
from searchlib.store.lexicon import Lexicon

# about 150 bytes of memory each
_LEXICON_TERMS = 1_500_000

Event = Rejected | Skipped | Warned
Outcome = Article | Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to read a source and analyse what it holds; `furniture` as in `read_source`."""

    encoding: str | None = None
    furniture: Furniture | None = None
    user_words: tuple[str, ...] = ()
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the source: to be read still, or read already. `bytes` is its size."""

    item: WorkItem | Outcome
    bytes: int


@dataclass(frozen=True, slots=True)
class Task:
    """Shares of the source, the dictionary to pack their articles with, and where the run goes."""

    shares: tuple[Share, ...]
    settings: Settings
    dictionary: bytes
    folder: Path


@dataclass(frozen=True, slots=True)
class Done:
    """How many articles were spilled, and what else was found."""

    articles: int
    events: list[Event]


class TaskRunner:
    """Runs tasks one after another, keeping the lexicon between them."""

    def __init__(self) -> None:
        self._lexicon: Lexicon | None = None
        self._made_for: Settings | None = None

    def run(self, task: Task) -> Done:
        """Read, analyse and spill."""
        builder = RunBuilder(self._lexicon_for(task.settings), DocumentPacker(task.dictionary).pack)
        events: list[Event] = []
        with _without_collector():
            for found in read_shares(task.shares, task.settings):
                if isinstance(found, Article):
                    builder.add(found)
                else:
                    events.append(found)
            if len(builder):
                builder.finish().save(task.folder)
        return Done(len(builder), events)

    def _lexicon_for(self, settings: Settings) -> Lexicon:
        lexicon = self._lexicon
        if lexicon is None or self._made_for != settings or len(lexicon) > _LEXICON_TERMS:
            analyzer = Analyzer(user_words=settings.user_words, limits=settings.limits)
            lexicon = self._lexicon = Lexicon(analyzer)
            self._made_for = settings
        return lexicon


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small strings are made and none in a cycle: looking for cycles takes 40 %."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_shares(shares: Iterable[Share], settings: Settings) -> Iterator[Outcome]:
    """Everything that the shares hold."""
    for share in shares:
        if isinstance(share.item, WorkItem):
            yield from read_item(
                share.item,
                encoding=settings.encoding,
                furniture=settings.furniture,
                limits=settings.limits,
            )
        else:
            yield share.item
