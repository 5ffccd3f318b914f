"""What the Analyzer makes of whole texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchlib.analysis import Analyzer, fold
from searchlib.errors import OptionError
from searchlib.limits import Limits

ANALYZER = Analyzer(user_words=["访惠聚", "A股", "阿Q正传", "machine learning"])
SHORT = Analyzer(limits=Limits(token_chars=2, han_run=3))
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *(
                    "中国农业发展银行",
                    "龙的传人",
                    "资訊",
                    "ＡＢＣ",
                    "covid-19",
                    "c++",
                    ".net",
                    "5g",
                ),
                *(
                    "1.47亿元",
                    "2020年3月15日晚间",
                    "8 月 16 日",
                    "1,470",
                    "12.5 %",
                    "100-200元",
                    "，",
                ),
                *(
                    "a股",
                    "阿q正传",
                    "machine learning",
                    "々",
                    "〇",
                    "㐀",
                    "𫖯",
                    "\x00",
                    "\ud800",
                    " ",
                ),
                *("カナ", ".", "...", "-", "年", "日本", "5", "\u200d", "é", "e\u0301", "\n"),
            ]
        ),
        st.text(max_size=3),
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("，。 \n", []),
        ("中国农业发展银行", ["中国", "农业发展银行"]),
        ("covid-19感染者1.47亿人", ["covid-19", "感染者", "1.47亿", "亿人"]),
        ("营收1.47亿元增长12.5%", ["营收", "1.47亿元", "亿元", "增长", "12.5%"]),
        ("在5年级", ["在", "5年", "年级"]),
        ("用C++和.NET写", ["用", "c++", "和", ".net", "写"]),
        ("8 月 16 日消息", ["8月16日", "日", "消息"]),
        ("炒A股读阿Q正传", ["炒", "a股", "读", "阿q正传"]),
        ("二〇二〇年", ["二", "〇", "二", "〇", "年"]),
        ("中\x00国", ["中", "国"]),
        ("中\ud800国", ["中", "国"]),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert ANALYZER.units(fold(text)) == expected


@pytest.mark.parametrize(
    ("unit", "parts"),
    [
        ("农业发展银行", ("农业", "发展", "银行")),
        ("感染者", ("感染",)),
        ("农业", ()),
        ("〇", ()),
        ("covid-19", ("covid", "19")),
        ("a股", ("a", "股")),
        ("阿q正传", ("阿", "q", "正传")),
        ("machine learning", ("machine", "learning")),
    ],
)
def test_parts(unit: str, parts: tuple[str, ...]) -> None:
    found = ANALYZER.parts(unit)
    assert set(found) == set(parts)
    assert found is ANALYZER.parts(unit)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("1.47亿保险", ["1.47亿", "保险"]),
        ("2020年3月15日 成都", ["2020年3月15日", "成都"]),
        ("5年级数学", ["5年", "年级", "数学"]),
        ("5年 年", ["5年", "年"]),
        ("c++ 教程", ["c++", "教程"]),
    ],
)
def test_a_quantity_in_a_query_implies_its_words(query: str, asked: list[str]) -> None:
    assert ANALYZER.query_units(query) == asked


@settings(max_examples=400)
@given(TEXTS, st.sampled_from([ANALYZER, SHORT]))
def test_tokens_are_the_units_and_parts_in_their_places(text: str, analyzer: Analyzer) -> None:
    folded = fold(text)
    units = analyzer.units(folded)
    tokens = analyzer.tokens(folded)
    assert sorted(token.text for token in tokens if token.kind != "part") == sorted(units)
    assert {token.text for token in tokens if token.kind == "part"} == {
        part for unit in units for part in analyzer.parts(unit)
    }
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
    for token in tokens:
        there = folded[token.start : token.end].replace("\0", " ")  # a NUL is read as a space
        assert token.text in (
            there,
            there.replace(" ", ""),
            there.replace(" ", "").replace(",", ""),
        ) or (token.kind == "part" and "," in there)


@settings(max_examples=400)
@given(TEXTS)
def test_han_words_join_to_all_the_han_text(text: str) -> None:
    plain = Analyzer()
    plain.__dict__["_segmenter"] = ANALYZER._segmenter
    folded = fold(text)
    tokens = [token for token in plain.tokens(folded) if token.kind == "word"]
    covered = {at for token in tokens for at in range(token.start, token.end)}
    others = [token for token in plain.tokens(folded) if token.kind != "word"]
    covered |= {at for token in others for at in range(token.start, token.end)}
    lost = [char for at, char in enumerate(folded) if at not in covered and "一" <= char <= "龥"]
    assert lost == []


def test_long_han_runs_are_cut_at_the_limit() -> None:
    analyzer = Analyzer(limits=Limits(han_run=10))
    assert max(map(len, analyzer.units("中国农业发展银行" * 50))) <= 10
    assert "".join(analyzer.units("中国农业发展银行" * 50)) == "中国农业发展银行" * 50
    unknown = "龘" * 200_000
    assert "".join(Analyzer().units(unknown)) == unknown


def test_long_tokens_are_cut_at_the_limit() -> None:
    analyzer = Analyzer(limits=Limits(token_chars=10))
    assert analyzer.units("x" * 25 + "中国") == ["x" * 10, "x" * 10, "x" * 5, "中国"]
    assert [(t.start, t.end) for t in analyzer.tokens("，" + "x" * 15) if t.kind != "part"] == [
        (1, 11),
        (11, 16),
    ]


def test_fingerprint_tells_what_shapes_tokens() -> None:
    plain = Analyzer().fingerprint
    assert plain == Analyzer(backend="jieba").fingerprint
    assert (
        Analyzer(user_words=["甲乙", "丙"]).fingerprint
        == Analyzer(user_words=["丙", "甲乙"]).fingerprint
    )
    others = [
        Analyzer(user_words=["丙"]),
        Analyzer(user_words=[("丙", 5)]),
        Analyzer(limits=Limits(han_run=5)),
        Analyzer(limits=Limits(token_chars=5)),
    ]
    assert len({plain, *(other.fingerprint for other in others)}) == 5


def test_user_words_fold_like_texts() -> None:
    assert Analyzer(user_words=["訪惠聚工作隊"]).units(fold("访惠聚工作队")) == ["访惠聚工作队"]


@pytest.mark.parametrize("wrong", ["", "  ", ("词", 0)])
def test_user_words_that_make_no_sense_are_refused(wrong: str | tuple[str, int]) -> None:
    with pytest.raises(OptionError):
        Analyzer(user_words=[wrong])
