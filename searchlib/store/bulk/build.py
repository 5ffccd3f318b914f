"""Bulk building: any number of articles become one segment, in bounded memory, on all cores.

The source is cut into batches at places that depend on the source alone. Each batch is read,
analysed and inverted into a run, here or in a worker process, and spilled beside the index; at
the end the runs are merged. So the segment is the same byte for byte for any number of workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from searchlib.models import Article, Progress
from searchlib.store.bulk.spill import SpilledRun
from searchlib.store.bulk.task import Event, InvertTask, MergeTask, Settings, Share, read_shares
from searchlib.store.bulk.workers import Workers
from searchlib.store.channels import Field, Kind, channel_name
from searchlib.store.documents import train
from searchlib.store.merge import Source, write_segment
from searchlib.store.sections import SectionReader, SectionWriter
from searchlib.store.writer import IndexWriter

# bytes of source in one batch: about 40 bytes of memory each while they are inverted
BATCH_BYTES = 10_000_000
# the compression dictionary is trained on the articles at the beginning of the source
SAMPLE_BYTES = 2_000_000

Report = Callable[[Progress], None]


def build_segment(
    shares: Iterable[Share],
    writer: IndexWriter,
    settings: Settings,
    *,
    workers: int,
    total: int | None,
    progress: Report | None = None,
) -> tuple[Path | None, list[Event]]:
    """Write one segment of all articles in `shares`, in their order.

    `total` is the bytes of all shares, if known. Returns the segment, None when there was no
    article, and what else was found.
    """
    stream = iter(shares)
    head = list(_head(stream))
    folder = writer.folder / f"runs-{writer.generation:06d}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with Workers(workers) as pool:
            return _Build(writer, pool, folder, total, progress).segment(stream, head, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Build:
    """One bulk build: what its steps share."""

    def __init__(
        self,
        writer: IndexWriter,
        pool: Workers,
        folder: Path,
        total: int | None,
        progress: Report | None,
    ) -> None:
        self._writer = writer
        self._pool = pool
        self._folder = folder
        self._total = total
        self._report = progress or (lambda progress: None)
        self._articles = 0

    def segment(
        self, stream: Iterator[Share], head: list[Share], settings: Settings
    ) -> tuple[Path | None, list[Event]]:
        """Spill runs of all shares and merge them."""
        read = read_shares(head, settings)
        dictionary = train([found for found in read if isinstance(found, Article)])
        events: list[Event] = []
        runs: list[Path] = []
        done = 0
        tasks = (
            InvertTask(tuple(own), settings, dictionary, self._folder / f"{number:06d}")
            for number, own in enumerate(_batches(chain(head, stream)))
        )
        for task, inverted in self._pool.run(tasks):
            events += inverted.events
            if inverted.articles:
                runs.append(task.folder)
            done += sum(share.bytes for share in task.shares)
            self._articles += inverted.articles
            self._report(Progress("reading", done, self._total, self._articles))
        return (self._merge(runs, dictionary) if runs else None), events

    def _merge(self, runs: list[Path], dictionary: bytes) -> Path:
        """Merge the channels side by side, each into a file, and put them together."""
        # the largest first: the others fit in beside it
        tasks = [
            MergeTask(tuple(runs), field, kind, self._folder / channel_name(field, kind))
            for kind in ("grams", "words", "chars")
            for field in ("body", "title")
        ]
        merged: dict[tuple[Field, Kind], tuple[Path, tuple[int, int]]] = {}
        # of a single run there is too little to merge for starting processes
        finished = self._pool.run(tasks, here=len(runs) == 1)
        for step, (task, written) in enumerate(finished):
            merged[task.field, task.kind] = (task.target, written)
            share = 100 * (step + 1) // len(tasks)
            self._report(Progress("merging", share, 100, self._articles))

        def channel(
            out: SectionWriter, sources: Sequence[Source], field: Field, kind: Kind
        ) -> tuple[int, int]:
            path, written = merged[field, kind]
            sections = SectionReader(path)
            for name in sections.names():
                out.add(name, sections.array(name))
            return written

        path = self._writer.segment_path()
        sources = [SpilledRun(folder) for folder in runs]
        write_segment(path, sources, dictionary=dictionary, sync=self._writer.sync, channel=channel)
        return path


def _head(stream: Iterator[Share]) -> Iterator[Share]:
    """The shares at the beginning that make up the sample."""
    size = 0
    while size < SAMPLE_BYTES and (share := next(stream, None)):
        size += share.bytes
        yield share


def _batches(stream: Iterator[Share]) -> Iterator[list[Share]]:
    """Shares in batches of about BATCH_BYTES."""
    batch: list[Share] = []
    size = 0
    for share in stream:
        batch.append(share)
        size += share.bytes
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
