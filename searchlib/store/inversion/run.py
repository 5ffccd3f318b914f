"""A run: articles inverted in memory, as plain arrays, on their way into a segment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Ints, ragged
from searchlib.store.dictionary import Codes
from searchlib.store.postings import RawPostings

Array = npt.NDArray[Any]


@dataclass
class RunChannel:
    """Postings of one channel: `keys` in any order, the arrays as in `RawPostings` (int32).

    `lengths`: int64 (documents,), how many tokens of the channel each document has.
    """

    keys: Sequence[str] | Codes
    df: Array
    ctf: Array
    docs: Array
    tfs: Array
    positions: Array | None
    lengths: Array

    @cached_property
    def _starts(self) -> tuple[Ints, Ints]:
        """Where each term's postings and places start."""
        df, ctf = self.df.astype(np.int64), self.ctf.astype(np.int64)
        return np.cumsum(df) - df, np.cumsum(ctf) - ctf

    def read(self, terms: Ints) -> RawPostings:
        """The postings of the terms at these places of `keys`."""
        posting_starts, place_starts = self._starts
        df, ctf = self.df[terms].astype(np.int64), self.ctf[terms].astype(np.int64)
        postings = ragged(posting_starts[terms], df)
        positions = None
        if self.positions is not None:
            positions = self.positions[ragged(place_starts[terms], ctf)].astype(np.int64)
        docs, tfs = self.docs[postings].astype(np.int64), self.tfs[postings].astype(np.int64)
        return RawPostings(df, ctf, docs, tfs, positions)


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

    def read(self, channel: str, terms: Ints) -> RawPostings:
        """Postings of the terms at these places of `keys`."""
        return self.channels[channel].read(terms)

    def records(self, dictionary: bytes) -> Iterator[bytes]:
        """The stored articles, packed against that dictionary when they were added."""
        return iter(self.packed)

    # spilling

    def save(self, folder: Path) -> None:
        """Spill the run to a new folder; `spill.SpilledRun` maps it back without reading it."""
        folder.mkdir()
        facts = {"ids": self.ids, "categories": self.categories, "tags": self.tags}
        (folder / "facts.json").write_text(json.dumps(facts), encoding="ascii")
        (folder / "records").write_bytes(b"".join(self.packed))
        ends = np.cumsum([0, *map(len, self.packed)], dtype=np.int64)
        arrays: dict[str, Array] = {"dates": self.dates, "records": ends}
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
