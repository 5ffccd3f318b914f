"""The exported index is one of Whoosh's own, and finds every substring."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pytest
from whoosh import index, query
from whoosh.qparser import QueryParser

from searchlib.analysis import fold
from searchlib.errors import IndexExistsError, IndexWriteError
from searchlib.models import Article
from searchlib.store.whoosh import export, export_whoosh
from tests.store.whoosh.corpus import analyzer, make_snapshot


@pytest.fixture(scope="module")
def exported(four, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "deep" / "plain"
    assert export_whoosh(four.snapshot, analyzer(), path) == len(four.alive)
    return path


def ids(ix, q):
    with ix.searcher() as searcher:
        return {hit["id"] for hit in searcher.search(q, limit=None)}


def test_it_holds_the_articles_that_are_not_deleted(four, exported):
    ix = index.open_dir(str(exported))
    with ix.searcher() as searcher:
        stored = list(searcher.documents())
    with four.ours.searcher() as searcher:
        assert stored == list(searcher.documents())
    assert [each["id"] for each in stored] == list(four.alive)


def test_every_substring_is_found_and_nothing_else(four, exported):
    # positions count letters, so punctuation inside a text goes unseen
    ix = index.open_dir(str(exported))
    parser = QueryParser("body", ix.schema)
    rng = random.Random(31)
    bodies = {each.id: fold(each.body) for each in four.alive.values()}
    bare = {article_id: re.sub(r"\W", "", body) for article_id, body in bodies.items()}
    tried = 0
    while tried < 150:
        body = rng.choice(list(bodies.values()))
        start = rng.randrange(len(body)) if body else 0
        text = body[start : start + rng.randint(1, 6)]
        if not text or not all("\u4e00" <= char <= "\u9fff" for char in text):
            continue
        tried += 1
        expected = {article_id for article_id, body in bare.items() if text in body}
        assert ids(ix, parser.parse(text)) == expected, text
        assert ids(ix, parser.parse(f'"{text}"')) == expected, text


def test_script_and_width_do_not_matter(four, exported):
    ix = index.open_dir(str(exported))
    parser = QueryParser("body", ix.schema)
    for one, other in (("汉字", "漢字"), ("软体", "軟體"), ("abc", "ＡＢＣ"), ("5g", "5Ｇ")):
        found = ids(ix, parser.parse(one))
        assert found == {at for at, each in four.alive.items() if fold(one) in fold(each.body)}
        assert found == ids(ix, parser.parse(other)) != set()


def test_words_are_terms(four, exported):
    ix = index.open_dir(str(exported))
    for word in ("农业银行", "中国农业银行", "保险", "covid-19", "c++", "1.47亿元"):
        term = query.Term("body", word)
        assert ids(ix, term) == ids(four.ours, term) != set(), word
    prefix = query.Prefix("body", "农业")
    assert ids(ix, prefix) == ids(four.ours, prefix) != set()
    with ix.searcher() as searcher:
        assert "农业银行" in searcher.suggest("body", "农业很行")


def test_filters_sorting_and_grouping(four, exported):
    ix = index.open_dir(str(exported))
    parsers = [QueryParser("body", each.schema) for each in (ix, four.ours)]
    for text in ("category:财经", "tags:保险", "date:2018", "date:[2016 TO 2019]", "id:d01*"):
        exported_query, own = (parser.parse(text) for parser in parsers)
        assert ids(ix, exported_query) == ids(four.ours, own) != set(), text
    with ix.searcher() as searcher:
        found = searcher.search(query.Every(), limit=None, sortedby="date", groupedby="category")
        dates = [hit["date"] for hit in found if "date" in hit.fields()]
        assert dates == sorted(dates)
        assert set(found.groups()) == {each.category for each in four.alive.values()}


def test_highlights_mark_original_characters(exported):
    ix = index.open_dir(str(exported))
    with ix.searcher() as searcher:
        found = searcher.search(QueryParser("body", ix.schema).parse("汉字"), limit=None)
        assert found
        for hit in found:
            assert "漢字</b>" in hit.highlights("body")


def test_it_opens_where_searchlib_is_not_installed(exported):
    code = (
        "import sys; sys.modules['searchlib'] = None\n"
        "from whoosh import index, qparser\n"
        "ix = index.open_dir(sys.argv[1])\n"
        "q = qparser.QueryParser('body', ix.schema).parse('农业银行')\n"
        "with ix.searcher() as searcher: print(len(searcher.search(q, limit=None)))\n"
        "assert not any(name.startswith('searchlib.') for name in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(exported)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_whoosh_can_go_on_writing_it(four, tmp_path):
    export_whoosh(four.snapshot, analyzer(), tmp_path / "plain")
    ix = index.open_dir(str(tmp_path / "plain"))
    writer = ix.writer()
    writer.update_document(id="new", title="新", body="全新的獨角獸文章")
    writer.commit()
    assert ids(ix, QueryParser("body", ix.schema).parse("独角兽")) == {"new"}


def test_a_folder_that_is_not_empty_is_refused(four, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(IndexExistsError):
        export_whoosh(four.snapshot, analyzer(), tmp_path)
    with pytest.raises(IndexExistsError):
        export_whoosh(four.snapshot, analyzer(), tmp_path / "notes.txt")
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert export_whoosh(four.snapshot, analyzer(), tmp_path / "empty") == len(four.alive)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=repr)
def test_a_failed_export_leaves_nothing(four, tmp_path, monkeypatch, error):
    def broken(snapshot):
        yield next(iter(four.alive.values()))
        raise error

    monkeypatch.setattr(export, "_alive", broken)
    expected = IndexWriteError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        export_whoosh(four.snapshot, analyzer(), tmp_path / "plain")
    assert not (tmp_path / "plain").exists()


def test_odd_articles_are_exported(tmp_path):
    articles = [
        Article("空", "", ""),
        Article("half", "\ud83d 半个", "保险\udc00", tags=("\ud83d",)),
        Article("marks", "！？", "，。\u200b"),
    ]
    snapshot = make_snapshot(tmp_path / "index", [articles], set())
    assert export_whoosh(snapshot, analyzer(), tmp_path / "plain") == 3
    ix = index.open_dir(str(tmp_path / "plain"))
    assert ids(ix, QueryParser("body", ix.schema).parse("保险")) == {"half"}
    assert ids(ix, query.Every()) == {"空", "half", "marks"}


def test_an_empty_index_is_exported(tmp_path):
    snapshot = make_snapshot(tmp_path / "index", [], set())
    assert export_whoosh(snapshot, analyzer(), tmp_path / "plain") == 0
    assert index.open_dir(str(tmp_path / "plain")).doc_count() == 0
