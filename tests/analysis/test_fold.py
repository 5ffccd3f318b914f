"""The fold: context-free, idempotent, and reversible in its offsets."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.analysis import FOLD_VERSION, HAN_RANGES, fold, fold_with_map, is_han
from searchlib.analysis.fold import _FREQUENT, _TABLE, _table

# characters of every kind that folds, so that random texts hit them often
LIVELY = st.text(
    st.one_of(
        st.sampled_from(
            "资資讯訊著着乾隆覆ＡＢａ１，。℃ßİΣςﬁ①㍿…’「」々〇龍𫖯葛\U000e0100\u200b\ufeff\xad ️é\n"
        ),
        st.characters(),
    )
)


def brute_force(text: str) -> tuple[str, list[int]]:
    """Fold a character at a time; the origin of each folded character."""
    folded, origins = "", []
    for at, char in enumerate(text):
        form = fold(char)
        folded += form
        origins += [at] * len(form)
    return folded, origins


@pytest.fixture(scope="module")
def every_fold() -> dict[str, str]:
    return {chr(point): fold(chr(point)) for point in range(sys.maxunicode + 1)}


def test_every_code_point_folds_to_something_stable(every_fold: dict[str, str]) -> None:
    # joined for speed; the next test says that joining changes nothing
    once = "\n".join(every_fold.values())
    assert fold(once) == once


def test_the_fold_of_all_code_points_is_the_folds_of_each(every_fold: dict[str, str]) -> None:
    assert fold("".join(every_fold)) == "".join(every_fold.values())


def test_lone_surrogates_pass_through() -> None:
    surrogates = "".join(map(chr, range(0xD800, 0xE000)))
    assert fold(surrogates) == surrogates


@given(LIVELY, LIVELY)
def test_the_fold_of_a_text_is_the_fold_of_its_halves(left: str, right: str) -> None:
    assert fold(left + right) == fold(left) + fold(right)


@given(LIVELY)
def test_map_agrees_with_folding_a_character_at_a_time(text: str) -> None:
    folded, origins = brute_force(text)
    found = fold_with_map(text)
    assert found.folded == fold(text) == folded
    assert found.identity == (origins == list(range(len(text))))
    for start in range(len(folded)):
        for end in range(start + 1, min(start + 4, len(folded)) + 1):
            assert found.original(start, end) == (origins[start], origins[end - 1] + 1)


@given(LIVELY)
def test_an_empty_range_stays_empty(text: str) -> None:
    found = fold_with_map(text)
    for offset in range(len(found.folded) + 1):
        start, end = found.original(offset, offset)
        assert start == end <= len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("資訊科技", "资讯科技"),
        ("著名作家看著窗外", "着名作家看着窗外"),
        ("台灣臺灣", "台湾台湾"),
        ("乾燥與乾隆", "干燥与干隆"),
        ("回覆與覆蓋", "回复与复盖"),
        ("瞭解憑藉復甦彷彿", "了解凭借复苏仿佛"),
        ("裡面裏面衆眾說説為爲", "里面里面众众说说为为"),
        ("錢鍾書钱锺书", "钱钟书钱钟书"),
        ("什麼", "什么"),
        ("ＣＯＶＩＤ－19", "covid-19"),
        ("１２．５％", "12.5%"),
        ("⼈⾯", "人面"),  # Kangxi radicals
        ("\uf9e8\ufa10", "里冢"),  # compatibility ideographs
        ("ｶﾀｶﾅ", "カタカナ"),
        ("Straße ΣΊΣΥΦΟΣ", "strasse σίσυφοσ"),
        ("葛\U000e0100城", "葛城"),
        ("零\u200b宽\ufeff\xad", "零宽"),
        ("don’t", "don't"),
        ("「引号」", '"引号"'),
        ("马克・吐温 马克‧吐温", "马克·吐温 马克·吐温"),
        ("Java™ …", "java™ …"),
        ("25℃", "25°c"),
    ],
)
def test_what_readers_take_for_the_same_folds_alike(one: str, other: str) -> None:
    assert fold(one) == other == fold(other)


def test_the_commonest_simplified_characters_keep_apart() -> None:
    for pair in ("画划", "炼链", "后候", "只支", "么幺"):
        assert len(set(map(fold, pair))) == 2, pair


def test_ascii_folds_as_the_table_says() -> None:
    table, _, _ = _table()
    for char in map(chr, range(128)):
        assert fold(char) == table.get(char, char)


def test_frequent_characters_keep_their_length() -> None:
    table, _, _ = _table()
    assert all(len(table[char]) == 1 and table[char] not in table for char in _FREQUENT)


def test_shipped_table_is_of_this_version() -> None:
    assert _TABLE.read_text("utf-8").startswith(f"# version {FOLD_VERSION}\n")


def test_han_ranges_ascend_and_hold_what_is_han() -> None:
    bounds = [bound for pair in HAN_RANGES for bound in pair]
    assert bounds == sorted(bounds)
    assert all(map(is_han, "一龙〇々㐀𠀀"))
    assert not any(map(is_han, "aカ한1，。 "))
