"""One run: who does what on which size, round by round, each job in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.speed.corpus import Corpus, head
from benchmarks.speed.engines import Contender
from benchmarks.speed.figures import (
    Asked,
    Build,
    Figures,
    asked_from,
    merged_builds,
    merged_rounds,
)
from benchmarks.speed.measure import PeakMemory, folder_bytes
from benchmarks.speed.queries import Round

Progress = Callable[[str], None]
"""Called with one line for people after every job."""

REPO_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Task:
    """One contender on one size of the corpus."""

    contender: Contender
    corpus: Corpus


@dataclass(slots=True)
class _Outcome:
    builds: list[Build] = field(default_factory=list)
    rounds: list[Asked] = field(default_factory=list)
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How a run measures. `budget` caps the seconds of one pass over one class; with `reuse`,
    peers keep the indexes that an earlier run left in `work`, and that run's build figures.
    """

    work: Path
    builds: int = 1
    count: bool = True
    budget: float = 5.0
    reuse: bool = False


def tasks(
    contenders: Sequence[Contender], corpus: Corpus, growth: Sequence[int], work: Path
) -> list[Task]:
    """Spread `contenders` over the whole corpus and the smaller sizes of `growth`.

    A contender that takes few articles only gets a corpus of that size, and ours get it too,
    for there is no ratio without them.
    """
    caps = {c.max_docs for c in contenders if c.max_docs is not None and c.max_docs < corpus.docs}
    grown = {docs for docs in growth if docs < corpus.docs}
    sizes = {
        docs: head(corpus, docs, work / f"corpus-{docs}.jsonl") for docs in sorted(caps | grown)
    }
    sizes[corpus.docs] = corpus
    found = []
    for docs, part in sizes.items():
        for contender in contenders:
            if contender.max_docs is not None and docs > contender.max_docs:
                continue
            ours = contender.family == "searchlib"
            capped = docs in caps and (ours or contender.max_docs == docs)
            if docs == corpus.docs or capped or (docs in grown and contender.growth):
                found.append(Task(contender, part))
    return found


def measure(
    planned: Sequence[Task], rounds: Sequence[Round], setting: Setting, *, progress: Progress
) -> list[Figures]:
    """Build and query every task, contender after contender within each round.

    A contender that fails is reported with its last line and left out from then on.
    """
    outcomes = [_Outcome() for _ in planned]
    pairs = list(zip(planned, outcomes, strict=True))
    for number in range(setting.builds):
        for task, outcome in pairs:
            if task.contender.builds and not outcome.failed:
                _build(task, outcome, setting)
                progress(f"build {number + 1}/{setting.builds} {_told(task, outcome)}")
    for number, asked in enumerate(rounds):
        for task, outcome in pairs:
            if task.contender.queried and not outcome.failed:
                _ask(task, asked, outcome, setting)
                progress(f"round {number + 1}/{len(rounds)} {_told(task, outcome)}")
    return [
        Figures(
            task.contender.name,
            task.corpus.docs,
            merged_builds(outcome.builds),
            merged_rounds(outcome.rounds),
            outcome.failed,
        )
        for task, outcome in pairs
    ]


def _told(task: Task, outcome: _Outcome) -> str:
    line = f"{task.contender.name}, {task.corpus.docs:,} articles"
    if outcome.failed:
        return f"{line}: failed: {outcome.failed}"
    if outcome.rounds:
        typed = outcome.rounds[-1].passes["plain"].get("all")
        return f"{line}: p50 {typed.p50:.3f} ms" if typed else line
    return f"{line}: {outcome.builds[-1].seconds:.2f} s"


def _index(task: Task, setting: Setting) -> Path:
    owner = task.contender.index or task.contender.name
    return setting.work / f"index-{owner}-{task.corpus.docs}"


def _build(task: Task, outcome: _Outcome, setting: Setting) -> None:
    index = _index(task, setting)
    if kept := _kept(task, index) if setting.reuse else None:
        outcome.builds.append(kept)
        return
    _note(index).unlink(missing_ok=True)
    shutil.rmtree(index, ignore_errors=True)
    index.mkdir(parents=True)
    job = {"action": "build", "corpus": str(task.corpus.path)}
    result, peak = _child(task, job, outcome, setting)
    if result:
        build = Build(result["seconds"], folder_bytes(index), peak)
        outcome.builds.append(build)
        note = {"digest": task.corpus.digest, "build": asdict(build)}
        _note(index).write_text(json.dumps(note), encoding="utf-8")


def _note(index: Path) -> Path:
    return index.with_suffix(".json")


def _kept(task: Task, index: Path) -> Build | None:
    """Return the figures of an index of the same articles; ours are always built anew."""
    if task.contender.family == "searchlib" or not _note(index).exists():
        return None
    note = json.loads(_note(index).read_text(encoding="utf-8"))
    return Build(**note["build"]) if note["digest"] == task.corpus.digest else None


def _ask(task: Task, asked: Round, outcome: _Outcome, setting: Setting) -> None:
    job = {"action": "ask", "count": setting.count, "budget": setting.budget, **asdict(asked)}
    result, peak = _child(task, job, outcome, setting)
    if result:
        outcome.rounds.append(asked_from(result, peak))


def _child(
    task: Task, job: dict[str, Any], outcome: _Outcome, setting: Setting
) -> tuple[dict[str, Any], int | None]:
    """Run one job in a fresh interpreter and return what it reported and its peak memory."""
    job_path, result_path = setting.work / "job.json", setting.work / "result.json"
    result_path.unlink(missing_ok=True)
    job |= {"contender": task.contender.name, "index": str(_index(task, setting))}
    job_path.write_text(json.dumps(job), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.speed.run", str(job_path), str(result_path)],
        cwd=REPO_ROOT,
        env=os.environ | {"PYTHONHASHSEED": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    watch = PeakMemory(process.pid)
    _, complaint = process.communicate()
    peak = watch.stop()
    if process.returncode or not result_path.exists():
        lines = complaint.strip().splitlines()
        outcome.failed = lines[-1] if lines else f"exit code {process.returncode}"
        return {}, None
    result: dict[str, Any] = json.loads(result_path.read_text(encoding="utf-8"))
    return result, peak if peak is not None else result["own_peak_bytes"]
