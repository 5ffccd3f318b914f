"""Compaction keeps the number of segments small, whatever was added and deleted."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from searchlib.store.compaction import FAN, level, plan
from tests.query import strategies as draw


@given(st.lists(st.integers(1, 5_000), max_size=60), st.integers(0, 1 << 20))
@draw.profile(200)
def test_planning_ends_with_few_segments_of_each_level(sizes: list[int], seed: int) -> None:
    generator = random.Random(seed)
    alive: list[int] = []
    deleted: list[int] = []
    for size in sizes:
        alive.append(size)
        deleted.append(0)
        at = generator.randrange(len(alive))
        gone = generator.randint(0, alive[at] - 1)
        alive[at] -= gone
        deleted[at] += gone
        for _ in range(len(alive) + 2):
            chosen = plan(alive, deleted)
            if chosen is None:
                break
            first, last = chosen
            assert 0 <= first < last <= len(alive)
            alive[first:last] = [sum(alive[first:last])]
            deleted[first:last] = [0]
        else:
            raise AssertionError("planning does not end")
        top = max(map(level, alive))
        assert len(alive) <= (FAN - 1) * (top + 1) or len(alive) <= FAN
        assert all(gone < kept for kept, gone in zip(alive, deleted, strict=True) if gone)


def test_articles_added_one_by_one_are_written_few_times() -> None:
    alive: list[int] = []
    written = 0
    for _ in range(5_000):
        alive.append(1)
        written += 1
        while chosen := plan(alive, [0] * len(alive)):
            first, last = chosen
            written += sum(alive[first:last])
            alive[first:last] = [sum(alive[first:last])]
        assert len(alive) <= (FAN - 1) * (level(sum(alive)) + 1)
    assert sum(alive) == 5_000
    assert written <= 5_000 * (level(5_000) + 2)
