"""Columns: what is known of every document besides its text: id, date, category, tags."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Ints
from searchlib.store.dictionary import WordDictionary
from searchlib.store.sections import SectionReader, SectionWriter

Array = npt.NDArray[Any]
# ids, date ticks, categories and tags of every document of a source
Columns = tuple[list[str], Ints, list[str], list[tuple[str, ...]]]


def write_columns(out: SectionWriter, parts: Iterable[Columns]) -> int:
    """Write the columns of all documents, part after part; return how many there are.

    Ids are sorted, with their documents beside them; of the same id the latest stands first:
    that is the one a look-up finds.
    """
    ids: list[str] = []
    dates: list[Ints] = [np.empty(0, np.int64)]
    categories, tags = _LabelWriter(), _LabelWriter()
    for own_ids, own_dates, own_categories, own_tags in parts:
        ids += own_ids
        dates.append(own_dates)
        categories.add((category,) if category else () for category in own_categories)
        tags.add(own_tags)
    order = sorted(range(len(ids) - 1, -1, -1), key=ids.__getitem__)
    WordDictionary.write(out, "ids", [ids[at] for at in order])
    out.add("ids.documents", np.array(order, np.uint32))
    out.add("dates", np.concatenate(dates))
    categories.write(out, "categories")
    tags.write(out, "tags")
    return len(ids)


class _LabelWriter:
    """Collects several labels a document as numbers, in the order of their first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._flat = array("I")
        self._counts = array("I")

    def add(self, labels: Iterable[Sequence[str]]) -> None:
        numbers = self._numbers
        for each in labels:
            own = dict.fromkeys(each)  # a tag given twice counts once
            self._counts.append(len(own))
            self._flat.extend(numbers.setdefault(label, len(numbers)) for label in own)

    def write(self, out: SectionWriter, name: str) -> None:
        """The names sorted as JSON, starts, and numbers of names."""
        names = sorted(self._numbers)
        rank = np.empty(len(names), np.int64)
        rank[[self._numbers[label] for label in names]] = np.arange(len(names))
        out.add(f"{name}.names", json.dumps(names).encode("ascii"))
        starts = np.zeros(len(self._counts) + 1, np.int64)
        np.cumsum(np.array(self._counts, np.int64), out=starts[1:])
        out.add(f"{name}.starts", narrow(starts))
        out.add(f"{name}.numbers", narrow(rank[np.array(self._flat, np.int64)]))


@dataclass(frozen=True, slots=True)
class Labels:
    """Several labels a document.

    Document d has the labels `names[n]` for n in `numbers[starts[d]:starts[d+1]]`.
    """

    names: list[str]
    starts: Array
    numbers: Array

    @classmethod
    def read(cls, sections: SectionReader, name: str) -> Labels:
        """The labels of that name."""
        names = json.loads(sections.bytes(f"{name}.names"))
        return cls(names, sections.array(f"{name}.starts"), sections.array(f"{name}.numbers"))

    def of(self, document: int) -> tuple[str, ...]:
        """The labels of one document."""
        first, last = int(self.starts[document]), int(self.starts[document + 1])
        return tuple(self.names[number] for number in self.numbers[first:last].tolist())

    def documents(self, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which documents have any of the labels chosen by number; bool (documents,)."""
        hits = np.concatenate(([0], np.cumsum(chosen[self.numbers], dtype=np.int64)))
        out: npt.NDArray[np.bool_] = hits[self.starts[1:]] > hits[self.starts[:-1]]
        return out

    def counts(self, documents: npt.NDArray[np.bool_]) -> Ints:
        """How many of these documents have each label; int64 (names,)."""
        starts = self.starts.astype(np.int64)
        per_document = starts[1:] - starts[:-1]
        kept = np.repeat(documents, per_document)
        return np.bincount(self.numbers[kept], minlength=len(self.names))


def narrow(array: Array) -> Array:
    """The same non-negative numbers in the smallest unsigned type that a section may hold."""
    top = int(array.max(initial=0))
    return array.astype(np.uint16 if top < 1 << 16 else np.uint32 if top < 1 << 32 else np.uint64)
