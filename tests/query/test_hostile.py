"""Whatever a person types is answered, and what an answer shows is true."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from searchlib import Article, Index, Ranking, Results, SnippetOptions, fold
from searchlib.limits import DEFAULT_LIMITS
from searchlib.query.parse import parse
from searchlib.results.wanted import needles
from tests.query import strategies as draw
from tests.query.test_differential import made_index

_BODIES = [
    "长期护理保险在成都试点，covid-19 之后覆盖 1.47亿元。",
    '<b>央行</b> & 降息 "quoted" <script>alert(1)</script>\n\n第二段 C++、.NET',
    "ＰＤ１７２８ 与 ㈱日立、ﬁn 和 e\u0301 👍\u200b零宽" * 20,
    "中国农业银行发展大学生" * 60,
    "",
]
_QUERIES = (
    st.text(max_size=40)
    | st.text(st.characters(), max_size=20)
    | st.text('ab央行护理"“”「」-+*()^:~/\\\0\ud800\udfff[]{}？！\n ', max_size=40)
    | draw.QUERIES
    | st.lists(st.sampled_from([*_BODIES[0], *_BODIES[2][:20]]), max_size=8).map("".join)
)


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    """A few articles with markup, width variants and characters that fold unevenly."""
    articles = [
        Article(f"a{at}", body[:12], body, category="财经", date="2021-03-15")
        for at, body in enumerate(_BODIES)
    ]
    with made_index([articles[:3], articles[3:]]) as made:
        yield made


@given(query=_QUERIES)
@example(query="\ud800")
@example(query="\0")
@example(query="-")
@example(query='"-"')
@example(query='"' * 5_000)
@example(query="(" * 20_000)
@example(query="央" * 20_000)
@example(query="a" * 9_000 + "b")
@draw.profile(2_000)
def test_no_query_raises_and_every_answer_holds_together(index: Index, query: str) -> None:
    results = index.search(query, facets=("category", "tags", "year", "month"))
    assert isinstance(results, Results)
    assert results.total >= len(results)
    assert len({hit.id for hit in results}) == len(results)
    if len(query) < 200:
        assert_shown_truly(index, query, results)


@given(query=draw.QUERIES, width=st.integers(1, 60), fragments=st.integers(1, 4))
@draw.profile(100)
def test_snippets_of_any_shape_are_true(
    index: Index, query: str, width: int, fragments: int
) -> None:
    options = SnippetOptions(width=width, fragments=fragments, joiner="|")
    results = index.search(query, snippets=options)
    assert_shown_truly(index, query, results, joiner="|", width=width)


def assert_shown_truly(
    index: Index, query: str, results: Results, *, joiner: str = "…", width: int = 120
) -> None:
    """Assert that snippets are slices of the stored body with what was asked for marked."""
    parsed = parse(query, index._view.analyzer, DEFAULT_LIMITS)
    asked = needles(parsed, index._view._reader(Ranking()), index._view.analyzer)
    wanted = {needle.text.strip()[:width].rstrip() for needle in asked}
    for hit in results:
        stored = index.get(hit.id)
        assert stored is not None
        snippet = hit.snippet
        pieces = [stored.body[start:end] for start, end in snippet.fragments]
        assert snippet.text == joiner.join(pieces)
        assert len(snippet.text) <= width
        previous = -1
        for start, end in snippet.ranges:
            assert previous < start < end <= len(snippet.text)
            previous = end
            assert_covered(fold(snippet.text[start:end]), wanted)
        unmarked = re.sub("</?mark>", "", snippet.html)
        assert html.unescape(unmarked) == snippet.text
        assert snippet.html.count("<mark>") == len(snippet.ranges)
        assert html.unescape(re.sub("</?mark>", "", hit.title_html)) == stored.title


def assert_covered(marked: str, wanted: set[str]) -> None:
    """Assert that every folded character marked is part of something that was asked for."""
    covered = [False] * len(marked)
    for text in wanted:
        at = marked.find(text)
        while at >= 0:
            covered[at : at + len(text)] = [True] * len(text)
            at = marked.find(text, at + 1)
    # a mark may begin or end inside of a character that folds to several: ㈱ for 株
    assert all(covered) or any(text in marked for text in wanted), (marked, wanted)


def test_what_is_found_literally_is_marked(index: Index) -> None:
    for query, marked in [
        ("长期护理保险", "长期护理保险"),
        ("“保险在成”", "保险在成"),
        ("pd1728", "ＰＤ１７２８"),
        ("C++", "C++"),
        ("1.47亿元", "1.47亿元"),
    ]:
        hit = index.search(query)[0]
        texts = [hit.snippet.text[start:end] for start, end in hit.snippet.ranges]
        assert marked in texts, query


def test_markup_in_an_article_is_escaped(index: Index) -> None:
    hit = index.search("央行")[0]
    assert "<script>" not in hit.snippet.html
    assert "&lt;b&gt;<mark>央行</mark>&lt;/b&gt;" in hit.snippet.html
