"""The writer: takes the lock, writes segments, commits generations, collects what nobody needs."""

from __future__ import annotations

import os
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.analysis import Analyzer
from searchlib.errors import (
    CorruptIndexError,
    IndexExistsError,
    IndexNotFoundError,
    IndexVersionError,
    IndexWriteError,
)
from searchlib.models import Article
from searchlib.store.compaction import plan
from searchlib.store.documents import DocumentPacker, train
from searchlib.store.inversion.invert import RunBuilder
from searchlib.store.inversion.lexicon import Lexicon
from searchlib.store.lock import HOLDER, LOCK, write_lock
from searchlib.store.manifest import (
    POINTER,
    Manifest,
    SegmentEntry,
    read_manifest,
    write_file,
    write_manifest,
)
from searchlib.store.merge import Source, write_segment
from searchlib.store.segment import Segment, SegmentSource
from searchlib.store.snapshot import Snapshot, open_snapshot, pack_deleted

Mask = npt.NDArray[np.bool_]
# what writers make; whatever else somebody keeps in the folder stays
_OWN = re.compile(
    r"segment-\d+-\d+\.seg|deleted-\d+-\d+\.deleted|generation-\d+\.json|runs-\d+"
    rf"|{POINTER}\.new"
)


_NUMBERED = re.compile(r"(?:segment|generation|deleted)-(\d{6,})")


@dataclass(slots=True)
class _Part:
    """A segment on its way into the next generation."""

    entry: SegmentEntry
    segment: Segment
    alive: Mask | None


class IndexWriter:
    """Holds an index's write lock and turns operations into generations.

    Use it as `with open_writer(folder) as writer`. After an exception nothing was committed.
    """

    def __init__(self, folder: Path, manifest: Manifest | None, *, durable: bool) -> None:
        self.folder = folder
        self._manifest = manifest
        self._durable = durable
        self._new = 0
        # behind all whose files lie there still: a reader may have one of them open
        found = (_NUMBERED.match(path.name) for path in folder.iterdir())
        self._first = 1 + max((int(each[1]) for each in found if each), default=0)

    @property
    def generation(self) -> int:
        """The number of the generation being written."""
        return self._manifest.generation + 1 if self._manifest else self._first

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of the current generation; empty before the first."""
        return self._manifest.options if self._manifest else {}

    def sync(self, descriptor: int) -> None:
        """Make a file durable, unless the index was opened with durability="fast"."""
        if self._durable:
            os.fsync(descriptor)

    def segment_path(self) -> Path:
        """A path for a new segment file."""
        self._new += 1
        path = self.folder / f"segment-{self.generation:06d}-{self._new}.seg"
        path.unlink(missing_ok=True)  # left behind by a writer that died
        return path

    def create(self, options: Mapping[str, Any]) -> Manifest:
        """Commit an empty first generation."""
        return self._commit(Manifest(self.generation, options=options))

    def replace_all(self, paths: Sequence[Path], options: Mapping[str, Any]) -> Manifest:
        """Commit a generation that holds just these new segments."""
        parts = [self._part(path) for path in paths]
        for part in parts:
            part.alive = _latest_alive(part.segment)
        return self._finish(parts, options)

    def apply(
        self, operations: Mapping[str, Article | None], analyzer: Analyzer
    ) -> tuple[Manifest, int]:
        """Commit additions and deletions (id → None); return the generation and the number of
        articles that were replaced or deleted.
        """
        snapshot = open_snapshot(self.folder)
        parts = [
            _Part(entry, live.segment, live.alive)
            for entry, live in zip(snapshot.manifest.segments, snapshot.segments, strict=True)
        ]
        gone = self._delete(snapshot, parts, operations)
        articles = [article for article in operations.values() if article is not None]
        if not articles and not gone:
            return snapshot.manifest, 0
        if articles:
            packer = DocumentPacker(dictionary := train(articles))
            builder = RunBuilder(Lexicon(analyzer), packer.pack)
            for article in articles:
                builder.add(article)
            parts.append(self._write([builder.finish()], dictionary))
        return self._finish(parts, snapshot.manifest.options), gone

    def _delete(
        self, snapshot: Snapshot, parts: list[_Part], operations: Mapping[str, object]
    ) -> int:
        by_segment: dict[int, list[int]] = {}
        place = {id(live): at for at, live in enumerate(snapshot.segments)}
        for article_id in operations:
            found = snapshot.locate(article_id)
            if found:
                live, document = found
                by_segment.setdefault(place[id(live)], []).append(document)
        for at, documents in by_segment.items():
            part = parts[at]
            alive = np.ones(part.segment.documents, np.bool_) if part.alive is None else part.alive
            alive = alive.copy()
            alive[documents] = False
            part.alive = alive
        return sum(map(len, by_segment.values()))

    def _finish(self, parts: list[_Part], options: Mapping[str, Any]) -> Manifest:
        """Drop empty segments, merge what is due, write the deletions, commit."""
        parts = [part for part in parts if _alive_count(part)]
        while True:
            alive = [_alive_count(part) for part in parts]
            chosen = plan(alive, [part.segment.documents for part in parts])
            if chosen is None:
                break
            first, last = chosen
            sources = [SegmentSource(part.segment, part.alive) for part in parts[first:last]]
            largest = max(sources, key=lambda source: source.documents)
            merged = self._write(sources, largest.segment.stored.dictionary)
            parts[first:last] = [merged]
        entries = tuple(self._entry(at, part) for at, part in enumerate(parts))
        previous = self._manifest.generation if self._manifest else None
        return self._commit(Manifest(self.generation, previous, entries, options))

    def _write(self, sources: Sequence[Source], dictionary: bytes) -> _Part:
        path = self.segment_path()
        write_segment(path, sources, dictionary=dictionary, sync=self.sync)
        return self._part(path)

    def _part(self, path: Path) -> _Part:
        segment = Segment(path)
        entry = SegmentEntry(
            path.name,
            segment.documents,
            segment.sections.size,
            segment.sections.table_crc32,
            segment.documents,
        )
        return _Part(entry, segment, None)

    def _entry(self, at: int, part: _Part) -> SegmentEntry:
        if part.alive is None:
            return part.entry
        raw = pack_deleted(part.alive)
        if part.entry.deleted and zlib.crc32(raw) == part.entry.deleted_crc32:
            return part.entry
        name = f"deleted-{self.generation:06d}-{at}.deleted"
        write_file(self.folder / name, raw, durable=self._durable)
        return replace(
            part.entry, alive=_alive_count(part), deleted=name, deleted_crc32=zlib.crc32(raw)
        )

    def _commit(self, manifest: Manifest) -> Manifest:
        write_manifest(self.folder, manifest, durable=self._durable)
        previous, self._manifest = self._manifest, manifest
        self._new = 0
        self._collect(manifest.files() | (previous.files() if previous else set()))
        return manifest

    def _collect(self, needed: set[str]) -> None:
        """Remove files of ours that neither this generation nor the one before needs."""
        keep = needed | {POINTER, LOCK, HOLDER}
        for path in self.folder.iterdir():
            if path.name in keep or not _OWN.fullmatch(path.name):
                continue
            if path.is_dir():  # runs of a build that died
                shutil.rmtree(path, ignore_errors=True)
                continue
            try:
                path.unlink()
            except OSError:  # on Windows a mapped file stays until its readers are gone
                continue


def _alive_count(part: _Part) -> int:
    return part.segment.documents if part.alive is None else int(part.alive.sum())


def _latest_alive(segment: Segment) -> Mask | None:
    """Of articles with the same id only the last is alive; None when all ids differ."""
    ids = segment.ids()
    if len(set(ids)) == len(ids):
        return None
    last = {article_id: at for at, article_id in enumerate(ids)}
    alive = np.zeros(len(ids), np.bool_)
    alive[list(last.values())] = True
    return alive


@contextmanager
def open_writer(
    folder: Path,
    *,
    timeout: float = 10.0,
    durable: bool = True,
    create: bool = False,
    replace_broken: bool = False,
) -> Iterator[IndexWriter]:
    """Lock the index in `folder` for writing.

    With `replace_broken` an index that cannot be read counts as none, for those who build it
    anew.

    Raises `IndexLockedError`, `IndexNotFoundError` (without `create`), `IndexExistsError` when
    the folder holds something else, `IndexWriteError` when the system refuses a write.
    """
    if create:
        _make_folder(folder)
    elif not (folder / POINTER).exists():
        raise IndexNotFoundError(folder)
    with write_lock(folder, timeout=timeout):
        try:
            manifest = _current(folder) if (folder / POINTER).exists() else None
        except (CorruptIndexError, IndexVersionError):
            if not replace_broken:
                raise
            manifest = None
        try:
            yield IndexWriter(folder, manifest, durable=durable)
        except OSError as error:
            raise IndexWriteError(folder, f"cannot write: {error}") from error


def _current(folder: Path) -> Manifest:
    try:
        return read_manifest(folder)
    except FileNotFoundError as error:  # nobody else writes now, so it did not just vanish
        raise CorruptIndexError(folder, None, f"the manifest is missing: {error}") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in folder.iterdir()}
    except FileExistsError:
        raise IndexExistsError(folder, "this is a file, not a folder") from None
    except OSError as error:
        raise IndexWriteError(folder, f"cannot make the folder: {error}") from error
    if POINTER not in names and names - {LOCK, HOLDER} and not _only_leftovers(names):
        raise IndexExistsError(folder, "the folder is not empty and holds no index")


def _only_leftovers(names: set[str]) -> bool:
    """Whether all of it was left by a writer that died before its first commit."""
    return all(name in (LOCK, HOLDER) or _OWN.fullmatch(name) for name in names)
