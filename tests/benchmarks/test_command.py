"""The whole benchmark, on very little: child processes, JSON, gate."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.speed.__main__ import main
from benchmarks.speed.corpus import Corpus
from benchmarks.speed.engines import Contender, named
from benchmarks.speed.engines.base import KINDS
from benchmarks.speed.queries import plan
from benchmarks.speed.rounds import Setting, measure, tasks

SMALL = ["--docs", "40", "--repeat", "1", "--per-class", "4", "--peers", "fts5"]


def test_a_run_writes_the_documented_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "run.json"
    assert main([*SMALL, "--growth", "10", "--without-searchlib", "--json", str(out)]) == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert content["schema"] == 1
    assert content["corpus"]["docs"] == 40
    assert [(row["contender"], row["docs"]) for row in content["figures"]] == [
        ("fts5", 10),
        ("fts5", 40),
    ]
    for row in content["figures"]:
        assert row["failed"] == ""
        assert row["build"]["seconds"] > 0
        assert row["build"]["bytes"] > 0
        passes = row["asked"]["passes"]
        assert set(passes) == {"plain", "snippets"}
        assert set(passes["plain"]) == set(KINDS)
        assert all(math.isfinite(latency["p99"]) for latency in passes["plain"].values())
        assert all(latency["asked"] == 4 for latency in passes["plain"].values())
    shown = capsys.readouterr()
    assert "fts5" in shown.out
    assert "seed" in shown.err


def test_an_index_is_reused_for_the_same_articles_only(tmp_path: Path, corpus: Corpus) -> None:
    def build_seconds(articles: Corpus) -> float:
        setting = Setting(work=tmp_path, reuse=True)
        planned = tasks([named("fts5")], articles, [], tmp_path)
        [figures] = measure(planned, [], setting, progress=lambda _: None)
        assert figures.build is not None
        return figures.build.seconds

    first = build_seconds(corpus)
    assert build_seconds(corpus) == first
    assert build_seconds(replace(corpus, digest="other")) != first


def test_the_gate_exits_1_without_a_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--without-searchlib", "--gate"]) == 1
    assert "no baseline" in capsys.readouterr().out


def test_an_unknown_peer_is_refused_before_anything_runs() -> None:
    with pytest.raises(SystemExit, match="lucene"):
        main(["--peers", "lucene"])


def test_a_contender_that_fails_does_not_end_the_run(tmp_path: Path, corpus: Corpus) -> None:
    good = named("fts5")
    bad = replace(good, name="missing")  # the child knows no such contender
    lines: list[str] = []
    failed, fine = measure(
        tasks([bad, good], corpus, [], tmp_path),
        plan(corpus, lines=None, rounds=1, per_class=2, seed=1),
        Setting(work=tmp_path),
        progress=lines.append,
    )
    assert "KeyError" in failed.failed
    assert failed.build is None
    assert fine.failed == ""
    assert fine.asked is not None
    assert sum("failed" in line for line in lines) == 1


def test_small_sizes_are_measured_by_who_belongs_there(tmp_path: Path, corpus: Corpus) -> None:
    whoosh = replace(named("whoosh"), max_docs=20)
    wanted: list[Contender] = [named("searchlib-1"), named("searchlib"), named("fts5"), whoosh]
    planned = tasks(wanted, corpus, [8, corpus.docs, 10_000], tmp_path)
    assert [(task.contender.name, task.corpus.docs) for task in planned] == [
        ("searchlib", 8),
        ("fts5", 8),
        ("searchlib-1", 20),
        ("searchlib", 20),
        ("whoosh", 20),
        ("searchlib-1", corpus.docs),
        ("searchlib", corpus.docs),
        ("fts5", corpus.docs),
    ]
    assert all(
        len(task.corpus.path.read_text(encoding="utf-8").splitlines()) == task.corpus.docs
        for task in planned
    )


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "growth.png"
    assert main([*SMALL, "--without-searchlib", "--growth", "10", "--plot", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
