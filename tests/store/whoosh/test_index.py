from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from whoosh import fields, index, query

import searchlib
from searchlib.errors import IndexWriteError
from searchlib.models import Article
from searchlib.store.snapshot import open_snapshot
from searchlib.store.whoosh import whoosh_index
from searchlib.store.writer import open_writer
from tests.store.whoosh.corpus import analyzer, make_snapshot


def test_it_is_a_whoosh_index(four):
    ours = four.ours
    assert isinstance(ours, index.Index)
    assert isinstance(ours.schema, fields.Schema)
    assert ours.doc_count() == len(four.alive)
    assert ours.doc_count_all() == 60
    assert not ours.is_empty()
    assert ours.up_to_date() and ours.refresh() is ours
    assert ours.latest_generation() == four.snapshot.generation == ours.reader().generation()
    assert ours.field_length("body") == four.snapshot.total("body", "words")
    assert "48 articles" in repr(ours)


def test_an_empty_index_answers(tmp_path):
    ours = whoosh_index(make_snapshot(tmp_path / "index", [], set()), analyzer())
    assert ours.is_empty()
    with ours.searcher() as searcher:
        assert len(searcher.search(query.Term("body", "保险"))) == 0
        assert len(searcher.search(query.Every(), limit=None)) == 0
        assert list(searcher.reader().lexicon("body")) == []


def test_it_cannot_be_written_through(four):
    for write in (
        four.ours.writer,
        lambda: four.ours.add_field("more", fields.STORED()),
        lambda: four.ours.delete_by_term("id", "d000"),
    ):
        with pytest.raises(IndexWriteError, match=r"searchlib\.Index"):
            write()


def test_it_stays_at_its_generation(tmp_path):
    folder = tmp_path / "index"
    before = whoosh_index(make_snapshot(folder, [[Article("a", "甲", "保险")]], set()), analyzer())
    with before.searcher() as searcher:
        with open_writer(folder, durable=False) as writer:
            writer.apply({"a": None, "b": Article("b", "乙", "保险公司")}, analyzer())
        assert [hit["id"] for hit in searcher.search(query.Term("body", "保险"))] == ["a"]
        assert searcher.refresh() is searcher
    after = whoosh_index(open_snapshot(folder), analyzer())
    with after.searcher() as searcher:
        found = searcher.search(query.Or([query.Term("body", "保险"), query.Term("body", "公司")]))
        assert [hit["id"] for hit in found] == ["b"]


def test_an_id_that_came_twice_in_one_segment_is_one_article(tmp_path):
    # a rebuild keeps the last of equal ids alive, and the earlier ones until a merge
    folder = tmp_path / "index"
    articles = [Article(f"a{at % 6}", "", f"保险 {at}") for at in range(8)]
    searchlib.rebuild(articles, folder, workers=1, durability="fast")
    ours = whoosh_index(open_snapshot(folder), analyzer())
    with ours.searcher() as searcher:
        assert list(searcher.lexicon("id")) == [b"a0", b"a1", b"a2", b"a3", b"a4", b"a5"]
        assert searcher.document(id="a1")["body"] == "保险 7"
        found = searcher.search(query.Prefix("id", "a"), limit=None)
        assert sorted(hit["body"] for hit in found) == [f"保险 {at}" for at in range(2, 8)]
        assert searcher.doc_frequency("id", "a0") == 2


def test_many_threads_search_at_once(four):
    def search(word):
        with four.ours.searcher() as searcher:
            found = searcher.search(query.Phrase("body", ["中国", word]), limit=None)
            return sorted((hit["id"], hit.highlights("body")) for hit in found)

    words = ["农业", "人寿", "银行"] * 8
    expected = [search(word) for word in words]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(search, words)) == expected
