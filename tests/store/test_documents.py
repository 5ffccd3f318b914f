"""Stored articles: every field comes back, from whatever dictionary it was packed against."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib import Article, ArticleError
from searchlib.analysis import Analyzer
from searchlib.store.documents import DocumentPacker, train
from tests.query import strategies as draw
from tests.store.building import run_of, segment_of
from tests.store.test_segment import sample

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_ZONES = st.none() | st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)).map(
    lambda offset: dt.timezone(dt.timedelta(minutes=offset // dt.timedelta(minutes=1)))
)
# ingest takes NUL out of every text
_TEXT = st.text(st.characters(exclude_characters="\0"), max_size=20)
_ANY_ARTICLE = st.builds(
    Article,
    st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=9),
    _TEXT,
    _TEXT,
    category=st.text(max_size=9),
    tags=st.lists(st.text(max_size=5), max_size=3),
    date=st.none() | st.datetimes(timezones=_ZONES),
    path=st.none() | _TEXT,
    url=st.none() | _TEXT,
    extra=st.dictionaries(st.text(), _JSON, max_size=3),
)


@given(articles=st.lists(_ANY_ARTICLE, min_size=1, max_size=5, unique_by=lambda each: each.id))
@draw.profile(60)
def test_every_field_comes_back(
    articles: list[Article], shared_analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("stored")
    segment = segment_of(folder / "segment", [run_of(articles, shared_analyzer)])
    for at, article in enumerate(articles):
        assert segment.article(at) == article
        assert segment.document(article.id) == at


def test_a_dictionary_is_trained_where_it_pays() -> None:
    articles = sample(400)
    dictionary = train(articles)
    packed = sum(map(len, map(DocumentPacker(dictionary).pack, articles)))
    assert packed < 0.8 * sum(map(len, map(DocumentPacker(b"").pack, articles)))
    assert train(articles[:20]) == b""
    assert train([]) == b""


def test_what_is_no_json_cannot_be_stored() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for extra in ({("a", "b"): 1}, loop, {"deep": deep}):
        with pytest.raises(ArticleError) as caught:
            DocumentPacker(b"").pack(Article("odd", "", "", extra=extra))  # type: ignore[arg-type]
        assert caught.value.article_id == "odd"


def test_threads_may_read_the_same_segment(shared_analyzer: Analyzer, tmp_path: Path) -> None:
    articles = sample(300)
    dictionary = train(articles)
    run = run_of(articles, shared_analyzer, dictionary)
    segment = segment_of(tmp_path / "segment", [run], dictionary)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(10):
            assert list(pool.map(segment.article, range(300))) == articles
