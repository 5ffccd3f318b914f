"""Units and parts that are not Han words, by example and by property."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.analysis import fold
from searchlib.analysis.units import is_number, spelled, unit_parts, unit_pattern

UNIT = unit_pattern()


def units(text: str) -> list[str]:
    pieces = UNIT.split(fold(text))
    return [
        spelled(*found) for found in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C++和C#，还有F#与C", ["c++", "c#", "f#", "c"]),
        ("C++11", ["c++", "11"]),
        ("Notepad++ A+轮 a+b", ["notepad++", "a+", "a", "b"]),
        (".NET与ASP.NET，用.net写", [".net", "asp.net", ".net"]),
        ("结束.然后...and", ["and"]),
        ("5G手机 iPhone15", ["5g", "iphone15"]),
        ("COVID-19 gen-itgc node.js", ["covid-19", "gen-itgc", "node.js"]),
        ("AT&T、R&D", ["at&t", "r&d"]),
        ("PD1728", ["pd1728"]),
        ("v2.0.1 3.14", ["v2.0.1", "3.14"]),
        ("增长12.5%至-3％", ["12.5%", "3%"]),
        ("10-20%", ["10", "20%"]),
        ("1.47亿元", ["1.47亿元"]),
        ("1，500亿英镑", ["1,500亿"]),
        ("147,000,000元", ["147,000,000元"]),
        ("1,470", ["1,470"]),
        ("1,4700", ["1", "4700"]),
        ("1,2,3", ["1", "2", "3"]),
        ("100-200元", ["100", "200元"]),
        ("2020年3月15日晚间", ["2020年3月15日"]),
        ("2020-03-15", ["2020-03-15"]),
        ("2020/3/15", ["2020", "3", "15"]),
        ("8 月 16 日消息", ["8月16日"]),
        ("获 1600 万元", ["1600万元"]),
        ("读5年级", ["5年"]),
        ("25℃ 77°F", ["25°c", "77°f"]),
        ("13:30", ["13", "30"]),
        ("don’t", ["don't"]),
        ("foo.bar@mail.com", ["foo.bar@mail.com"]),
        ("https://www.a.com/b_c", ["https", "www.a.com", "b_c"]),
        ("ipadの使い方", ["ipad", "の", "い"]),
        ("カタカナ 한국어", ["カタカナ", "한국어"]),
        ("café cafe\u0301 привет", ["café", "cafe\u0301", "привет"]),
        ("★☆😀，。！", []),
        ("_x_ -y-", ["x", "y"]),
        ("#话题#", []),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert units(text) == expected


@pytest.mark.parametrize(
    ("unit", "parts"),
    [
        ("covid-19", {"covid", "19"}),
        ("iphone15", {"iphone", "15"}),
        ("gen-itgc", {"gen", "itgc"}),
        ("pd1728", {"pd", "1728"}),
        ("5g", {"5", "g"}),
        ("12.5%", {"12.5"}),
        ("25°c", {"25"}),
        ("1.47亿元", {"1.47亿", "1.47"}),
        ("1.47亿", {"1.47"}),
        ("1,470", {"1470"}),
        ("147,000,000元", {"147,000,000", "147000000"}),
        (
            "2020年3月15日",
            {"2020年3月", "3月15日", "2020年", "3月", "15日", "2020", "3", "15"},
        ),
        ("c++", set()),
        ("c#", set()),
        ("c", set()),
        ("1.47", set()),
        ("notepad++", {"notepad"}),
        (".net", {"net"}),
        ("asp.net", {"asp", "net"}),
        ("www.example.com", {"www.example", "example.com", "www", "example", "com"}),
        ("v2.0.1", {"v", "2.0.1", "2", "0", "1"}),
        ("s&p500", {"s", "p500", "p", "500"}),
        ("at&t", {"at", "t"}),
        ("café", set()),
    ],
)
def test_parts(unit: str, parts: set[str]) -> None:
    assert set(unit_parts(unit)) == parts


@pytest.mark.parametrize(
    "text", ["1.47", "1,470", "1.47亿元", "147,000,000元", "4.7%", "470", "147"]
)
def test_numbers_keep_their_borders(text: str) -> None:
    for unit in units(text):
        assert {"47", "47亿"}.isdisjoint((unit, *unit_parts(unit)))


FRAGMENTS = st.lists(
    st.sampled_from([*"012，,.-+#%'&@_ ℃年月日亿元万 の한áＡab", "47", "1.5", "c++", "2020", "的"]),
    max_size=12,
).map("".join)


@given(FRAGMENTS)
def test_units_cover_every_letter_and_digit(text: str) -> None:
    folded = fold(text)
    kept = sorted(char for char in "".join(units(text)) if char.isascii() and char.isalnum())
    assert kept == sorted(char for char in folded if char.isascii() and char.isalnum())


@given(FRAGMENTS)
def test_parts_stand_inside_their_unit(text: str) -> None:
    for unit in units(text):
        parts = unit_parts(unit)
        assert unit not in parts
        assert len(set(parts)) == len(parts)
        assert all(part and part in unit.replace(",", "") + " " + unit for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 50_000,
        "a-" * 50_000,
        "1年" * 20_000,
        "1.-" * 50_000,
        "1." * 50_000,
        "1-" * 50_000,
        "1," * 50_000,
        "1,000" * 20_000,
    ],
)
def test_long_input_is_read_in_linear_time(text: str) -> None:
    assert units(text)


def test_a_unit_is_a_number_or_a_name() -> None:
    assert all(map(is_number, ["47", "1.47亿元", "12.5%", "2020年3月15日", "25°c", "1,470"]))
    assert not any(map(is_number, ["5g", "c++", "カ", "covid-19", ".net"]))


def test_names_are_units_between_borders() -> None:
    named = unit_pattern(["a股", "阿q正传", "t+1"])
    assert [found[0] for found in named.findall("买a股读阿q正传，usa股t+10、t+1")] == [
        "a股", "阿q正传", "usa", "t", "10", "t+1",
    ]  # fmt: skip
