"""Term dictionaries: from a term to its ordinal in a channel, and back.

Words are kept sorted in blocks of 64, found by a bisection over the blocks' first words and one
`bytes.find` inside the block. Characters and pairs of characters (bigrams) are numbers: a pair
is found by its first character, then by a bisection over the second ones, two bytes each.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from searchlib.store.sections import SectionReader, SectionWriter

Codes = npt.NDArray[np.uint64]

_BLOCK = 64
_END = b"\0"
PAIR_SHIFT = 21  # a code point takes 21 bits
_SECOND = (1 << PAIR_SHIFT) - 1


def pair_code(pair: str) -> int:
    """The number that stands for two characters.

    >>> divmod(pair_code("中国"), 1 << PAIR_SHIFT) == (ord("中"), ord("国"))
    True
    """
    return ord(pair[0]) << PAIR_SHIFT | ord(pair[1])


def encode_key(term: str) -> bytes:
    """A term as the dictionary keeps it; UTF-8 sorts as code points do."""
    return term.encode("utf-8", "surrogatepass")


class WordDictionary:
    """Sorted words of a channel. Words hold no NUL (the analyzer drops it)."""

    def __init__(self, sections: SectionReader, name: str) -> None:
        self._blob = sections.bytes(f"{name}.words")
        self._starts: list[int] = sections.array(f"{name}.blocks").tolist()
        self._count = int(sections.facts["terms"][name])

    @staticmethod
    def write(out: SectionWriter, name: str, words: Sequence[str]) -> None:
        """Write `words`, ascending."""
        blocks = [
            _END + _END.join(map(encode_key, words[at : at + _BLOCK])) + _END
            for at in range(0, len(words), _BLOCK)
        ]
        ends = np.cumsum([0, *map(len, blocks)], dtype=np.int64)
        out.add(f"{name}.words", b"".join(blocks))
        out.add(f"{name}.blocks", ends.astype(np.uint32))

    def __len__(self) -> int:
        return self._count

    @cached_property
    def _firsts(self) -> list[bytes]:
        blob = self._blob
        return [blob[at + 1 : blob.index(_END, at + 1)] for at in self._starts[:-1]]

    def ordinal(self, word: str) -> int:
        """The word's ordinal, or -1; the first of several."""
        key = encode_key(word)
        if _END in key:
            return -1
        after = bisect_left(self._firsts, key)
        if after:
            # before the block that begins with it: an id may stand there twice, across the border
            start, end = self._starts[after - 1], self._starts[after]
            at = self._blob.find(_END + key + _END, start, end)
            if at >= 0:
                return (after - 1) * _BLOCK + self._blob.count(_END, start, at)
        begins = after < len(self._firsts) and self._firsts[after] == key
        return after * _BLOCK if begins else -1

    def floor(self, word: str) -> int:
        """How many words sort before this one: the ordinal where it is or would be."""
        key = encode_key(word)
        block = max(bisect_left(self._firsts, key) - 1, 0)
        return min(block * _BLOCK + bisect_left(self._block(block), key), self._count)

    def containing(self, text: str) -> list[int]:
        """Ordinals of the words that hold `text`, by one pass over all words."""
        key = encode_key(text)
        found: list[int] = []
        at = self._blob.find(key)
        while at >= 0:
            block = bisect_right(self._starts, at) - 1
            inside = self._blob.count(_END, self._starts[block], at) - 1
            found.append(block * _BLOCK + inside)
            at = self._blob.find(key, self._blob.index(_END, at))
        return found

    def longer(self, length: int) -> list[int]:
        """Ordinals of the words of at least `length` bytes."""
        ends = self._ends
        # between two words of a block stands one NUL, between two blocks stand two
        ordinals = np.cumsum(np.diff(ends) > 1) - 1
        found: list[int] = ordinals[np.diff(ends) > length].tolist()
        return found

    @cached_property
    def _ends(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(np.frombuffer(self._blob, np.uint8) == 0)

    def words(self, first: int, last: int) -> list[str]:
        """The words with ordinals from `first` up to, not including, `last`."""
        out: list[bytes] = []
        for block in range(first // _BLOCK, (last + _BLOCK - 1) // _BLOCK):
            out += self._block(block)
        skip = first - first // _BLOCK * _BLOCK
        return [raw.decode("utf-8", "surrogatepass") for raw in out[skip : skip + last - first]]

    def _block(self, block: int) -> list[bytes]:
        if block >= len(self._starts) - 1:
            return []
        return self._blob[self._starts[block] + 1 : self._starts[block + 1] - 1].split(_END)


class CharDictionary:
    """Sorted code points of a channel."""

    def __init__(self, sections: SectionReader, name: str) -> None:
        self._codes = sections.array(f"{name}.codes")
        self._view = memoryview(self._codes)  # type: ignore[arg-type]

    @staticmethod
    def write(out: SectionWriter, name: str, codes: Codes) -> None:
        """Write `codes`, ascending."""
        out.add(f"{name}.codes", codes.astype(np.uint32))

    def __len__(self) -> int:
        return len(self._codes)

    def ordinal(self, char: str) -> int:
        """The character's ordinal, or -1."""
        code = ord(char)
        at = bisect_left(self._view, code)
        return at if at < len(self._view) and self._view[at] == code else -1

    def codes(self, first: int, last: int) -> Codes:
        """The code points with ordinals from `first` up to, not including, `last`."""
        return self._codes[first:last].astype(np.uint64)


class PairDictionary:
    """Sorted pairs of characters of a channel, as `pair_code` numbers them."""

    def __init__(self, sections: SectionReader, name: str) -> None:
        self._firsts = sections.array(f"{name}.firsts")
        self._starts = sections.array(f"{name}.starts")
        self._seconds = sections.array(f"{name}.seconds")
        self._first_view = memoryview(self._firsts)  # type: ignore[arg-type]
        self._start_view = memoryview(self._starts)  # type: ignore[arg-type]
        self._second_view = memoryview(self._seconds)  # type: ignore[arg-type]

    @staticmethod
    def write(out: SectionWriter, name: str, codes: Codes) -> None:
        """Write `codes`, ascending."""
        firsts, starts = np.unique(codes >> np.uint64(PAIR_SHIFT), return_index=True)
        seconds = codes & np.uint64(_SECOND)
        narrow = not len(seconds) or int(seconds.max()) < 1 << 16
        out.add(f"{name}.firsts", firsts.astype(np.uint32))
        out.add(f"{name}.starts", np.append(starts, len(codes)).astype(np.uint32))
        out.add(f"{name}.seconds", seconds.astype(np.uint16 if narrow else np.uint32))

    def __len__(self) -> int:
        return len(self._seconds)

    def ordinal(self, pair: str) -> int:
        """The pair's ordinal, or -1."""
        first, second = ord(pair[0]), ord(pair[1])
        row = bisect_left(self._first_view, first)
        if row == len(self._first_view) or self._first_view[row] != first:
            return -1
        last = self._start_view[row + 1]
        at = bisect_left(self._second_view, second, self._start_view[row], last)
        return at if at < last and self._second_view[at] == second else -1

    def codes(self, first: int, last: int) -> Codes:
        """The pairs with ordinals from `first` up to, not including, `last`."""
        rows = np.searchsorted(self._starts, np.arange(first, last), side="right") - 1
        upper = self._firsts[rows].astype(np.uint64) << np.uint64(PAIR_SHIFT)
        return upper | self._seconds[first:last].astype(np.uint64)
