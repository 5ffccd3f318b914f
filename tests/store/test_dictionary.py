"""Term dictionaries against a sorted list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchlib.store.dictionary import CharDictionary, PairDictionary, WordDictionary, pair_code
from searchlib.store.sections import SectionReader, SectionWriter
from tests.query import strategies as draw
from tests.store.building import unsynced

_WORDS = st.lists(
    st.text("ab中国\ud800\U00020000é", min_size=1, max_size=4), unique=True, max_size=400
).map(sorted)
_REPEATED = st.lists(st.text("ab中", min_size=1, max_size=2), max_size=400).map(sorted)
_CHARS = st.characters(min_codepoint=1, max_codepoint=0x2FFFF)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., SectionReader]:
    """Write a section file and open it."""
    folder: Path = tmp_path_factory.mktemp("dictionaries")

    def write(fill: Callable[[SectionWriter], None], facts: dict[str, Any]) -> SectionReader:
        path = folder / uuid4().hex
        out = SectionWriter(path)
        fill(out)
        out.finish(facts, sync=unsynced)
        return SectionReader(path)

    return write


@given(words=_REPEATED)
@draw.profile(100)
def test_of_a_word_there_twice_the_first_is_found(
    words: list[str], written: Callable[..., SectionReader]
) -> None:
    sections = written(
        lambda out: WordDictionary.write(out, "w", words), {"terms": {"w": len(words)}}
    )
    dictionary = WordDictionary(sections, "w")
    for word in set(words):
        assert dictionary.ordinal(word) == dictionary.floor(word) == words.index(word)


@given(words=_WORDS, others=st.lists(st.text("ab中国\ud800é", max_size=5), max_size=20))
@draw.profile(100)
def test_words(words: list[str], others: list[str], written: Callable[..., SectionReader]) -> None:
    sections = written(
        lambda out: WordDictionary.write(out, "w", words), {"terms": {"w": len(words)}}
    )
    dictionary = WordDictionary(sections, "w")
    assert len(dictionary) == len(words)
    assert dictionary.words(0, len(words)) == words
    for first in range(0, len(words), 37):
        for last in (first, first + 1, min(first + 70, len(words)), len(words)):
            assert dictionary.words(first, min(last, len(words))) == words[first:last]
    assert [dictionary.ordinal(word) for word in words] == list(range(len(words)))
    for word in others:
        expected = bisect_left(words, word)
        assert dictionary.floor(word) == expected
        there = expected < len(words) and words[expected] == word
        assert dictionary.ordinal(word) == (expected if there else -1)
        if word:
            holding = [at for at, other in enumerate(words) if word in other]
            assert dictionary.containing(word) == holding
    for length in (1, 3, 6, 9, 100):
        longer = [
            at for at, w in enumerate(words) if len(w.encode("utf-8", "surrogatepass")) >= length
        ]
        assert dictionary.longer(length) == longer


def test_two_words_with_a_nul_between_them_are_no_word(
    written: Callable[..., SectionReader],
) -> None:
    sections = written(lambda out: WordDictionary.write(out, "w", ["a", "b"]), {"terms": {"w": 2}})
    dictionary = WordDictionary(sections, "w")
    assert dictionary.ordinal("a\0b") == -1
    assert dictionary.ordinal("") == -1


@given(chars=st.lists(_CHARS, unique=True, max_size=50), others=st.lists(_CHARS, max_size=20))
@draw.profile(40)
def test_characters(
    chars: list[str], others: list[str], written: Callable[..., SectionReader]
) -> None:
    ordered = sorted(chars)
    codes = np.array(list(map(ord, ordered)), np.uint64)
    sections = written(lambda out: CharDictionary.write(out, "c", codes), {})
    dictionary = CharDictionary(sections, "c")
    assert len(dictionary) == len(ordered)
    assert dictionary.codes(0, len(ordered)).tolist() == codes.tolist()
    for char in (*ordered, *others):
        expected = ordered.index(char) if char in ordered else -1
        assert dictionary.ordinal(char) == expected


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from("中国农\U00020000a"), _CHARS | st.sampled_from("中国业")),
        max_size=80,
    ),
    others=st.lists(st.text("中国农业", min_size=2, max_size=2), max_size=10),
)
@draw.profile(60)
def test_pairs(
    pairs: list[tuple[str, str]], others: list[str], written: Callable[..., SectionReader]
) -> None:
    ordered = sorted({one + other for one, other in pairs})
    codes = np.array([pair_code(pair) for pair in ordered], np.uint64)
    sections = written(lambda out: PairDictionary.write(out, "p", codes), {})
    dictionary = PairDictionary(sections, "p")
    assert len(dictionary) == len(ordered)
    for first in range(0, len(ordered) + 1, 7):
        assert dictionary.codes(first, len(ordered)).tolist() == codes[first:].tolist()
    for pair in (*ordered, *others):
        expected = ordered.index(pair) if pair in ordered else -1
        assert dictionary.ordinal(pair) == expected
