"""Ascending integers in few bits: Elias–Fano coding that NumPy unpacks in a handful of calls.

A list of n ascending values below `universe` keeps the low `width` bits of each value side by
side, and the rest as one bit per value in a bitmap: value i sets bit `(value >> width) + i`.
That is about 2 + log2(universe / n) bits a value, near the optimum (S. Vigna, Quasi-succinct
indices, WSDM 2013, section 3), without block headers or outliers; and the whole layout follows
from n and the universe, so nothing about it is stored.

Widths are limited to those that NumPy splits without a gather; that costs at most about one
bit a value between 16 and 256 times n.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Bits, Bytes, Ints, ragged, within

WIDTHS = np.array([0, 1, 2, 4, 8, 12, 16], np.int64)


def widths(counts: Ints, universes: Ints) -> Ints:
    """The width of the low part of each list: the cheapest, the smaller on a tie."""
    tops = np.maximum(universes - 1, 0)
    costs = counts[None, :] * WIDTHS[:, None] + (tops[None, :] >> WIDTHS[:, None])
    cheapest: Ints = WIDTHS[np.argmin(costs, axis=0)]
    return cheapest


def width(count: int, universe: int) -> int:
    """`widths` of one list, without NumPy's overhead."""
    top = max(universe - 1, 0)
    best, best_cost = 0, top
    for bits in (1, 2, 4, 8, 12, 16):
        cost = count * bits + (top >> bits)
        if cost < best_cost:
            best, best_cost = bits, cost
    return best


def low_bytes(count: int, bits: int) -> int:
    """Bytes of the low part."""
    return (count * bits + 7) >> 3


def high_bits(count: int, universe: int, bits: int) -> int:
    """Bits of the high part."""
    return count + (max(universe - 1, 0) >> bits) if count else 0


def decode(data: Bytes, offset: int, count: int, universe: int) -> tuple[Ints, int]:
    """Return the values of one list, int64 (count,), and the offset behind it."""
    bits = width(count, universe)
    high_at = offset + low_bytes(count, bits)
    total = high_bits(count, universe, bits)
    end = high_at + ((total + 7) >> 3)
    values = decode_bitmap(data[high_at:end], total)
    values -= _counting(len(values))
    if bits:
        values <<= bits
        values |= _low(data[offset:high_at], count, bits)
    return values, end


def decode_bitmap(packed: Bytes, total: int) -> Ints:
    """Positions of the bits set among the first `total`, ascending, int64."""
    return np.unpackbits(packed, count=total, bitorder="little").view(np.bool_).nonzero()[0]


_ARANGE = np.arange(1 << 16, dtype=np.int64)


def _counting(count: int) -> Ints:
    """0, 1, … count - 1; a slice of a constant for all but the longest lists."""
    return _ARANGE[:count] if count <= len(_ARANGE) else np.arange(count, dtype=np.int64)


def _low(packed: Bytes, count: int, bits: int) -> npt.NDArray[np.integer]:
    if bits == 8:
        return packed
    if bits == 16:
        return packed.view("<u2") if packed.flags.aligned else packed.copy().view("<u2")
    if bits == 4:
        out = np.empty(2 * len(packed), np.uint8)
        np.bitwise_and(packed, 15, out=out[0::2])
        np.right_shift(packed, 4, out=out[1::2])
        return out[:count]
    if bits == 1:
        return np.unpackbits(packed, count=count, bitorder="little")
    if bits == 2:
        out = np.empty(4 * len(packed), np.uint8)
        np.bitwise_and(packed, 3, out=out[0::4])
        for part in (1, 2):
            np.bitwise_and(packed >> (2 * part), 3, out=out[part::4])
        np.right_shift(packed, 6, out=out[3::4])
        return out[:count]
    # 12: two values in three bytes
    padded = np.zeros(3 * ((count + 1) >> 1), np.uint16)
    padded[: len(packed)] = packed
    wide = np.empty((len(padded) // 3, 2), np.uint16)
    wide[:, 0] = padded[0::3] | ((padded[1::3] & 15) << 8)
    wide[:, 1] = (padded[1::3] >> 4) | (padded[2::3] << 4)
    return wide.reshape(-1)[:count]


class Layout:
    """Where the lists of one batch go, and how to write and read them all at once.

    `counts` and `universes` are int64 (lists,). `sizes` is the bytes that each list takes.
    """

    def __init__(self, counts: Ints, universes: Ints) -> None:
        self.counts = counts
        self.widths = widths(counts, universes)
        self.low_sizes = (counts * self.widths + 7) >> 3
        tops = np.maximum(universes - 1, 0)
        self.high_counts = np.where(counts > 0, counts + (tops >> self.widths), 0)
        self.sizes = self.low_sizes + ((self.high_counts + 7) >> 3)

    def write(self, values: Ints, starts: Ints, out: Bytes, bits: Bits) -> None:
        """Write all lists at the byte offsets `starts`: whole bytes to `out`, bits to `bits`.

        `bits` has eight entries per byte of `out`; the caller packs and merges it at the end.
        """
        index = within(self.counts)
        per_value = np.repeat(self.widths.astype(np.uint8), self.counts)
        high = np.repeat((starts + self.low_sizes) * 8, self.counts)
        high += values >> per_value
        high += index
        bits[high] = True
        del high
        base = np.repeat(starts, self.counts)
        for bits_each in WIDTHS[1:].tolist():
            chosen = np.flatnonzero(per_value == bits_each)
            if len(chosen):
                _write_low(values[chosen], base[chosen], index[chosen], bits_each, out, bits)

    def read(self, data: Bytes, starts: Ints) -> Ints:
        """Return the values of all lists, concatenated: the inverse of `write`."""
        high_sizes = (self.high_counts + 7) >> 3
        packed = data[ragged(starts + self.low_sizes, high_sizes)]
        set_bits = np.flatnonzero(np.unpackbits(packed, bitorder="little").view(np.bool_))
        list_base = (np.cumsum(high_sizes) - high_sizes) * 8
        index = within(self.counts)
        values: Ints = set_bits - np.repeat(list_base, self.counts) - index
        per_value = np.repeat(self.widths.astype(np.uint8), self.counts)
        values <<= per_value
        base = np.repeat(starts, self.counts)
        for bits_each in WIDTHS[1:].tolist():
            chosen = np.flatnonzero(per_value == bits_each)
            if len(chosen):
                values[chosen] |= _read_low(data, base[chosen], index[chosen], bits_each)
        return values


def _write_low(
    values: Ints, base: Ints, index: Ints, bits_each: int, out: Bytes, bits: Bits
) -> None:
    if bits_each < 8:
        at = base * 8 + index * bits_each
        for bit in range(bits_each):
            bits[at + bit] = (values >> bit) & 1
    elif bits_each == 12:
        at = base + ((index * 3) >> 1)
        even = (index & 1) == 0
        out[at[even]] = values[even] & 255
        out[at[even] + 1] |= ((values[even] >> 8) & 15).astype(np.uint8)
        odd = ~even
        out[at[odd]] |= ((values[odd] & 15) << 4).astype(np.uint8)
        out[at[odd] + 1] = (values[odd] >> 4) & 255
    else:
        step = bits_each >> 3
        for byte in range(step):
            out[base + index * step + byte] = (values >> (8 * byte)) & 255


def _read_low(data: Bytes, base: Ints, index: Ints, bits_each: int) -> Ints:
    at = base * 8 + index * bits_each
    first = at >> 3
    word = data[first].astype(np.int64)
    if bits_each > 8:
        word |= data[first + 1].astype(np.int64) << 8
    low: Ints = (word >> (at & 7)) & ((1 << bits_each) - 1)
    return low
