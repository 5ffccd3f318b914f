"""Rebuild an index from its source."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from searchlib.analysis import Analyzer
from searchlib.errors import OptionError
from searchlib.ingest import Furniture, checked_encoding, list_sources, read_source
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.models import Article, Progress, RebuildReport, Rejected, Skipped, Warned
from searchlib.opening import PathLike, check_durability
from searchlib.options import AnalysisOptions
from searchlib.store.bulk.build import build_segment
from searchlib.store.bulk.task import Settings, Share
from searchlib.store.writer import open_writer

Source = PathLike | Sequence[PathLike] | Iterable[Article]


def rebuild(
    source: Source,
    path: PathLike,
    *,
    encoding: str | None = None,
    furniture: Furniture | Sequence[str] | None = None,
    follow_symlinks: bool = False,
    user_words: Sequence[str] | None = None,
    workers: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    timeout: float = 10.0,
    durability: str = "full",
    progress: Callable[[Progress], None] | None = None,
) -> RebuildReport:
    """Build the index in `path` anew from its source; readers keep the old one until it is done.

    `source` is a folder of posts, one file, a `.jsonl` file (also `.gz`, `.xz`), several of
    these, or any iterable of `Article`. A file that cannot be indexed is reported, never raised.
    `encoding` overrides the guess for text files; `furniture` says which trailing lines are site
    furniture (`Furniture`, patterns, or None for the default). `user_words` are words for the
    segmenter; None keeps those of an index that is there.

    Raises `SourceError` when the source itself cannot be read, `OptionError`,
    `IndexLockedError`, `IndexExistsError` (the folder holds something else), `IndexWriteError`.
    """
    started = time.perf_counter()
    folder = Path(path)
    durable = check_durability(durability)
    if encoding is not None:
        checked_encoding(encoding)
    settings = Settings(encoding=encoding, furniture=_furniture(furniture), limits=limits)
    listed = [_shares(each, settings, follow_symlinks) for each in _sources(source)]
    sizes = [size for _, size in listed]
    with open_writer(
        folder, timeout=timeout, durable=durable, create=True, replace_broken=True
    ) as writer:
        words = tuple(writer.options.get("user_words", ()) if user_words is None else user_words)
        built, events = build_segment(
            chain.from_iterable(shares for shares, _ in listed),
            writer,
            replace(settings, user_words=words),
            workers=_workers(workers),
            total=None if None in sizes else sum(size or 0 for size in sizes),
            progress=progress,
        )
        options = AnalysisOptions.of(Analyzer(user_words=words, limits=limits), words).store()
        manifest = writer.replace_all([built] if built else [], options)
    return RebuildReport(
        indexed=sum(entry.alive for entry in manifest.segments),
        skipped=sum(isinstance(event, Skipped) for event in events),
        rejected=tuple(event for event in events if isinstance(event, Rejected)),
        seconds=time.perf_counter() - started,
        warnings=tuple(event for event in events if isinstance(event, Warned)),
        generation=manifest.generation,
    )


def _workers(workers: int | None) -> int:
    if workers is None:
        return os.cpu_count() or 1
    if workers < 1:
        raise OptionError("workers", workers, "at least 1")
    return workers


def _furniture(furniture: Furniture | Sequence[str] | None) -> Furniture | None:
    if furniture is None or isinstance(furniture, Furniture):
        return furniture
    return Furniture(tuple(furniture))


def _sources(source: Source) -> list[PathLike | Iterable[Article]]:
    """One source, or the several of a list of paths."""
    if isinstance(source, (list, tuple)):
        paths = [each for each in source if isinstance(each, (str, os.PathLike))]
        if source and len(paths) == len(source):
            return [*paths]
    return [source]  # type: ignore[list-item]  # not a sequence of paths


def _shares(
    source: PathLike | Iterable[Article], settings: Settings, follow_symlinks: bool
) -> tuple[Iterator[Share], int | None]:
    """The source in shares, and its size in bytes where that is known.

    What can be cut is read by the workers; a packed file or articles from Python are read here.
    """
    if isinstance(source, (str, os.PathLike)) and not str(source).lower().endswith((".gz", ".xz")):
        items = list_sources(source, follow_symlinks=follow_symlinks)
        return (Share(item, item.bytes) for item in items), sum(item.bytes for item in items)
    outcomes = read_source(
        source,
        encoding=settings.encoding,
        furniture=settings.furniture,
        limits=settings.limits,
        follow_symlinks=follow_symlinks,
    )
    return (Share(each, _size(each)) for each in outcomes), None


def _size(outcome: Article | Rejected | Skipped | Warned) -> int:
    """About the bytes that an article takes in UTF-8."""
    return 3 * (len(outcome.title) + len(outcome.body)) if isinstance(outcome, Article) else 0
