"""Quoted text is found wherever it stands, however words were cut, and nowhere else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import searchlib
from searchlib import Article, Index, fold
from searchlib.query.phrase import phrase_documents
from searchlib.store.snapshot import open_snapshot
from tests.query import strategies as draw
from tests.query.test_differential import made_index

_QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("『", "』"))
_TRICKY = [
    *[
        "1,234abc",
        "12％abc",
        "25℃abc",
        "カタカナabc",
        "abcカナ",
        "a股b",
        "usa股",
        "한국x",
        ".NET",
        "c++",
    ],
    *["e\u0301a", "x²y", "½b", "①a", "👍", "a_b_c", "http://a.cn/b?c=d", "8 月 16 日", "㈱", "ﬁn"],
    *[
        "2020年3月15日",
        "1.47亿元x",
        "3.5.7",
        "\u200b",
        "\u3000",
        "\t",
        "  ",
        "“",
        '"',
        "々",
        "𠮷野",
        "ß",
    ],
]
_TEXTS = st.lists(
    draw.PIECES | st.sampled_from(_TRICKY) | st.text("ab1,.％年月カ国é-", min_size=1, max_size=4),
    max_size=10,
).map("".join)


def quoted(text: str) -> str | None:
    """The text in a pair of quotes that it does not close itself."""
    for opening, closing in _QUOTES:
        if closing not in text:
            return opening + text + closing
    return None


def standing_in(articles: list[Article], text: str) -> set[str]:
    """Ids of the articles whose folded title or body holds the folded text, by `str.find`."""
    wanted = fold(text).strip()
    return {
        article.id
        for article in articles
        if fold(article.title).find(wanted) >= 0 or fold(article.body).find(wanted) >= 0
    }


def assert_found_exactly(index: Index, articles: list[Article], text: str) -> None:
    """Assert that the quoted text finds the articles that hold it and no others, verbatim."""
    query = quoted(text)
    if query is None or not fold(text).strip():
        return
    results = index.search(query, limit=100, snippets=False)
    assert {hit.id for hit in results} == standing_in(articles, text), query
    assert {hit.matched_by for hit in results} <= {"literal"}


@given(
    texts=st.lists(st.tuples(_TEXTS, _TEXTS), min_size=1, max_size=8),
    data=st.data(),
)
@draw.profile(150)
def test_every_quoted_stretch_is_found_exactly_where_it_stands(
    texts: list[tuple[str, str]], data: st.DataObject
) -> None:
    articles = [Article(f"a{at}", title, body) for at, (title, body) in enumerate(texts)]
    with made_index(
        [articles[: len(articles) // 2 + 1], articles[len(articles) // 2 + 1 :]]
    ) as index:
        stored = [article for each in articles if (article := index.get(each.id))]
        sources = [text for a in stored for text in (a.title, a.body) if text.strip()]
        if not sources:
            return
        for _ in range(8):
            text = data.draw(st.sampled_from(sources))
            start = data.draw(st.integers(0, len(text) - 1))
            length = data.draw(st.integers(1, 20))
            assert_found_exactly(index, stored, text[start : start + length])


@given(text=_TEXTS)
@example("1,234abc")
@example("カタカナabc")
@example("12％abc3")
@example("1.47亿元x")
@draw.profile(60)
def test_every_stretch_of_a_text_is_found_in_it(text: str) -> None:
    with made_index([[Article("a", "", text), Article("b", "别的", "没有")]]) as index:
        (segment,) = (live.segment for live in open_snapshot(index.path).segments)
        folded = fold(text)
        for start in range(len(folded)):
            for end in range(start + 1, min(start + 8, len(folded)) + 1):
                assert 0 in phrase_documents(segment, folded[start:end]), folded[start:end]


def test_a_stretch_across_the_pieces_of_an_overlong_token_is_found() -> None:
    generator = random.Random(7)
    token = "".join(generator.choices("abcdefgh0123", k=1000))
    articles = [Article("a", "", f"见{token}等"), Article("b", token[:300], "无")]
    with made_index([articles]) as index:
        for start in [*range(240, 260), *range(500, 515), *range(755, 770), 980]:
            for length in (1, 2, 9, 20):
                assert_found_exactly(index, articles, token[start : start + length])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # what stands between quotes is searched as it is, white space inside included …
        ('"长期 护理"', ["one space"]),
        ('"长期  护理"', ["two spaces"]),
        ('"长期\n护理"', ["new line"]),
        ('"长期护理"', ["none"]),
        # … full-width and no-break spaces are spaces after folding …
        ('"长期\u3000护理"', ["one space"]),
        ('"长期\u00a0护理"', ["one space"]),
        # … and white space at the ends is not part of it
        ('" 长期护理 "', ["none"]),
        ('"\n长期 "', ["new line", "none", "one space", "two spaces"]),
        ('" "', []),
        ('""', []),
    ],
)
def test_white_space_between_quotes(query: str, found: list[str]) -> None:
    bodies = {
        "none": "谈长期护理险",
        "one space": "谈长期 护理险",
        "two spaces": "谈长期  护理险",
        "new line": "谈长期\n护理险",
    }
    with made_index([[Article(name, "", body) for name, body in bodies.items()]]) as index:
        assert sorted(hit.id for hit in index.search(query, snippets=False)) == found


def test_a_phrase_never_spans_two_fields_or_two_articles() -> None:
    articles = [Article("a", "中国农", "业银行"), Article("b", "业银行", "中国农")]
    with made_index([articles]) as index:
        for phrase in ('"农业"', '"中国农业"', '"行业"', '"农业银"'):
            assert index.search(phrase).total == 0
        assert index.search('"业银行"').total == 2


def test_a_phrase_never_begins_in_one_article_and_ends_in_the_next() -> None:
    bodies = ["中国农业", "银行发展", "大学", "生", "北京", "", "大学"]
    articles = [Article(str(at), body, body) for at, body in enumerate(bodies)]
    with made_index([articles]) as index:
        joined = "".join(bodies)
        for start in range(len(joined)):
            for end in range(start + 2, len(joined) + 1):
                assert_found_exactly(index, articles, joined[start:end])


def test_phrases_of_a_deleted_article_are_found_no_more(tmp_path: Path) -> None:
    with searchlib.open(tmp_path / "index", create=True, durability="fast") as index:
        index.add_many([Article("a", "", "长期护理"), Article("b", "", "长期护理保险")])
        index.delete("a")
        assert [hit.id for hit in index.search('"长期护理"')] == ["b"]
        index.add(Article("b", "", "短期"))
        assert index.search('"长期护理"').total == 0
