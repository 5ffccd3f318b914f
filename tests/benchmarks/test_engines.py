"""Every peer that is installed answers rightly, or its times would mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.engines import CONTENDERS, Contender, chosen
from benchmarks.speed.engines.base import Opened, Query, Record, records
from benchmarks.speed.engines.tokens import cutter
from benchmarks.speed.queries import plan

BUILDING = [contender for contender in CONTENDERS if contender.builds]
FED_WITH_RJIEBA_WORDS = {"tantivy-1", "tantivy-2", "fts5", "bm25s", "xapian"}
SEED = 11


@pytest.fixture(scope="module", params=BUILDING, ids=lambda contender: contender.name)
def contender(request: pytest.FixtureRequest) -> Contender:
    """Each contender that can run here."""
    found: Contender = request.param
    if why := found.missing():
        pytest.skip(why)
    return found


@pytest.fixture(scope="module")
def opened(
    contender: Contender, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Opened:
    """The contender's index of the small corpus, built and opened."""
    engine = contender.engine()
    folder: Path = tmp_path_factory.mktemp(contender.name)
    engine.build(corpus.path, folder)
    assert any(folder.iterdir())
    return engine.open(folder)


@pytest.fixture(scope="module")
def tokens(corpus: Corpus) -> list[tuple[Record, set[str]]]:
    """Every article with its distinct tokens: what a scan looks at."""
    cut = cutter("rjieba")
    return [
        (record, {*cut(record.title).split(), *cut(record.body).split()})
        for record in records(corpus.path)
    ]


def _queries(corpus: Corpus, kind: str) -> list[Query]:
    [only] = plan(corpus, lines=None, rounds=1, per_class=10, seed=SEED)
    return list(only.passes["plain"][kind])


def _supported(contender: Contender, kind: str) -> None:
    if kind not in contender.engine().kinds:
        pytest.skip(f"{contender.name} has no {kind} queries")


@pytest.mark.parametrize("kind", ["single", "several", "filtered"])
def test_totals_equal_a_scan_of_the_tokens(
    contender: Contender,
    opened: Opened,
    corpus: Corpus,
    tokens: list[tuple[Record, set[str]]],
    kind: str,
) -> None:
    if contender.name not in FED_WITH_RJIEBA_WORDS:
        pytest.skip("cuts or widens in its own way")
    cut = cutter("rjieba")
    for query in _queries(corpus, kind):
        wanted = set(cut(query.text).split())
        expected = sum(
            bool(wanted & has) and query.category in ("", record.category) for record, has in tokens
        )
        answer = opened.search(query, limit=10, snippets=False, count=True)
        assert (answer.total, answer.hits) == (expected, min(expected, 10)), query


@pytest.mark.parametrize("kind", ["all", "single", "several", "filtered"])
def test_what_was_drawn_from_an_article_is_found(
    contender: Contender, opened: Opened, corpus: Corpus, kind: str
) -> None:
    queries = _queries(corpus, kind)
    found = [opened.search(q, limit=10, snippets=False, count=True).total > 0 for q in queries]
    assert sum(found) >= 0.8 * len(found)  # one word of a text may be cut otherwise alone


def test_a_phrase_of_bigrams_is_a_substring_search(
    contender: Contender, opened: Opened, corpus: Corpus
) -> None:
    if contender.name != "tantivy-channels":
        pytest.skip("phrases by words miss what was cut otherwise")
    for query in _queries(corpus, "phrase"):
        expected = sum(
            query.text in record.title or query.text in record.body
            for record in records(corpus.path)
        )
        assert opened.search(query, limit=10, snippets=False, count=True).total == expected


def test_a_phrase_matches_no_more_than_its_words(
    contender: Contender, opened: Opened, corpus: Corpus
) -> None:
    _supported(contender, "phrase")
    for query in _queries(corpus, "phrase"):
        phrase = opened.search(query, limit=10, snippets=False, count=True)
        words = opened.search(Query("all", query.text), limit=10, snippets=False, count=True)
        assert phrase.total <= words.total


def test_snippets_come_with_every_hit_and_mark_something(
    contender: Contender, opened: Opened, corpus: Corpus
) -> None:
    if not contender.engine().has_snippets:
        pytest.skip("has no snippets")
    answers = [
        opened.search(query, limit=10, snippets=True, count=False)
        for query in _queries(corpus, "several")
    ]
    assert all(len(answer.snippets) == answer.hits for answer in answers)
    assert any("<" in html for answer in answers for html in answer.snippets)


@pytest.mark.parametrize("text", ["", "，。！", "查无此词龘龘", '" OR *'])
def test_odd_queries_find_nothing_and_break_nothing(
    contender: Contender, opened: Opened, text: str
) -> None:
    for kind in sorted(contender.engine().kinds - {"filtered"}):
        answer = opened.search(Query(kind, text), limit=10, snippets=False, count=True)
        assert answer.hits == max(0, min(answer.total, 10))


def test_peers_are_chosen_by_name_or_family() -> None:
    def names(*peers: str, ours: bool = False) -> list[str]:
        return [contender.name for contender in chosen(peers, ours=ours)]

    assert names("tantivy-2", "fts5") == ["tantivy-2", "fts5"]
    assert names("tantivy") == ["tantivy-1", "tantivy-2", "tantivy-jieba", "tantivy-channels"]
    assert names("whoosh", ours=True) == ["searchlib-1", "searchlib", "searchlib-words", "whoosh"]
    assert len(chosen(None)) == len(CONTENDERS)
    with pytest.raises(ValueError, match="unknown peers lucene"):
        names("lucene")


def test_every_shared_index_is_built_by_someone() -> None:
    builders = {contender.name for contender in BUILDING}
    assert {contender.index for contender in CONTENDERS if contender.index} <= builders
