"""Postings: for each term the documents that hold it, how often, and where.

A term's record in the blob, every part starting at a whole byte:

    df, ctf - df                 LEB128 numbers; ctf is the sum of the frequencies
    bounds                       only where df ≥ BOUNDED: what limits the score (see Bounds)
    documents                    Elias–Fano over the number of documents
    frequencies                  only where ctf > df: unary, a bit per occurrence
    positions                    only in channels that have them: Elias–Fano (see below)

Positions are character offsets in the folded field. Document after document they would fall
back to zero, so each document's are raised by the lengths of the documents before it *in the
same list*: an ascending sequence whose universe is the sum of those lengths. That takes about
11 bits for a news article, where offsets in the whole segment would take 17.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

import numpy as np

from searchlib.store import eliasfano
from searchlib.store.arrays import Bytes, Docs, Ints, ragged, within

# below this, decoding the list is cheaper than keeping bounds of it
BOUNDED = 64
# the frequencies that one bound covers, up to and including
_CLASSES = (1, 2, 4)
_BOUNDS = struct.Struct(f"<{len(_CLASSES) + 2}H")
_TOP = (1 << 16) - 1


@dataclass(slots=True)
class RawPostings:
    """Postings of consecutive terms as plain arrays, on the way into or out of a segment.

    `df`, `ctf`: int64 (terms,). `docs`, `tfs`: int64 (sum of df,), ascending in each term.
    `positions`: int64 (sum of ctf,), ascending in each document; None without positions.
    """

    df: Ints
    ctf: Ints
    docs: Ints
    tfs: Ints
    positions: Ints | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What limits a term's score under any statistics.

    For each class of frequencies the largest that occurs and the shortest field among its
    documents; no posting has both more occurrences and a shorter field. Kept in 16 bits each:
    lengths beyond that are taken as shorter, frequencies beyond as endless.
    """

    tfs: tuple[float, ...]
    lengths: tuple[int, ...]


def encode(
    raw: RawPostings, *, documents: int, lengths: Ints, sizes: Ints | None
) -> tuple[Bytes, Ints]:
    """Return the blob of the terms' records, and each record's length in bytes.

    `lengths` is the length by which BM25 normalises, `sizes` the folded field's characters;
    both int64 (documents,). `sizes` is needed with positions only.
    """
    terms = len(raw.df)
    term_of = np.repeat(np.arange(terms, dtype=np.int64), raw.df)
    numbers, number_bytes = _encode_numbers(np.stack((raw.df, raw.ctf - raw.df), 1).reshape(-1))
    header_sizes = number_bytes[0::2] + number_bytes[1::2]
    bounded = (raw.df >= BOUNDED).nonzero()[0]
    bounds = _bounds(raw, bounded, term_of, lengths)
    prefix = header_sizes.copy()
    prefix[bounded] += _BOUNDS.size
    doc_layout = eliasfano.Layout(raw.df, np.full(terms, documents, np.int64))
    counted = raw.ctf > raw.df
    unary_sizes = np.where(counted, (raw.ctf + 7) >> 3, 0)
    total = prefix + doc_layout.sizes + unary_sizes
    if raw.positions is not None:
        assert sizes is not None
        doc_sizes = sizes[raw.docs]
        universes = np.bincount(term_of, doc_sizes, minlength=terms).astype(np.int64)
        position_layout = eliasfano.Layout(raw.ctf, universes)
        total = total + position_layout.sizes
    starts = np.cumsum(total) - total
    out = np.zeros(int(total.sum()), np.uint8)
    bits = np.zeros(8 * len(out), np.bool_)
    out[ragged(starts, header_sizes)] = numbers
    bounds_at = (starts + header_sizes)[bounded]
    out[bounds_at[:, None] + np.arange(_BOUNDS.size)] = bounds
    at = starts + prefix
    doc_layout.write(raw.docs, at, out, bits)
    at = at + doc_layout.sizes
    ends = np.cumsum(raw.tfs)
    first = np.cumsum(raw.ctf) - raw.ctf
    kept = counted[term_of]
    bits[(at * 8 - first)[term_of[kept]] + ends[kept] - 1] = True
    if raw.positions is not None:
        base = np.cumsum(doc_sizes) - doc_sizes
        base -= np.repeat(np.cumsum(universes) - universes, raw.df)
        values = raw.positions + np.repeat(base, raw.tfs)
        position_layout.write(values, at + unary_sizes, out, bits)
    out |= np.packbits(bits, bitorder="little")
    return out, total


def decode(
    blob: Bytes, starts: Ints, *, documents: int, sizes: Ints | None, positions: bool
) -> RawPostings:
    """Return the postings of the records at `starts`, all at once: the inverse of `encode`."""
    df, at = _read_numbers(blob, starts)
    extra, at = _read_numbers(blob, at)
    ctf = df + extra
    at[df >= BOUNDED] += _BOUNDS.size
    doc_layout = eliasfano.Layout(df, np.full(len(df), documents, np.int64))
    docs = doc_layout.read(blob, at)
    at = at + doc_layout.sizes
    term_of = np.repeat(np.arange(len(df), dtype=np.int64), df)
    unary_sizes = np.where(extra > 0, (ctf + 7) >> 3, 0)
    tfs = np.ones(len(docs), np.int64)
    counted = extra > 0
    if counted.any():
        packed = blob[ragged(at[counted], unary_sizes[counted])]
        set_bits = np.flatnonzero(np.unpackbits(packed, bitorder="little").view(np.bool_))
        base = (np.cumsum(unary_sizes) - unary_sizes) * 8
        kept = counted[term_of]
        ends = set_bits - base[term_of[kept]]
        begins = np.empty_like(ends)
        begins[1:] = ends[:-1]
        firsts = (np.cumsum(df[counted]) - df[counted])[df[counted] > 0]
        begins[firsts] = -1
        tfs[kept] = ends - begins
    if not positions:
        return RawPostings(df, ctf, docs, tfs)
    assert sizes is not None
    doc_sizes = sizes[docs]
    universes = np.bincount(term_of, doc_sizes, minlength=len(df)).astype(np.int64)
    values = eliasfano.Layout(ctf, universes).read(blob, at + unary_sizes)
    base = np.cumsum(doc_sizes) - doc_sizes
    base -= np.repeat(np.cumsum(universes) - universes, df)
    return RawPostings(df, ctf, docs, tfs, values - np.repeat(base, tfs))


class PostingList:
    """One term's record, read as far as it is asked for. It keeps nothing that it unpacks."""

    __slots__ = ("_blob", "_bounds_at", "_docs_at", "_documents", "ctf", "df")

    def __init__(self, blob: Bytes, offset: int, documents: int) -> None:
        self._blob = blob
        self._documents = documents
        self.df, at = _read_number(blob, offset)
        extra, at = _read_number(blob, at)
        self.ctf = self.df + extra
        self._bounds_at = at
        self._docs_at = at + _BOUNDS.size if self.df >= BOUNDED else at

    def docs(self) -> Docs:
        """The documents, int32 (df,), ascending."""
        docs, _ = eliasfano.decode(self._blob, self._docs_at, self.df, self._documents)
        return docs.astype(np.int32)

    def unpack(self) -> tuple[Ints, Ints]:
        """The documents and how often each has the term, int64 (df,) both."""
        docs, at = eliasfano.decode(self._blob, self._docs_at, self.df, self._documents)
        return docs, self._tfs(at)

    def places(self, begins: Ints) -> Ints:
        """Where the term stands when all texts are laid end to end, int64 (ctf,), ascending.

        `begins`: int64 (documents + 1,), where each document's text begins.
        """
        docs, at = eliasfano.decode(self._blob, self._docs_at, self.df, self._documents)
        tfs = None
        if self.ctf > self.df:
            tfs = self._tfs(at)
            at += (self.ctf + 7) >> 3
        first = begins[docs]
        sizes = begins[docs + 1] - first
        before = np.cumsum(sizes)
        values, _ = eliasfano.decode(self._blob, at, self.ctf, int(before[-1]))
        first -= before
        first += sizes
        values += first if tfs is None else np.repeat(first, tfs)
        return values

    def _tfs(self, at: int) -> Ints:
        if self.ctf == self.df:
            return np.ones(self.df, np.int64)
        ends = eliasfano.decode_bitmap(self._blob[at : at + ((self.ctf + 7) >> 3)], self.ctf)
        ends[1:] -= ends[:-1].copy()
        ends[0] += 1
        return ends

    def bounds(self) -> Bounds | None:
        """What limits the term's score, or None for a list too short to keep it."""
        if self.df < BOUNDED:
            return None
        *shortest, largest = _BOUNDS.unpack_from(self._blob.data, self._bounds_at)
        tops = (*_CLASSES, math.inf if largest == _TOP else largest)
        pairs = [(top, size) for top, size in zip(tops, shortest, strict=True) if size]
        return Bounds(tuple(top for top, _ in pairs), tuple(size for _, size in pairs))


def _bounds(raw: RawPostings, bounded: Ints, term_of: Ints, lengths: Ints) -> Bytes:
    """The bounds of the terms `bounded`, uint8 (len(bounded), _BOUNDS.size).

    The shortest length of each class (0 where it is empty), then the largest frequency.
    """
    place = np.full(len(raw.df), -1)
    place[bounded] = np.arange(len(bounded))
    chosen = (place[term_of] >= 0).nonzero()[0]
    tfs, row = raw.tfs[chosen], place[term_of[chosen]]
    sizes = np.clip(lengths[raw.docs[chosen]], 1, _TOP)
    classes = len(_CLASSES) + 1
    shortest = np.full((len(bounded), classes), _TOP + 1)
    np.minimum.at(shortest.reshape(-1), row * classes + np.searchsorted(_CLASSES, tfs), sizes)
    shortest[shortest > _TOP] = 0
    out = np.empty((len(bounded), classes + 1), "<u2")
    out[:, :-1] = shortest
    largest = np.zeros(len(bounded), np.int64)
    np.maximum.at(largest, row, tfs)
    out[:, -1] = np.minimum(largest, _TOP)
    return out.view(np.uint8)


def _encode_numbers(numbers: Ints) -> tuple[Bytes, Ints]:
    top = int(numbers.max(initial=0))
    if top < 128:
        return numbers.astype(np.uint8), np.ones(len(numbers), np.int64)
    lengths = np.ones(len(numbers), np.int64)
    shift = 7
    while top >> shift:
        lengths += numbers >= 1 << shift
        shift += 7
    index = within(lengths)
    septets = (np.repeat(numbers, lengths) >> (7 * index)) & 127
    more = index + 1 < np.repeat(lengths, lengths)
    return (septets | (more.astype(np.int64) << 7)).astype(np.uint8), lengths


def _read_numbers(blob: Bytes, starts: Ints) -> tuple[Ints, Ints]:
    """One LEB128 number at each offset, and the offsets behind them."""
    values = np.zeros(len(starts), np.int64)
    at = starts.copy()
    active = np.arange(len(starts))
    shift = 0
    while len(active):
        byte = blob[at[active]].astype(np.int64)
        values[active] |= (byte & 127) << shift
        at[active] += 1
        active = active[byte > 127]
        shift += 7
    return values, at


def _read_number(blob: Bytes, offset: int) -> tuple[int, int]:
    byte = int(blob[offset])
    if byte < 128:
        return byte, offset + 1
    value, shift = byte & 127, 7
    while True:
        offset += 1
        byte = int(blob[offset])
        value |= (byte & 127) << shift
        if byte < 128:
            return value, offset + 1
        shift += 7
