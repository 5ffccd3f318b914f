"""The terms of several sources as one ascending list, and each source's terms among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from searchlib.store.arrays import Ints, distinct
from searchlib.store.dictionary import Codes

Keys = Sequence[str] | Codes


class OwnTerms(Protocol):
    """One source's terms among the united ones."""

    def within(self, first: int, last: int) -> tuple[Ints, Ints]:
        """Of the united terms from `first` up to `last` those that the source has: where they
        stand behind `first`, and at which places of the source's own keys.
        """
        ...


class _OwnWords:
    """Words, which a source may have in any order."""

    def __init__(self, places: Ints) -> None:
        own = np.argsort(places, kind="stable")
        # narrow, as there may be hundreds of sources
        self._places = places[own].astype(np.int32)
        self._own = own.astype(np.int32)

    def within(self, first: int, last: int) -> tuple[Ints, Ints]:
        low, high = np.searchsorted(self._places, (first, last)).tolist()
        places = self._places[low:high].astype(np.int64)
        return places - first, self._own[low:high].astype(np.int64)


class _OwnCodes:
    """Characters or pairs, which every source has ascending: nothing of them needs to be kept."""

    def __init__(self, united: Codes, keys: Codes) -> None:
        self._united = united
        self._keys = keys

    def within(self, first: int, last: int) -> tuple[Ints, Ints]:
        if first >= last:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        asked = self._united[first:last]
        low = int(np.searchsorted(self._keys, asked[0], side="left"))
        high = int(np.searchsorted(self._keys, asked[-1], side="right"))
        return np.searchsorted(asked, self._keys[low:high]), np.arange(low, high, dtype=np.int64)


def unite(own: Sequence[Keys]) -> tuple[Keys, list[OwnTerms]]:
    """Return all terms, ascending, and each source's terms among them."""
    codes = [keys for keys in own if isinstance(keys, np.ndarray)]
    if len(codes) == len(own):
        united: Codes = np.empty(0, np.uint64)
        for keys in codes:
            united = np.concatenate((united, keys))
            united.sort()
            united = distinct(united)
        return united, [_OwnCodes(united, keys) for keys in codes]
    words: list[str] = sorted(set().union(*own))
    number = {word: at for at, word in enumerate(words)}.__getitem__
    return words, [_OwnWords(np.fromiter(map(number, keys), np.int64, len(keys))) for keys in own]
