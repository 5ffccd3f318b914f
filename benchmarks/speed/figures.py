"""The figures of a run, as dataclasses that are the JSON schema (described in `report`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from statistics import median, median_low
from typing import Any

from benchmarks.speed.measure import percentile


@dataclass(frozen=True, slots=True)
class Build:
    """One build: wall-clock seconds, bytes on disk, peak memory in bytes."""

    seconds: float
    bytes: int
    peak_bytes: int | None


@dataclass(frozen=True, slots=True)
class Latency:
    """One pass over one class: `asked` queries in milliseconds, the share that `found`
    anything, and the mean `total` of articles matched.
    """

    asked: int
    p50: float
    p95: float
    p99: float
    found: float
    total: float

    @classmethod
    def of(cls, seconds: Sequence[float], totals: Sequence[int]) -> Latency:
        """Summarise the times of a pass and the totals that came back (hits if uncounted)."""
        count = max(1, len(seconds))
        p50, p95, p99 = (percentile(seconds, share) * 1e3 for share in (0.5, 0.95, 0.99))
        found = sum(total > 0 for total in totals) / count
        return cls(len(seconds), p50, p95, p99, found, sum(totals) / count)


@dataclass(frozen=True, slots=True)
class Asked:
    """One round of queries: milliseconds to open and to answer the first query, peak memory,
    and the latencies by pass (`plain`, `snippets`) and class.
    """

    open_ms: float
    first_ms: float
    peak_bytes: int | None
    passes: dict[str, dict[str, Latency]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one contender showed on one size of the corpus: medians over rounds."""

    contender: str
    docs: int
    build: Build | None
    asked: Asked | None
    failed: str = ""

    @property
    def articles_per_second(self) -> float | None:
        """Articles indexed per second of wall-clock time."""
        return self.docs / self.build.seconds if self.build else None

    @property
    def index_bytes(self) -> float | None:
        """Bytes of the index on disk."""
        return self.build.bytes if self.build else None

    @property
    def opening_ms(self) -> float | None:
        """Milliseconds to open the index and answer the first query."""
        return self.asked.open_ms + self.asked.first_ms if self.asked else None

    @property
    def peak_mb(self) -> tuple[float | None, float | None]:
        """Peak memory while building and while querying, in MB."""
        peaks = (part.peak_bytes if part else None for part in (self.build, self.asked))
        building, querying = (peak / 1e6 if peak is not None else None for peak in peaks)
        return building, querying

    def latency(self, kind: str, taken: str = "plain") -> Latency | None:
        """Return the latencies of one class in one pass, None where it was not measured."""
        return self.asked.passes.get(taken, {}).get(kind) if self.asked else None


def merged_builds(builds: Sequence[Build]) -> Build | None:
    """Return the medians (the lower of two middle ones) of several builds; None for none."""
    if not builds:
        return None
    return Build(
        median_low(b.seconds for b in builds),
        median_low(b.bytes for b in builds),
        _largest(b.peak_bytes for b in builds),
    )


def merged_rounds(rounds: Sequence[Asked]) -> Asked | None:
    """Return the medians of several rounds; None for none."""
    if not rounds:
        return None
    passes = {
        taken: {kind: _merged([r.passes[taken][kind] for r in rounds]) for kind in kinds}
        for taken, kinds in rounds[0].passes.items()
    }
    return Asked(
        median(r.open_ms for r in rounds),
        median(r.first_ms for r in rounds),
        _largest(r.peak_bytes for r in rounds),
        passes,
    )


def _merged(latencies: Sequence[Latency]) -> Latency:
    columns: dict[str, Any] = {
        column.name: median(getattr(latency, column.name) for latency in latencies)
        for column in fields(Latency)
    }
    return Latency(**columns | {"asked": sum(latency.asked for latency in latencies)})


def _largest(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def asked_from(raw: dict[str, Any], peak_bytes: int | None) -> Asked:
    """Read what a child process reported about one round of queries."""
    passes = {
        taken: {kind: Latency(**latency) for kind, latency in kinds.items()}
        for taken, kinds in raw["passes"].items()
    }
    return Asked(raw["open_ms"], raw["first_ms"], peak_bytes, passes)
