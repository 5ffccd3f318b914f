"""Trees find what the reference finds, with its scores and in its order."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import query

import searchlib
from searchlib import Article, Index, Ranking
from searchlib.analysis import Analyzer
from tests.oracle import keeper
from tests.query import strategies as draw
from tests.query.test_differential import RANKINGS, Commits, made_index, oracle_of
from tests.query.tree.reference import Reference
from tests.query.tree.strategies import TREES


def assert_same(index: Index, tree: query.Query, reference: Reference, **options: object) -> None:
    """Assert that a search gives the reference's articles, scores and order."""
    keep = keeper(**options)  # type: ignore[arg-type]
    articles = {each.article.id: each.article for each in reference.oracle.documents if each.alive}
    expected = [(each, score) for each, score in reference.search(tree) if keep(articles[each])]
    results = index.search(tree, limit=100, snippets=False, **options)  # type: ignore[arg-type]
    scores = dict(expected)
    assert results.total == len(results) == len(expected), tree
    assert {hit.id: hit.score for hit in results} == pytest.approx(scores, rel=1e-5, abs=1e-6), tree
    assert {hit.matched_by for hit in results} <= {"words"}
    places = {each.article.id: at for at, each in enumerate(reference.oracle.documents)}
    order = [(-hit.score, places[hit.id]) for hit in results]
    assert order == sorted(order)
    for limit, offset in ((1, 0), (2, 1), (0, 0)):
        page = index.search(tree, limit=limit, offset=offset, snippets=False, **options)  # type: ignore[arg-type]
        assert page.hits == results.hits[offset : offset + limit]
        assert page.total == len(expected)


@given(commits=draw.COMMITS, trees=st.lists(TREES, min_size=1, max_size=6))
@draw.profile(150)
def test_trees_equal_the_reference(
    commits: Commits, trees: list[query.Query], shared_analyzer: Analyzer
) -> None:
    with made_index(commits) as index:
        reference = Reference(oracle_of(index, shared_analyzer), shared_analyzer)
        for tree in trees:
            assert_same(index, tree, reference)


@given(commits=draw.COMMITS, tree=TREES, ranking=RANKINGS)
@draw.profile(60)
def test_trees_heed_the_ranking(
    commits: Commits, tree: query.Query, ranking: Ranking, shared_analyzer: Analyzer
) -> None:
    with made_index(commits, ranking) as index:
        reference = Reference(oracle_of(index, shared_analyzer, ranking), shared_analyzer)
        assert_same(index, tree, reference)


@given(
    commits=draw.COMMITS,
    tree=TREES,
    category=st.none() | draw.CATEGORIES,
    tags=draw.TAGS,
    since=draw.MOMENTS,
)
@draw.profile(60)
def test_filters_hold_for_trees(
    commits: Commits, tree: query.Query, shared_analyzer: Analyzer, **options: object
) -> None:
    with made_index(commits) as index:
        reference = Reference(oracle_of(index, shared_analyzer), shared_analyzer)
        assert_same(index, tree, reference, **options)


@given(commits=draw.COMMITS, tree=TREES)
@draw.profile(40)
def test_facets_and_dates_of_trees_are_those_of_their_articles(
    commits: Commits, tree: query.Query
) -> None:
    with made_index(commits) as index:
        results = index.search(tree, limit=100, facets=("category", "tags"))
        counts: dict[str, int] = {}
        for hit in results:
            if hit.category:
                counts[hit.category] = counts.get(hit.category, 0) + 1
        assert dict(results.facets["category"]) == counts
        ordered = index.search(tree, limit=100, sort="date")
        by_id = {hit.id: (hit.score, hit.title_html, hit.snippet) for hit in results}
        assert {hit.id: (hit.score, hit.title_html, hit.snippet) for hit in ordered} == by_id
        dates = [hit.date.replace(tzinfo=None) for hit in ordered if hit.date]
        assert dates == sorted(dates, reverse=True)
        assert all(hit.date is None for hit in ordered[len(dates) :])


@given(commits=draw.COMMITS, tree=TREES)
@draw.profile(40)
def test_one_segment_and_many_answer_alike(commits: Commits, tree: query.Query) -> None:
    with made_index(commits) as source:
        hits = source.search(query.Every(), limit=100)
        again = [article for hit in hits if (article := source.get(hit.id))]
    with (
        made_index([again] if again else []) as whole,
        made_index([[article] for article in again]) as pieces,
    ):
        one, many = whole.search(tree, limit=100), pieces.search(tree, limit=100)
        assert (one.hits, one.total, one.notes) == (many.hits, many.total, many.notes)


def test_every_article_that_scores_alike_keeps_its_place() -> None:
    articles = [Article(f"{at}", "银行", "农业银行发展") for at in range(30)]
    tree = query.Or(
        [
            query.And([query.Term("body", "发展"), query.Term("body", "农业")]),
            query.Term("title", "银行"),
        ]
    )
    with made_index([articles[:7], articles[7:20], articles[20:]]) as index:
        results = index.search(tree, limit=30)
        assert [hit.id for hit in results] == [str(at) for at in range(30)]
        assert len({hit.score for hit in results}) == 1
        page = index.search(tree, limit=4, offset=9)
        assert [hit.id for hit in page] == ["9", "10", "11", "12"]


def test_terms_of_every_channel_together_score_as_the_text_does(shared_analyzer: Analyzer) -> None:
    articles = [
        Article("a", "银行", "农业银行"),
        Article("b", "", "银行的银行"),
        Article("c", "", "农"),
    ]
    with made_index([articles]) as index:
        kinds = {"": ["银行"], "_grams": ["银行"], "_chars": ["银", "行"]}
        tree = query.Or(
            [
                query.Term(field + suffix, text)
                for field in ("title", "body")
                for suffix, texts in kinds.items()
                for text in texts
            ]
        )
        plain = {hit.id: hit.score for hit in index.search("银行")}
        assert {hit.id: hit.score for hit in index.search(tree)} == pytest.approx(plain)


def test_snippets_mark_what_a_tree_wants_and_not_what_it_excludes() -> None:
    articles = [Article("a", "发展报告", "农业银行发展迅速，大学没有。covid-19 的影响。")]
    with made_index([articles]) as index:
        tree = query.And(
            [
                query.Prefix("body", "农业"),
                query.Or([query.Term("body", "发展"), query.Term("body", "covid-19")]),
                query.Not(query.Term("title", "大学")),
            ]
        )
        (hit,) = index.search(tree)
        assert hit.snippet.html == (
            "<mark>农业银行发展</mark>迅速，大学没有。<mark>covid-19</mark> 的影响。"
        )
        assert hit.title_html == "<mark>发展</mark>报告"


def test_results_say_what_tree_they_answer() -> None:
    with made_index([[Article("a", "", "农业")]]) as index:
        results = index.search(query.Term("body", "农业"), count=False)
        assert results.query == "body:农业"
        assert not results.widened and results.notes == ()


def test_dates_are_compared_as_wall_clock_time() -> None:
    east = dt.timezone(dt.timedelta(hours=8))
    article = Article("a", "", "x", date=dt.datetime(2021, 3, 15, 0, 30, tzinfo=east))
    with made_index([[article]]) as index:
        day = dt.datetime(2021, 3, 15)
        assert index.search(query.DateRange("date", day, day + dt.timedelta(days=1))).total == 1
        assert index.search(query.DateRange("date", None, day)).total == 0
        assert index.search(query.Term("date", dt.datetime(2021, 3, 15, 0, 30))).total == 1


def test_a_plain_search_does_not_load_whoosh(tmp_path) -> None:
    import subprocess
    import sys

    with searchlib.open(tmp_path / "index", create=True) as index:
        index.add(Article("a", "", "农业"))
    program = (
        "import sys, searchlib\n"
        f"index = searchlib.open({str(tmp_path / 'index')!r})\n"
        "assert index.search('农业').total == 1\n"
        "try:\n    index.search(7)\nexcept searchlib.OptionError:\n    pass\n"
        "sys.exit('whoosh' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
