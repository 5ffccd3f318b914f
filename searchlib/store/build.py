"""Bulk building: any number of articles become one segment, in bounded memory, on all cores.

The source is cut into batches at places that depend on the source alone. Each batch is read,
analysed and inverted into a run, here or in a worker process, and spilled beside the index; at
the end the runs are merged. So the segment is the same byte for byte for any number of workers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from searchlib.ingest import SourceItem
from searchlib.models import Article, Progress, Rejected, Skipped, Warned
from searchlib.store.documents import train
from searchlib.store.merge import write_segment
from searchlib.store.run import Run
from searchlib.store.task import Batch, Task, read_articles
from searchlib.store.workers import run_tasks
from searchlib.store.writer import IndexWriter

# bytes of source in one batch: about 40 bytes of memory each while they are inverted
BATCH_BYTES = 12_000_000
# the compression dictionary is trained on the articles at the beginning of the source
SAMPLE_BYTES = 3_000_000

Event = Rejected | Skipped | Warned
Report = Callable[[Progress], None]


def build_segment(
    items: Iterable[SourceItem],
    writer: IndexWriter,
    batch: Callable[[Sequence[SourceItem]], Batch],
    *,
    workers: int,
    total: int | None,
    progress: Report | None = None,
) -> tuple[Path | None, list[Event]]:
    """Write one segment of all articles in `items`, in their order.

    `batch` makes a task of items (it knows how to read and analyse them); `total` is the bytes
    of all items, if known. Returns the segment, None when there was no article, and what else
    was found.
    """
    stream = iter(items)
    head = list(_head(stream))
    folder = writer.folder / f"runs-{writer.generation:06d}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    events: list[Event] = []
    runs: list[Run] = []
    done = articles = 0
    try:
        sample = [event for event in read_articles(batch(head)) if isinstance(event, Article)]
        dictionary = train(sample)
        del sample
        tasks = (
            Task(batch(own), dictionary, folder / f"{number:06d}")
            for number, own in enumerate(_batches(chain(head, stream)))
        )
        for task, outcome in run_tasks(tasks, workers=workers):
            events += outcome.events
            if outcome.articles:
                runs.append(Run.load(task.folder))
            done += task.batch.bytes
            articles += outcome.articles
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


def _head(stream: Iterator[SourceItem]) -> Iterator[SourceItem]:
    """The items at the beginning that make up the sample."""
    size = 0
    while size < SAMPLE_BYTES:
        for item in islice(stream, 1):
            size += item.bytes
            yield item
            break
        else:
            return


def _batches(stream: Iterator[SourceItem]) -> Iterator[list[SourceItem]]:
    """Items in batches of about BATCH_BYTES."""
    batch: list[SourceItem] = []
    size = 0
    for item in stream:
        batch.append(item)
        size += item.bytes
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
