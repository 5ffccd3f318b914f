"""Filters and other arguments: what they mean, and that a wrong one is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from searchlib import Article, Index, OptionError, Ranking
from tests.query.test_differential import made_index

_DATES = {
    "first": "0001-01-01",
    "new year": "2021-01-01",
    "march": "2021-03-15 12:30:15",
    "late": "2021-12-31 23:59:59.999999",
    "last": "9999-12-31 23:59:59",
}


@pytest.fixture(scope="module")
def dated() -> Iterator[Index]:
    """An index of articles that differ in their dates."""
    articles = [Article(name, "", "央行", date=date) for name, date in _DATES.items()]
    with made_index([[*articles, Article("undated", "", "央行")]]) as index:
        yield index


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2021", "2021", ["new year", "march", "late"]),
        ("2021-01", "2021-02", ["new year"]),
        ("2021-1", "2021-1", ["new year"]),
        ("2021-03-15", "2021-03-15", ["march"]),
        (dt.date(2021, 3, 15), dt.date(2021, 3, 15), ["march"]),
        ("2021-03-15 12:30:15", "2021-03-15 12:30:15", ["march"]),
        (dt.datetime(2021, 3, 15, 12, 30, 16), None, ["late", "last"]),
        ("2021-12", "2021-12", ["late"]),
        ("20211231", "20211231", ["late"]),
        (None, "0001", ["first"]),
        ("9999", "9999", ["last"]),
        ("9999-12", "9999-12", ["last"]),
        ("9999-12-31", "9999-12-31", ["last"]),
        (None, None, [*_DATES, "undated"]),
        ("2022", "2020", []),
    ],
)
def test_periods_are_inclusive(dated: Index, since: Any, until: Any, found: list[str]) -> None:
    results = dated.search("央行", since=since, until=until)
    assert [hit.id for hit in results] == found


@pytest.mark.parametrize(
    "arguments",
    [
        {"since": "yesterday"},
        {"until": "2021-13"},
        {"since": "2021-02-30"},
        {"until": 2021},
        {"since": ""},
        {"sort": "size"},
        {"sort": ["date"]},
        {"facets": "author"},
        {"facets": ("category", "author")},
        {"category": 5},
        {"tags": 5},
        {"tags": [5]},
    ],
)
def test_a_wrong_argument_is_named(dated: Index, arguments: dict[str, Any]) -> None:
    with pytest.raises(OptionError) as caught:
        dated.search("央行", **arguments)
    (name,) = arguments
    assert caught.value.option == name


@pytest.mark.parametrize(
    "parameters",
    [
        {"words": -1},
        {"k1": float("nan")},
        {"b": 1.1},
        {"words": "2"},
        {"stages": 1},
        {"grams": True},
    ],
)
def test_a_wrong_parameter_of_the_ranking_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        Ranking(**parameters)


def test_categories_nest_at_slashes_only() -> None:
    names = ["财经", "财经/保险", "财经/保险/长护", "财经2", "财", ""]
    articles = [Article(str(at), "", "央行", category=name) for at, name in enumerate(names)]
    with made_index([articles]) as index:
        for category, found in [
            ("财经", ["0", "1", "2"]),
            ("财经/保险", ["1", "2"]),
            (" 财经 / 保险/ ", ["1", "2"]),
            ("保险", []),
            ("财", ["4"]),
            ("", ["0", "1", "2", "3", "4", "5"]),
        ]:
            assert [hit.id for hit in index.search("央行", category=category)] == found


def test_all_tags_must_be_there() -> None:
    tags = [(), ("养老",), ("养老", "试点"), ("养老院",)]
    articles = [Article(str(at), "", "央行", tags=each) for at, each in enumerate(tags)]
    with made_index([articles]) as index:
        for wanted, found in [("养老", ["1", "2"]), (["试点", "养老"], ["2"]), (["无"], [])]:
            assert [hit.id for hit in index.search("央行", tags=wanted)] == found
