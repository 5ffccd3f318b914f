"""`Index` as a whole: lifetimes, threads, what others see, and what is said of wrong use."""

from __future__ import annotations

import datetime as dt
import random
import threading
from pathlib import Path

import pytest

import searchlib
from searchlib import (
    Article,
    ArticleError,
    Index,
    IndexClosedError,
    LimitError,
    Limits,
    OptionError,
    Ranking,
    SnippetOptions,
)
from tests.query.strategies import random_articles, random_queries

_NEWS = Article(
    "n1",
    "长江大桥通车",
    "昨日，长江大桥正式通车。市民<纷纷>前往参观。",
    category="社会/交通",
    tags=("桥梁", "通车"),
    date="2021-05-01",
    path="posts/n1.md",
    url="https://example.com/n1",
    extra={"author": "某"},
)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """An index of two articles."""
    made = searchlib.open(tmp_path / "index", create=True, durability="fast")
    made.add_many([_NEWS, Article("n2", "桥梁设计", "设计一座大桥，需要多年。")])
    return made


def test_a_hit_carries_its_article(index: Index) -> None:
    results = index.search("长江大桥")
    (hit,) = results
    assert results.total == 1
    assert results.total_exact
    assert results.took_ms >= 0
    assert results.query == "长江大桥"
    assert (hit.id, hit.title, hit.category, hit.tags) == (
        "n1", "长江大桥通车", "社会/交通", ("桥梁", "通车"),
    )  # fmt: skip
    assert (hit.date, hit.path, hit.url) == (dt.datetime(2021, 5, 1), _NEWS.path, _NEWS.url)
    assert hit.extra == {"author": "某"}
    assert hit.matched_by == "literal"
    assert hit.title_html == "<mark>长江大桥</mark>通车"
    assert "&lt;纷纷&gt;" in hit.snippet.html


def test_traditional_and_full_width_queries_find_the_same(index: Index) -> None:
    for query in ("長江大橋", "长江大桥", "「长江大桥」"):
        assert [hit.id for hit in index.search(query)] == ["n1"]


def test_snippets_can_be_shaped_or_left_out(index: Index) -> None:
    plain = index.search("大桥", snippets=False)
    assert [hit.snippet.text for hit in plain] == ["", ""]
    short = index.search("大桥", snippets=SnippetOptions(width=6, before="<em>", after="</em>"))
    assert all(len(hit.snippet.text) <= 6 and "<em>" in hit.snippet.html for hit in short)


def test_a_change_is_seen_at_once_here_and_after_a_refresh_elsewhere(index: Index) -> None:
    with searchlib.open(index.path) as other:
        index.add(Article("n3", "", "新桥"))
        assert index.search("新桥").total == 1
        assert (other.search('"新桥"').total, other.refresh()) == (0, True)
        assert other.search("新桥").total == 1
        assert index.delete("n3")
        assert index.search('"新桥"').total == 0


def test_a_replaced_article_is_found_by_its_new_text_alone(index: Index) -> None:
    index.add(Article("n1", "隧道", "隧道贯通"))
    assert index.search('"长江大桥"').total == 0
    assert [hit.id for hit in index.search("隧道")] == ["n1"]
    assert len(index) == 2
    assert index.search("隧道", category="社会").total == 0


def test_markup_is_read_as_text_where_the_format_says_so(index: Index) -> None:
    index.add(Article("h", "", "<p>港珠澳<b>大</b>桥</p>", format="html"))
    assert index.get("h").body == "港珠澳大桥"  # type: ignore[union-attr]
    assert index.search('"珠澳大桥"').total == 1


def test_a_closed_index_says_so(index: Index) -> None:
    index.close()
    index.close()
    with pytest.raises(IndexClosedError):
        index.search("大桥")
    with pytest.raises(IndexClosedError):
        index.add(_NEWS)
    with pytest.raises(IndexClosedError):
        index.get("n1")
    for method in (index.stats, index.verify, index.refresh):
        with pytest.raises(IndexClosedError):
            method()


@pytest.mark.parametrize(
    "page", [{"limit": -1}, {"limit": 10_001}, {"offset": -1}, {"offset": 1 << 40}]
)
def test_a_page_out_of_range_is_refused(index: Index, page: dict[str, int]) -> None:
    with pytest.raises(OptionError) as caught:
        index.search("大桥", **page)  # type: ignore[arg-type]
    assert caught.value.option in page


def test_wrong_articles_are_refused_and_nothing_is_written(index: Index) -> None:
    generation = index.stats().generation
    with pytest.raises(ArticleError):
        index.add("n9")  # type: ignore[arg-type]
    with pytest.raises(ArticleError):
        index.add_many([Article("n9", "", "正文"), None])  # type: ignore[list-item]
    assert index.stats().generation == generation
    with (
        searchlib.open(index.path, limits=Limits(body_chars=3)) as small,
        pytest.raises(LimitError),
    ):
        small.add(Article("n9", "", "正文很长"))


def test_an_index_keeps_its_user_words(tmp_path: Path) -> None:
    path = tmp_path / "index"
    with searchlib.open(path, create=True, user_words=["访惠聚"], durability="fast") as index:
        index.add(Article("x", "", "新疆访惠聚驻村工作队"))
    with searchlib.open(path) as again:
        assert "访惠聚" in [token.text for token in again.analyze("访惠聚工作队")]
        assert again.search("访惠聚")[0].matched_by == "literal"
        assert again.stats().notes == ()


def test_stats_count_what_is_there(index: Index) -> None:
    stats = index.stats()
    files = [each for each in index.path.iterdir() if each.name.startswith(("seg", "gen", "del"))]
    current = [each for each in files if not each.name.startswith("generation-000001")]
    assert (stats.documents, stats.deleted, stats.segments, stats.generation) == (2, 0, 1, 2)
    assert stats.bytes == sum(each.stat().st_size for each in current)
    assert stats.terms > 20
    assert len(stats.fingerprint) == 32


def test_threads_may_search_while_one_of_them_adds(tmp_path: Path) -> None:
    generator = random.Random(5)
    articles = random_articles(generator, 120)
    queries = random_queries(generator, articles, 40)
    with searchlib.open(tmp_path / "index", create=True, durability="fast") as index:
        index.add_many(articles[:100])
        failures: list[BaseException] = []

        def search() -> None:
            try:
                for query in queries * 3:
                    results = index.search(query, facets="category", limit=20)
                    assert len(results) == min(results.total, 20)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=search) for _ in range(3)]
        for thread in threads:
            thread.start()
        for article in articles[100:]:
            index.add(article)
        for thread in threads:
            thread.join()
        assert not failures
        with searchlib.open(index.path) as fresh:
            for query in queries:
                assert fresh.search(query).hits == index.search(query).hits


@pytest.mark.parametrize(
    "ranking",
    [
        Ranking(title=0.0),
        Ranking(chars=1.0),
        pytest.param(
            Ranking(k1=0.4, b=0.1),
        ),
    ],
)
def test_a_ranking_can_be_given_for_one_search(index: Index, ranking: Ranking) -> None:
    before = index.search("大桥").hits
    with searchlib.open(index.path, ranking=ranking) as other:
        assert index.search("大桥", ranking=ranking).hits == other.search("大桥").hits
    assert index.search("大桥").hits == before
    assert index.search("大桥", ranking=ranking).hits != before
