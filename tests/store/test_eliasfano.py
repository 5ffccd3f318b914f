"""Elias–Fano coding: what is written is read back, one list at a time or all at once."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from searchlib.store import eliasfano
from tests.query import strategies as draw


@st.composite
def lists(draw_from: st.DrawFn) -> list[tuple[list[int], int]]:
    """Ascending values below a universe, repeats allowed, of several lists."""
    out = []
    for _ in range(draw_from(st.integers(1, 6))):
        universe = draw_from(st.sampled_from([1, 2, 3, 17, 255, 256, 5_000, 70_000, 1 << 33]))
        size = draw_from(st.sampled_from([0, 1, 2, 3, 40]))
        numbers = st.lists(st.integers(0, universe - 1), min_size=size, max_size=size)
        out.append((sorted(draw_from(numbers)), universe))
    return out


def encode(
    given_lists: list[tuple[list[int], int]],
) -> tuple[np.ndarray, np.ndarray, eliasfano.Layout]:
    """All lists one behind another, with three bytes before them."""
    counts = np.array([len(values) for values, _ in given_lists], np.int64)
    universes = np.array([universe for _, universe in given_lists], np.int64)
    layout = eliasfano.Layout(counts, universes)
    starts = 3 + np.cumsum(layout.sizes) - layout.sizes
    out = np.zeros(3 + int(layout.sizes.sum()), np.uint8)
    bits = np.zeros(8 * len(out), np.bool_)
    flat = np.array([value for values, _ in given_lists for value in values], np.int64)
    layout.write(flat, starts, out, bits)
    out |= np.packbits(bits, bitorder="little")
    return out, starts, layout


@given(given_lists=lists())
@example(given_lists=[(list(range(300)), 300), ([], 9), ([5] * 70, 6), ([(1 << 33) - 1], 1 << 33)])
@draw.profile(200)
def test_lists_are_read_back_one_by_one_and_all_at_once(
    given_lists: list[tuple[list[int], int]],
) -> None:
    data, starts, layout = encode(given_lists)
    flat = [value for values, _ in given_lists for value in values]
    assert layout.read(data, starts).tolist() == flat
    for at, (values, universe) in enumerate(given_lists):
        decoded, end = eliasfano.decode(data, int(starts[at]), len(values), universe)
        assert decoded.tolist() == values
        assert end == starts[at] + layout.sizes[at]


def test_every_width_is_read_back() -> None:
    generator = np.random.default_rng(3)
    for shift in range(22):
        for count in (1, 2, 3, 100, 1001):
            universe = max(count << shift, 1)
            values = np.sort(generator.integers(0, universe, count))
            data, starts, layout = encode([(values.tolist(), universe)])
            assert (
                eliasfano.decode(data, int(starts[0]), count, universe)[0].tolist()
                == values.tolist()
            )
            assert layout.read(data, starts).tolist() == values.tolist()


@given(st.integers(0, 1 << 22), st.integers(0, 1 << 40))
@draw.profile(200)
def test_the_width_of_one_list_is_that_of_many(count: int, universe: int) -> None:
    many = eliasfano.widths(np.array([count], np.int64), np.array([universe], np.int64))
    assert eliasfano.width(count, universe) == many[0]


def test_a_list_takes_about_what_the_theory_says() -> None:
    generator = np.random.default_rng(5)
    for count, universe in ((1_000, 60_000), (30_000, 60_000), (100, 10_000_000)):
        values = np.sort(generator.choice(universe, count, replace=False))
        data, _, _ = encode([(values.tolist(), universe)])
        assert 8 * len(data) <= count * (3.2 + np.log2(universe / count)) + 100
