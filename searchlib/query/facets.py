"""Facets: how many of the articles found have each category, tag or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from searchlib.errors import OptionError
from searchlib.store.arrays import Docs
from searchlib.store.dates import NO_DATE
from searchlib.store.segment import Segment

FACETS: Final = ("category", "tags", "year", "month")


def check_facets(names: Sequence[str] | str) -> tuple[str, ...]:
    """The facets asked for; raises `OptionError` for an unknown one."""
    try:
        chosen = (names,) if isinstance(names, str) else tuple(names)
    except TypeError:
        raise OptionError("facets", names, f"any of {', '.join(FACETS)}") from None
    for name in chosen:
        if name not in FACETS:
            raise OptionError("facets", name, f"any of {', '.join(FACETS)}")
    return chosen


def count_facet(
    name: str, segments: Sequence[Segment], found: Sequence[Docs]
) -> list[tuple[str, int]]:
    """(value, count) over the documents found in each segment, by count, then value."""
    counts: Counter[str] = Counter()
    for segment, docs in zip(segments, found, strict=True):
        if name in ("category", "tags"):
            labels = segment.categories if name == "category" else segment.tags
            chosen = np.zeros(segment.documents, np.bool_)
            chosen[docs] = True
            for label, count in zip(labels.names, labels.counts(chosen).tolist(), strict=True):
                counts[label] += count
        else:
            unit = "Y" if name == "year" else "M"
            dates = segment.dates[docs]
            moments = dates[dates != NO_DATE].astype("datetime64[us]").astype(f"datetime64[{unit}]")
            values, numbers = np.unique(moments, return_counts=True)
            counts.update(dict(zip(values.astype(str).tolist(), numbers.tolist(), strict=True)))
    kept = [(value, count) for value, count in counts.items() if count]
    return sorted(kept, key=lambda item: (-item[1], item[0]))
