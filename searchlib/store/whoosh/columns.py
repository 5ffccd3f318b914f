"""Whoosh column readers over a segment's own columns, for sorting and grouping."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.columns import ColumnReader

from searchlib.store.arrays import Ints
from searchlib.store.columns import Labels
from searchlib.store.dates import NO_DATE as NO_TICKS
from searchlib.store.whoosh.schema import NO_DATE
from searchlib.store.whoosh.terms import YEAR_ONE


class _SegmentColumn(ColumnReader):
    """What the readers share; unlike Whoosh's they read no file."""

    def __init__(self, documents: int) -> None:
        self._doccount = documents

    def __iter__(self) -> Iterator[Any]:
        return map(self.__getitem__, range(self._doccount))


class CategoryReader(_SegmentColumn):
    """The category of each document as bytes, empty where it has none."""

    def __init__(self, categories: Labels) -> None:
        super().__init__(len(categories.starts) - 1)
        self._categories = categories

    def __getitem__(self, docnum: int) -> bytes:
        return "".join(self._categories.of(docnum)).encode("utf-8", "surrogatepass")


class TagsReader(_SegmentColumn):
    """The tags of each document as text; one empty tag where it has none, to sort it first."""

    def __init__(self, tags: Labels) -> None:
        super().__init__(len(tags.starts) - 1)
        self._tags = tags

    def __getitem__(self, docnum: int) -> tuple[str, ...]:
        return self._tags.of(docnum) or ("",)

    def sort_key(self, docnum: int) -> str:  # type: ignore[override]
        """The first tag."""
        return self[docnum][0]


class DateReader(_SegmentColumn):
    """The date of each document in microseconds from year 1, `schema.NO_DATE` without one."""

    def __init__(self, ticks: Ints) -> None:
        super().__init__(len(ticks))
        self._ticks = ticks
        self._sign = 1

    def __getitem__(self, docnum: int) -> int:
        ticks = int(self._ticks[docnum])
        return NO_DATE if ticks == NO_TICKS else ticks + YEAR_ONE

    def sort_key(self, docnum: int) -> int:  # type: ignore[override]
        """The date, negative where the order is reversed."""
        return self[docnum] * self._sign

    def set_reverse(self) -> None:
        """Let later dates sort before earlier ones."""
        self._sign = -1
