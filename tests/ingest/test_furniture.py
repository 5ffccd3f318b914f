from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.errors import OptionError
from searchlib.ingest import DEFAULT_FURNITURE, FINEWS, Furniture


@pytest.mark.parametrize(
    "footer",
    [
        "（文章来源：北方网）\nhttp://a.b/c?d=e\n返回北方网新闻｜返回首页",
        "http://a.b\n返回东财滚动新闻返回首页",
        "http://a.b\n\n返回东财滚动新闻\n返回首页",
        "<>\n返回首页",
        "(文章来源:银川新闻网)",
    ],
)
def test_the_preset_names_the_footers_of_the_seeds(footer: str) -> None:
    kept, stripped = FINEWS.strip("正文。\n" + footer)
    assert kept == "正文。"
    assert list(stripped) == [line for line in footer.split("\n") if line]


def test_a_line_inside_the_text_stays() -> None:
    text = "http://a.b\n返回首页\n正文"
    assert FINEWS.strip(text) == (text, ())


def test_a_sentence_that_begins_like_furniture_stays() -> None:
    for line in ("返回家乡的人越来越多，", "详见 http://a.b", "（文章来源：甲）说"):
        assert FINEWS.strip("正文\n" + line) == ("正文\n" + line, ())


def test_none_strips_nothing_and_the_default_is_the_preset() -> None:
    text = "正文 \n返回首页\n"
    assert Furniture.none().strip(text) == (text, ())
    assert DEFAULT_FURNITURE is FINEWS


def test_patterns_may_come_from_a_definition_and_travel_to_workers() -> None:
    rule = pickle.loads(pickle.dumps(Furniture(["责任编辑.*", "——END——"])))
    assert rule == Furniture(("责任编辑.*", "——END——"))
    text = "文\n——END——\n责任编辑：甲"
    assert rule.strip(text) == ("文", ("——END——", "责任编辑：甲"))


@pytest.mark.parametrize("patterns", ["返回", ["("], [3]])
def test_a_bad_pattern_is_an_option_error(patterns: list[str]) -> None:
    with pytest.raises(OptionError):
        Furniture(patterns)


@given(st.lists(st.sampled_from(["正文", "返回首页", "<>", "", " ", "http://a"]), max_size=8))
def test_what_is_kept_and_what_is_stripped_is_everything(lines: list[str]) -> None:
    kept, stripped = FINEWS.strip("\n".join(lines))
    assert [line for line in lines if line.strip()] == [
        line for line in [*kept.split("\n"), *stripped] if line.strip()
    ]
