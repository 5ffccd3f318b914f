"""The child process: builds one index or answers one round of queries, then ends.

`python -m benchmarks.speed.run JOB.json RESULT.json`; a fresh process for every job, so that
neither memory nor imports nor caches carry over from one contender to another.
"""

from __future__ import annotations

import gc
import json
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.speed.engines import named
from benchmarks.speed.engines.base import Engine, Opened, Query
from benchmarks.speed.figures import Latency
from benchmarks.speed.measure import own_peak_bytes

LIMIT = 10


def build(engine: Engine, job: dict[str, Any]) -> dict[str, Any]:
    """Build, from the prepared file on disk to a durable index."""
    start = perf_counter()
    engine.build(Path(job["corpus"]), Path(job["index"]))
    return {"seconds": perf_counter() - start}


def ask(engine: Engine, job: dict[str, Any]) -> dict[str, Any]:
    """Open, answer the first query, warm up, then time every query of every pass and class."""
    first, *warm = [Query(**query) for query in job["warm"]]
    start = perf_counter()
    opened = engine.open(Path(job["index"]))
    after_open = perf_counter()
    opened.search(first, limit=LIMIT, snippets=False, count=job["count"])
    after_first = perf_counter()
    for query in warm:
        opened.search(query, limit=LIMIT, snippets=engine.has_snippets, count=job["count"])
    passes: dict[str, dict[str, Any]] = {}
    for taken, kinds in job["passes"].items():
        if taken == "snippets" and not engine.has_snippets:
            continue
        passes[taken] = {
            kind: asdict(_timed(opened, queries, taken == "snippets", job))
            for kind, queries in kinds.items()
            if kind in engine.kinds and queries
        }
    opened.close()
    return {
        "open_ms": (after_open - start) * 1e3,
        "first_ms": (after_first - after_open) * 1e3,
        "passes": passes,
    }


def _timed(
    opened: Opened, rows: list[dict[str, str]], snippets: bool, job: dict[str, Any]
) -> Latency:
    """Time each query by itself, until the queries or the time allowed for a pass run out."""
    queries = [Query(**row) for row in rows]
    seconds: list[float] = []
    totals: list[int] = []
    gc.collect()  # what came before is not this pass's garbage
    deadline = perf_counter() + job["budget"]
    for query in queries:
        start = perf_counter()
        answer = opened.search(query, limit=LIMIT, snippets=snippets, count=job["count"])
        end = perf_counter()
        seconds.append(end - start)
        totals.append(answer.total if answer.total >= 0 else answer.hits)
        if end > deadline:
            break
    return Latency.of(seconds, totals)


def main(job_path: str, result_path: str) -> None:
    """Do the job in `job_path` and write what it showed to `result_path`."""
    job = json.loads(Path(job_path).read_text(encoding="utf-8"))
    engine = named(job["contender"]).engine()
    result = build(engine, job) if job["action"] == "build" else ask(engine, job)
    result["own_peak_bytes"] = own_peak_bytes()
    Path(result_path).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
