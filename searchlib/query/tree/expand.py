"""Expansion: the terms of a field that a prefix, a wildcard, a range or a fuzzy word stands for.

Terms are found index-wide before any document is looked at, so that a cap on their number cuts
the same terms however the index is made up of segments.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from searchlib.store.arrays import Ints
from searchlib.store.dictionary import WordDictionary, encode_key
from searchlib.store.segment import Channel
from searchlib.store.whoosh.terms import Terms

_CHUNK = 64
_WILD = re.compile(r"[*?\[]")
_SPECIAL = frozenset("{}()[].?*+^$\\|")
_OPTIONAL = frozenset("*?{")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which terms are meant.

    They begin at `first` in the order of the dictionary and go on while `goes_on` says so. Each
    holds one of `pieces`, unless there are none. `rank` is None for a term that is not meant
    after all; when there are too many, those of lower rank are taken first.
    """

    first: bytes
    goes_on: Callable[[bytes], bool]
    rank: Callable[[str], int | None]
    pieces: tuple[str, ...] = ()
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """The terms meant, ascending, and their ordinals in each segment; whether some were cut."""

    terms: tuple[str, ...]
    ordinals: tuple[tuple[int, ...], ...]
    cut: bool


def expand(
    pattern: Pattern,
    fields: Sequence[Terms],
    dictionaries: Sequence[WordDictionary | None],
    most: int,
) -> Expansion:
    """The terms of a field in all segments that a pattern means, `most` of them at most.

    `dictionaries` are those of the field where it has words, None elsewhere.
    """
    per_segment: list[dict[str, int]] = []
    ranks: dict[str, int] = {}
    for terms, dictionary in zip(fields, dictionaries, strict=True):
        own: dict[str, int] = {}
        for ordinal, text in _candidates(pattern, terms, dictionary):
            rank = pattern.rank(text)
            if rank is None or not text or text in own:
                continue
            own[text] = ordinal
            ranks[text] = rank
            if len(own) > most and not pattern.ranked:
                break  # in the order of the dictionary: none behind it is among the first
        per_segment.append(own)
    kept = sorted(ranks, key=lambda text: (ranks[text], text))[:most]
    chosen = set(kept)
    ordinals = (
        tuple(ordinal for text, ordinal in own.items() if text in chosen) for own in per_segment
    )
    return Expansion(tuple(kept), tuple(ordinals), len(ranks) > most)


def _candidates(
    pattern: Pattern, terms: Terms, dictionary: WordDictionary | None
) -> Iterator[tuple[int, str]]:
    if dictionary is not None and pattern.pieces and not pattern.first:
        # one pass over the bytes of all words is faster than reading every word
        holding = {at for piece in pattern.pieces for at in dictionary.containing(piece)}
        for ordinal in sorted(holding):
            yield ordinal, _text(terms.texts(ordinal, ordinal + 1)[0])
        return
    for first in range(terms.floor(pattern.first), len(terms), _CHUNK):
        for at, term in enumerate(terms.texts(first, min(first + _CHUNK, len(terms))), first):
            if not pattern.goes_on(term):
                return
            yield at, _text(term)


def _text(term: bytes) -> str:
    return term.decode("utf-8", "surrogatepass")


def documents_with(channel: Channel | None, terms: Terms, ordinals: Sequence[int]) -> list[Ints]:
    """The documents of the terms, in lists; `channel` is the field's, if it is a channel."""
    if channel is not None and not channel.positions:
        # all at once, where no positions would be unpacked along with them
        return [channel.read(np.array(ordinals, np.int64)).docs] if ordinals else []
    return [terms.postings(ordinal)[0] for ordinal in ordinals]


def prefixed(prefix: str) -> Pattern:
    """Terms that begin with `prefix`."""
    key = encode_key(prefix)
    return Pattern(key, lambda term: term.startswith(key), lambda text: 0)


def wildcard(glob: str) -> Pattern:
    """Terms that match a glob: `*` any characters, `?` one, `[…]` one of these."""
    matches = re.compile(fnmatch.translate(glob)).match
    literals = _WILD.split(glob.partition("[")[0])
    longest = max(literals, key=len)
    return _matching(literals[0], matches, (longest,) if longest else ())


def regex(expression: str) -> Pattern:
    """Terms whose beginning matches a regular expression; raises `re.error`."""
    return _matching(_literal_prefix(expression), re.compile(expression).match, ())


def _matching(prefix: str, matches: Callable[[str], object], pieces: tuple[str, ...]) -> Pattern:
    key = encode_key(prefix)
    return Pattern(
        key,
        lambda term: term.startswith(key),
        lambda text: 0 if matches(text) else None,
        pieces,
    )


def _literal_prefix(expression: str) -> str:
    """What every match begins with."""
    if "|" in expression:
        return ""
    text = expression.removeprefix("^")
    end = next((at for at, char in enumerate(text) if char in _SPECIAL), len(text))
    # a character that may come no times is none
    return text[: end - 1] if text[end : end + 1] in _OPTIONAL and end else text[:end]


def between(first: bytes, last: bytes | None, *, open_first: bool, open_last: bool) -> Pattern:
    """Terms from `first` to `last` in the order of code points, without them where open."""

    def goes_on(term: bytes) -> bool:
        return last is None or term < last or (term == last and not open_last)

    def rank(text: str) -> int | None:
        return None if open_first and encode_key(text) == first else 0

    return Pattern(first, goes_on, rank)


def similar(word: str, edits: int, prefix: int) -> Pattern:
    """Terms within so many insertions, deletions and substitutions, the nearest first.

    The first `prefix` characters are the same. A term without so many edits of the word holds
    one of edits + 1 pieces of it whole, which is how candidates are found without a prefix.
    """
    start, rest = word[:prefix], word[prefix:]
    key = encode_key(start)

    def rank(text: str) -> int | None:
        return distance(rest, text[len(start) :], edits)

    pieces: tuple[str, ...] = ()
    if len(rest) > edits:
        edges = [len(rest) * at // (edits + 1) for at in range(edits + 2)]
        pieces = tuple(rest[a:b] for a, b in pairwise(edges))
    return Pattern(key, lambda term: term.startswith(key), rank, pieces, ranked=True)


def distance(one: str, other: str, most: int) -> int | None:
    """The edit distance of two words (Levenshtein 1966), or None when it is over `most`.

    >>> distance("中国人寿", "中国人民", 1), distance("人", "人民币", 1)
    (1, None)
    """
    if abs(len(one) - len(other)) > most:
        return None
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, 1):
        diagonal, row[0] = row[0], at
        for place, against in enumerate(other, 1):
            cost = min(row[place] + 1, row[place - 1] + 1, diagonal + (char != against))
            diagonal, row[place] = row[place], cost
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
