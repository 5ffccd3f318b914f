"""Counting words: the units of many texts become the words channel of a run.

Nearly all units are of three characters or fewer. They become numbers, and are counted by
sorting those, without a look-up in a dictionary for each; only distinct units are looked up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from searchlib.analysis import BLANK
from searchlib.store.arrays import Ints, run_starts
from searchlib.store.inversion.lexicon import Lexicon
from searchlib.store.inversion.run import RunChannel

END = "\0"
"""What ends a unit where units are joined; no unit holds it."""
_SHORT = 3
_CODE_POINTS = 0x110000


def invert_words(
    joined: Sequence[str], documents: Ints, count: int, lexicon: Lexicon
) -> RunChannel:
    """Return the words channel of `count` documents.

    `joined` holds the units of a document each, behind each unit an END; `documents` are the
    numbers of those documents, int64 (len(joined),).
    """
    units, docs, tfs = _count_units(joined, documents, count, lexicon)
    sizes, terms = lexicon.expand(units)
    used = np.zeros(len(lexicon), np.bool_)
    used[terms] = True
    numbers = used.nonzero()[0]
    local = np.empty(len(lexicon), np.int64)
    local[numbers] = np.arange(len(numbers))
    postings = _Counted.of(local[terms], np.repeat(docs, sizes), np.repeat(tfs, sizes))
    lengths = np.bincount(postings.docs, postings.tfs, minlength=count).astype(np.int64)
    return RunChannel(
        [lexicon.names[number] for number in numbers.tolist()],
        np.bincount(postings.terms, minlength=len(numbers)),
        np.bincount(postings.terms, postings.tfs, minlength=len(numbers)).astype(np.int64),
        postings.docs.astype(np.int32),
        postings.tfs.astype(np.int32),
        None,
        lengths,
    )


class _Counted:
    """(term, document) pairs, each once, ascending, with how often: int64 each."""

    def __init__(self, terms: Ints, docs: Ints, tfs: Ints) -> None:
        self.terms, self.docs, self.tfs = terms, docs, tfs

    @classmethod
    def of(cls, terms: Ints, docs: Ints, tfs: Ints) -> _Counted:
        """Add up the frequencies of equal pairs, by one sort of numbers that hold all three."""
        tf_bits = int(tfs.max(initial=1)).bit_length()
        doc_bits = max(int(docs.max(initial=0)).bit_length(), 1)
        key = (terms << (doc_bits + tf_bits)) | (docs << tf_bits) | tfs
        key.sort()
        pairs = key >> tf_bits
        starts = run_starts(pairs)
        key &= (1 << tf_bits) - 1
        summed = np.add.reduceat(key, starts) if len(starts) else key
        pairs = pairs[starts]
        return cls(pairs >> doc_bits, pairs & ((1 << doc_bits) - 1), summed)


def _count_units(
    joined: Sequence[str], documents: Ints, count: int, lexicon: Lexicon
) -> tuple[Ints, Ints, Ints]:
    """Units by their numbers, documents and frequencies, int64 each."""
    text = "".join(joined)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = (points == ord(END)).nonzero()[0]
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    sizes = ends - starts
    per_text = np.diff(np.searchsorted(ends, np.cumsum([0, *map(len, joined)])))
    docs = np.repeat(documents, per_text)
    blank = (sizes == len(BLANK)) & (points[starts] == ord(BLANK))
    short = ((sizes <= _SHORT) & ~blank).nonzero()[0]
    long = (sizes > _SHORT).nonzero()[0]

    names, found, short_docs, short_tfs = _count_short(
        points, starts[short], sizes[short], docs[short]
    )
    short_numbers = np.array(lexicon.number(names), np.int64)
    slices = zip(starts[long].tolist(), ends[long].tolist(), strict=True)
    long_numbers = np.array(lexicon.number([text[a:b] for a, b in slices]), np.int64)
    counted = _Counted.of(long_numbers, docs[long], np.ones(len(long), np.int64))
    return (
        np.concatenate((short_numbers[found], counted.terms)),
        np.concatenate((short_docs, counted.docs)),
        np.concatenate((short_tfs, counted.tfs)),
    )


def _count_short(
    points: npt.NDArray[np.uint32], starts: Ints, sizes: Ints, docs: Ints
) -> tuple[list[str], Ints, Ints, Ints]:
    """Distinct units of up to three characters, and for each (unit, document) which of them it
    is, the document and how often.
    """
    present = np.zeros(_CODE_POINTS, np.bool_)
    present[points] = True
    alphabet = present.nonzero()[0]  # NUL, which ends every unit, is number 0
    code = np.zeros(_CODE_POINTS, np.int32)
    code[alphabet] = np.arange(len(alphabet))
    bits = max(len(alphabet).bit_length(), 1)
    doc_bits = max(int(docs.max(initial=0)).bit_length(), 1)
    codes = code[points]
    key = np.zeros(len(starts), np.int64)
    for at in range(_SHORT):
        inside = sizes > at
        key <<= bits
        # behind the end of a unit stands its NUL or the next unit: neither counts
        key |= np.where(inside, codes[np.minimum(starts + at, len(codes) - 1)], 0)
    assert bits * _SHORT + doc_bits < 63
    key <<= doc_bits
    key |= docs
    key.sort()
    firsts = run_starts(key)
    tfs = np.diff(firsts, append=len(key))
    pairs = key[firsts]
    units = pairs >> doc_bits
    unit_starts = run_starts(units)
    distinct = units[unit_starts]
    number = np.repeat(np.arange(len(distinct)), np.diff(unit_starts, append=len(units)))
    letters = np.empty((len(distinct), _SHORT), np.uint32)
    for at in range(_SHORT):
        letters[:, at] = alphabet[(distinct >> (bits * (_SHORT - 1 - at))) & ((1 << bits) - 1)]
    # NumPy's strings of fixed width lose the NULs at their end, which is what is wanted
    names: list[str] = letters.view(f"<U{_SHORT}").reshape(-1).tolist()
    return names, number, pairs & ((1 << doc_bits) - 1), tfs
