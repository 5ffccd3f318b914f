"""What the columns of a segment answer: labels, ids, dates, and whether there is anything."""

from __future__ import annotations

import datetime as dt

import numpy as np

from searchlib.store.arrays import Bits
from searchlib.store.channels import Field, Kind
from searchlib.store.columns import Labels
from searchlib.store.dates import NO_DATE, date_ticks
from searchlib.store.segment import Segment
from searchlib.store.whoosh.terms import YEAR_ONE

_EARLIEST, _LATEST = NO_DATE + 1, -(NO_DATE + 1)


def labelled(labels: Labels, name: str) -> Bits:
    """Which documents have exactly this label."""
    chosen = np.array([other == name for other in labels.names], np.bool_)
    if not chosen.any():
        return np.zeros(len(labels.starts) - 1, np.bool_)
    return labels.documents(chosen)


def any_label(labels: Labels) -> Bits:
    """Which documents have a label at all."""
    found: Bits = labels.starts[1:] > labels.starts[:-1]
    return found


def any_term(segment: Segment, field: Field, kind: Kind) -> Bits:
    """Which documents have any term of a channel."""
    found: Bits = segment.channel(field, kind).lengths > 0
    return found


def any_date(segment: Segment) -> Bits:
    """Which documents have a date."""
    found: Bits = segment.dates != NO_DATE
    return found


def ticks(moment: dt.datetime | int | None) -> int | None:
    """A bound of a date range in ticks; Whoosh gives microseconds from year 1."""
    if isinstance(moment, dt.datetime):
        return date_ticks(moment)
    return None if moment is None else moment - YEAR_ONE


def dated(segment: Segment, since: int | None, until: int | None) -> Bits:
    """Which documents are dated from `since` to `until` in ticks, both inclusive."""
    dates = segment.dates
    # NO_DATE is below every date
    found: Bits = dates >= min(max(_EARLIEST if since is None else since, _EARLIEST), _LATEST)
    if until is not None:
        found &= dates <= max(min(until, _LATEST), NO_DATE)
    return found
