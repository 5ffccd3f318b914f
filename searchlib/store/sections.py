"""The container of a segment: named, checksummed sections of one file, read by memory map.

    header   magic, format version
    section  64-byte aligned bytes, one after the other
    table    JSON: of each section its offset, length, dtype and CRC-32, and the segment's facts
    trailer  offset, length and CRC-32 of the table, magic

Nothing in it is code: a table is JSON, a section is numbers or text.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from searchlib.errors import CorruptIndexError, IndexVersionError

FORMAT = 1
_MAGIC = b"SLIBSEG\x00"
_HEADER = struct.Struct("<8sII")
_TRAILER = struct.Struct("<QII8s")
_ALIGN = 64
# what a section may hold: the reader makes arrays of these and of nothing else
_DTYPES = {name: np.dtype(name) for name in ("|u1", "<u2", "<u4", "<u8", "<i4", "<i8", "<f4")}

Array = npt.NDArray[Any]


class SectionWriter:
    """Writes a new segment file, section after section."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = path.open("xb", buffering=1 << 20)
        self._table: dict[str, dict[str, object]] = {}
        self._file.write(_HEADER.pack(_MAGIC, FORMAT, 0))

    def add(self, name: str, data: Array | bytes) -> None:
        """Write one section."""
        self.stream(name, (data,), dtype=data.dtype if isinstance(data, np.ndarray) else None)

    def stream(
        self, name: str, pieces: Iterable[Array | bytes], *, dtype: np.dtype[Any] | None = None
    ) -> None:
        """Write one section from pieces that need not be in memory together."""
        code = (dtype or np.dtype(np.uint8)).newbyteorder("<").str
        if code not in _DTYPES or name in self._table:
            raise ValueError(f"section {name!r} of {code}")
        self._file.write(b"\0" * (-self._file.tell() % _ALIGN))
        offset = self._file.tell()
        checksum = length = 0
        for piece in pieces:
            raw = piece if isinstance(piece, bytes) else np.ascontiguousarray(piece).data.cast("B")
            checksum = zlib.crc32(raw, checksum)
            length += len(raw)
            self._file.write(raw)
        self._table[name] = {"offset": offset, "bytes": length, "dtype": code, "crc32": checksum}

    def finish(self, facts: Mapping[str, object], *, sync: Callable[[int], None]) -> None:
        """Write the table and make the file durable with `sync` (given its descriptor)."""
        table = json.dumps({"sections": self._table, "facts": facts}, ensure_ascii=False).encode()
        offset = self._file.tell()
        self._file.write(table)
        self._file.write(_TRAILER.pack(offset, len(table), zlib.crc32(table), _MAGIC))
        self._file.flush()
        sync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Give the file up."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class SectionReader:
    """A segment file, memory-mapped. Every offset and length is checked against the file's size.

    Raises `CorruptIndexError` or `IndexVersionError`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self.size = os.fstat(file.fileno()).st_size
                if self.size < _HEADER.size + _TRAILER.size:
                    raise self._corrupt("truncated")
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except FileNotFoundError:
            raise self._corrupt("the file is missing") from None
        magic, version, _ = _HEADER.unpack_from(self._map, 0)
        if magic != _MAGIC:
            raise self._corrupt("not a segment file")
        if version != FORMAT:
            raise IndexVersionError(path, got=version, supported=FORMAT)
        offset, length, checksum, end = _TRAILER.unpack_from(self._map, self.size - _TRAILER.size)
        if end != _MAGIC or offset + length + _TRAILER.size != self.size:
            raise self._corrupt("truncated or overwritten")
        raw = self._map[offset : offset + length]
        if zlib.crc32(raw) != checksum:
            raise self._corrupt("checksum of the section table")
        self.table_crc32: int = checksum
        table = json.loads(raw)
        self.facts: dict[str, Any] = table["facts"]
        self._table: dict[str, dict[str, Any]] = table["sections"]
        self._bytes = np.frombuffer(self._map, np.uint8)

    def names(self) -> list[str]:
        """The names of the sections, in the order they were written."""
        return list(self._table)

    def array(self, name: str) -> Array:
        """The section as a read-only array over the map; nothing is copied."""
        entry = self._entry(name)
        dtype = _DTYPES[entry["dtype"]]
        start, length = entry["offset"], entry["bytes"]
        if length % dtype.itemsize:
            raise self._corrupt(f"length of section {name}")
        return self._bytes[start : start + length].view(dtype)

    def bytes(self, name: str) -> bytes:
        """The section, copied."""
        entry = self._entry(name)
        return self._map[entry["offset"] : entry["offset"] + entry["bytes"]]

    def verify(self) -> None:
        """Read every byte of the file and compare checksums; raises `CorruptIndexError`."""
        view = memoryview(self._map)
        if view[: _HEADER.size] != _HEADER.pack(_MAGIC, FORMAT, 0):
            raise self._corrupt("header")
        end = _HEADER.size
        for name in self._table:
            entry = self._entry(name)
            start = entry["offset"]
            if any(view[end:start]):
                raise self._corrupt(f"padding before section {name}")
            end = start + entry["bytes"]
            if zlib.crc32(view[start:end]) != entry["crc32"]:
                raise self._corrupt(f"checksum of section {name}")
        if zlib.crc32(view[end : self.size - _TRAILER.size]) != self.table_crc32:
            raise self._corrupt("checksum of the section table")

    def _entry(self, name: str) -> dict[str, Any]:
        try:
            entry = self._table[name]
            start, length = entry["offset"], entry["bytes"]
            if entry["dtype"] in _DTYPES and 0 <= start <= start + length <= self.size:
                return entry
        except (KeyError, TypeError):
            pass
        raise self._corrupt(f"section {name}")

    def _corrupt(self, what: str) -> CorruptIndexError:
        return CorruptIndexError(self.path, None, what)
