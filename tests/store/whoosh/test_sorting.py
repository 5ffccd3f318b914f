"""Sorting and grouping by our columns give what Whoosh gives by its own."""

from __future__ import annotations

import datetime as dt

import pytest
from whoosh import query, sorting
from whoosh.sorting import FieldFacet, MultiFacet

QUERIES = [query.Every(), query.Term("body", "保险"), query.Prefix("body", "中")]


def ordered(index, q, **options):
    with index.searcher() as searcher:
        return [hit["id"] for hit in searcher.search(q, limit=None, **options)]


def groups(index, q, facet):
    with index.searcher() as searcher:
        results = searcher.search(q, limit=None, groupedby=facet)
        (name,) = results.facet_names()
        ids = {at: searcher.stored_fields(at)["id"] for _, at in results.top_n}
        return {key: sorted(ids[at] for at in found) for key, found in results.groups(name).items()}


@pytest.mark.parametrize("q", QUERIES, ids=str)
@pytest.mark.parametrize(
    "sortedby",
    [
        "date",
        "category",
        FieldFacet("date", reverse=True),
        FieldFacet("category", reverse=True),
        MultiFacet(["category", FieldFacet("date", reverse=True)]),
        "id",
    ],
    ids=lambda value: getattr(value, "fieldname", str(value)),
)
def test_sorting_gives_the_same_order(pair, q, sortedby):
    assert ordered(pair.ours, q, sortedby=sortedby) == ordered(pair.stock, q, sortedby=sortedby)


def test_articles_without_a_date_come_last(pair):
    dated = [pair.alive[each].date for each in ordered(pair.ours, query.Every(), sortedby="date")]
    known = [date for date in dated if date]
    assert None in dated
    assert dated[: len(known)] == sorted(known)


@pytest.mark.parametrize("q", QUERIES, ids=str)
def test_grouping_gives_the_same_groups(pair, q):
    for facet in ("category", FieldFacet("id")):
        assert groups(pair.ours, q, facet) == groups(pair.stock, q, facet)
    # Whoosh itself cannot group by date when one is missing, and groups no tags under None
    own = groups(pair.ours, q, FieldFacet("tags", allow_overlap=True))
    theirs = groups(pair.stock, q, FieldFacet("tags", allow_overlap=True))
    own[None] = own.pop("")
    assert own == theirs


def test_grouping_by_date_keeps_those_without_one(pair):
    found = groups(pair.ours, query.Every(), "date")
    expected = {}
    for article in pair.alive.values():
        expected.setdefault(article.date, []).append(article.id)
    assert found == expected


def test_grouping_by_range_of_dates(pair):
    facet = sorting.DateRangeFacet(
        "date", dt.datetime(2015, 1, 1), dt.datetime(2024, 1, 1), dt.timedelta(days=365)
    )
    assert groups(pair.ours, query.Every(), facet) == groups(pair.stock, query.Every(), facet)


def test_tags_sort_by_the_first_both_ways(pair):
    def key(article_id):
        return (pair.alive[article_id].tags or ("",))[0]

    forwards = ordered(pair.ours, query.Every(), sortedby="tags")
    assert [key(each) for each in forwards] == sorted(map(key, pair.alive))
    backwards = ordered(pair.ours, query.Every(), sortedby=FieldFacet("tags", reverse=True))
    assert sorted(backwards) == sorted(forwards)


def test_columns_are_read_by_document(pair):
    with pair.ours.reader() as reader:
        for name in ("category", "date", "tags"):
            assert reader.has_column(name)
        assert not reader.has_column("id")
        columns = {name: reader.column_reader(name) for name in ("category", "date", "tags")}
        for at in reader.all_doc_ids():
            article = pair.alive[reader.stored_fields(at)["id"]]
            assert columns["category"][at] == article.category
            assert columns["date"][at] == article.date
            assert columns["tags"][at] == (article.tags or ("",))
        assert len(list(columns["date"])) == reader.doc_count_all()


def test_results_are_filtered_and_collapsed(pair):
    with pair.ours.searcher() as ours, pair.stock.searcher() as stock:
        for options in (
            {"filter": query.Term("category", "财经")},
            {"mask": query.Term("tags", "保险")},
            {"collapse": "category"},
        ):
            answers = [
                sorted(hit["id"] for hit in each.search(query.Every(), limit=None, **options))
                for each in (ours, stock)
            ]
            assert answers[0] == answers[1], options
