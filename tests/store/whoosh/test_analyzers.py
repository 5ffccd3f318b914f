from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from searchlib.analysis import fold
from searchlib.store.whoosh.analyzers import CharAnalyzer, GramAnalyzer, WordAnalyzer
from searchlib.store.whoosh.formats import PlainCharacters, PlainPositions
from tests.store.whoosh.corpus import STOPS, WORDS, analyzer

texts = st.lists(st.sampled_from([*WORDS, *STOPS, "ｶﾞ", "℃", "\u200b", "a", "1", "𠮷"])).map("".join)


def words() -> WordAnalyzer:
    return WordAnalyzer(analyzer())


def tokens(cut, text, **options):
    return [
        (token.text, token.pos, token.startchar, token.endchar)
        for token in cut(text, positions=True, chars=True, **options)
    ]


@given(texts)
def test_a_document_gives_what_the_bulk_builder_inverts(text):
    folded = fold(text)
    expected = Counter()
    for unit in analyzer().units(folded):
        expected.update([unit, *analyzer().parts(unit)])
    assert Counter(text for text, *_ in tokens(words(), text, mode="index")) == expected


@given(texts)
def test_positions_are_those_of_the_tokens(text):
    expected = {}
    for term, position, *_ in tokens(words(), text, mode="index"):
        expected.setdefault(term, []).append(position)
    assert words().positions(fold(text)) == expected


@given(texts)
def test_a_query_gives_its_units_or_what_makes_them_up(text):
    found = tokens(words(), text, mode="query")
    units = analyzer().query_units(fold(text))
    assert "".join(text for text, *_ in found) == "".join(units)
    assert [position for _, position, *_ in found] == list(range(len(found)))


@given(texts)
def test_a_query_finds_its_own_text_as_a_phrase(text):
    places = {}
    for term, position, *_ in tokens(words(), text, mode="index"):
        places.setdefault(term, set()).add(position)
    asked = [term for term, *_ in tokens(words(), text, mode="query")]
    if asked:
        starts = set.intersection(
            *({at - step for at in places[term]} for step, term in enumerate(asked))
        )
        assert 0 in starts


@given(texts)
def test_offsets_are_of_the_original(text):
    for cut in (words(), GramAnalyzer(), CharAnalyzer()):
        for mode in ("index", "query"):
            for term, _, start, end in tokens(cut, text, mode=mode):
                assert 0 <= start < end <= len(text)
                covered = fold(text[start:end]).replace(" ", "").replace(",", "")
                assert term.replace(",", "") in covered or term in analyzer().parts(covered), term


@given(texts)
def test_positions_of_a_term_ascend(text):
    for mode in ("index", "query"):
        last = {}
        for term, position, *_ in tokens(words(), text, mode=mode):
            assert last.get(term, -1) <= position
            last[term] = position


def test_long_words_are_asked_for_by_what_makes_them_up():
    def query(text):
        return [text for text, *_ in tokens(words(), text, mode="query")]

    assert query("农业银行") == ["农业", "银行"]
    assert query("中国农业银行") == ["中国", "农业", "银行"]
    assert query("感染者") == ["感染者"]  # no part makes up its last character
    assert query("1.47亿保险") == ["1.47亿", "保险"]


def test_untokenized_text_is_folded_as_a_whole():
    for cut in (words(), GramAnalyzer(), CharAnalyzer()):
        found = tokens(cut, "ＡＢＣ漢字*", tokenize=False, mode="query")
        assert found == [("abc汉字*", 0, 0, 6)]


def test_starts_are_added():
    (token,) = words()("保险", positions=True, chars=True, start_pos=3, start_char=10)
    assert (token.pos, token.startchar, token.endchar) == (3, 10, 12)


def test_pairs_stop_at_what_is_not_han():
    found = tokens(GramAnalyzer(), "中国，人a民大会")
    assert [(text, at) for text, at, *_ in found] == [("中国", 0), ("民大", 5), ("大会", 6)]


@given(st.lists(st.tuples(*[st.integers(0, 1 << 40)] * 3)))
def test_formats_decode_what_they_encode(rows):
    wide, narrow = PlainCharacters(), PlainPositions()
    value = wide.encode(rows)
    assert wide.decode_characters(value) == rows
    assert wide.decode_positions(value) == [row[0] for row in rows]
    assert wide.decode_frequency(value) == len(rows)
    value = narrow.encode([row[0] for row in rows])
    assert narrow.decode_positions(value) == [row[0] for row in rows]
    assert wide.combine([wide.encode(rows[:2]), wide.encode(rows)]) == wide.encode(
        sorted(set(rows))
    )
    assert wide.supports("characters") and not narrow.supports("characters")
