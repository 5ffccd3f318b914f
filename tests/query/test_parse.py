"""What a person typed becomes words, phrases and exclusions; nothing is an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib import Limits, fold
from searchlib.analysis import Analyzer
from searchlib.query.parse import Clause, parse
from tests.query import strategies as draw


def clauses(query: str, analyzer: Analyzer, limits: Limits | None = None) -> list[str]:
    """The clauses as short text: phrases in quotes, exclusions with a minus."""
    parsed = parse(query, analyzer, limits or Limits())
    return [
        ("-" if clause.excluded else "")
        + (f'"{clause.text}"' if clause.kind == "phrase" else clause.text)
        for clause in parsed.clauses
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("央行 降息", ["央行", "降息"]),
        ("央行降息", ["央行", "降息"]),
        ("央行 央行", ["央行"]),
        ('央行 "降息"', ["央行", '"降息"']),
        ("“降息” 「央行」『股市』", ['"降息"', '"央行"', '"股市"']),
        ('央行"降息', ["央行", "降息"]),
        ('""', []),
        ("，。！", []),
        ("", []),
        ("央行 -股市", ["央行", "-股市"]),
        ("-股市 央行", ["央行", "-股市"]),
        ('央行 -"股市 大跌"', ["央行", '-"股市 大跌"']),
        ("covid-19", ["covid-19"]),
        ("- 央行", ["央行"]),
        ("－央行", ["央行"]),
        ("C++ ＰＤ１７２８", ["c++", "pd1728"]),
        ("銀行", ["银行"]),
    ],
)
def test_clauses(query: str, expected: list[str], shared_analyzer: Analyzer) -> None:
    assert clauses(query, shared_analyzer) == expected


def test_the_text_is_what_an_article_would_hold_verbatim(shared_analyzer: Analyzer) -> None:
    for query, text in [
        ("  长期護理保险　成都 ", "长期护理保险 成都"),
        ("央行 -股市", "央行"),
        ('"长期\n护理"', "长期\n护理"),
        ('成都 "长期  护理" -"股市"', "成都 长期  护理"),
        ('，"长期护理"。', "长期护理"),
    ]:
        assert parse(query, shared_analyzer, Limits()).text == text


def test_what_is_over_a_limit_is_cut_with_a_note(shared_analyzer: Analyzer) -> None:
    long = parse("央行" * 50, shared_analyzer, Limits(query_chars=10))
    assert long.text == "央行" * 5
    assert len(long.notes) == 1
    many = parse("a b c d e", shared_analyzer, Limits(query_terms=3))
    assert [clause.text for clause in many.clauses] == ["a", "b", "c"]
    assert len(many.notes) == 1
    assert parse("央行", shared_analyzer, Limits()).notes == ()


@given(query=st.text() | st.text('ab"“”「」-央行 \ud800\0*()^:~', max_size=30) | draw.QUERIES)
@draw.profile(300)
def test_any_text_parses_to_folded_distinct_clauses(query: str, shared_analyzer: Analyzer) -> None:
    parsed = parse(query, shared_analyzer, Limits())
    assert len(set(parsed.clauses)) == len(parsed.clauses)
    for clause in parsed.clauses:
        assert clause.text
        assert fold(clause.text) == clause.text
    assert fold(parsed.text) == parsed.text
    assert isinstance(str(parsed), str)
    if not any(char in query for char in '"“”「」『』-－﹣－'):
        assert all(clause == Clause(clause.text, "word") for clause in parsed.clauses)


def test_a_dot_that_begins_a_word_stays_and_punctuation_at_the_ends_goes(
    shared_analyzer: Analyzer,
) -> None:
    assert parse(".net", shared_analyzer, Limits()).plain == ".net"
    assert parse("，央行？", shared_analyzer, Limits()).plain == "央行"
    assert parse(".net 更新。", shared_analyzer, Limits()).plain == ".net 更新"
