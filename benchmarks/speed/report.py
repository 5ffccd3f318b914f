"""What a run shows: tables for people and one JSON document.

The JSON document (`schema` 1):

    schema    1
    machine   python, platform, cores, load (1-minute load average before and after the run)
    versions  distribution → version of every engine and tokenizer installed
    corpus    name, docs, characters, digest (of the prepared articles)
    setting   seed, repeat, builds, per_class, budget, growth, no_count, reuse, as on the command
              line
    skipped   [{contender, why}]: not importable here
    figures   [{contender, docs, build, asked, failed}], where
                build   {seconds, bytes, peak_bytes} or null; medians over builds, peak the largest
                asked   {open_ms, first_ms, peak_bytes, passes} or null; medians over rounds
                passes  {"plain" | "snippets": {class: {asked, p50, p95, p99 (ms), found, total}}}
                        found: the share of queries that matched anything; total: the mean of
                        articles matched
    ratios    [{id, measure, against, floor, aim, measured, at_most, verdict}]
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.engines.base import KINDS
from benchmarks.speed.figures import Figures
from benchmarks.speed.ratios import Ratio, as_rows

SCHEMA = 1
_MB = 1e6
_DISTRIBUTIONS = (
    "searchlib", "tantivy", "bm25s", "Whoosh", "whoosh3", "Whoosh-Reloaded", "jieba", "rjieba",
    "numpy",
)  # fmt: skip


def document(
    figures: Sequence[Figures],
    judged: Iterable[Ratio],
    *,
    corpus: Corpus,
    setting: dict[str, Any],
    skipped: Sequence[tuple[str, str]],
    load: Sequence[float],
) -> dict[str, Any]:
    """Return the JSON document of a run, as the module describes it."""
    return {
        "schema": SCHEMA,
        "machine": {
            "python": platform.python_version(),
            "platform": platform.platform(),
            "cores": os.cpu_count(),
            "load": list(load),
        },
        "versions": _versions(),
        "corpus": {
            "name": corpus.name,
            "docs": corpus.docs,
            "characters": corpus.characters,
            "digest": corpus.digest,
        },
        "setting": setting,
        "skipped": [{"contender": name, "why": why} for name, why in skipped],
        "figures": [asdict(row) for row in figures],
        "ratios": as_rows(judged),
    }


def _versions() -> dict[str, str]:
    import sqlite3

    found = {"sqlite": sqlite3.sqlite_version}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def load_average() -> float:
    """Return the 1-minute load average, 0 where the system has none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write a document for people to read and for git to compare."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def show(figures: Sequence[Figures], judged: Sequence[Ratio], console: Console) -> None:
    """Print the tables: building, querying, ratios."""
    console.print(_building(figures))
    console.print(_querying(figures))
    for row in figures:
        if row.failed:
            console.print(f"{row.contender} on {row.docs:,} articles failed: {row.failed}")
    if judged:
        console.print(_judging(judged))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _building(figures: Iterable[Figures]) -> Table:
    table = _table(
        "building, opening, memory",
        "contender", "articles", "articles/s", "seconds", "index MB",
        "peak MB building", "peak MB querying", "open ms", "first query ms",
    )  # fmt: skip
    for row in figures:
        seconds = row.build.seconds if row.build else None
        megabytes = row.index_bytes / _MB if row.index_bytes is not None else None
        building, querying = row.peak_mb
        table.add_row(
            row.contender,
            f"{row.docs:,}",
            _number(row.articles_per_second, "{:,.0f}"),
            _number(seconds, "{:.2f}"),
            _number(megabytes, "{:.1f}"),
            _number(building, "{:.0f}"),
            _number(querying, "{:.0f}"),
            _number(row.asked.open_ms if row.asked else None, "{:.2f}"),
            _number(row.asked.first_ms if row.asked else None, "{:.2f}"),
        )
    return table


def _querying(figures: Sequence[Figures]) -> Table:
    """Every class on the whole corpus, queries as typed alone on the smaller sizes."""
    table = _table(
        "queries, milliseconds: p50 / p95 / p99",
        "contender", "articles", "class", "top 10", "with 10 snippets", "found", "queries",
    )  # fmt: skip
    whole = max((row.docs for row in figures), default=0)
    for row in figures:
        for kind in KINDS if row.docs == whole else KINDS[:1]:
            plain, marked = row.latency(kind), row.latency(kind, "snippets")
            if plain is None:
                continue
            table.add_row(
                row.contender,
                f"{row.docs:,}",
                kind,
                f"{plain.p50:.3f} / {plain.p95:.3f} / {plain.p99:.3f}",
                f"{marked.p50:.3f} / {marked.p95:.3f} / {marked.p99:.3f}" if marked else "–",
                f"{plain.found:.0%}",
                str(plain.asked),
            )
    return table


def _judging(judged: Iterable[Ratio]) -> Table:
    table = _table(
        "ratios: above 1 is searchlib ahead, ≤ marks what should be small",
        "measure", "against", "floor", "aim", "measured", "",
    )  # fmt: skip
    for row in judged:
        sign = "≤ " if row.at_most else ""
        table.add_row(
            row.measure,
            row.against,
            f"{sign}{row.floor:g}",
            f"{sign}{row.aim:g}",
            f"{row.measured:.2f}",
            row.verdict,
        )
    return table


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
