"""A run: articles inverted in memory, as plain arrays, on their way into a segment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.store.dictionary import Codes
from searchlib.store.postings import RawPostings

Array = npt.NDArray[Any]


@dataclass(slots=True)
class RunChannel:
    """Postings of one channel: `keys` ascending, the arrays as in `RawPostings` (int32).

    `lengths`: int64 (documents,), how many tokens of the channel each document has.
    """

    keys: Sequence[str] | Codes
    df: Array
    ctf: Array
    docs: Array
    tfs: Array
    positions: Array | None
    lengths: Array

    def read(self, first: int, last: int) -> RawPostings:
        """The postings of the terms from `first` up to, not including, `last`."""
        if first == 0:
            begin = occurrence = 0
        else:
            begin, occurrence = int(self.df[:first].sum()), int(self.ctf[:first].sum())
        df, ctf = self.df[first:last].astype(np.int64), self.ctf[first:last].astype(np.int64)
        end = begin + int(df.sum())
        positions = None
        if self.positions is not None:
            positions = self.positions[occurrence : occurrence + int(ctf.sum())].astype(np.int64)
        return RawPostings(
            df, ctf, self.docs[begin:end].astype(np.int64), self.tfs[begin:end].astype(np.int64),
            positions,
        )  # fmt: skip


@dataclass(slots=True)
class Run:
    """Articles of one run. `field_sizes`: characters of each folded field, int64 (documents,)."""

    ids: list[str]
    dates: Array
    categories: list[str]
    tags: list[tuple[str, ...]]
    packed: list[bytes]
    field_sizes: dict[str, Array]
    channels: dict[str, RunChannel] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        """How many articles there are."""
        return len(self.ids)

    # what a merge reads (merge.Source)

    def columns(self) -> tuple[list[str], Array, list[str], list[tuple[str, ...]]]:
        """Ids, date ticks, categories and tags."""
        return self.ids, self.dates, self.categories, self.tags

    def sizes(self, field: str) -> Array:
        """Characters of each folded field."""
        return self.field_sizes[field]

    def lengths(self, channel: str) -> Array:
        """Tokens of each article in a channel."""
        return self.channels[channel].lengths

    def keys(self, channel: str) -> Sequence[str] | Codes:
        """The terms of a channel."""
        return self.channels[channel].keys

    def occurrences(self, channel: str) -> Array:
        """How many occurrences each term has."""
        return self.channels[channel].ctf

    def read(self, channel: str, first: int, last: int) -> RawPostings:
        """Postings of consecutive terms."""
        return self.channels[channel].read(first, last)

    def records(self, dictionary: bytes) -> Iterator[bytes]:
        """The stored articles, packed against that dictionary when they were added."""
        return iter(self.packed)

    # spilling

    def save(self, folder: Path) -> None:
        """Spill the run to a new folder; `load` maps it back without reading it."""
        folder.mkdir()
        facts = {"ids": self.ids, "categories": self.categories, "tags": self.tags}
        facts["sizes"] = [len(record) for record in self.packed]
        (folder / "facts.json").write_text(json.dumps(facts), encoding="ascii")
        (folder / "records").write_bytes(b"".join(self.packed))
        arrays: dict[str, Array] = {"dates": self.dates}
        arrays |= {f"{name}.sizes": array for name, array in self.field_sizes.items()}
        for name, channel in self.channels.items():
            for part in ("df", "ctf", "docs", "tfs", "positions", "lengths"):
                array = getattr(channel, part)
                if array is not None:
                    arrays[f"{name}.{part}"] = array
            if isinstance(channel.keys, np.ndarray):
                arrays[f"{name}.keys"] = channel.keys
            else:
                (folder / f"{name}.keys.json").write_text(json.dumps(list(channel.keys)))
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Run:
        """A spilled run."""

        def array(name: str) -> Array:
            mapped: Array = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            return mapped

        facts = json.loads((folder / "facts.json").read_text(encoding="ascii"))
        blob = (folder / "records").read_bytes()
        ends = np.cumsum([0, *facts["sizes"]]).tolist()
        records = [blob[start:end] for start, end in pairwise(ends)]
        tags = [tuple(each) for each in facts["tags"]]
        names = sorted(path.name[: -len(".df.npy")] for path in folder.glob("*.df.npy"))
        channels = {}
        for name in names:
            words = folder / f"{name}.keys.json"
            keys = json.loads(words.read_text()) if words.exists() else array(f"{name}.keys")
            positions = (folder / f"{name}.positions.npy").exists()
            channels[name] = RunChannel(
                keys,
                array(f"{name}.df"),
                array(f"{name}.ctf"),
                array(f"{name}.docs"),
                array(f"{name}.tfs"),
                array(f"{name}.positions") if positions else None,
                array(f"{name}.lengths"),
            )
        sizes = {
            path.name[: -len(".sizes.npy")]: array(path.name[: -len(".npy")])
            for path in folder.glob("*.sizes.npy")
        }
        return cls(
            facts["ids"], array("dates"), facts["categories"], tags, records, sizes, channels
        )
