"""Segments hold what was put in, however they came about, and notice damage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib import Article, CorruptIndexError, IndexVersionError
from searchlib.analysis import Analyzer
from searchlib.store import merge
from searchlib.store.bulk.spill import SpilledRun
from searchlib.store.channels import CHANNELS
from searchlib.store.dates import NO_DATE, date_ticks
from searchlib.store.documents import train
from searchlib.store.segment import Segment, SegmentSource
from tests.oracle import Document
from tests.query import strategies as draw
from tests.store.building import contents, run_of, segment_of

_ARTICLES = st.lists(draw.ARTICLES, max_size=14).map(
    lambda articles: [
        Article(
            f"{article.id}-{at}",
            article.title,
            article.body,
            article.category,
            article.tags,
            article.date,
            extra={"n": [at]},
        )
        for at, article in enumerate(articles)
    ]
)


def sample(count: int, seed: int = 1) -> list[Article]:
    """Articles of random words."""
    generator = random.Random(seed)
    pieces = [*draw.HAN, *draw.WORDS, *draw.LATIN, *draw.MARKS]
    return [
        Article(
            f"id{number}",
            "".join(generator.choices(pieces, k=3)),
            "".join(generator.choices(pieces, k=60)),
            category=generator.choice(["", "财经", "财经/保险"]),
            tags=tuple(generator.sample(["养老", "试点"], k=generator.randint(0, 2))),
        )
        for number in range(count)
    ]


def new_path(folder: Path) -> Path:
    """A path in the folder at which no file is."""
    return folder / f"{len(list(folder.iterdir()))}.seg"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the segments of all examples."""
    return tmp_path_factory.mktemp("segments")


@given(articles=_ARTICLES)
@draw.profile(60)
def test_a_segment_holds_what_the_reference_counts(
    articles: list[Article], shared_analyzer: Analyzer, folder: Path
) -> None:
    segment = segment_of(new_path(folder), [run_of(articles, shared_analyzer)])
    held = contents(segment)
    assert held["articles"] == articles
    assert held["ids"] == [article.id for article in articles]
    assert held["dates"] == [date_ticks(article.date) for article in articles]
    assert held["categories"] == [(a.category,) if a.category else () for a in articles]
    documents = [Document.of(article, shared_analyzer) for article in articles]
    for field, kind in CHANNELS:
        counts = [document.counts[field, kind] for document in documents]
        assert held[f"{field}.{kind}.lengths"] == [each.total() for each in counts]
        assert segment.channel(field, kind).total == sum(each.total() for each in counts)
        postings = held[f"{field}.{kind}"]
        assert list(postings) == sorted(set().union(*counts))
        begins = segment.channel(field, kind).begins.tolist()
        for term, (docs, tfs, places) in postings.items():
            assert docs == [at for at, each in enumerate(counts) if term in each]
            assert tfs == [counts[at][term] for at in docs]
            if places is not None:
                assert places == [
                    begins[at] + start
                    for at in docs
                    for start in range(len(documents[at].texts[field]))
                    if documents[at].texts[field].startswith(term, start)
                ]
    for at, article in enumerate(articles):
        assert segment.document(article.id) == at
        assert set(held["tags"][at]) == set(article.tags)
        assert len(held["tags"][at]) == len(set(article.tags))
    assert segment.document("nothing") == -1
    segment.sections.verify()


@given(articles=_ARTICLES, cuts=st.lists(st.integers(0, 14), max_size=4))
@draw.profile(40)
def test_one_run_and_many_make_the_same_file(
    articles: list[Article], cuts: list[int], shared_analyzer: Analyzer, folder: Path
) -> None:
    edges = [0, *sorted(min(cut, len(articles)) for cut in cuts), len(articles)]
    runs = [run_of(articles[first:last], shared_analyzer) for first, last in pairwise(edges)]
    whole = segment_of(new_path(folder), [run_of(articles, shared_analyzer)])
    pieces = segment_of(new_path(folder), runs)
    assert pieces.path.read_bytes() == whole.path.read_bytes()
    spilled = []
    for run in runs:
        if run.documents:
            place = folder / f"{len(list(folder.iterdir()))}.run"
            run.save(place)
            spilled.append(SpilledRun(place))
    if spilled:
        again = segment_of(new_path(folder), spilled)
        assert again.path.read_bytes() == whole.path.read_bytes()


def test_the_file_does_not_depend_on_how_much_is_merged_at_once(
    shared_analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = sample(40)
    runs = [run_of(articles[:25], shared_analyzer), run_of(articles[25:], shared_analyzer)]
    whole = segment_of(tmp_path / "whole", runs).path.read_bytes()
    for chunk in (1, 7, 100):
        monkeypatch.setattr(merge, "CHUNK", chunk)
        assert segment_of(tmp_path / f"{chunk}", runs).path.read_bytes() == whole


@given(articles=_ARTICLES, data=st.data())
@draw.profile(60)
def test_merging_with_deletions_is_building_from_what_survives(
    articles: list[Article], data: st.DataObject, shared_analyzer: Analyzer, folder: Path
) -> None:
    count = len(articles)
    deleted = data.draw(st.sets(st.integers(0, max(count - 1, 0)), max_size=count))
    cut = data.draw(st.integers(0, count))
    alive = np.array([at not in deleted for at in range(count)], np.bool_)
    sources = []
    for first, last in ((0, cut), (cut, count)):
        if last > first:
            run = run_of(articles[first:last], shared_analyzer)
            own = alive[first:last]
            mask = None if own.all() else own
            sources.append(SegmentSource(segment_of(new_path(folder), [run]), mask))
    if not sources:
        return
    merged = segment_of(new_path(folder), sources)
    survivors = [article for at, article in enumerate(articles) if at not in deleted]
    built = segment_of(new_path(folder), [run_of(survivors, shared_analyzer)])
    assert contents(merged) == contents(built)
    assert merged.path.read_bytes() == built.path.read_bytes()


def test_merging_packs_articles_anew_where_compression_dictionaries_differ(
    shared_analyzer: Analyzer, tmp_path: Path
) -> None:
    articles = sample(600)
    dictionary = train(articles[:300])
    assert dictionary
    sources = [
        SegmentSource(
            segment_of(
                tmp_path / "a", [run_of(articles[:300], shared_analyzer, dictionary)], dictionary
            )
        ),
        SegmentSource(segment_of(tmp_path / "b", [run_of(articles[300:], shared_analyzer)])),
    ]
    for kept in (dictionary, b""):
        merged = segment_of(tmp_path / f"merged{len(kept)}", sources, kept)
        whole = segment_of(
            tmp_path / f"whole{len(kept)}", [run_of(articles, shared_analyzer, kept)], kept
        )
        assert merged.path.read_bytes() == whole.path.read_bytes()


@pytest.fixture(scope="module")
def intact(folder: Path, shared_analyzer: Analyzer) -> Path:
    """A segment file to damage copies of."""
    articles = [*sample(80), Article("long", "", "长" * 500 + "a" * 300)]
    return segment_of(new_path(folder), [run_of(articles, shared_analyzer)]).path


def test_a_flipped_bit_is_noticed_wherever_it_is(intact: Path, tmp_path: Path) -> None:
    raw = intact.read_bytes()
    generator = random.Random(11)
    ends = [*range(80), *range(len(raw) - 80, len(raw))]
    unnoticed = []
    for at in [*ends, *generator.sample(range(len(raw)), 300)]:
        damaged = bytearray(raw)
        damaged[at] ^= 1 << generator.randrange(8)
        path = tmp_path / "damaged.seg"
        path.write_bytes(damaged)
        try:
            Segment(path).sections.verify()
            unnoticed.append(at)
        except (CorruptIndexError, IndexVersionError):
            pass
        path.unlink()
    assert not unnoticed


def test_a_truncated_file_is_noticed_when_it_is_opened(intact: Path, tmp_path: Path) -> None:
    raw = intact.read_bytes()
    lengths = [*range(60), *range(60, len(raw), len(raw) // 50), *range(len(raw) - 40, len(raw))]
    for length in lengths:
        path = tmp_path / f"{length}.seg"
        path.write_bytes(raw[:length])
        with pytest.raises(CorruptIndexError):
            Segment(path)
    with pytest.raises(CorruptIndexError):
        Segment(tmp_path / "missing.seg")


def test_an_undated_article_sorts_apart_from_any_date() -> None:
    assert date_ticks(None) == NO_DATE
    ticks: Sequence[int] = [
        date_ticks(Article("a", "", "", date=each).date) for each in ("0001-01-01", "9999-12-31")
    ]
    assert NO_DATE < ticks[0] < ticks[1] < 1 << 63
