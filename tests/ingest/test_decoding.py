from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.errors import OptionError
from searchlib.ingest.decoding import decode
from searchlib.ingest.refusal import Refusal

SIMPLIFIED = "四川省分公司承办长期护理保险，累计支付1.47亿元。\n新政策让农村居民安心生产生活。"
TRADITIONAL = "中華民國基於三民主義，為民有民治民享之民主共和國。\n國家的主權屬於國民全體。"


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL])
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"],
)
def test_each_encoding_is_recognised(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [TRADITIONAL, "資訊科技", "台灣", "乾隆皇帝"])
def test_big5_is_told_from_gb18030(text: str) -> None:
    data = text.encode("big5")
    data.decode("gb18030")  # decodes without complaint, into other characters
    assert decode(data) == text


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_a_byte_order_mark_decides(mark: bytes) -> None:
    order = "le" if mark == b"\xff\xfe" else "be"
    assert decode(mark + "龘".encode(f"utf-16-{order}")) == "龘"


def test_every_cut_of_a_utf8_text_is_its_beginning_or_refused() -> None:
    data = SIMPLIFIED.encode()
    for end in range(3, len(data)):  # fewer bytes are a character of GB18030 as well
        try:
            assert SIMPLIFIED.startswith(decode(data[:end]))
        except Refusal as refusal:
            assert str(refusal).startswith("encoding: ")


def test_every_long_cut_of_other_encodings_is_its_beginning_or_refused() -> None:
    for text, encoding in [(SIMPLIFIED, "gb18030"), (TRADITIONAL, "big5")]:
        data = text.encode(encoding)
        for end in range(12, len(data)):
            try:
                assert text.startswith(decode(data[:end]))
            except Refusal as refusal:
                assert str(refusal).startswith("encoding: ")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        bytes(1000),
        bytes(range(256)),
        b"\xff" * 100,
        "日本語の文章です。カタカナもあります。".encode("shift_jis"),
        SIMPLIFIED.encode().replace("省".encode(), b"\xe7\x9c"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal, match=r"^encoding: "):
        decode(data)


def test_an_encoding_given_overrides_the_guess() -> None:
    data = "資訊".encode("big5")
    assert decode(data, "gb18030") == data.decode("gb18030")
    assert decode("日本語".encode("shift_jis"), "shift_jis") == "日本語"
    assert decode(b"\xef\xbb\xbfa", "utf-8") == "a"


def test_an_encoding_given_is_held_to() -> None:
    with pytest.raises(Refusal, match=r"encoding: .*not utf-8"):
        decode("长江".encode("gbk"), "utf-8")


@pytest.mark.parametrize("encoding", ["utf-9", "zlib", "", "\0"])
def test_an_unknown_encoding_is_an_option_error(encoding: str) -> None:
    with pytest.raises(OptionError):
        decode(b"a", encoding)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        assert isinstance(decode(data), str)
    except Refusal as refusal:
        assert str(refusal).startswith("encoding: ")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_any_utf8_text_is_itself(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")
