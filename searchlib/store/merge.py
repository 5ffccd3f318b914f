"""Merging: runs and segments, in document order, become one new segment file.

Both the bulk build (many runs) and the merging of old segments go through here, so there is one
writer of segments. Memory is bounded by `CHUNK` occurrences at a time, however large the sources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from searchlib.store.arrays import Bytes, Ints, ragged
from searchlib.store.channels import CHANNELS, Field, Kind, channel_name
from searchlib.store.columns import narrow, write_columns
from searchlib.store.dictionary import CharDictionary, PairDictionary, WordDictionary
from searchlib.store.postings import RawPostings, encode
from searchlib.store.sections import SectionWriter
from searchlib.store.unite import Keys, OwnTerms, unite

# occurrences decoded and encoded at once: small enough that they stay near the processor
CHUNK = 250_000

Array = npt.NDArray[Any]


class Source(Protocol):
    """What a merge reads: documents 0 … documents - 1, deleted ones already left out."""

    @property
    def documents(self) -> int:
        """How many documents there are."""
        ...

    def columns(self) -> tuple[list[str], Ints, list[str], list[tuple[str, ...]]]:
        """Ids, date ticks, categories and tags of every document."""
        ...

    def sizes(self, field: str) -> Ints:
        """Characters of each document's folded field."""
        ...

    def lengths(self, channel: str) -> Ints:
        """Tokens of each document in a channel."""
        ...

    def keys(self, channel: str) -> Keys:
        """The terms of a channel, in any order."""
        ...

    def occurrences(self, channel: str) -> Ints:
        """About how many occurrences each term has (to bound memory)."""
        ...

    def read(self, channel: str, terms: Ints) -> RawPostings:
        """Postings of the terms at these places of `keys`; df may be 0 where all were deleted."""
        ...

    def records(self, dictionary: bytes) -> Iterator[bytes]:
        """The stored articles, compressed against `dictionary`."""
        ...


ChannelWriter = Callable[[SectionWriter, Sequence[Source], Field, Kind], tuple[int, int]]


def write_segment(
    path: Path,
    sources: Sequence[Source],
    *,
    dictionary: bytes,
    sync: Callable[[int], None],
    channel: ChannelWriter | None = None,
) -> None:
    """Write one segment of all documents of `sources`, in order.

    `channel` writes the sections of one channel, `write_channel` unless they were written
    elsewhere already.
    """
    out = SectionWriter(path)
    try:
        documents = sum(source.documents for source in sources)
        _write_stored(out, sources, dictionary)
        facts: dict[str, Any] = {"documents": documents, "terms": {}, "totals": {}}
        facts["terms"]["ids"] = write_columns(out, (source.columns() for source in sources))
        for field, kind in CHANNELS:
            name = channel_name(field, kind)
            written = (channel or write_channel)(out, sources, field, kind)
            facts["terms"][name], facts["totals"][name] = written
        out.finish(facts, sync=sync)
    except BaseException:
        out.discard()
        raise


def write_channel(
    out: SectionWriter, sources: Sequence[Source], field: Field, kind: Kind
) -> tuple[int, int]:
    """Write all sections of one channel; return how many terms and how many tokens it has."""
    name = channel_name(field, kind)
    sizes = np.concatenate([source.sizes(field) for source in sources])
    if kind == "words":
        out.add(f"{field}.sizes", narrow(sizes))
    lengths = np.concatenate([source.lengths(name) for source in sources])
    out.add(f"{name}.lengths", narrow(lengths))
    keys = _write_postings(out, name, sources, len(lengths), lengths, sizes)
    if isinstance(keys, np.ndarray):
        (PairDictionary if kind == "grams" else CharDictionary).write(out, name, keys)
    else:
        WordDictionary.write(out, name, keys)
    return len(keys), int(lengths.sum())


def _write_stored(out: SectionWriter, sources: Sequence[Source], dictionary: bytes) -> None:
    sizes = [0]

    def records() -> Iterator[bytes]:
        for source in sources:
            for record in source.records(dictionary):
                sizes.append(len(record))
                yield record

    out.stream("stored.records", records())
    out.add("stored.starts", narrow(np.cumsum(sizes, dtype=np.int64)))
    out.add("stored.dictionary", dictionary)


def _write_postings(
    out: SectionWriter,
    name: str,
    sources: Sequence[Source],
    documents: int,
    lengths: Ints,
    sizes: Ints,
) -> Keys:
    """Write a channel's postings and offsets; return the terms that have any."""
    keys, terms_of = unite([source.keys(name) for source in sources])
    load = np.zeros(len(keys), np.int64)
    for source, own in zip(sources, terms_of, strict=True):
        places, terms = own.within(0, len(keys))
        load[places] += source.occurrences(name)[terms]
    steps = np.searchsorted(
        np.cumsum(load), np.arange(CHUNK, int(load.sum()) + CHUNK, CHUNK), side="right"
    )
    edges = np.unique(np.concatenate(([0], steps, [len(keys)])))
    bases = np.cumsum([0, *(source.documents for source in sources)])
    records: list[Ints] = []
    kept: list[npt.NDArray[np.bool_]] = []

    def pieces() -> Iterator[Bytes]:
        for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            raw = _gather(name, sources, terms_of, bases, first, last)
            found = raw.df > 0
            kept.append(found)
            raw.df, raw.ctf = raw.df[found], raw.ctf[found]
            blob, record_sizes = encode(raw, documents=documents, lengths=lengths, sizes=sizes)
            records.append(record_sizes)
            yield blob

    out.stream(f"{name}.postings", pieces())
    ends = np.cumsum(np.concatenate([np.zeros(1, np.int64), *records]))
    out.add(f"{name}.offsets", ends.astype(np.uint32 if int(ends[-1]) < 1 << 32 else np.uint64))
    mask = np.concatenate(kept) if kept else np.empty(0, np.bool_)
    if mask.all():
        return keys
    if isinstance(keys, np.ndarray):
        return keys[mask]
    return [keys[at] for at in np.flatnonzero(mask).tolist()]


def _gather(
    name: str,
    sources: Sequence[Source],
    terms_of: Sequence[OwnTerms],
    bases: Ints,
    first: int,
    last: int,
) -> RawPostings:
    """Postings of the united terms from `first` up to `last`, sources one behind another."""
    parts = []
    for source, own, base in zip(sources, terms_of, bases.tolist(), strict=False):
        place, terms = own.within(first, last)
        raw = source.read(name, terms)
        raw.docs = raw.docs + base
        parts.append((place, raw))
    if len(parts) == 1:
        return parts[0][1]
    df, ctf = np.zeros(last - first, np.int64), np.zeros(last - first, np.int64)
    for place, raw in parts:
        df[place] += raw.df
        ctf[place] += raw.ctf
    next_posting, next_position = np.cumsum(df) - df, np.cumsum(ctf) - ctf
    docs, tfs = np.empty(int(df.sum()), np.int64), np.empty(int(df.sum()), np.int64)
    with_positions = parts[0][1].positions is not None
    positions = np.empty(int(ctf.sum()), np.int64) if with_positions else None
    for place, raw in parts:
        at = ragged(next_posting[place], raw.df)
        docs[at], tfs[at] = raw.docs, raw.tfs
        next_posting[place] += raw.df
        if positions is not None and raw.positions is not None:
            positions[ragged(next_position[place], raw.ctf)] = raw.positions
            next_position[place] += raw.ctf
    return RawPostings(df, ctf, docs, tfs, positions)
