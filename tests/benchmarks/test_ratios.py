"""Floors, aims and the gate, on figures made up so that the ratios are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.figures import Asked, Build, Figures, Latency
from benchmarks.speed.ratios import (
    BASELINE,
    Ratio,
    as_rows,
    fallen,
    key,
    load_baseline,
    ratios,
    record,
)

CORPUS = Corpus("news", Path("news.jsonl"), 1_000, 700_000, "abc")


def _figures(
    name: str, *, docs: int = 1_000, seconds: float = 1.0, size: int = 100, p50: float = 1.0
) -> Figures:
    latency = Latency(10, p50, p50 * 2, p50 * 3, 1.0, 5.0)
    marked = replace(latency, p50=p50 * 4)
    passes = {"plain": {"all": latency, "phrase": latency}, "snippets": {"all": marked}}
    return Figures(name, docs, Build(seconds, size, 1), Asked(10.0, 15.0, 1, passes))


def _measured(*figures: Figures) -> dict[str, float]:
    return {ratio.id: ratio.measured for ratio in ratios(figures)}


def test_we_are_held_to_the_better_tantivy_measure_by_measure() -> None:
    found = _measured(
        _figures("searchlib", seconds=4.0, p50=2.0, size=150),
        _figures("tantivy-1", seconds=3.0, p50=1.0, size=120),
        _figures("tantivy-2", seconds=2.0, p50=1.5, size=100),
    )
    assert found == pytest.approx(
        {
            "build-2": 0.5,
            "fused-p50": 0.5,
            "fused-p95": 0.5,
            "phrase-p50": 0.5,
            "snippets-p50": 0.5,
            "bytes": 1.5,
            "open": 25.0,
        }
    )


def test_every_contender_has_the_ratio_it_is_there_for() -> None:
    found = _measured(
        _figures("searchlib", seconds=1.0, p50=1.0),
        _figures("searchlib", docs=100, seconds=1.0, p50=0.5),
        _figures("searchlib-1", seconds=2.0),
        _figures("searchlib-words", p50=0.25),
        _figures("tantivy-1", seconds=3.0, p50=0.5),
        _figures("tantivy-jieba", seconds=9.0),
        _figures("tantivy-channels", p50=3.0),
        _figures("whoosh", docs=100, seconds=20.0, p50=10.0),
    )
    assert found["build-1"] == pytest.approx(1.5)
    assert found["build-2"] == pytest.approx(3.0)
    assert found["build-today"] == pytest.approx(9.0)
    assert found["words-p50"] == pytest.approx(2.0)
    assert found["channels-p95"] == pytest.approx(3.0)
    assert found["whoosh-build"] == pytest.approx(20.0)
    assert found["whoosh-p50"] == pytest.approx(20.0)
    assert found["growth-p50"] == pytest.approx(2.0)


def test_without_both_sides_there_is_no_ratio() -> None:
    assert _measured(_figures("tantivy-1"), _figures("fts5")) == {}
    assert set(_measured(_figures("searchlib"))) == {"open"}
    failed = replace(_figures("searchlib"), failed="boom")
    assert _measured(failed, _figures("tantivy-1")) == {}


@pytest.mark.parametrize(
    ("measured", "at_most", "verdict"),
    [
        (2.0, False, "aim"),
        (1.5, False, "floor"),
        (0.9, False, "missed"),
        (0.9, True, "aim"),
        (1.5, True, "floor"),
        (2.1, True, "missed"),
    ],
)
def test_the_verdict_knows_which_side_is_better(
    measured: float, at_most: bool, verdict: str
) -> None:
    floor, aim = (2.0, 1.0) if at_most else (1.0, 2.0)
    row = Ratio("id", "measure", "against", floor, aim, measured, at_most)
    assert row.verdict == verdict
    assert as_rows([row])[0]["verdict"] == verdict


def _ratio(name: str, measured: float, *, at_most: bool = False) -> Ratio:
    return Ratio(name, name, "tantivy", 1.0, 1.0, measured, at_most)


def _baseline(**known: float) -> dict[str, object]:
    return {"tolerance": 0.1, "runs": {key(CORPUS): {"digest": "abc", "ratios": known}}}


def test_the_gate_prints_what_fell_and_only_that() -> None:
    measured = [
        _ratio("slower", 0.89),
        _ratio("noise", 0.91),
        _ratio("faster", 3.0),
        _ratio("larger", 1.11, at_most=True),
        _ratio("smaller", 0.5, at_most=True),
        _ratio("new", 0.1),
    ]
    baseline = _baseline(slower=1, noise=1, faster=1, larger=1, smaller=1, gone=2)
    assert fallen(measured, CORPUS, baseline) == [
        "slower: 1.00 before, 0.89 now",
        "larger: 1.00 before, 1.11 now",
        "gone: 2.00 before, not measured now",
    ]


def test_the_gate_does_not_compare_different_articles() -> None:
    other = replace(CORPUS, digest="other")
    assert "other articles" in fallen([_ratio("x", 1)], other, _baseline(x=9))[0]
    assert "--record" in fallen([_ratio("x", 1)], replace(CORPUS, docs=5), _baseline(x=9))[0]


def test_recording_lower_takes_a_reason_which_is_kept() -> None:
    with pytest.raises(ValueError, match=r"reason: x: 2\.00 before, 1\.00 now"):
        record([_ratio("x", 1.0)], CORPUS, _baseline(x=2.0))
    changed = record([_ratio("x", 1.0)], CORPUS, _baseline(x=2.0), reason="new machine")
    run = changed["runs"][key(CORPUS)]
    assert run["ratios"] == {"x": 1.0}
    assert run["lowered"] == [{"what": "x: 2.00 before, 1.00 now", "why": "new machine"}]
    higher = record([_ratio("x", 5.0)], CORPUS, changed)
    assert higher["runs"][key(CORPUS)]["ratios"] == {"x": 5.0}
    assert higher["runs"][key(CORPUS)]["lowered"] == run["lowered"]
    assert fallen([_ratio("x", 5.0)], CORPUS, higher) == []


def test_the_baseline_in_the_repository_can_be_read(tmp_path: Path) -> None:
    assert set(load_baseline(BASELINE)) == {"tolerance", "runs"}
    assert load_baseline(tmp_path / "none.json")["runs"] == {}
