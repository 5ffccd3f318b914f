"""Filters: which documents of a segment a search may find, whatever the query."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from searchlib.errors import OptionError
from searchlib.store.columns import Labels
from searchlib.store.dates import NO_DATE, date_ticks
from searchlib.store.segment import Segment
from searchlib.store.snapshot import LiveSegment

Mask = npt.NDArray[np.bool_]
Moment = dt.datetime | dt.date | str | None

_DAY = 24 * 60 * 60 * 1_000_000
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Filter:
    """What an article must be: of a category (or one below it), with all of the tags, and dated
    from `since` to `until`, both inclusive, in ticks of the wall-clock time as written.
    """

    category: str | None = None
    tags: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None

    def mask(self, live: LiveSegment) -> Mask | None:
        """Which documents of the segment may be found, or None for all; deleted ones may not."""
        masks = [] if live.alive is None else [live.alive]
        segment = live.segment
        if self.category is not None:
            masks.append(_in_category(segment.categories, self.category))
        masks += [_labelled(segment.tags, {tag}) for tag in self.tags]
        if self.since is not None or self.until is not None:
            masks.append(_dated(segment, self.since, self.until))
        if not masks:
            return None
        out = masks[0]
        for mask in masks[1:]:
            out = out & mask
        return out


def make_filter(
    *,
    category: str | None = None,
    tags: Sequence[str] | str | None = None,
    since: Moment = None,
    until: Moment = None,
) -> Filter:
    """Check what `search` was given; raises `OptionError`."""
    if category is not None and not isinstance(category, str):
        raise OptionError("category", category, "a str")
    if category is not None:
        category = "/".join(part for part in map(str.strip, category.split("/")) if part) or None
    chosen = (tags,) if isinstance(tags, str) else tags or ()
    if not isinstance(chosen, Collection) or not all(isinstance(tag, str) for tag in chosen):
        raise OptionError("tags", tags, "a str or a sequence of them")
    first = _ticks("since", since, last=False)
    last = _ticks("until", until, last=True)
    return Filter(category, tuple(chosen), first, last)


def _ticks(name: str, moment: Moment, *, last: bool) -> int | None:
    """The first or last tick that a date, a month or a moment covers."""
    if moment is None:
        return None
    if isinstance(moment, dt.datetime):
        return date_ticks(moment)
    if isinstance(moment, dt.date):
        return date_ticks(dt.datetime(moment.year, moment.month, moment.day)) + last * (_DAY - 1)
    expected = "a date such as 2021, 2021-06, 2021-06-30 or 2021-06-30 12:00"
    if not isinstance(moment, str):
        raise OptionError(name, moment, expected)
    text = moment.strip()
    try:
        year, _, month = text.partition("-")
        if year.isdecimal() and len(year) == 4 and (not month or month.isdecimal()):
            number = int(month or (12 if last else 1))
            if not last:
                return date_ticks(dt.datetime(int(year), number, 1))
            # not a tick before the next month: the year 9999 has none after it
            final = dt.datetime(int(year), number, monthrange(int(year), number)[1])
            return date_ticks(final) + _DAY - 1
        if len(text) <= 10:
            return _ticks(name, dt.date.fromisoformat(text), last=last)
        return date_ticks(dt.datetime.fromisoformat(text)) + last * (_SECOND - 1)
    except (ValueError, OverflowError):
        raise OptionError(name, moment, expected) from None


def _in_category(labels: Labels, category: str) -> Mask:
    below = category + "/"
    return _labelled(
        labels, {name for name in labels.names if name == category or name.startswith(below)}
    )


def _labelled(labels: Labels, wanted: set[str]) -> Mask:
    chosen = np.array([name in wanted for name in labels.names], np.bool_)
    if not chosen.any():
        return np.zeros(len(labels.starts) - 1, np.bool_)
    return labels.documents(chosen)


def _dated(segment: Segment, since: int | None, until: int | None) -> Mask:
    dates = segment.dates
    mask: Mask = dates != NO_DATE
    if since is not None:
        mask &= dates >= since
    if until is not None:
        mask &= dates <= until
    return mask
