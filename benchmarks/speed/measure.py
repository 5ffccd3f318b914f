"""Taking times and memory: nothing here knows about engines."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from time import sleep

_PROC = Path("/proc")
_SAMPLE_SECONDS = 0.02


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile; NaN for no values.

    >>> percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.5)
    3.0
    """
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered), max(1, math.ceil(share * len(ordered)))) - 1]


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def anonymous_bytes(pid: int) -> int | None:
    """Return the anonymous pages of a process and all its children now; None where /proc
    doesn't say. Mapped files don't count: the system can drop them at any time.
    """
    total = _rss_anon(pid)
    if total is None:
        return None
    for child in _children(pid):
        total += anonymous_bytes(child) or 0
    return total


def _rss_anon(pid: int) -> int | None:
    try:
        status = (_PROC / str(pid) / "status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return None


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for listing in (_PROC / str(pid) / "task").glob("*/children"):
        try:
            found += map(int, listing.read_text(encoding="ascii").split())
        except OSError:
            continue  # the thread has ended
    return found


class PeakMemory:
    """Watches a process and its children from outside until `stop`.

    `peak` is in bytes, None where the system offers no figure. Sampled every 20 ms, so a
    shorter peak is missed; a forked child's shared pages would count twice.
    """

    def __init__(self, pid: int) -> None:
        self.peak: int | None = None
        self._pid = pid
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            now = anonymous_bytes(self._pid)
            if now is not None:
                self.peak = max(now, self.peak or 0)
            sleep(_SAMPLE_SECONDS)

    def stop(self) -> int | None:
        """End watching and return the peak."""
        self._stopped.set()
        self._thread.join()
        return self.peak


def own_peak_bytes() -> int | None:
    """Return the peak resident size of this process and its ended children, mapped files
    included: the fallback where /proc is missing. None on Windows.
    """
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    usage = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(who).ru_maxrss for who in usage) * unit
