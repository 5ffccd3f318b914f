"""Highlighting, suggestions and similar articles: Whoosh's own, on our index."""

from __future__ import annotations

import random
import re

import pytest
from whoosh import highlight, query
from whoosh.qparser import QueryParser

from searchlib.analysis import fold
from tests.store.whoosh.corpus import make_pair

QUERIES = (
    "保险",
    "农业银行",
    '"中国农业银行"',
    "养老*",
    "covid-19",
    "汉字 OR ABC",
    "1.47亿元",
    "c++",
)
MARK = re.compile("<b[^>]*>(.*?)</b>")


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("pinpoint", [False, True])
def test_highlights_mark_what_was_asked_for(pair, text, pinpoint):
    q = QueryParser("body", pair.ours.schema).parse(text)
    with pair.ours.searcher() as searcher:
        results = searcher.search(q, limit=None, terms=True)
        if pinpoint:
            results.fragmenter = highlight.PinpointFragmenter()
        assert len(results)
        for hit in results:
            terms = {term.decode() for field, term in hit.matched_terms() if field == "body"}
            assert terms
            marked = MARK.findall(hit.highlights("body"))
            assert marked
            for piece in marked:
                # adjacent matches become one mark, which then holds them all
                assert any(term in fold(piece) for term in terms), (piece, terms)


def test_pairs_are_highlighted_in_the_text_they_came_from(pair):
    with pair.ours.searcher() as searcher:
        q = QueryParser("body_grams", pair.ours.schema).parse("农业银行")
        for hit in searcher.search(q, limit=None):
            marked = MARK.findall(hit.highlights("body_grams", text=hit["body"]))
            assert marked and all(piece in "农业银行" for piece in marked)


def test_matched_terms_are_known(pair):
    answers = []
    for index in (pair.ours, pair.stock):
        with index.searcher() as searcher:
            q = query.Or([query.Term("body", each) for each in ("保险", "银行", "没有")])
            results = searcher.search(q, limit=None, terms=True)
            answers.append({hit["id"]: sorted(hit.matched_terms()) for hit in results})
    assert answers[0] == answers[1]


def test_suggestions_do_not_depend_on_segments(tmp_path):
    pairs = [
        make_pair(tmp_path / str(segments), 11, segments=segments, deletions=False, count=60)
        for segments in (1, 4)
    ]
    with pairs[0].ours.reader() as reader:
        words = [term.decode() for term in reader.lexicon("body")]
    rng = random.Random(12)
    for word in [*rng.sample(words, 25), "保检", "农业很行", "covid18", "没"]:
        for options in ({}, {"maxdist": 1}, {"prefix": 1}):
            with pairs[0].stock.searcher() as searcher:
                expected = searcher.suggest("body", word, limit=5, **options)
            for pair in pairs:
                with pair.ours.searcher() as searcher:
                    assert searcher.suggest("body", word, limit=5, **options) == expected, word


def test_a_query_is_corrected_as_whoosh_corrects_it(pair):
    answers = []
    for index in (pair.ours, pair.stock):
        with index.searcher() as searcher:
            q = QueryParser("body", index.schema).parse("covis 保险")
            answers.append(searcher.correct_query(q, "covis 保险").string)
    assert answers == ["covid 保险"] * 2


def test_similar_articles_are_found(pair):
    answers = []
    for index in (pair.ours, pair.stock):
        with index.searcher() as searcher:
            at = searcher.document_number(id=max(pair.alive))
            terms = [term for term, _ in searcher.key_terms([at], "body", numterms=8)]
            similar = searcher.more_like(at, "body", numterms=8, top=None)
            answers.append((sorted(terms), {hit["id"] for hit in similar}))
    assert answers[0][0] == answers[1][0]
    assert answers[0][1] and answers[0][1] == answers[1][1]


def test_the_most_frequent_terms_are_the_same(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        for field in ("body", "title", "body_chars", "tags"):
            assert ours.most_frequent_terms(field, 10) == stock.most_frequent_terms(field, 10)
            best = ours.most_distinctive_terms(field, 10)
            assert best == stock.most_distinctive_terms(field, 10)
