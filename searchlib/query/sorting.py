"""Sorting by something other than relevance."""

from __future__ import annotations

from typing import Final

import numpy as np

from searchlib.errors import OptionError
from searchlib.query.found import Found, Ranked
from searchlib.store.dates import NO_DATE

_SORTS: Final = {"relevance": None, "date": True, "date:desc": True, "date:asc": False}


def check_sort(sort: str) -> bool | None:
    """Whether the newest come first; None for relevance. Raises `OptionError`."""
    if not isinstance(sort, str) or sort not in _SORTS:
        raise OptionError("sort", sort, f"any of {', '.join(_SORTS)}")
    return _SORTS[sort]


def by_date(found: Found, offset: int, limit: int, *, newest: bool) -> list[Ranked]:
    """One page of all articles found by date, undated last, ties in the order of the index."""
    places, docs, stages = [], [], []
    for number, group in enumerate(found.groups):
        for segment in range(len(found.segments)):
            own = group.documents(segment)
            places.append(np.full(len(own), segment, np.int64))
            docs.append(own)
            stages.append(np.full(len(own), number, np.int64))
    if not docs:
        return []
    place, doc, stage_of = np.concatenate(places), np.concatenate(docs), np.concatenate(stages)
    ticks = np.empty(len(doc), np.int64)
    for segment in np.unique(place).tolist():
        own = place == segment
        ticks[own] = found.segments[segment].dates[doc[own]]
    undated = ticks == NO_DATE
    key = np.where(undated, 0, -ticks if newest else ticks)
    page = np.lexsort((doc, place, key, undated))[offset : offset + limit]
    out: list[Ranked | None] = [None] * len(page)
    for segment in np.unique(place[page]).tolist():
        at = np.flatnonzero(place[page] == segment)
        own = doc[page][at]
        for index, document, value in zip(
            at.tolist(), own.tolist(), found.score(segment, own).tolist(), strict=True
        ):
            stage = found.groups[int(stage_of[page[index]])].stage
            out[index] = Ranked(segment, document, value, stage)
    return [row for row in out if row is not None]
