"""Searches against the reference in tests/oracle.py: same articles, stages, scores and order."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import searchlib
from searchlib import Article, Index, Ranking
from searchlib.analysis import Analyzer
from searchlib.ingest import article_text
from searchlib.limits import DEFAULT_LIMITS
from searchlib.query.parse import parse
from searchlib.store.snapshot import open_snapshot
from tests.oracle import Document, Expected, Oracle, by_date, facet, keeper
from tests.query import strategies as draw

Commits = Sequence[Sequence[Article | str]]


@contextmanager
def made_index(commits: Commits, ranking: Ranking | None = None) -> Iterator[Index]:
    """An index in a temporary folder after these commits."""
    folder = Path(tempfile.mkdtemp())
    try:
        made = searchlib.open(
            folder / "index", create=True, durability="fast", ranking=ranking or Ranking()
        )
        with made as index:
            for operations in commits:
                with index.batch() as batch:
                    for each in operations:
                        batch.add(each) if isinstance(each, Article) else batch.delete(each)
            yield index
    finally:
        shutil.rmtree(folder)


def surviving(commits: Commits) -> dict[str, Article]:
    """What is in the index after these commits, in the order of the last addition."""
    articles: dict[str, Article] = {}
    for operations in commits:
        last: dict[str, Article | None] = {}
        for each in operations:
            article_id = each.id if isinstance(each, Article) else each
            last.pop(article_id, None)
            last[article_id] = each if isinstance(each, Article) else None
        for article_id, article in last.items():
            articles.pop(article_id, None)
            if article:
                articles[article_id] = article_text(article)
    return articles


def oracle_of(index: Index, analyzer: Analyzer, ranking: Ranking | None = None) -> Oracle:
    """The reference over all documents that the index's files hold, deleted ones included."""
    documents = []
    for live in open_snapshot(index.path).segments:
        for number in range(live.segment.documents):
            alive = live.alive is None or bool(live.alive[number])
            article = live.segment.article(number)
            documents.append(Document.of(article, analyzer, alive=alive))
    return Oracle(documents, analyzer, ranking)


def assert_same(results: searchlib.Results, expected: list[Expected]) -> None:
    """Assert that a search found what it had to, and in an order that its scores allow."""
    places = {hit.id: hit.place for hit in expected}
    assert {hit.id: hit.matched_by for hit in results} == {hit.id: hit.stage for hit in expected}
    assert results.total == len(results) == len(expected)
    scores = {hit.id: hit.score for hit in results}
    assert scores == pytest.approx({hit.id: hit.score for hit in expected}, rel=1e-5, abs=1e-6)
    stages = ["literal", "words", "subwords", "partial"]
    order = [(stages.index(hit.matched_by), -hit.score, places[hit.id]) for hit in results]
    assert order == sorted(order)
    assert results.widened == any(hit.stage == "partial" for hit in expected)


def assert_pages(index: Index, query: str, whole: list[str], **options: object) -> None:
    """Assert that pages are slices of the whole, and that the rest of the answer stays."""
    for limit, offset in ((1, 0), (3, 0), (2, 1), (2, 3), (4, len(whole)), (0, 0)):
        page = index.search(
            query,
            limit=limit,
            offset=offset,
            snippets=False,
            **options,  # type: ignore[arg-type]
        )
        assert [hit.id for hit in page] == whole[offset : offset + limit]
        assert page.total == len(whole)


@given(commits=draw.COMMITS, queries=st.lists(draw.QUERIES, min_size=1, max_size=6))
@draw.profile(150)
def test_searches_equal_the_reference(
    commits: Commits, queries: list[str], shared_analyzer: Analyzer
) -> None:
    with made_index(commits) as index:
        oracle = oracle_of(index, shared_analyzer)
        alive = [each.article.id for each in oracle.documents if each.alive]
        assert alive == list(surviving(commits))
        assert len(index) == len(alive)
        for query in queries:
            parsed = parse(query, shared_analyzer, DEFAULT_LIMITS)
            results = index.search(query, limit=100, snippets=False)
            assert_same(results, oracle.search(parsed))
            assert_pages(index, query, [hit.id for hit in results])


@given(seed=draw.SEEDS)
@draw.profile(20)
def test_searches_over_many_articles_equal_the_reference(
    seed: int, shared_analyzer: Analyzer
) -> None:
    # more articles than a page, so that stages are left out and scores are pruned
    generator = random.Random(seed)
    articles = draw.random_articles(generator, 60)
    deleted = [article.id for article in generator.sample(articles, 6)]
    with made_index([articles[:30], articles[30:55], [*articles[55:], *deleted]]) as index:
        oracle = oracle_of(index, shared_analyzer)
        for query in draw.random_queries(generator, articles, 12):
            parsed = parse(query, shared_analyzer, DEFAULT_LIMITS)
            results = index.search(query, limit=100, snippets=False)
            assert_same(results, oracle.search(parsed))
            assert_pages(index, query, [hit.id for hit in results])


@pytest.mark.parametrize(
    "stages",
    [
        True,
        pytest.param(
            False,
        ),
    ],
)
def test_without_counting_the_total_is_a_lower_bound(stages: bool) -> None:
    generator = random.Random(12)
    articles = draw.random_articles(generator, 40)
    with made_index([articles], Ranking(stages=stages)) as index:
        for query in draw.random_queries(generator, articles, 12):
            total = index.search(query, limit=0).total
            for limit, offset in ((0, 0), (3, 0), (3, 2), (100, 0), (2, 90)):
                page = {"limit": limit, "offset": offset, "snippets": False}
                counted = index.search(query, **page)  # type: ignore[arg-type]
                quick = index.search(query, count=False, **page)  # type: ignore[arg-type]
                assert quick.hits == counted.hits
                assert len(quick) <= quick.total <= total
                assert not quick.total_exact or quick.total == total


RANKINGS = st.builds(
    Ranking,
    words=st.sampled_from([0.0, 1.0, 2.5]),
    grams=st.sampled_from([0.0, 0.5]),
    chars=st.sampled_from([0.0, 0.2]),
    phrases=st.sampled_from([0.0, 1.0, 1.5]),
    title=st.sampled_from([0.0, 1.0, 3.0]),
    body=st.sampled_from([0.5, 1.0]),
    k1=st.sampled_from([0.0, 0.9, 2.0]),
    b=st.sampled_from([0.0, 0.4, 1.0]),
    enough=st.sampled_from([0, 1, 4, 100]),
    partial=st.sampled_from([0.0, 0.3, 0.7, 1.0]),
)


@given(commits=draw.COMMITS, query=draw.QUERIES, ranking=RANKINGS)
@draw.profile(60)
def test_every_parameter_of_the_ranking_is_heeded(
    commits: Commits, query: str, ranking: Ranking, shared_analyzer: Analyzer
) -> None:
    with made_index(commits, ranking) as index:
        oracle = oracle_of(index, shared_analyzer, ranking)
        parsed = parse(query, shared_analyzer, DEFAULT_LIMITS)
        assert_same(index.search(query, limit=100, snippets=False), oracle.search(parsed))


@pytest.mark.parametrize("ranking", [Ranking(b=1.0), Ranking(k1=0.0), Ranking(k1=0.0, b=1.0)])
def test_fields_without_text_or_normalisation_score_as_the_reference_says(
    ranking: Ranking, shared_analyzer: Analyzer
) -> None:
    texts = [("", "国国"), ("国", ""), ("", ""), ("国", "国"), ("", "中"), ("国中", "国" * 300)]
    articles = [Article(str(at), title, body) for at, (title, body) in enumerate(texts * 4)]
    with made_index([articles], ranking) as index:
        oracle = oracle_of(index, shared_analyzer, ranking)
        for query in ("国", "中国", "国 中"):
            parsed = parse(query, shared_analyzer, DEFAULT_LIMITS)
            results = index.search(query, limit=100, snippets=False)
            assert_same(results, oracle.search(parsed))
            assert_pages(index, query, [hit.id for hit in results])


@given(seed=draw.SEEDS)
@draw.profile(20)
def test_without_stages_every_article_with_any_term_is_found_by_score(
    seed: int, shared_analyzer: Analyzer
) -> None:
    generator = random.Random(seed)
    articles = draw.random_articles(generator, 40)
    ranking = Ranking(stages=False)
    with made_index([articles[:25], [*articles[25:], articles[3].id]], ranking) as index:
        oracle = oracle_of(index, shared_analyzer, ranking)
        for query in draw.random_queries(generator, articles, 8):
            parsed = parse(query, shared_analyzer, DEFAULT_LIMITS)
            if any(clause.kind == "phrase" or clause.excluded for clause in parsed.clauses):
                continue
            scored = [
                (document.article.id, oracle.score(parsed, document))
                for document in oracle.documents
                if document.alive
            ]
            expected = {article_id: score for article_id, score in scored if score}
            results = index.search(query, limit=100, snippets=False)
            assert {hit.id: hit.score for hit in results} == pytest.approx(expected, rel=1e-5)
            assert results.total == len(expected)
            scores = [hit.score for hit in results]
            assert scores == sorted(scores, reverse=True)
            assert_pages(index, query, [hit.id for hit in results])


@given(
    seed=draw.SEEDS,
    category=st.none() | draw.CATEGORIES,
    tags=draw.TAGS,
    since=draw.MOMENTS,
    until=draw.MOMENTS,
)
@draw.profile(60)
def test_filters_facets_and_dates_equal_the_reference(
    seed: int, shared_analyzer: Analyzer, **options: object
) -> None:
    generator = random.Random(seed)
    articles = draw.random_articles(generator, generator.choice([5, 20, 40]))
    commits = [articles[:7], [*articles[7:], articles[0].id]]
    (query,) = draw.random_queries(generator, articles, 1)
    names = ("category", "tags", "year", "month")
    with made_index(commits) as index:
        oracle = oracle_of(index, shared_analyzer)
        parsed = parse(query, shared_analyzer, DEFAULT_LIMITS)
        expected = oracle.search(parsed, keeper(**options))  # type: ignore[arg-type]
        results = index.search(
            query,
            limit=100,
            facets=names,
            snippets=False,
            **options,  # type: ignore[arg-type]
        )
        assert_same(results, expected)
        counted = {name: facet(name, expected) for name in names}
        assert results.facets == counted
        assert_pages(index, query, [hit.id for hit in results], **options)
        assert index.search(query, limit=0, facets=names, **options).facets == counted  # type: ignore[arg-type]
        for sort, newest in (("date", True), ("date:desc", True), ("date:asc", False)):
            ordered = [hit.id for hit in by_date(expected, newest=newest)]
            results = index.search(
                query,
                limit=100,
                sort=sort,
                snippets=False,
                **options,  # type: ignore[arg-type]
            )
            assert [hit.id for hit in results] == ordered
            stages = {hit.id: (hit.stage, pytest.approx(hit.score, rel=1e-5)) for hit in expected}
            assert {hit.id: (hit.matched_by, hit.score) for hit in results} == stages
            assert_pages(index, query, ordered, sort=sort, **options)


@given(commits=draw.COMMITS, query=draw.QUERIES)
@draw.profile(40)
def test_one_segment_and_many_give_the_same_answer(commits: Commits, query: str) -> None:
    articles = list(surviving(commits).values())
    with (
        made_index([articles] if articles else []) as whole,
        made_index([[article] for article in articles]) as pieces,
    ):
        one = whole.search(query, limit=100, facets=("category", "year"))
        many = pieces.search(query, limit=100, facets=("category", "year"))
        assert one.hits == many.hits
        assert (one.total, one.facets, one.widened) == (many.total, many.facets, many.widened)


@given(commits=draw.COMMITS, query=draw.QUERIES)
@draw.profile(30)
def test_a_reopened_index_answers_as_the_live_one(commits: Commits, query: str) -> None:
    with made_index(commits) as index, searchlib.open(index.path) as reopened:
        assert reopened.search(query, limit=100).hits == index.search(query, limit=100).hits
        assert reopened.stats() == index.stats()
        for article_id in ["a0", "a1", "a2", "none"]:
            assert reopened.get(article_id) == index.get(article_id)
            assert index.get(article_id) == surviving(commits).get(article_id)
            assert (article_id in index) == (article_id in surviving(commits))
