"""Bulk building: any number of articles become one segment, in bounded memory, on all cores.

The source is cut into batches at places that depend on the source alone. Each batch is read,
analysed and inverted into a run, here or in a worker process, and spilled beside the index; at
the end the runs are merged. So the segment is the same byte for byte for any number of workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from searchlib.models import Article, Progress
from searchlib.store.documents import train
from searchlib.store.merge import write_segment
from searchlib.store.spill import SpilledRun
from searchlib.store.task import Event, Settings, Share, Task, read_shares
from searchlib.store.workers import run_tasks
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
    events: list[Event] = []
    runs: list[SpilledRun] = []
    done = articles = 0
    try:
        read = read_shares(head, settings)
        dictionary = train([found for found in read if isinstance(found, Article)])
        tasks = (
            Task(tuple(own), settings, dictionary, folder / f"{number:06d}")
            for number, own in enumerate(_batches(chain(head, stream)))
        )
        for task, finished in run_tasks(tasks, workers=workers):
            events += finished.events
            if finished.articles:
                runs.append(SpilledRun(task.folder))
            done += sum(share.bytes for share in task.shares)
            articles += finished.articles
            if progress:
                progress(Progress("reading", done, total, articles))
        if not runs:
            return None, events

        def merging(share: float) -> None:
            if progress:
                progress(Progress("merging", int(share * 100), 100, articles))

        path = writer.segment_path()
        write_segment(path, runs, dictionary=dictionary, sync=writer.sync, progress=merging)
        return path, events
    finally:
        runs.clear()
        shutil.rmtree(folder, ignore_errors=True)


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
