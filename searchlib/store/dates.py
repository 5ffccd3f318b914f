"""Dates as numbers: microseconds of the wall-clock time as it was written.

Readers look for the day that an article names, so a post of 00:30 +0800 is of that day wherever
it is read: the offset is dropped.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

NO_DATE: Final = -(1 << 63)
_EPOCH = dt.datetime(1970, 1, 1)
_TICK = dt.timedelta(microseconds=1)


def date_ticks(date: dt.datetime | None) -> int:
    """Microseconds from 1970 on, NO_DATE for none.

    >>> date_ticks(dt.datetime.fromisoformat("1970-01-02 00:00:00+08:00"))
    86400000000
    """
    return NO_DATE if date is None else (date.replace(tzinfo=None) - _EPOCH) // _TICK
