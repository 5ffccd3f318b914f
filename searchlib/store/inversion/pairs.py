"""Pairs and single characters: the Han text of many documents becomes two channels of a run.

Every occurrence becomes one number, pair above place, and one `numpy.sort` (a vectorised
quicksort, 4–6 ns a number) puts the postings in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from searchlib.analysis import HAN_RANGES
from searchlib.store.arrays import Ints, run_starts
from searchlib.store.dictionary import PAIR_SHIFT
from searchlib.store.inversion.run import RunChannel

_CODE_POINTS = 0x110000


def _han_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(_CODE_POINTS, np.bool_)
    for first, last in HAN_RANGES:
        table[first : last + 1] = True
    return table


_HAN = _han_table()


def invert_text(texts: Sequence[str]) -> tuple[RunChannel, RunChannel]:
    """Return the channel of pairs with their places, and that of single characters."""
    documents = len(texts)
    # a newline between texts keeps a pair from spanning two articles
    joined = "\n".join(texts) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = np.array([len(text) + 1 for text in texts], np.int64)
    begins = np.cumsum(sizes) - sizes
    doc_of = np.repeat(np.arange(documents, dtype=np.int32), sizes)
    han = _HAN[points]
    where = han.nonzero()[0]
    present = np.zeros(_CODE_POINTS, np.bool_)
    present[points[where]] = True
    alphabet = present.nonzero()[0]
    code = np.zeros(_CODE_POINTS, np.uint32)
    code[alphabet] = np.arange(len(alphabet))
    codes = code[points]
    chars = _invert_chars(codes[where], doc_of[where], documents, alphabet)
    pairs = (han[:-1] & han[1:]).nonzero()[0]
    return _invert_pairs(codes, pairs, doc_of, begins, alphabet), chars


def _invert_chars(
    codes: npt.NDArray[np.uint32],
    docs: npt.NDArray[np.int32],
    documents: int,
    alphabet: Ints,
) -> RunChannel:
    shift = max(documents - 1, 1).bit_length()
    key: npt.NDArray[Any] = codes.astype(np.int64)
    key <<= shift
    key |= docs
    if len(alphabet) << shift < 1 << 32:
        key = key.astype(np.uint32)  # half the bytes, half the time
    key.sort()
    starts = run_starts(key)
    tfs = np.diff(starts, append=len(key))
    postings = key[starts].astype(np.int64)
    chars = postings >> shift
    return RunChannel(
        alphabet.astype(np.uint64),
        np.bincount(chars, minlength=len(alphabet)),
        np.bincount(chars, tfs, minlength=len(alphabet)).astype(np.int64),
        (postings & ((1 << shift) - 1)).astype(np.int32),
        tfs.astype(np.int32),
        None,
        np.bincount(docs, minlength=documents),
    )


def _invert_pairs(
    codes: npt.NDArray[np.uint32],
    pairs: Ints,
    doc_of: npt.NDArray[np.int32],
    begins: Ints,
    alphabet: Ints,
) -> RunChannel:
    shift = max(len(codes), 1).bit_length()
    key = codes[pairs].astype(np.int64)
    key *= len(alphabet)
    key += codes[pairs + 1]
    key <<= shift
    key |= pairs
    key.sort()
    places = key & ((1 << shift) - 1)
    key >>= shift
    docs = doc_of[places]
    firsts = run_starts(key)
    starts = run_starts(key * len(begins) + docs)
    first, second = np.divmod(key[firsts], max(len(alphabet), 1))
    upper = alphabet[first].astype(np.uint64) << np.uint64(PAIR_SHIFT)
    return RunChannel(
        upper | alphabet[second].astype(np.uint64),
        np.diff(np.searchsorted(starts, firsts), append=len(starts)),
        np.diff(firsts, append=len(key)),
        docs[starts],
        np.diff(starts, append=len(key)).astype(np.int32),
        (places - begins[docs]).astype(np.int32),
        np.bincount(docs, minlength=len(begins)),
    )
