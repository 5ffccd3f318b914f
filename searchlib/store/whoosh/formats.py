"""Posting formats that carry what Whoosh's own do, as plain numbers instead of a pickle.

Whoosh's `Positions` and `Characters` pickle every posting value. Nothing of ours is stored in
that form, but a caller may ask a matcher for an encoded value and decode it again.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from whoosh import formats


class PlainPositions(formats.Positions):
    """Positions of a term in a document."""

    _width = 1

    def encode(self, poslist: Iterable[int | Sequence[int]]) -> bytes:
        """Return positions as bytes."""
        numbers = array("q")
        for place in poslist:
            numbers.extend((place,) if isinstance(place, int) else place)
        return numbers.tobytes()

    def _rows(self, valuestring: bytes) -> list[tuple[int, ...]]:
        numbers = array("q", valuestring).tolist()
        width = self._width
        return [tuple(numbers[at : at + width]) for at in range(0, len(numbers), width)]

    def decode_positions(self, valuestring: bytes) -> list[int]:
        """Return the positions."""
        return [row[0] for row in self._rows(valuestring)]

    def decode_frequency(self, valuestring: bytes) -> int:
        """Return how many there are."""
        return len(valuestring) // (8 * self._width)

    def combine(self, vs: Iterable[bytes]) -> bytes:
        """Return one value for those of several postings."""
        return self.encode(sorted({row for value in vs for row in self._rows(value)}))


class PlainCharacters(PlainPositions):
    """Positions of a term in a document, and the characters that it covers there."""

    _width = 3
    word_values = formats.Characters.word_values

    def decode_characters(self, valuestring: bytes) -> list[tuple[int, ...]]:
        """Return (position, first character, behind the last) of each."""
        return self._rows(valuestring)
