"""A spilled run: read by memory map, so that a merge of any number of runs takes little memory."""

from __future__ import annotations

import json
import mmap
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Ints
from searchlib.store.dictionary import Codes
from searchlib.store.inversion.run import RunChannel
from searchlib.store.postings import RawPostings

Array = npt.NDArray[Any]


class SpilledRun:
    """What `Run.save` wrote, as a merge reads it (merge.Source); nothing of it is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.documents = len(self._array("dates"))
        # a merge goes through one channel after another
        self._channel = lru_cache(maxsize=1)(self._open_channel)

    def columns(self) -> tuple[list[str], Ints, list[str], list[tuple[str, ...]]]:
        """Ids, date ticks, categories and tags."""
        facts = json.loads((self._folder / "facts.json").read_text(encoding="ascii"))
        tags = [tuple(each) for each in facts["tags"]]
        return facts["ids"], self._array("dates"), facts["categories"], tags

    def sizes(self, field: str) -> Array:
        """Characters of each folded field."""
        return self._array(f"{field}.sizes")

    def lengths(self, channel: str) -> Array:
        """Tokens of each article in a channel."""
        return self._array(f"{channel}.lengths")

    def keys(self, channel: str) -> Sequence[str] | Codes:
        """The terms of a channel."""
        words = self._folder / f"{channel}.keys.json"
        if words.exists():
            found: list[str] = json.loads(words.read_text(encoding="ascii"))
            return found
        return self._array(f"{channel}.keys")

    def occurrences(self, channel: str) -> Array:
        """How many occurrences each term has."""
        return self._array(f"{channel}.ctf")

    def read(self, channel: str, terms: Ints) -> RawPostings:
        """Postings of the terms at these places of `keys`."""
        return self._channel(channel).read(terms)

    def records(self, dictionary: bytes) -> Iterator[bytes]:
        """The stored articles, packed against that dictionary when they were added."""
        ends = self._array("records").tolist()
        with (self._folder / "records").open("rb") as file:
            if not ends[-1]:
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as packed:
                for start, end in pairwise(ends):
                    yield packed[start:end]

    def _open_channel(self, name: str) -> RunChannel:
        positions = (self._folder / f"{name}.positions.npy").exists()
        return RunChannel(
            (),
            self._array(f"{name}.df"),
            self._array(f"{name}.ctf"),
            self._array(f"{name}.docs"),
            self._array(f"{name}.tfs"),
            self._array(f"{name}.positions") if positions else None,
            self._array(f"{name}.lengths"),
        )

    def _array(self, name: str) -> Array:
        path = self._folder / f"{name}.npy"
        # an empty array cannot be mapped
        mapped: Array = np.load(path, mmap_mode="r", allow_pickle=False)
        return mapped
