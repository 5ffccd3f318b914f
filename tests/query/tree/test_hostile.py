"""Trees of any size and of any content: an answer or an error of ours."""

from __future__ import annotations

import pytest
from whoosh import query

import searchlib
from searchlib import Article, Index, Limits, OptionError, QueryTooComplexError, SearchLibError
from searchlib.query.tree.expand import distance, expand, prefixed, similar
from tests.query.test_differential import made_index
from tests.query.tree.reference import edits

ARTICLES = [
    Article("a", "银行", "中国农业银行发展", category="财经", tags=["养老"]),
    Article("b", "大学", "北京大学生 covid-19"),
]


@pytest.fixture(scope="module")
def index():
    with made_index([ARTICLES[:1], ARTICLES[1:]]) as made:
        yield made


def found(index: Index, tree: query.Query) -> list[str]:
    return sorted(hit.id for hit in index.search(tree))


@pytest.mark.parametrize("kind", [query.And, query.Or, query.DisjunctionMax])
def test_a_thousand_terms(index: Index, kind: type) -> None:
    terms = [query.Term("body", f"没有{at}") for at in range(999)]
    expected = [] if kind is query.And else ["a"]
    assert found(index, kind([*terms, query.Term("body", "发展")])) == expected
    assert found(index, kind([query.Term("body", "发展")] * 1_000)) == ["a"]


@pytest.mark.parametrize(
    "around",
    [
        lambda tree: query.And([query.Every(), tree]),
        lambda tree: query.Or([query.NullQuery, tree]),
        lambda tree: query.Not(query.Not(tree)),
        lambda tree: query.AndMaybe(tree, query.Every()),
        lambda tree: query.AndNot(tree, query.NullQuery),
        lambda tree: query.Require(tree, query.Every()),
        lambda tree: query.DisjunctionMax([tree]),
        lambda tree: query.ConstantScoreQuery(tree),
    ],
)
def test_two_thousand_levels(index: Index, around) -> None:
    tree = query.Term("body", "发展")
    for _ in range(2_000):
        tree = around(tree)
    results = index.search(tree, facets=("category",))
    assert [hit.id for hit in results] == ["a"]
    assert results.facets["category"] == [("财经", 1)]


def test_a_tree_that_holds_itself_is_too_complex(index: Index) -> None:
    tree = query.And([query.Every()])
    tree.subqueries.append(tree)
    with pytest.raises(QueryTooComplexError):
        index.search(tree)
    for _ in range(60):
        tree = query.Or([tree, tree])
    with pytest.raises(QueryTooComplexError):
        index.search(tree)


def test_what_only_whoosh_can_run_may_be_too_deep_for_it(index: Index) -> None:
    tree = query.Term("body", "发展")
    for _ in range(3_000):
        tree = query.Otherwise(query.NullQuery, tree)
    with pytest.raises(QueryTooComplexError) as caught:
        index.search(tree)
    assert caught.value.got == 3_001


@pytest.mark.parametrize(
    "tree",
    [
        query.Term("body", "发展", boost=float("nan")),
        query.Term("body", "发展", boost=float("inf")),
        query.Or([query.Term("body", "发展")], boost=-1.0),
        query.ConstantScoreQuery(query.Every(), float("nan")),
        query.And([query.Term("body", "发展", boost=1e300), query.NullQuery], boost=1e300),
        query.Phrase("body_chars", ["发", "展"]),
        query.Phrase("category", ["财", "经"]),
        query.Regex("body", "(发展"),
        query.Regex("body", "*"),
        query.NumericRange("body", 1, 2),
        query.NumericRange("date", "x", "y"),
        query.SpanNear2([], slop=2),
        query.SpanFirst(query.Every()),
        query.Prefix("body", 7),
        query.Or([query.Every()], minmatch="two"),
        query.Phrase("body", ["农业", "发展"], slop=None),
        query.Phrase("body", None),
        query.FuzzyTerm("body", "农业", maxdist=None),
        query.AndNot(None, query.Every()),
        query.ConstantScoreQuery("body"),
        query.Term("body", "发展", boost="two"),
    ],
    ids=lambda tree: type(tree).__name__,
)
def test_trees_that_make_no_sense_are_errors_of_ours(index: Index, tree: query.Query) -> None:
    with pytest.raises(OptionError):
        index.search(tree)


@pytest.mark.parametrize(
    "tree",
    [
        query.Term("nowhere", "x"),
        query.Term("path", "x"),
        query.Term("body", 7),
        query.Term("body", b"\xff"),
        query.Term("body", ""),
        query.Term("body", "\0"),
        query.Term("body", "\ud800"),
        query.Term("body_grams", "农"),
        query.Term("body_grams", "农业银"),
        query.Term("body_chars", "农业"),
        query.Term("tags", ""),
        query.Phrase("nowhere", ["x", "y"]),
        query.Phrase("body", []),
        query.Phrase("body", ["发展", "x"], slop=1 << 80),
        query.Phrase("body", ["农业", "发展"], slop=0),
        query.Prefix("nowhere", "x"),
        query.Wildcard("extra", "*"),
        query.Every("nowhere"),
        query.FuzzyTerm("body", "", maxdist=0, prefixlength=0),
        query.FuzzyTerm("body", "x", maxdist=0, prefixlength=9),
        query.Or([]),
        query.And([]),
        query.DisjunctionMax([]),
        query.And([query.Every(), query.NullQuery]),
        query.DateRange("date", None, None),
        query.NumericRange("date", -(1 << 90), 1 << 90),
        query.NumericRange("date", 1 << 90, None),
        query.Prefix("date", "2021"),
        query.Term("date", "neverday"),
    ],
    ids=lambda tree: type(tree).__name__,
)
def test_what_no_article_can_have_finds_none(index: Index, tree: query.Query) -> None:
    assert found(index, tree) == []
    assert found(index, query.Or([tree, query.Term("id", "b")])) == ["b"]


@pytest.mark.parametrize("wrong", [None, 7, b"x", ["x"], query, query.Term])
def test_neither_text_nor_a_tree(index: Index, wrong: object) -> None:
    with pytest.raises(OptionError):
        index.search(wrong)  # type: ignore[arg-type]


def test_an_index_without_articles(tmp_path) -> None:
    with searchlib.open(tmp_path / "index", create=True, durability="fast") as empty:
        for tree in (
            query.Every(),
            query.Term("body", "x"),
            query.Or([query.Term("body", "x"), query.Not(query.Prefix("body", "y"))]),
            query.Otherwise(query.NullQuery, query.Every()),
        ):
            assert empty.search(tree, facets=("category",), sort="date").total == 0


def test_more_terms_than_the_limit_are_cut_with_a_note(tmp_path) -> None:
    words = [f"w{one}{two}" for one in "abcd" for two in "abcdefghij"]
    articles = [Article(word, "", word) for word in words]
    path = tmp_path / "index"
    searchlib.rebuild(articles[::2], path)
    with searchlib.open(path, limits=Limits(query_expansion=10)) as index:
        index.add_many(articles[1::2])
        # the first ten of the dictionary, in whichever segment they are
        for tree in (
            query.Prefix("body", "w"),
            query.Wildcard("body", "?*?"),
            query.TermRange("body", "w", None),
            query.Prefix("id", "w"),
        ):
            results = index.search(tree, limit=40)
            assert sorted(hit.id for hit in results) == words[:10]
            assert len(results.notes) == 1 and "10" in results.notes[0]
        assert index.search(query.Prefix("body", "wa")).notes == ()
        # of similar words the most similar
        results = index.search(query.FuzzyTerm("body", "wcf", maxdist=2), limit=40)
        assert "wcf" in {hit.id for hit in results}
        assert {edits(hit.id, "wcf") for hit in results} == {0, 1}


def test_the_cap_keeps_the_lowest_ranks_of_all_segments() -> None:
    class Listed:
        """Terms of one segment, as `expand` reads them."""

        def __init__(self, *words: str) -> None:
            self.words = [word.encode() for word in sorted(words)]

        def __len__(self) -> int:
            return len(self.words)

        def texts(self, first: int, last: int) -> list[bytes]:
            return self.words[first:last]

        def floor(self, term: bytes) -> int:
            return sum(word < term for word in self.words)

    fields = [Listed("ab", "abc", "b"), Listed("aa", "abc", "abd"), Listed()]
    got = expand(prefixed("a"), fields, [None] * 3, 3)  # type: ignore[arg-type]
    assert (got.terms, got.ordinals, got.cut) == (("aa", "ab", "abc"), ((0, 1), (0, 1), ()), True)
    got = expand(similar("abd", 1, 1), fields, [None] * 3, 2)  # type: ignore[arg-type]
    assert (got.terms, got.cut) == (("abd", "ab"), True)


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_the_distance_is_levenshteins_up_to_the_limit(most: int) -> None:
    words = ["", "中", "中国", "国中", "中国人", "人寿中", "中国人寿", "国人寿", "abcd", "bacd"]
    for one in words:
        for other in words:
            true = edits(one, other)
            assert distance(one, other, most) == (true if true <= most else None)


def test_errors_of_the_executor_are_errors_of_the_library() -> None:
    assert issubclass(QueryTooComplexError, SearchLibError)
