"""Snippets and marked titles: their properties, their choice of fragments, their safety."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from searchlib.analysis import fold, fold_with_map
from searchlib.results import Highlighter, Needle, SnippetOptions
from searchlib.results.needles import find_starts

_BODIES = st.lists(
    st.sampled_from(
        [
            *"的一是长期护理保险保險资资訊成都。，、；！…㈱ﬁ ",
            *["\n", "\u200b", "\r\n", "  ", "<b>", "&amp;", '"', "'", "&", "</mark>", "<mark>"],
            *[
                "ＡＢＣ",
                "abc",
                "ABCD",
                "47",
                "1.47亿",
                "１４７",
                "C++",
                "e\u0301",
                "👨‍👩‍👧",
                "a",
                "a",
                "保险",
            ],
            *[
                "四川省成都市开展试点，",
                "长期护理保险制度。",
                "今天的天气很好，",
                "pd1728",
                "https://a.cn/b?c=d",
            ],
        ]
    ),
    max_size=60,
).map("".join)
_NEEDLES = st.lists(
    st.builds(
        Needle,
        st.sampled_from(
            [
                *"的险a",
                "保险",
                "长期",
                "护理保险",
                "成都",
                "资讯",
                "株",
                "(株)",
                "fi",
                "...",
                "。",
                "险制",
                "。今",
            ]
        )
        | st.text("ab保险。1", min_size=1, max_size=3),
        st.sampled_from([0.25, 0.5, 1.0, 2.0, 7.0]),
        st.just(False),
    )
    | st.builds(
        Needle,
        st.sampled_from(
            ["abc", "abcd", "47", "1.47", "147", "pd", "1728", "c++", "e", "a", "https"]
        ),
        st.sampled_from([0.25, 1.0, 3.0]),
        st.just(True),
    ),
    max_size=8,
)
_OPTIONS = st.builds(
    SnippetOptions,
    width=st.integers(1, 150),
    fragments=st.integers(1, 4),
    joiner=st.sampled_from(["…", " … ", "<&>", "ab"]),
)


def _unmarked(html: str, options: SnippetOptions) -> str:
    return unescape(html.replace(options.before, "").replace(options.after, ""))


@given(_BODIES, _NEEDLES, _OPTIONS)
@settings(max_examples=400)
@example("保险" * 100, [Needle("保险", 1.0, bordered=False)], SnippetOptions())
@example("", [], SnippetOptions())
@example(" \n ", [Needle("a", 1.0, bordered=True)], SnippetOptions(width=1))
def test_a_snippet_is_slices_of_the_body_and_marks_what_was_asked(
    body: str, needles: list[Needle], options: SnippetOptions
) -> None:
    snippet = Highlighter(needles, options).snippet(body)
    pieces = [body[start:end] for start, end in snippet.fragments]
    assert snippet.text == options.joiner.join(pieces)
    assert len(snippet.text) <= options.width
    assert len(pieces) <= options.fragments
    assert bool(pieces) == bool(body.strip())
    assert all(piece and piece == piece.strip() for piece in pieces)
    gaps = zip(snippet.fragments, snippet.fragments[1:], strict=False)
    assert all(end < start for (_, end), (start, _) in gaps)
    assert _unmarked(snippet.html, options) == snippet.text

    edges = [edge for span in snippet.ranges for edge in span]
    assert edges == sorted(set(edges))
    asked = [needle.text for needle in needles]
    for start, end in snippet.ranges:
        marked = fold(snippet.text[start:end])
        assert any(text[: options.width] in marked for text in asked)


@given(_BODIES, _NEEDLES, _OPTIONS)
@settings(max_examples=300)
def test_within_a_fragment_everything_that_was_asked_for_is_marked(
    body: str, needles: list[Needle], options: SnippetOptions
) -> None:
    snippet = Highlighter(needles, options).snippet(body)
    folded = fold_with_map(body)
    offset = 0
    expected: set[int] = set()
    for start, end in snippet.fragments:
        for needle in needles:
            if len(needle.text) > options.width:
                return
            for at in find_starts(folded.folded, needle, most=1_000):
                first, last = folded.original(at, at + len(needle.text))
                if start <= first and last <= end:
                    expected.update(range(first - start + offset, last - start + offset))
        offset += end - start + len(options.joiner)
    assert {at for span in snippet.ranges for at in range(*span)} == expected


@given(_BODIES, _NEEDLES, st.integers(10, 80))
@settings(max_examples=300)
def test_one_fragment_covers_as_much_weight_as_any_window_could(
    body: str, needles: list[Needle], width: int
) -> None:
    weights: dict[str, float] = {}
    for needle in needles:
        weights[needle.text] = max(needle.weight, weights.get(needle.text, 0))
    loose = {needle.text for needle in needles if not needle.bordered}
    folded = fold_with_map(body)
    occurrences = []
    for text in weights:
        needle = Needle(text, 1.0, bordered=text not in loose)
        for at in find_starts(folded.folded, needle, most=1_000):
            occurrences.append((*folded.original(at, at + len(text)), text))

    def worth(start: int, end: int) -> float:
        seen = {text for first, last, text in occurrences if start <= first and last <= end}
        return sum(weights[text] for text in seen)

    fragments = (
        Highlighter(needles, SnippetOptions(width=width, fragments=1)).snippet(body).fragments
    )
    best = max((worth(start, start + width) for start in range(len(body))), default=0)
    assert sum(worth(*fragment) for fragment in fragments) == best


@given(_BODIES, _NEEDLES)
def test_a_title_is_marked_wherever_brute_force_finds_a_needle(
    title: str, needles: list[Needle]
) -> None:
    highlighter = Highlighter(needles)
    folded = fold_with_map(title)
    expected: set[int] = set()
    for needle in needles:
        for at in find_starts(folded.folded, needle, most=1_000):
            expected.update(range(*folded.original(at, at + len(needle.text))))
    ranges = highlighter.title_ranges(title)
    assert {at for span in ranges for at in range(*span)} == expected
    assert _unmarked(highlighter.title_html(title), SnippetOptions()) == title


def _words(*texts: str) -> list[Needle]:
    return [Needle(text, 1.0, bordered=text.isascii()) for text in texts]


@pytest.mark.parametrize(
    ("needle", "text", "marked"),
    [
        ("资讯", "最新資訊。", ["資訊"]),
        ("abc", "用ＡＢＣ的", ["ＡＢＣ"]),
        ("abc", "用ＡＢＣＤ的", []),
        ("保险", "保险……保險", ["保险", "保險"]),
        ("fi", "ﬁ", ["ﬁ"]),
        ("(株)", "日立㈱。", ["㈱"]),
        ("株", "日立㈱。", ["㈱"]),
        ("…", "等等…吧", ["…"]),
        ("°c", "高温25℃。", ["℃"]),
        ("保险", "保\u200b险", ["保\u200b险"]),
        ("哈哈", "哈哈哈", ["哈哈哈"]),
    ],
)
def test_original_characters_are_marked_whatever_the_fold_made_of_them(
    needle: str, text: str, marked: list[str]
) -> None:
    highlighter = Highlighter([Needle(fold(needle), 1.0, bordered=needle == "abc")])
    snippet = highlighter.snippet(text)
    assert [snippet.text[start:end] for start, end in snippet.ranges] == marked
    assert [text[start:end] for start, end in highlighter.title_ranges(text)] == marked


def test_everything_but_the_marks_is_escaped() -> None:
    highlighter = Highlighter(_words("保险", "alert"))
    text = """<script>alert("1")</script>&lt;保险 title='x'>"""
    expected = (
        "&lt;script&gt;<mark>alert</mark>(&quot;1&quot;)&lt;/script&gt;&amp;lt;"
        "<mark>保险</mark> title=&#x27;x&#x27;&gt;"
    )
    assert highlighter.snippet(text).html == highlighter.title_html(text) == expected


def test_custom_marks_and_joiner_are_used_and_the_joiner_is_escaped() -> None:
    options = SnippetOptions(width=40, before='<em class="hit">', after="</em>", joiner="<…>")
    body = "保险在先。" + "天气很好。" * 50 + "成都在后。"
    html = Highlighter(_words("保险", "成都"), options).snippet(body).html
    assert html.startswith('<em class="hit">保险</em>')
    assert html.endswith('<em class="hit">成都</em>在后。')
    assert "&lt;…&gt;" in html
    assert "<…>" not in html


def test_without_a_match_the_snippet_is_the_beginning_of_the_body() -> None:
    body = "\n　" + "天气很好，我们出门。" * 40
    snippet = Highlighter(_words("保险")).snippet(body)
    assert snippet.ranges == ()
    assert snippet.text == "天气很好，我们出门。" * 12
    assert snippet.html == snippet.text


def test_fragments_begin_and_end_at_sentences_where_these_are_near() -> None:
    body = "天气很好我们出门。" * 30 + "四川试点长期护理保险。" + "天气很好我们出门。" * 30
    snippet = Highlighter(_words("保险")).snippet(body)
    start = body.index("四川")
    assert snippet.fragments[0][0] == start
    assert snippet.text.endswith("。")


def test_sentences_that_are_too_long_are_cut_at_clauses() -> None:
    body = "天气很好我们出门，" * 30 + "四川试点长期护理保险，" + "天气很好我们出门，" * 30
    text = Highlighter(_words("保险")).snippet(body).text
    assert text.startswith("天气很好我们出门，")
    assert text.endswith("，")


@given(
    st.lists(
        st.sampled_from(["保险", "1,470.5", "C++", "COVID-19", "a.b/c", "的", " ", "ok", "。"])
    ),
    st.integers(20, 60),
)
@settings(max_examples=300)
def test_no_word_or_number_is_cut(pieces: list[str], width: int) -> None:
    body = " ".join(pieces)
    snippet = Highlighter(_words("保险"), SnippetOptions(width=width, fragments=2)).snippet(body)
    for start, end in snippet.fragments:
        for word in re.finditer(r"[\x21-\x7e]+", body):
            assert not word.start() < start < word.end()
            assert not word.start() < end < word.end()


def test_text_without_punctuation_is_not_cut_within_a_needle() -> None:
    for lead in range(40, 50):
        body = "天" * 300 + "保险" + "地" * lead + "成都双流机场" + "人" * 300
        options = SnippetOptions(width=100, fragments=1)
        needles = [Needle("保险", 9.0, bordered=False), Needle("成都双流机场", 0.1, bordered=False)]
        text = Highlighter(needles, options).snippet(body).text
        assert "保险" in text
        assert "成都双流机场" in text or not text.endswith(("成", "成都", "成都双", "成都双流"))


def test_a_word_longer_than_the_snippet_is_cut_after_all() -> None:
    snippet = Highlighter(_words("保险")).snippet("a" * 500)
    assert snippet.fragments == ((0, 120),)


def test_a_needle_longer_than_the_snippet_is_shown_by_its_beginning() -> None:
    phrase = "长期护理保险试点" * 30
    snippet = Highlighter([Needle(phrase, 1.0, bordered=False)]).snippet("天" * 500 + phrase)
    assert snippet.text == phrase[:120]
    assert snippet.ranges == ((0, 120),)


def test_several_fragments_are_shown_where_one_cannot_cover_all() -> None:
    filler = "天气很好，我们出门。" * 30
    body = f"{filler}保险在此。{filler}成都在此。{filler}护理在此。{filler}"
    snippet = Highlighter(_words("护理", "保险", "成都")).snippet(body)
    assert len(snippet.fragments) == 3
    marked = [snippet.text[start:end] for start, end in snippet.ranges]
    assert marked == ["保险", "成都", "护理"]


def test_one_fragment_is_shown_where_it_covers_all() -> None:
    filler = "天气很好，我们出门。" * 30
    body = f"保险。{filler}成都。{filler}保险在成都。{filler}"
    snippet = Highlighter(_words("保险", "成都")).snippet(body)
    assert len(snippet.fragments) == 1
    assert "<mark>保险</mark>在<mark>成都</mark>" in snippet.html


def test_heavier_needles_are_preferred() -> None:
    filler = "天气很好，我们出门。" * 30
    body = f"{filler}甲乙。{filler}丙。{filler}"
    needles = [
        Needle(text, weight, bordered=False)
        for text, weight in zip("甲乙丙", (1, 1, 3), strict=True)
    ]
    snippet = Highlighter(needles, SnippetOptions(fragments=1)).snippet(body)
    assert "丙" in snippet.text


def test_needles_in_a_row_as_in_the_query_win_a_tie() -> None:
    filler = "天气很好，我们出门。" * 30
    body = f"{filler}保险的护理长期。{filler}长期护理保险。{filler}"
    snippet = Highlighter(_words("长期", "护理", "保险"), SnippetOptions(fragments=1)).snippet(body)
    assert "<mark>长期护理保险</mark>" in snippet.html


def test_neighbours_of_a_needle_far_more_frequent_than_decides_are_marked_all_the_same() -> None:
    body = "的确如此。" * 100_000 + "保险的确在此。"
    snippet = Highlighter([*_words("的"), Needle("保险", 5.0, bordered=False)]).snippet(body)
    assert "<mark>保险的</mark>确" in snippet.html
    assert snippet.html.count("<mark>的</mark>") == snippet.text.count("的") - 1


def test_a_bordered_needle_is_marked_although_it_was_tried_in_vain_too_often_before() -> None:
    body = "xa保。" * 10_000 + "a保险。"
    snippet = Highlighter([Needle("a", 1.0, bordered=True), *_words("保险")]).snippet(body)
    assert "<mark>a保险</mark>" in snippet.html


def test_many_needles_in_a_long_body_without_borders_are_taken() -> None:
    needles = [Needle("a" * length, 1.0, bordered=length % 2 == 0) for length in range(1, 257)]
    snippet = Highlighter(needles).snippet("a" * 200_000)
    assert snippet.fragments == ((0, 120),)
    assert snippet.ranges == ((0, 120),)
