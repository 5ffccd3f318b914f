"""Compaction keeps the number of segments small, and how often an article is written."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.store.compaction import DELETED_SHARE, FAN, level, plan
from tests.query import strategies as draw


def compact(alive: list[int], documents: list[int]) -> int:
    """Merge until nothing is due; return how many articles were written."""
    written = 0
    for _ in range(2 * len(alive) + 2):
        chosen = plan(alive, documents)
        if chosen is None:
            return written
        first, last = chosen
        assert 0 <= first < last <= len(alive)
        merged = sum(alive[first:last])
        assert last - first > 1 or merged < documents[first], "written anew for nothing"
        alive[first:last] = documents[first:last] = [merged]
        written += merged
    raise AssertionError("planning does not end")


@given(st.lists(st.integers(1, 5_000) | st.integers(1, 9), max_size=80), st.integers(0, 1 << 20))
@draw.profile(200)
def test_there_are_few_segments_of_each_level(sizes: list[int], seed: int) -> None:
    generator = random.Random(seed)
    alive: list[int] = []
    documents: list[int] = []
    for size in sizes:
        alive.append(size)
        documents.append(size)
        at = generator.randrange(len(alive))
        alive[at] -= generator.randint(0, alive[at] - 1)
        compact(alive, documents)
        assert len(alive) <= 2 * (FAN - 1) * (max(map(level, alive)) + 1)
        for kept, held in zip(alive, documents, strict=True):
            assert held - kept < max(1, DELETED_SHARE * held)


@pytest.mark.parametrize("batches", [[1], [3], [1, 1, 1, 40], [100, 1, 9]])
def test_an_article_is_written_about_once_a_level(batches: list[int]) -> None:
    alive: list[int] = []
    total = written = 0
    for step in range(3_000):
        size = batches[step % len(batches)]
        alive.append(size)
        total += size
        written += size + compact(alive, alive.copy())
        if len(batches) == 1:
            assert len(alive) <= (FAN - 1) * (level(total) + 1)
    assert sum(alive) == total
    assert written <= total * (level(total) + 2)
