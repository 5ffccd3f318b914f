from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.errors import LimitError
from searchlib.ingest import markup
from searchlib.ingest.flow import BLOCKS
from searchlib.ingest.markup import html_text, markdown_text
from searchlib.limits import DEFAULT_LIMITS, Limits


def text_of(html: str) -> str:
    return html_text(html, limits=DEFAULT_LIMITS).text


def md(markdown: str) -> str:
    return markdown_text(markdown, limits=DEFAULT_LIMITS).text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<span>券商</span>中国", "券商中国"),
        ("中<!-- EM_StockImg_Start -->国", "中国"),
        ("<p>甲</p><p>乙</p>", "甲\n乙"),
        ("<p>甲</p>\n\n <p>乙</p>", "甲\n乙"),
        ("甲<br>乙<br/>丙", "甲\n乙\n丙"),
        ("甲<div>乙</div>丙", "甲\n乙\n丙"),
        (
            "甲<script>x<y</script>乙<style>p{}</style>丙<template><p>无</p></template>丁",
            "甲乙丙丁",
        ),
        ("&lt;b&gt; A&amp;B &#8212; &#x4e2d;&nbsp;&hellip;", "<b> A&B — 中\u00a0…"),
        ("<ul><li>甲</li><li>乙</li></ul>", "甲\n乙"),
        ("<ul><li>甲<li>乙</ul>丙", "甲\n乙\n丙"),
        ("<table><tr><th>甲</th><th>乙</th></tr><tr><td>1<td>2</table>", "甲\t乙\n1\t2"),
        ("<table><tr><td><p>甲</p></td> <td><p>乙</p></td></tr></table>丙", "甲\t乙\n丙"),
        ('见<a href="http://a.b/c">链接</a>。', "见链接。"),
        ('前<img src="a.png" alt="K线图">后<img alt="">', "前 K线图 后"),
        ("精度满足<1%，<b>视</b>场角3<5且a<中文>尾", "精度满足<1%，视场角3<5且a<中文>尾"),
        ("中\n国 and\nmore  space\t。", "中国 and more space 。"),
        ("中 国", "中 国"),
        ("<b>甲</b> <i>乙</i>", "甲 乙"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>\u3000\u3000首行缩进</p><p>&nbsp;</p><p>二</p>", "首行缩进\n二"),
        ("<title>题</title><h1>头</h1>", "头"),
        ("<textarea><b>x</b></textarea>", "<b>x</b>"),
        ("<xmp><b>x</b></xmp>", "<b>x</b>"),
        ("<svg><title>无</title></svg>有", "有"),
        ("中<wbr>国H<sub>2</sub>O", "中国H2O"),
        ("", ""),
        ("readme.txt", "readme.txt"),
        ("http://a.b", "http://a.b"),
    ],
)
def test_html_becomes_text(html: str, expected: str) -> None:
    assert text_of(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("头<a <a <a 尾", "头<a <a <a 尾"),
        ("头<!-- 尾", "头<!-- 尾"),
        ("头<!-->中<!--->尾", "头中尾"),
        ("头<script>尾", "头<script>尾"),
        ("头<p class='a>文</p>尾", "头\n文\n尾"),
        ('头<p class="a"" id=b>文</p>尾', "头\n文\n尾"),
        ('头<img alt="图"" src=x>尾', "头 图 尾"),
        ('<span style="font-family:"楷体";">文</span>', "文"),
        ("若x<y 且 y>z", "若x<y 且 y>z"),
        ("见<http://a.b/c>。", "见<http://a.b/c>。"),
        ("<![CDATA[文]]>", "<![CDATA[文]]>"),
        ("a << b <b", "a << b <b"),
        ("</b></p>文</中>", "文</中>"),
        ('<a href="甲>乙</a>丙<b class="x">丁</b>', "乙丙丁"),
        ("<?xml version='1.0'?><!DOCTYPE html><meta charset=gbk>文é", "文é"),
        ("<plaintext>甲<b>乙</b>", "<plaintext>甲乙"),
    ],
)
def test_broken_markup_loses_nothing(html: str, expected: str) -> None:
    assert text_of(html) == expected


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "span", "font"])
def test_deep_nesting_keeps_all_text(tag: str) -> None:
    depth = 3_000  # lxml's tree drops what is below 256
    assert text_of(f"<{tag}>字" * depth).replace("\n", "") == "字" * depth
    assert text_of(f"<{tag}>字" * 100_000).replace("\n", "") == "字" * 100_000


def test_nesting_beyond_the_limit_is_an_error() -> None:
    with pytest.raises(LimitError) as caught:
        html_text("<b>字" * 100, limits=Limits(html_depth=50))
    assert caught.value.limit == "html_depth"


def test_text_beyond_the_limit_is_an_error() -> None:
    with pytest.raises(LimitError) as caught:
        html_text("<p>一二三</p>" * 10, limits=Limits(body_chars=29))
    assert caught.value.limit == "body_chars"
    assert len(html_text("<b>一二三</b>" * 10, limits=Limits(body_chars=30)).text) == 30


@pytest.mark.parametrize(
    "piece",
    [
        "<a ",
        "<!--",
        "<script>",
        "<",
        "<?",
        "</",
        "<![CDATA[",
        '<a b="',
        "<a x=\"<a ' ",
        "<p\n",
        "&",
    ],
)
def test_twenty_thousand_unclosed_pieces_are_kept_as_text(piece: str) -> None:
    html = piece * 20_000 + "完"
    assert text_of(html) == " ".join(html.split())


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# 标题\n\n正文**重**要\n第二行", "标题\n正文重要第二行"),
        ("[链接](http://a.b/c)和<http://d.e>", "链接和http://d.e"),
        ("> 引文\n\n- 甲\n- 乙\n\n1. 丙", "引文\n甲\n乙\n丙"),
        ("|甲|乙|\n|-|-|\n|1|2|", "甲\t乙\n1\t2"),
        ("<>", "<>"),
        ("满足<1%，a<b", "满足<1%，a<b"),
        ("![图示](a.png)", "图示"),
        ("```\n<b>代码</b>\n  缩进\n```", "<b>代码</b>\n  缩进"),
        ("`a<b>`", "a<b>"),
        ("正文<!-- more -->后", "正文后"),
        ("<p>甲*乙*</p>\n\n丙*丁*", "甲*乙*\n丙丁"),
        ("[注]: 见附录\n\n文[注]", "[注]: 见附录\n文[注]"),
        ("[a]: http://x.y\n\n文[a]", "文a"),
        ("~~删~~除", "删除"),
        ("<a <a 文", "<a <a 文"),
    ],
)
def test_markdown_becomes_text(markdown: str, expected: str) -> None:
    assert md(markdown) == expected


@pytest.mark.parametrize(
    "markdown",
    [">" * 30_000 + "底", "- " * 5_000 + "底", "[" * 30_000 + "底", "> " * 61 + "甲\n\n乙底"],
)
def test_markdown_too_odd_to_render_keeps_its_text_and_says_so(markdown: str) -> None:
    read = markdown_text(markdown, limits=DEFAULT_LIMITS)
    assert "".join(read.text.split()) == "".join(markdown.split())
    assert "Markdown" in read.warning


def test_nested_markdown_that_renders_has_no_warning() -> None:
    read = markdown_text("> " * 20 + "底", limits=DEFAULT_LIMITS)
    assert (read.text, read.warning) == ("底", "")


def test_the_first_heading_is_found() -> None:
    assert markdown_text("文\n\n## 头**一**\n\n# 二", limits=DEFAULT_LIMITS).heading == "头一"
    read = html_text("<title>页 题</title><h2> </h2><h3>头<br>二</h3>", limits=DEFAULT_LIMITS)
    assert (read.title, read.heading) == ("页 题", "头 二")


_PIECES = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<br>",
        "<td>",
        "<tr>",
        "<table>",
        "</table>",
        "<li>",
        "<pre>",
        "</pre>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<",
        ">",
        '"',
        "'",
        "&",
        "&lt;",
        "&#0;",
        "<a href='x'>",
        "<a b=",
        " ",
        "\n",
        "中",
        "国。",
        "word",
        "<h1>",
        "</h1>",
        "<title>",
        "</",
        "<img alt='图'>",
        "<textarea>",
        "</textarea>",
        "\u3000",
        "\u00a0",
        "<select>",
        "<option>",
    ]
)
_SOUP = st.lists(_PIECES, max_size=40).map("".join)


@given(_SOUP)
def test_tree_and_events_give_the_same_text(html: str) -> None:
    by_tree = html_text(html, limits=DEFAULT_LIMITS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_TREE_TAGS", 0)
        assert html_text(html, limits=DEFAULT_LIMITS) == by_tree


@given(_SOUP)
def test_no_markup_raises_and_text_is_tidy(html: str) -> None:
    for text in (text_of(html), md(html)):
        assert text == text.strip()
        assert "\n\n\n" not in text
        assert not re.search(r"[ \t]+$", text, re.MULTILINE)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80))
def test_escaped_text_comes_back(text: str) -> None:
    assert "".join(text_of(f"<p>{escape(text)}</p>").split()) == "".join(text.split())


_INLINE = st.sampled_from(["b", "i", "span", "a", "font", "em", "strong", "o:p"])
_HAN = st.text("中国保险券商", min_size=1, max_size=4)


@given(st.lists(st.tuples(_INLINE, _HAN), min_size=1, max_size=20))
def test_inline_tags_insert_nothing(parts: list[tuple[str, str]]) -> None:
    html = "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts)
    assert text_of(html) == "".join(text for _, text in parts)


@given(st.lists(_HAN, min_size=1, max_size=9), st.sampled_from(sorted(BLOCKS - {"title", "head"})))
def test_block_tags_break_lines(parts: list[str], tag: str) -> None:
    if tag in ("br", "hr"):
        html = f"<{tag}>".join(parts)
    else:
        html = "".join(f"<{tag}>{part}</{tag}>" for part in parts)
    assert text_of(html) == "\n".join(parts)
