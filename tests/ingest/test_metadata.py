from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.errors import LimitError
from searchlib.ingest.front_matter import split_front_matter
from searchlib.ingest.metadata import Metadata, parse_date, read_metadata
from searchlib.limits import DEFAULT_LIMITS, Limits

CHINA = dt.timezone(dt.timedelta(hours=8))


def read(block: str) -> Metadata:
    front = split_front_matter(f"---\n{block}\n---\n", limits=DEFAULT_LIMITS)
    return read_metadata(front.metadata, limits=DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-01-17 13:05:09 +0800", dt.datetime(2022, 1, 17, 13, 5, 9, tzinfo=CHINA)),
        ("2022-01-17 13:05:09+08:00", dt.datetime(2022, 1, 17, 13, 5, 9, tzinfo=CHINA)),
        ("2022-01-17T13:05:09Z", dt.datetime(2022, 1, 17, 13, 5, 9, tzinfo=dt.UTC)),
        ("2022-01-17 13:05:09.123 UTC", dt.datetime(2022, 1, 17, 13, 5, 9, tzinfo=dt.UTC)),
        ("2022-01-17 13:05:09", dt.datetime(2022, 1, 17, 13, 5, 9)),
        ("2022-1-7 3:05", dt.datetime(2022, 1, 7, 3, 5)),
        ("2022-01-17", dt.datetime(2022, 1, 17)),
        ("2022/1/7", dt.datetime(2022, 1, 7)),
        ("20220117", dt.datetime(2022, 1, 17)),
        ("2022年1月17日", dt.datetime(2022, 1, 17)),
        ("2022年1月17日 13时05分", dt.datetime(2022, 1, 17, 13, 5)),
    ],
)
def test_dates_are_read(text: str, moment: dt.datetime) -> None:
    assert parse_date(text) == moment
    assert read(f"date: {text}").date == moment
    assert read(f'date: "{text}"').date == moment


@pytest.mark.parametrize(
    "value", [" +0800", "2022-02-30", "明天", "2022-01-17 25:00:00", "[2022-01-17]", "2022-13-01"]
)
def test_a_broken_date_is_no_date_and_a_warning(value: str) -> None:
    found = read(f"date: {value}")
    assert found.date is None
    assert len(found.warnings) == 1
    assert found.warnings[0].startswith("date ")


@pytest.mark.parametrize("block", ["title: 甲", "date:", "date: ~", 'date: ""'])
def test_a_missing_date_is_no_warning(block: str) -> None:
    assert (read(block).date, read(block).warnings) == (None, ())


@pytest.mark.parametrize(
    ("block", "category"),
    [
        ("categories: beifangwang", "beifangwang"),
        ("category: 财经", "财经"),
        ("categories: 财经 保险", "财经/保险"),
        ("categories: 财经/保险", "财经/保险"),
        ("categories: [财经, 保险]", "财经/保险"),
        ("categories:\n  - 财经\n  - A股 市场", "财经/A股 市场"),
        ("categories:\n  - [财经, 保险]\n  - [社会]", "财经/保险"),
        ("categories: 2022", "2022"),
        ("categories:", ""),
        ("categories: []\ncategory: 社会", "社会"),
        ("categories: 甲\ncategory: 乙", "甲"),
    ],
)
def test_categories_nest(block: str, category: str) -> None:
    assert read(block).category == category
    assert read(block).warnings == ()


@pytest.mark.parametrize(
    ("block", "tags"),
    [
        ("tags: 北方网新闻", ("北方网新闻",)),
        ("tags: 甲 乙", ("甲", "乙")),
        ("tags: 甲 A, 乙，丙", ("甲 A", "乙", "丙")),
        ("tags: [甲 A, 5G, 2022, on, 甲 A]", ("甲 A", "5G", "2022", "on")),
        ("tag: 甲", ("甲",)),
        ("tags:", ()),
    ],
)
def test_tags_are_read(block: str, tags: tuple[str, ...]) -> None:
    assert read(block).tags == tags
    assert read(block).warnings == ()


@pytest.mark.parametrize("key", ["title", "tags", "categories", "date"])
def test_an_odd_type_counts_as_missing_with_a_warning(key: str) -> None:
    found = read(f"{key}: {{a: b}}")
    assert found == Metadata(warnings=found.warnings)
    assert len(found.warnings) == 1


@pytest.mark.parametrize(
    ("block", "hidden"),
    [
        ("draft: true", "draft"),
        ('draft: "true"', "draft"),
        ("draft: false", ""),
        ("published: false", "not published"),
        ("published: no", "not published"),
        ("published: true", ""),
        ("published: 2022-01-01", ""),
    ],
)
def test_drafts_are_hidden(block: str, hidden: str) -> None:
    assert read(block).hidden == hidden


def test_the_rest_is_extra_if_plain() -> None:
    found = read(
        "layout: post\nweight: 3\nscore: 1.5\ncomments: true\nid: '007'\nempty:\n"
        "authors: [甲, 乙]\nnested: {a: b}\nlists: [[a]]\npermalink: /a/b/\nurl: http://c"
    )
    assert found.url == "/a/b/"
    assert found.extra == {
        "layout": "post",
        "weight": 3,
        "score": 1.5,
        "comments": True,
        "id": "007",
        "authors": ("甲", "乙"),
        "url": "http://c",
    }
    assert read("url: http://c").url == "http://c"


def test_titles_are_one_line() -> None:
    assert read("title: >\n  甲\n  乙\n").title == "甲 乙"
    assert read("title: 2022").title == "2022"
    assert read("title: ~").title == ""


def test_limits_hold() -> None:
    with pytest.raises(LimitError):
        read_metadata({"title": "一二三"}, limits=Limits(title_chars=2))
    with pytest.raises(LimitError):
        read_metadata({"tags": ["一", "二"]}, limits=Limits(tags=1))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
_KEYS = st.sampled_from(["title", "date", "categories", "tags", "draft", "published", "url", "x"])


@given(st.dictionaries(_KEYS, _VALUES))
def test_any_values_are_read(keys: dict[str, object]) -> None:
    assert isinstance(read_metadata(keys, limits=DEFAULT_LIMITS), Metadata)


@given(st.text(alphabet="0123456789-/: T+Z年月日", max_size=25))
def test_any_date_is_read_or_none(text: str) -> None:
    parsed = parse_date(text)
    assert parsed is None or isinstance(parsed, dt.datetime)
