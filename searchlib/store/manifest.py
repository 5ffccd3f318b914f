"""Generations: what an index folder holds, as JSON, and the one pointer to the current one.

    generation-000007.json   the manifest: segments, deletions, options, sizes and checksums
    CURRENT                  generation, the manifest's name and SHA-256, and its own CRC-32

A commit writes its new files, then the manifest, then swaps CURRENT. A reader sees the old
generation or the new one, never a mixture; a flipped bit in either file is noticed.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from searchlib.errors import CorruptIndexError, IndexNotFoundError, IndexVersionError

FORMAT = 1
POINTER = "CURRENT"


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of a generation. `deleted` names a bitmap file, or is None."""

    name: str
    documents: int
    bytes: int
    table_crc32: int
    alive: int
    deleted: str | None = None
    deleted_crc32: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation. `options` is what shapes the index's tokens (see `writer.Options`)."""

    generation: int
    previous: int | None = None
    segments: tuple[SegmentEntry, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def name(self) -> str:
        """The manifest's file name."""
        return f"generation-{self.generation:06d}.json"

    def files(self) -> set[str]:
        """Every file that this generation needs, the manifest included."""
        names = {entry.name for entry in self.segments}
        return names | {entry.deleted for entry in self.segments if entry.deleted} | {self.name}


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as its file holds it."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "surrogatepass")


def write_manifest(folder: Path, manifest: Manifest, *, durable: bool) -> None:
    """Write the manifest and make it the current generation."""
    raw = encode_manifest(manifest)
    write_file(folder / manifest.name, raw, durable=durable)
    pointer = {
        "generation": manifest.generation,
        "manifest": manifest.name,
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    body = json.dumps(pointer).encode()
    line = body + b" %08x\n" % zlib.crc32(body)
    write_file(folder / f"{POINTER}.new", line, durable=durable)
    if durable:
        sync_folder(folder)
    (folder / f"{POINTER}.new").replace(folder / POINTER)
    if durable:
        sync_folder(folder)


def read_manifest(folder: Path) -> Manifest:
    """Return the current generation.

    Raises `IndexNotFoundError`, `IndexVersionError`, `CorruptIndexError`; and
    `FileNotFoundError` where the generation vanished between pointer and manifest (try again).
    """
    try:
        line = (folder / POINTER).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise IndexNotFoundError(folder) from None
    body, _, checksum = line.rstrip(b"\n").rpartition(b" ")
    if checksum != b"%08x" % zlib.crc32(body):
        raise CorruptIndexError(folder / POINTER, None, "checksum of the pointer")
    pointer = json.loads(body)
    path = folder / Path(pointer["manifest"]).name
    raw = path.read_bytes()
    generation = pointer["generation"]
    if hashlib.sha256(raw).hexdigest() != pointer["sha256"]:
        raise CorruptIndexError(path, generation, "checksum of the manifest")
    fields = json.loads(raw)
    if fields["format"] != FORMAT:
        raise IndexVersionError(folder, got=fields["format"], supported=FORMAT)
    segments = tuple(SegmentEntry(**entry) for entry in fields.pop("segments"))
    return Manifest(**fields, segments=segments)


def write_file(path: Path, data: bytes, *, durable: bool) -> None:
    """Write a small file, on the disk before this returns if `durable`."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the folder's entries durable, where the system can (Windows does by itself)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
