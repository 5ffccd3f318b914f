"""The tasks of a bulk build: read and invert a batch of the source; merge a channel of all runs."""

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
from searchlib.store.bulk.spill import SpilledRun
from searchlib.store.channels import Field, Kind
from searchlib.store.documents import DocumentPacker
from searchlib.store.inversion.invert import RunBuilder
from searchlib.store.inversion.lexicon import Lexicon
from searchlib.store.merge import write_channel
from searchlib.store.sections import SectionWriter

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


class TaskRunner:
    """Runs tasks one after another, keeping the lexicon between them."""

    def __init__(self) -> None:
        self._lexicon: Lexicon | None = None
        self._made_for: Settings | None = None

    def lexicon(self, settings: Settings) -> Lexicon:
        """The lexicon for these settings, a new one when it has grown too large."""
        lexicon = self._lexicon
        if lexicon is None or self._made_for != settings or len(lexicon) > _LEXICON_TERMS:
            analyzer = Analyzer(user_words=settings.user_words, limits=settings.limits)
            lexicon = self._lexicon = Lexicon(analyzer)
            self._made_for = settings
        return lexicon


@dataclass(frozen=True, slots=True)
class Inverted:
    """How many articles were spilled, and what else was found."""

    articles: int
    events: list[Event]


@dataclass(frozen=True, slots=True)
class InvertTask:
    """Shares of the source, the dictionary to pack their articles with, and where the run goes."""

    shares: tuple[Share, ...]
    settings: Settings
    dictionary: bytes
    folder: Path

    def run(self, runner: TaskRunner) -> Inverted:
        """Read, analyse and spill."""
        builder = RunBuilder(runner.lexicon(self.settings), DocumentPacker(self.dictionary).pack)
        events: list[Event] = []
        with _without_collector():
            for found in read_shares(self.shares, self.settings):
                if isinstance(found, Article):
                    builder.add(found)
                else:
                    events.append(found)
            if len(builder):
                builder.finish().save(self.folder)
        return Inverted(len(builder), events)


@dataclass(frozen=True, slots=True)
class MergeTask:
    """A channel of spilled runs, to be merged into a section file of its own."""

    runs: tuple[Path, ...]
    field: Field
    kind: Kind
    target: Path

    def run(self, runner: TaskRunner) -> tuple[int, int]:
        """Write the sections of the channel; return its terms and tokens."""
        out = SectionWriter(self.target)
        sources = [SpilledRun(folder) for folder in self.runs]
        written = write_channel(out, sources, self.field, self.kind)
        out.finish({}, sync=lambda descriptor: None)
        return written


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
