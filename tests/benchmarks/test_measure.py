"""Percentiles and memory against what they are defined as."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.speed.measure import PeakMemory, anonymous_bytes, folder_bytes, percentile


@given(st.lists(st.floats(0, 10), min_size=1), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_is_the_least_value_that_covers_its_share(
    values: list[float], share: float
) -> None:
    found = percentile(values, share)
    covering = [v for v in values if sum(w <= v for w in values) >= share * len(values)]
    assert found == min(covering)


def test_no_values_have_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))


def test_a_folder_is_as_large_as_its_files(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "deep" / "er" / "b").write_bytes(b"123")
    assert folder_bytes(tmp_path) == 8


@pytest.mark.skipif(anonymous_bytes(os.getpid()) is None, reason="no RssAnon in /proc here")
def test_memory_of_grandchildren_counts_and_mapped_files_do_not(tmp_path: Path) -> None:
    (tmp_path / "mapped").write_bytes(bytes(80_000_000))
    grandchild = "import time; held = bytearray(b'x') * 60_000_000; print(1, flush=True)"
    child = (
        "import mmap, subprocess, sys\n"
        f"file = open({str(tmp_path / 'mapped')!r}, 'rb')\n"
        "mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "sum(mapped[::4096])\n"
        f"code = {grandchild!r} + '; time.sleep(0.5)'\n"
        "subprocess.run([sys.executable, '-c', code])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", child], stdout=subprocess.DEVNULL)
    watch = PeakMemory(process.pid)
    process.wait()
    peak = watch.stop()
    assert peak is not None
    assert 60_000_000 < peak < 120_000_000
