"""Random trees over the words that random articles are made of."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st
from whoosh import query

from searchlib.analysis import fold
from tests.query import strategies as draw

WORDS = [fold(word) for word in (*draw.WORDS, *draw.LATIN, *"中国农业", "银行", "大学", "没有")]
PAIRS = ["中国", "农业", "业银", "银行", "大学", "学生", "国农", "没有"]
NAMES = {
    "body": WORDS,
    "title": WORDS,
    "body_grams": PAIRS,
    "title_grams": PAIRS,
    "body_chars": [*draw.HAN],
    "title_chars": [*draw.HAN],
    "category": ["财经", "财经/保险", "社会"],
    "tags": ["养老", "保险", "试点"],
    "id": ["a1", "a2", "none"],
    "nowhere": ["x"],
}
FIELDS = st.sampled_from(["body"] * 6 + ["title"] * 3 + list(NAMES))
BOOSTS = st.sampled_from([1.0, 1.0, 1.0, 2.0, 0.5, 0.0])
DAYS = st.sampled_from(
    [None, *(dt.datetime(2021, 3, 15), dt.datetime(2021, 3, 15, 12), dt.datetime(2022, 1, 1))]
)
_FLAGS = st.booleans()


@st.composite
def leaves(pick: st.DrawFn) -> query.Query:
    """A node without children."""
    field, boost = pick(FIELDS), pick(BOOSTS)
    word = pick(st.sampled_from(NAMES[field]))
    constant = pick(_FLAGS)
    kind = pick(st.integers(0, 16))
    if kind == 0:
        return query.Prefix(field, word[: pick(st.integers(0, 2))], boost, constant)
    if kind == 1:
        glob = pick(
            st.sampled_from([f"*{word[-1]}", f"{word[0]}*", f"?{word[1:]}", "*", "[中农]*"])
        )
        return query.Wildcard(field, glob, boost, constant)
    if kind == 2:
        text = pick(st.sampled_from([f"{word[0]}.", "[中北].*行", "国?业", ".*", "(发|大).+"]))
        return query.Regex(field, text, boost, constant)
    if kind == 3:
        length, distance = pick(st.integers(0, 1)), pick(st.integers(0, 2))
        return query.FuzzyTerm(field, word, boost, distance, length, constant)
    if kind == 4:
        ends = [pick(st.none() | st.sampled_from(NAMES[field])) for _ in range(2)]
        return query.TermRange(field, *ends, pick(_FLAGS), pick(_FLAGS), boost, constant)
    if kind == 5:
        ends = [pick(DAYS), pick(DAYS)]
        return query.DateRange("date", *ends, pick(_FLAGS), pick(_FLAGS), boost)
    if kind == 6:
        return query.Every(pick(st.sampled_from([None, field, "date"])), boost)
    if kind == 7:
        return pick(st.sampled_from([query.NullQuery, query.Term("date", dt.datetime(2022, 1, 1))]))
    if kind in (8, 9, 10):
        field = pick(st.sampled_from(["body", "body", "title", "body_grams"]))
        words = pick(st.lists(st.sampled_from(NAMES[field]), min_size=1, max_size=3))
        return query.Phrase(field, words, pick(st.integers(1, 4)), boost)
    return query.Term(field, word, boost)


def _compounds(children: st.SearchStrategy[query.Query]) -> st.SearchStrategy[query.Query]:
    several = st.lists(children, max_size=4)
    some = st.lists(children, min_size=1, max_size=4)
    return st.one_of(
        st.builds(query.And, some, BOOSTS),
        st.builds(query.Or, several, BOOSTS),
        st.builds(query.Or, some, BOOSTS, st.integers(0, 3)),
        st.builds(query.DisjunctionMax, some, BOOSTS, st.sampled_from([0.0, 0.3])),
        st.builds(query.Not, children),
        st.builds(query.AndNot, children, children),
        st.builds(query.AndMaybe, children, children),
        st.builds(query.Require, children, children),
        st.builds(query.ConstantScoreQuery, children, st.sampled_from([1.0, 2.5, 0.0])),
    )


TREES = st.recursive(leaves(), _compounds, max_leaves=10)
