from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.errors import LimitError
from searchlib.ingest.front_matter import FrontMatter, split_front_matter
from searchlib.ingest.refusal import Refusal
from searchlib.limits import DEFAULT_LIMITS, Limits


def split(text: str, limits: Limits = DEFAULT_LIMITS) -> FrontMatter:
    return split_front_matter(text, limits=limits)


@pytest.mark.parametrize("before", ["", "\n", "\ufeff", " \n\n"])
@pytest.mark.parametrize("fence", ["---", "---  ", "-----"])
def test_front_matter_is_split_off(before: str, fence: str) -> None:
    front = split(f"{before}{fence}\ntitle: 北京\ntags: [甲, 乙]\n{fence}\n正文\n---\n后\n")
    assert front.metadata == {"title": "北京", "tags": ["甲", "乙"]}
    assert front.body.strip() == "正文\n---\n后"
    assert front.warnings == ()


def test_toml_front_matter_is_read() -> None:
    front = split('+++\ntitle = "北京"\ndraft = false\ntags = ["甲"]\n+++\n正文')
    assert front.metadata == {"title": "北京", "draft": False, "tags": ["甲"]}
    assert front.body.strip() == "正文"


@pytest.mark.parametrize(
    "text", ["正文", "正文\n---\n甲\n---\n乙", "", "--- 破折号\n正文", "----a"]
)
def test_without_front_matter_all_is_body(text: str) -> None:
    assert split(text) == FrontMatter(body=text)


def test_empty_front_matter_is_front_matter() -> None:
    assert split("---\n---\n正文").body.strip() == "正文"
    assert split("---\n---\n正文").found


def test_scalars_stay_text() -> None:
    front = split('---\na: 2022\nb: on\nc: 1.10\nd: 2022-01-01\ne: 12:30:45\nf: "x"\n---\n')
    assert list(front.metadata.values()) == ["2022", "on", "1.10", "2022-01-01", "12:30:45", "x"]


@pytest.mark.parametrize(
    ("block", "salvaged"),
    [
        ("title: 北京: 新闻\ndate: 2022-01-01", {"title": "北京: 新闻", "date": "2022-01-01"}),
        ('title: "未闭合\ndate: 2022-01-01', {"title": "未闭合", "date": "2022-01-01"}),
        ("title: *重要* 通知", {"title": "*重要* 通知"}),
        ("title: @某人\ntags:\n  - 甲\n  - 乙", {"title": "@某人", "tags": ["甲", "乙"]}),
        ("title: 50%: x\ntags: [甲, 乙]", {"title": "50%: x", "tags": ["甲", "乙"]}),
        ("title: \t制表\nkey:\tx: y", {"title": "制表", "key": "x: y"}),
    ],
)
def test_broken_front_matter_is_salvaged_with_a_warning(
    block: str, salvaged: dict[str, object]
) -> None:
    front = split(f"---\n{block}\n---\n正文")
    assert front.metadata == salvaged
    assert front.body == "正文"
    assert len(front.warnings) == 1
    assert "salvaged" in front.warnings[0]


def test_unclosed_front_matter_ends_at_the_first_other_line() -> None:
    front = split("---\ntitle: 北京\ndate: 2022-01-01\n\n正文\n注: 说明\n")
    assert front.metadata == {"title": "北京", "date": "2022-01-01"}
    assert front.body == "\n正文\n注: 说明\n"
    assert "never closed" in front.warnings[0]


def test_a_rule_at_the_top_loses_no_text() -> None:
    front = split("---\n正文一\n---\n正文二")
    assert front.body == "正文一\n---\n正文二"
    assert front.warnings


def test_the_last_of_equal_keys_counts_with_a_warning() -> None:
    front = split("---\ntitle: 甲\ntitle: 乙\n---\n")
    assert front.metadata == {"title": "乙"}
    assert front.warnings == ("front matter has 'title' twice; the last one counts",)


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20)
)


@pytest.mark.parametrize(
    "block",
    [
        BOMB,
        "title: !!python/object/apply:os.system ['true']",
        "title: !!python/name:os.system",
        "x: !ruby/object:Foo {}",
        "x: &x [*x]",
    ],
)
def test_aliases_and_object_tags_are_refused(block: str) -> None:
    with pytest.raises(Refusal, match="front matter"):
        split(f"---\n{block}\n---\n正文")


@pytest.mark.parametrize(
    "block", ["x: " + "[" * 10_000, "x: " + "{a: " * 10_000, "- " * 10_000 + "x", "? " * 10_000]
)
def test_ten_thousand_levels_are_over_the_limit(block: str) -> None:
    with pytest.raises(LimitError) as caught:
        split(f"---\n{block}\n---\n正文")
    assert caught.value.limit == "front_matter_depth"


def test_toml_levels_are_over_the_limit() -> None:
    with pytest.raises(LimitError):
        split("+++\nx = " + "[" * 10_000 + "\n+++\n正文")


def test_a_long_block_is_over_the_limit() -> None:
    with pytest.raises(LimitError) as caught:
        split("---\nx: 一二三四\n---\n", Limits(front_matter_bytes=10))
    assert caught.value.limit == "front_matter_bytes"


_YAML = st.lists(
    st.sampled_from(
        [
            "---",
            "+++",
            "\n",
            "title",
            ": ",
            ":",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!str ",
            "? ",
            "|",
            ">",
            '"',
            "'",
            "北京",
            "2022-01-01",
            "#",
            "%",
            "@",
            ", ",
            "  ",
            "\t",
            "= ",
        ]
    ),
    max_size=30,
).map("".join)


@given(_YAML, st.booleans())
def test_any_front_matter_is_read_or_refused(block: str, closed: bool) -> None:
    text = f"---\n{block}\n" + ("---\n正文" if closed else "正文")
    try:
        front = split(text)
    except (Refusal, LimitError):
        return
    assert front.body.rstrip().endswith("正文") or "正文" in str(front.metadata)
