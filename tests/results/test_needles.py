"""Where needles stand: against brute force, and at the borders of words and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.results.needles import Needle, distinct_needles, find_starts, merge_spans


@given(st.text("aab保险 1.", max_size=40), st.text("ab保险1", min_size=1, max_size=3))
def test_an_unbordered_needle_is_found_wherever_it_stands(text: str, needle: str) -> None:
    expected = [at for at in range(len(text)) if text.startswith(needle, at)]
    assert find_starts(text, Needle(needle, 1.0, bordered=False), most=99) == expected
    assert find_starts(text, Needle(needle, 1.0, bordered=False), most=2) == expected[:2]


@pytest.mark.parametrize(
    ("needle", "text", "expected"),
    [
        ("47", "147 471 1.47 47.5 1,470 47,100", []),
        ("47", "47亿 第47 47 a47 47%。47,5", [0, 5, 8, 12, 15, 19]),
        ("47", "共47.", [1]),
        ("1,470", "1,470元 21,470 1,470,000", [0]),
        ("pd1728", "pd1728 xpd1728 pd17281 (pd1728)", [0, 24]),
        ("1728", "pd1728", [2]),
        ("pd", "pd1728 pdf", [0]),
        ("c++", "学c++吗", [1]),
        ("abc", "保险abc公司 abcd dabc", [2]),
        ("e", "e\u0301 e", [3]),
        ("カメ", "カメラ カメ", [4]),
        ("iphone", "iphone15 iphones", [0]),
    ],
)
def test_a_bordered_needle_is_found_only_as_a_word(
    needle: str, text: str, expected: list[int]
) -> None:
    assert find_starts(text, Needle(needle, 1.0, bordered=True), most=99) == expected


def _continued(text: str, at: int) -> bool:
    """Brute force for letters and digits without separators."""
    if not 0 < at < len(text):
        return False
    one, other = text[at - 1], text[at]
    return (one.isdigit() and other.isdigit()) or (one in "abc" and other in "abc")


@given(st.text("ab12保 ", max_size=40), st.text("ab12", min_size=1, max_size=3))
def test_borders_agree_with_looking_at_each_neighbour(text: str, needle: str) -> None:
    expected = [
        at
        for at in range(len(text))
        if text.startswith(needle, at)
        and not _continued(text, at)
        and not _continued(text, at + len(needle))
    ]
    assert find_starts(text, Needle(needle, 1.0, bordered=True), most=99) == expected


_SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=12)


@given(_SPANS)
def test_merged_spans_cover_the_same_and_lie_apart(pairs: list[tuple[int, int]]) -> None:
    spans = [(start, start + length) for start, length in pairs]
    merged = merge_spans(list(spans))
    assert {at for span in merged for at in range(*span)} == {
        at for span in spans for at in range(*span)
    }
    ends = [end for _, end in merged]
    assert all(start > end for (start, _), end in zip(merged[1:], ends, strict=False))


def test_repeated_needles_become_one_with_the_heavier_weight_and_the_looser_border() -> None:
    needles = [
        Needle("a", 1.0, bordered=True),
        Needle(" ", 9.0, bordered=False),
        Needle("b ", 1.0, bordered=True),
        Needle("a", 2.0, bordered=False),
        Needle("abcdef", 1.0, bordered=True),
    ]
    assert distinct_needles(needles, 5) == [
        Needle("a", 2.0, bordered=False),
        Needle("b", 1.0, bordered=True),
        Needle("abcde", 1.0, bordered=False),
    ]
