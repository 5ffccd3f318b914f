"""Which snippet options are taken, and which marks are kept out of a page."""

from __future__ import annotations

import pytest

from searchlib.errors import OptionError
from searchlib.limits import Limits
from searchlib.results import SnippetOptions


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<mark>", "</mark>"),
        ("<em>", "</em>"),
        ('<span class="hit first">', "</span>"),
        ('<b data-kind="word">', "</b>"),
        ("**", "**"),
        ("【", "】"),
    ],
)
def test_harmless_marks_are_taken(before: str, after: str) -> None:
    options = SnippetOptions(before=before, after=after)
    assert (options.before, options.after) == (before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<script>", "</script>"),
        ("<img src=x onerror=alert(1)>", "</img>"),
        ('<mark onclick="x">', "</mark>"),
        ('<mark style="position:fixed">', "</mark>"),
        ('<a href="javascript:x">', "</a>"),
        ('<mark class="a"b">', "</mark>"),
        ("<mark class='a'>", "</mark>"),
        ("<mark>", "</em>"),
        ("<mark>", ""),
        ("</mark>", "<mark>"),
        ("<mark><b>", "</b></mark>"),
        ("<mark", "</mark>"),
        ("<mark>\n", "</mark>"),
        ("<MARK>", "</MARK>"),
        ("&lt;", "&gt;"),
        ('"', '"'),
        ("\x1b[1m", "\x1b[0m"),
        ("", ""),
        (1, 2),
        (None, "</mark>"),
    ],
)
def test_marks_that_could_break_out_are_refused(before: object, after: object) -> None:
    with pytest.raises(OptionError, match="before, after"):
        SnippetOptions(before=before, after=after)  # type: ignore[arg-type]


@pytest.mark.parametrize("width", [0, -1, 2_001, 1.5, True, "120", None])
def test_a_width_out_of_its_range_is_refused(width: object) -> None:
    with pytest.raises(OptionError, match="width"):
        SnippetOptions(width=width)  # type: ignore[arg-type]


def test_the_widest_snippet_is_set_by_limits() -> None:
    assert SnippetOptions(width=3_000, limits=Limits(snippet_chars=3_000)).width == 3_000
    with pytest.raises(OptionError, match="from 1 to 100"):
        SnippetOptions(limits=Limits(snippet_chars=100))


@pytest.mark.parametrize("fragments", [0, 11, True, 2.0])
def test_a_number_of_fragments_out_of_its_range_is_refused(fragments: object) -> None:
    with pytest.raises(OptionError, match="fragments"):
        SnippetOptions(fragments=fragments)  # type: ignore[arg-type]


@pytest.mark.parametrize("joiner", ["", "…" * 11, None])
def test_a_joiner_out_of_its_range_is_refused(joiner: object) -> None:
    with pytest.raises(OptionError, match="joiner"):
        SnippetOptions(joiner=joiner)  # type: ignore[arg-type]
