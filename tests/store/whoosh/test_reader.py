"""The reader gives what Whoosh's own reader gives over an index that Whoosh wrote."""

from __future__ import annotations

import pickle

import pytest
from whoosh import query
from whoosh.reading import ReaderClosed, TermNotFound

from searchlib.analysis import fold
from tests.store.whoosh.corpus import analyzer

FIELDS = [
    "body", "body_chars", "body_grams", "category", "date", "id", "tags",
    "title", "title_chars", "title_grams",
]  # fmt: skip


def test_the_lexicon_of_every_field_is_the_same(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        assert sorted(ours.indexed_field_names()) == sorted(stock.indexed_field_names()) == FIELDS
        for field in FIELDS:
            assert list(ours.lexicon(field)) == list(stock.lexicon(field)), field
            if field != "date":  # Whoosh before 3 cannot decode its own
                assert list(ours.field_terms(field)) == list(stock.field_terms(field)), field
        assert list(ours.all_terms()) == sorted(stock.all_terms())


def test_every_posting_is_the_same(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        for term in list(stock.all_terms()):
            theirs, own = stock.postings(*term), ours.postings(*term)
            supports = stock.schema[term[0]].supports
            kinds = [kind for kind in ("positions", "characters") if supports(kind)]
            while theirs.is_active():
                assert own.is_active(), term
                assert (own.id(), own.weight()) == (theirs.id(), theirs.weight()), term
                assert own.value_as("frequency") == theirs.value_as("frequency"), term
                for kind in kinds:
                    assert own.value_as(kind) == theirs.value_as(kind), (term, kind)
                own.next()
                theirs.next()
            assert not own.is_active(), term


def test_an_encoded_value_decodes_to_what_the_matcher_says(four):
    with four.ours.reader() as reader:
        for leaf, _ in reader.leaf_readers():
            for field in FIELDS:
                for term in list(leaf.lexicon(field))[:40]:
                    matcher = leaf.postings(field, term)
                    decode = matcher.format.decode_as
                    while matcher.is_active():
                        for kind in ("frequency", "weight", "positions", "characters"):
                            if matcher.supports(kind):
                                asked = matcher.value_as(kind)
                                assert decode(kind, matcher.value()) == asked, (field, term, kind)
                        matcher.next()


def test_statistics_of_terms_are_the_same(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        for field, term in list(stock.all_terms()):
            mine, theirs = ours.term_info(field, term), stock.term_info(field, term)
            for name in ("weight", "doc_frequency", "max_weight", "min_id", "max_id"):
                assert getattr(mine, name)() == getattr(theirs, name)(), (field, term, name)
            assert ours.doc_frequency(field, term) == stock.doc_frequency(field, term)
            assert ours.frequency(field, term) == stock.frequency(field, term)
            assert (field, term) in ours


def test_a_term_that_is_not_there_has_no_frequency_and_no_postings(pair):
    unknown = ["没有", "没", "zzz", "\U0001f600"]
    with pair.ours.reader() as reader:
        for field in FIELDS:
            for text in [b"\xff\xfe", b""] if field == "date" else unknown:
                assert reader.frequency(field, text) == 0
                assert reader.doc_frequency(field, text) == 0
                assert (field, text) not in reader
                for ask in (reader.term_info, reader.postings):
                    with pytest.raises(TermNotFound):
                        ask(field, text)


def test_lengths_are_exact(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        lengths = {"title": [], "body": []}
        for at in range(ours.doc_count_all()):
            stored = ours.stored_fields(at)
            for name, found in lengths.items():
                tokens = ours.schema[name].analyzer(stored[name], mode="index")
                found.append(sum(1 for _ in tokens))
                assert ours.doc_field_length(at, name) == found[-1]
        for name, found in lengths.items():
            assert ours.field_length(name) == stock.field_length(name) == sum(found)
            assert ours.min_field_length(name) == min(found)
            assert ours.max_field_length(name) == max(found)
        assert ours.doc_field_length(0, "category", 5) == 5


def test_the_length_and_frequencies_of_a_text_are_those_of_the_index(four):
    # what is analysed for Whoosh is what the bulk builder inverted
    for live in four.snapshot.segments:
        channel = live.segment.channel("body", "words")
        for document in range(live.segment.documents):
            folded = fold(live.segment.article(document).body)
            units = analyzer().units(folded)
            expected = sum(1 + len(analyzer().parts(unit)) for unit in units)
            assert int(channel.lengths[document]) == expected


def test_documents_and_deletions_are_the_same(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        assert ours.doc_count() == stock.doc_count() == len(pair.alive)
        assert ours.doc_count_all() == stock.doc_count_all()
        assert ours.has_deletions() == stock.has_deletions()
        assert list(ours.all_doc_ids()) == list(stock.all_doc_ids())
        for at in range(ours.doc_count_all()):
            assert ours.is_deleted(at) == stock.is_deleted(at)
        found = list(ours.all_stored_fields())
        assert [each["id"] for each in found] == list(pair.alive)
        for each in found:
            article = pair.alive[each["id"]]
            assert each["title"] == article.title and each["body"] == article.body
            assert each.get("category", "") == article.category
            assert tuple(each.get("tags", ())) == article.tags
            assert each.get("date") == article.date
            assert (each.get("path"), each.get("url")) == (article.path, article.url)
            assert each.get("extra", {}) == article.extra


def test_cursors_walk_and_find(four):
    with four.ours.reader() as reader:
        for leaf, _ in reader.leaf_readers():
            terms = [term.decode() for term in leaf.lexicon("body")]
            cursor = leaf.cursor("body")
            walked = []
            while cursor.is_valid():
                walked.append(cursor.text())
                assert cursor.term_info().doc_frequency() == leaf.doc_frequency("body", walked[-1])
                cursor.next()
            assert walked == terms
            assert cursor.text() is None
            assert cursor.term_info() is None
            for text in ["", "保", "保险a", "\U0010ffff", *terms]:
                expected = next((term for term in terms if term >= text), None)
                assert cursor.find(text) == expected
            assert cursor.first() == terms[0]


def test_prefixes_expand_to_the_same_terms(pair):
    with pair.ours.reader() as ours, pair.stock.reader() as stock:
        for field in ("body", "body_grams", "body_chars", "id", "category", "tags"):
            for prefix in ("", "保", "保险", "中国", "c", "d0", "财经/", "zz"):
                expected = list(stock.expand_prefix(field, prefix))
                assert list(ours.expand_prefix(field, prefix)) == expected, (field, prefix)


def test_a_closed_reader_says_so(four):
    reader = four.ours.reader().leaf_readers()[0][0]
    reader.close()
    with pytest.raises(ReaderClosed):
        reader.postings("body", "保险")


def test_a_matcher_skips_copies_and_resets(four):
    with four.ours.reader() as reader:
        leaf = reader.leaf_readers()[0][0]
        ids = list(leaf.postings("body", "保险").all_ids())
        assert len(ids) > 3
        for target in range(leaf.doc_count_all()):
            matcher = leaf.postings("body", "保险")
            matcher.skip_to(target)
            expected = [each for each in ids if each >= target]
            twin = matcher.copy()
            assert list(matcher.all_ids()) == expected
            if expected:
                matcher.next()
                assert twin.id() == expected[0]
            matcher.reset()
            assert matcher.id() == ids[0]


def test_nothing_is_pickled(four, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a pickle")

    for name in ("dumps", "loads", "dump", "load", "Pickler", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    monkeypatch.setattr("whoosh.formats.dumps", refuse)
    monkeypatch.setattr("whoosh.formats.loads", refuse)
    with four.ours.searcher() as searcher:
        assert len(list(searcher.reader().iter_postings())) > 1000
        found = searcher.search(query.Phrase("body", ["中国", "农业"]), limit=None)
        assert [hit.highlights("body") for hit in found]
        assert list(searcher.documents())
