"""Postings: records are read back whole, one by one or all at once, and their bounds hold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from searchlib.store.postings import BOUNDED, PostingList, RawPostings, decode, encode
from tests.query import strategies as draw


def random_postings(
    seed: int, documents: int, terms: int, *, dense: float
) -> tuple[RawPostings, np.ndarray, np.ndarray]:
    """Postings with positions of some terms, lengths for BM25, and sizes of the texts."""
    generator = np.random.default_rng(seed)
    sizes = generator.integers(1, 90, documents)
    lengths = generator.integers(1, 400, documents)
    df, ctf, docs, tfs, positions = [], [], [], [], []
    for _ in range(terms):
        count = int(np.clip(generator.binomial(documents, dense), 1, documents))
        own = np.sort(generator.choice(documents, count, replace=False))
        frequencies = np.minimum(generator.geometric(0.6, count), sizes[own])
        df.append(count)
        ctf.append(int(frequencies.sum()))
        docs += own.tolist()
        tfs += frequencies.tolist()
        for doc, tf in zip(own.tolist(), frequencies.tolist(), strict=True):
            positions += np.sort(generator.choice(sizes[doc], tf, replace=False)).tolist()
    raw = RawPostings(*(np.array(each, np.int64) for each in (df, ctf, docs, tfs, positions)))
    return raw, lengths.astype(np.int64), sizes.astype(np.int64)


PARAMETERS = {
    "seed": st.integers(0, 1 << 30),
    "documents": st.sampled_from([1, 2, 7, 63, 64, 65, 300]),
    "terms": st.integers(1, 9),
    "dense": st.sampled_from([0.01, 0.3, 0.9, 1.0]),
}


@given(**PARAMETERS, with_positions=st.booleans())
@draw.profile(150)
def test_records_are_read_back_one_by_one_and_all_at_once(
    seed: int, documents: int, terms: int, dense: float, with_positions: bool
) -> None:
    raw, lengths, sizes = random_postings(seed, documents, terms, dense=dense)
    if not with_positions:
        raw.positions = None
    blob, record_sizes = encode(raw, documents=documents, lengths=lengths, sizes=sizes)
    assert record_sizes.sum() == len(blob)
    starts = np.cumsum(record_sizes) - record_sizes
    chosen = np.flatnonzero(np.random.default_rng(seed).random(terms) < 0.7)
    begins = np.concatenate(([0], np.cumsum(sizes)))
    posting, occurrence = np.cumsum(raw.df) - raw.df, np.cumsum(raw.ctf) - raw.ctf
    together = decode(blob, starts, documents=documents, sizes=sizes, positions=with_positions)
    for name in ("df", "ctf", "docs", "tfs"):
        assert np.array_equal(getattr(together, name), getattr(raw, name))
    assert (together.positions is None) == (raw.positions is None)
    if raw.positions is not None:
        assert np.array_equal(together.positions, raw.positions)
    some = decode(blob, starts[chosen], documents=documents, sizes=sizes, positions=with_positions)
    assert np.array_equal(some.df, raw.df[chosen])
    for term in range(terms):
        record = PostingList(blob, int(starts[term]), documents)
        docs = raw.docs[posting[term] : posting[term] + raw.df[term]]
        tfs = raw.tfs[posting[term] : posting[term] + raw.df[term]]
        assert (record.df, record.ctf) == (raw.df[term], raw.ctf[term])
        assert np.array_equal(record.docs(), docs)
        assert [each.tolist() for each in record.unpack()] == [docs.tolist(), tfs.tolist()]
        if raw.positions is not None:
            own = raw.positions[occurrence[term] : occurrence[term] + raw.ctf[term]]
            places = np.repeat(begins[docs], tfs) + own
            assert np.array_equal(record.places(begins), places)


@given(**PARAMETERS)
@draw.profile(80)
def test_no_posting_is_beyond_the_bounds_of_its_record(
    seed: int, documents: int, terms: int, dense: float
) -> None:
    raw, lengths, _ = random_postings(seed, documents, terms, dense=dense)
    raw.positions = None
    if seed % 3 == 0:
        lengths = lengths * 400  # beyond 16 bits
        raw.tfs = raw.tfs * 9_000
        raw.ctf = np.array(
            [part.sum() for part in np.split(raw.tfs, np.cumsum(raw.df)[:-1])], np.int64
        )
    blob, record_sizes = encode(raw, documents=documents, lengths=lengths, sizes=None)
    starts = np.cumsum(record_sizes) - record_sizes
    for term in range(terms):
        record = PostingList(blob, int(starts[term]), documents)
        bounds = record.bounds()
        assert (bounds is None) == (record.df < BOUNDED)
        if bounds is None:
            continue
        pairs = list(zip(bounds.tfs, bounds.lengths, strict=True))
        docs, tfs = record.unpack()
        for tf, length in zip(tfs.tolist(), lengths[docs].tolist(), strict=True):
            assert any(tf <= top and length >= least for top, least in pairs)


def test_no_terms_make_an_empty_blob() -> None:
    empty = np.empty(0, np.int64)
    raw = RawPostings(empty, empty, empty, empty, empty)
    blob, record_sizes = encode(
        raw, documents=3, lengths=np.ones(3, np.int64), sizes=np.ones(3, np.int64)
    )
    assert len(blob) == len(record_sizes) == 0
    again = decode(blob, empty, documents=3, sizes=np.ones(3, np.int64), positions=True)
    assert len(again.df) == len(again.docs) == 0
