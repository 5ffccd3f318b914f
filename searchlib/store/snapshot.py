"""A snapshot: one generation as a reader sees it, unchanged however long it is used."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from searchlib.errors import CorruptIndexError
from searchlib.models import Article
from searchlib.store.channels import Field, Kind
from searchlib.store.manifest import Manifest, SegmentEntry, encode_manifest, read_manifest
from searchlib.store.segment import Segment

Mask = npt.NDArray[np.bool_]
_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A segment in a generation. `base` is the number of its first document in the index;
    `alive` is bool (documents,), or None when nothing was deleted.
    """

    segment: Segment
    base: int
    alive: Mask | None


class Snapshot:
    """One generation: its segments, in document order, and statistics over all of them."""

    def __init__(self, folder: Path, manifest: Manifest, segments: tuple[LiveSegment, ...]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.segments = segments
        # deleted articles count until merged away, as in Lucene: idf stays put between merges
        self.documents = sum(live.segment.documents for live in segments)
        self.alive = sum(entry.alive for entry in manifest.segments)

    @property
    def generation(self) -> int:
        """The generation's number; each commit has the next."""
        return self.manifest.generation

    def total(self, field: Field, kind: Kind) -> int:
        """Tokens of a channel over all documents."""
        return sum(live.segment.channel(field, kind).total for live in self.segments)

    def locate(self, article_id: str) -> tuple[LiveSegment, int] | None:
        """The segment that holds an article alive, and its document number there."""
        for live in reversed(self.segments):
            document = live.segment.document(article_id)
            if document >= 0 and (live.alive is None or live.alive[document]):
                return live, document
        return None

    def article(self, document: int) -> Article:
        """The stored article with this number in the index."""
        for live in reversed(self.segments):
            if document >= live.base:
                return live.segment.article(document - live.base)
        raise ValueError(document)

    @cached_property
    def bytes(self) -> int:
        """Size of the generation's files."""
        # not asked of the disk: another writer may have removed the files since
        bitmaps = [(entry.documents + 7) // 8 for entry in self.manifest.segments if entry.deleted]
        segments = [entry.bytes for entry in self.manifest.segments]
        return sum(segments) + sum(bitmaps) + len(encode_manifest(self.manifest))

    def verify(self) -> None:
        """Read every byte and compare checksums; raises `CorruptIndexError`."""
        for live in self.segments:
            live.segment.sections.verify()


def open_snapshot(folder: Path, known: Mapping[str, Segment] | None = None) -> Snapshot:
    """Open the current generation, reusing `known` segments by file name.

    A generation may be collected between reading the pointer and opening its files; the pointer
    then names a newer one, so read it again.
    """
    missing: Exception | None = None
    for _ in range(_ATTEMPTS):
        try:
            manifest = read_manifest(folder)
            return _open(folder, manifest, known or {})
        except FileNotFoundError as error:
            missing = error
    raise CorruptIndexError(folder, None, f"a file of the current generation is missing: {missing}")


def _open(folder: Path, manifest: Manifest, known: Mapping[str, Segment]) -> Snapshot:
    segments = []
    base = 0
    for entry in manifest.segments:
        path = folder / Path(entry.name).name
        segment = known.get(entry.name)
        if segment is None or segment.sections.table_crc32 != entry.table_crc32:
            if path.stat().st_size != entry.bytes:
                raise CorruptIndexError(path, manifest.generation, "size")
            segment = Segment(path)
        if segment.sections.table_crc32 != entry.table_crc32:
            raise CorruptIndexError(path, manifest.generation, "not the segment that was committed")
        alive = _read_alive(folder, manifest, entry) if entry.deleted else None
        segments.append(LiveSegment(segment, base, alive))
        base += segment.documents
    return Snapshot(folder, manifest, tuple(segments))


def _read_alive(folder: Path, manifest: Manifest, entry: SegmentEntry) -> Mask:
    path = folder / Path(str(entry.deleted)).name
    raw = path.read_bytes()
    size = (entry.documents + 7) // 8
    if len(raw) != size or zlib.crc32(raw) != entry.deleted_crc32:
        raise CorruptIndexError(path, manifest.generation, "checksum of the deletions")
    bits = np.unpackbits(np.frombuffer(raw, np.uint8), count=entry.documents, bitorder="little")
    alive: Mask = bits == 0
    return alive


def pack_deleted(alive: Mask) -> bytes:
    """The bitmap of deleted documents, as its file holds it."""
    return np.packbits(~alive, bitorder="little").tobytes()
