"""Inversion: analysed articles become the postings of a run, with sorts and no Python per posting.

Every occurrence becomes one number, term above document (or position), and one `numpy.sort`
(vectorised quicksort, 4–6 ns a number) puts the postings in order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from searchlib.analysis import HAN_RANGES, Analyzer, fold
from searchlib.models import Article
from searchlib.store.arrays import Ints, ragged, run_starts
from searchlib.store.channels import FIELDS, channel_name
from searchlib.store.dates import date_ticks
from searchlib.store.dictionary import PAIR_SHIFT
from searchlib.store.run import Run, RunChannel

_CODE_POINTS = 0x110000


class _Vocabulary(dict[str, int]):
    """Numbers terms in the order of their first appearance."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class RunBuilder:
    """Collects articles and inverts them. `characters` tells when a run is large enough."""

    def __init__(self, analyzer: Analyzer, pack: Callable[[Article], bytes]) -> None:
        self._analyzer = analyzer
        self._pack = pack
        self._vocabulary = _Vocabulary()
        self._units: dict[str, list[npt.NDArray[np.int32]]] = {name: [] for name in FIELDS}
        self._texts: dict[str, list[str]] = {name: [] for name in FIELDS}
        self._articles: list[tuple[str, int, str, tuple[str, ...]]] = []
        self._records: list[bytes] = []
        self.characters = 0

    def __len__(self) -> int:
        return len(self._articles)

    def add(self, article: Article) -> None:
        """Analyse one article."""
        number = self._vocabulary.__getitem__
        for name, text in (("title", article.title), ("body", article.body)):
            folded = fold(text)
            units = self._analyzer.units(folded) if folded else []
            self._units[name].append(np.fromiter(map(number, units), np.int32, len(units)))
            self._texts[name].append(folded)
            self.characters += len(folded)
        self._records.append(self._pack(article))
        self._articles.append(
            (article.id, date_ticks(article.date), article.category, article.tags)
        )

    def finish(self) -> Run:
        """Invert what was collected."""
        ids, dates, categories, tags = zip(*self._articles, strict=True) if self else ((),) * 4
        run = Run(
            list(ids), np.array(dates, np.int64), list(categories), list(tags), self._records,
            {name: np.array([len(t) for t in self._texts[name]], np.int64) for name in FIELDS},
        )  # fmt: skip
        parts = self._parts()
        terms = list(self._vocabulary)
        order = sorted(range(len(terms)), key=terms.__getitem__)
        rank = np.empty(len(terms), np.int64)
        rank[order] = np.arange(len(terms))
        ordered = [terms[at] for at in order]
        for name in FIELDS:
            run.channels[channel_name(name, "words")] = _invert_words(
                self._units[name], parts, rank, ordered
            )
            grams, chars = _invert_text(self._texts[name])
            run.channels[channel_name(name, "grams")] = grams
            run.channels[channel_name(name, "chars")] = chars
        return run

    def _parts(self) -> tuple[Ints, Ints, npt.NDArray[np.int32]]:
        """For each unit where its terms start, how many they are, and the terms themselves."""
        number, split = self._vocabulary.__getitem__, self._analyzer.parts
        counts: list[int] = []
        flat: list[int] = []
        for term, own in list(self._vocabulary.items()):
            pieces = split(term)
            flat.append(own)
            if pieces:
                flat.extend(map(number, pieces))
            counts.append(1 + len(pieces))
        sizes = np.array(counts, np.int64)
        return np.cumsum(sizes) - sizes, sizes, np.array(flat, np.int32)


def _invert_words(
    units: list[npt.NDArray[np.int32]],
    parts: tuple[Ints, Ints, npt.NDArray[np.int32]],
    rank: Ints,
    ordered: list[str],
) -> RunChannel:
    documents = len(units)
    tokens = np.concatenate(units) if units else np.empty(0, np.int32)
    starts, sizes, flat = parts
    counts = sizes[tokens]
    term = rank[flat[ragged(starts[tokens], counts)]]
    per_unit = np.repeat(np.arange(documents), [len(each) for each in units])
    docs = np.repeat(per_unit, counts)
    lengths = np.bincount(docs, minlength=documents)
    found, df, ctf, posted, tfs = _group(term, docs, documents, len(ordered))
    keys = [ordered[at] for at in found.tolist()]
    return RunChannel(keys, df, ctf, posted, tfs, None, lengths)


def _group(
    term: Ints, docs: Ints, documents: int, terms: int
) -> tuple[Ints, Ints, Ints, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Count equal (term, document) pairs: terms found, their df and ctf, documents, frequencies."""
    shift = max(documents - 1, 1).bit_length()
    narrow = (terms << shift) < 1 << 32
    key = ((term << shift) | docs).astype(np.uint32 if narrow else np.uint64)
    key.sort()
    starts = run_starts(key)
    tfs = np.diff(starts, append=len(key))
    wide = key[starts].astype(np.int64)
    posted = (wide & ((1 << shift) - 1)).astype(np.int32)
    term = wide >> shift
    df = np.bincount(term, minlength=terms)
    ctf = np.bincount(term, tfs, minlength=terms).astype(np.int64)
    found = np.flatnonzero(df)
    return found, df[found], ctf[found], posted, tfs.astype(np.int32)


def _han_table() -> npt.NDArray[np.bool_]:
    table = np.zeros(_CODE_POINTS, np.bool_)
    for first, last in HAN_RANGES:
        table[first : last + 1] = True
    return table


_HAN = _han_table()


def _invert_text(texts: list[str]) -> tuple[RunChannel, RunChannel]:
    """Pairs with positions, and single characters, of all texts at once."""
    documents = len(texts)
    # a newline between texts keeps a pair from spanning two articles
    joined = "\n".join(texts) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    sizes = np.array([len(text) + 1 for text in texts], np.int64)
    begins = np.cumsum(sizes) - sizes
    doc_of = np.repeat(np.arange(documents, dtype=np.int32), sizes)
    han = _HAN[points]
    present = np.zeros(_CODE_POINTS, np.bool_)
    present[points[han]] = True
    codes = np.flatnonzero(present)
    dense = np.zeros(_CODE_POINTS, np.int64)
    dense[codes] = np.arange(len(codes))

    where = np.flatnonzero(han)
    char_docs = doc_of[where].astype(np.int64)
    found, df, ctf, docs, tfs = _group(dense[points[where]], char_docs, documents, len(codes))
    lengths = np.bincount(char_docs, minlength=documents)
    chars = RunChannel(codes[found].astype(np.uint64), df, ctf, docs, tfs, None, lengths)

    at = np.flatnonzero(han[:-1] & han[1:])
    shift = max(len(points), 1).bit_length()
    key = dense[points[at]] * len(codes) + dense[points[at + 1]]
    key <<= shift
    key |= at
    key.sort()
    at = key & ((1 << shift) - 1)
    key >>= shift
    pair_docs = doc_of[at]
    posting = np.concatenate(([True], (key[1:] != key[:-1]) | (pair_docs[1:] != pair_docs[:-1])))
    starts = np.flatnonzero(posting[: len(key)])
    firsts = run_starts(key)
    pairs = key[firsts]
    first, second = np.divmod(pairs, max(len(codes), 1))
    docs = pair_docs[starts]
    grams = RunChannel(
        (codes[first].astype(np.uint64) << np.uint64(PAIR_SHIFT)) | codes[second].astype(np.uint64),
        np.diff(np.searchsorted(starts, firsts), append=len(starts)),
        np.diff(firsts, append=len(key)),
        docs,
        np.diff(starts, append=len(key)).astype(np.int32),
        (at - begins[pair_docs]).astype(np.int32),
        np.bincount(pair_docs, minlength=documents),
    )
    return grams, chars
