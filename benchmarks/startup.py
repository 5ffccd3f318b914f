"""How long a command takes from process start to printed results: `python -m benchmarks.startup`.

Usage: python -m benchmarks.startup INDEX [QUERY …] [--runs N]

The commands run in turn, after one round that is not counted, so that a machine that slows down
slows all of them. `python -c pass` shows what of it is Python itself.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the median, fastest and slowest run of each command in seconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("index", help="an index, such as one of the 19,540 news posts")
    parser.add_argument("query", nargs="*", default=["乡村振兴 保险"])
    parser.add_argument("--runs", type=int, default=11)
    given = parser.parse_args(arguments)
    commands = {
        "python -c pass": ["-c", "pass"],
        "import searchlib": ["-c", "import searchlib"],
        **{
            f"searchlib search {q}": ["-m", "searchlib", "search", given.index, q]
            for q in given.query
        },
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(given.runs + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            if run:
                seconds[name].append(time.perf_counter() - started)
    print(f"{'seconds':40} {'median':>7} {'min':>7} {'max':>7}")
    for name, taken in seconds.items():
        print(f"{name:40} {statistics.median(taken):7.3f} {min(taken):7.3f} {max(taken):7.3f}")


if __name__ == "__main__":
    main()
