"""Rounds are merged by medians; peaks by the largest."""

from __future__ import annotations

from benchmarks.speed.figures import Asked, Build, Latency, merged_builds, merged_rounds


def _round(p50: float, *, peak: int | None, asked: int = 10) -> Asked:
    latency = Latency(asked, p50, p50 * 2, p50 * 3, 1.0, 5.0)
    return Asked(p50 * 10, p50 * 20, peak, {"plain": {"all": latency}})


def test_latency_is_in_milliseconds_and_knows_what_was_found() -> None:
    latency = Latency.of([0.001, 0.003, 0.002, 0.004], [0, 3, 1, 0])
    assert (latency.asked, latency.p50, latency.p99) == (4, 2.0, 4.0)
    assert (latency.found, latency.total) == (0.5, 1.0)


def test_one_slow_round_moves_nothing_but_the_peak() -> None:
    merged = merged_rounds([_round(1, peak=7), _round(50, peak=99, asked=3), _round(2, peak=None)])
    assert merged is not None
    assert merged.peak_bytes == 99
    assert (merged.open_ms, merged.first_ms) == (20, 40)
    assert merged.passes["plain"]["all"] == Latency(23, 2, 4, 6, 1.0, 5.0)


def test_builds_merge_by_medians() -> None:
    builds = [Build(3.0, 100, None), Build(1.0, 100, 5), Build(2.0, 102, 4)]
    assert merged_builds(builds) == Build(2.0, 100, 5)


def test_nothing_measured_merges_to_nothing() -> None:
    assert merged_builds([]) is None
    assert merged_rounds([]) is None
