"""Inversion: analysed articles become the postings of a run, with sorts and no Python per posting.

Every occurrence becomes one number, term above document (or position), and one `numpy.sort`
(vectorised quicksort, 4–6 ns a number) puts the postings in order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from searchlib.analysis import BLANK, HAN_RANGES, Analyzer, fold
from searchlib.models import Article
from searchlib.store.arrays import Ints, ragged, run_starts
from searchlib.store.channels import FIELDS, channel_name
from searchlib.store.dates import date_ticks
from searchlib.store.dictionary import PAIR_SHIFT
from searchlib.store.run import Run, RunChannel

_CODE_POINTS = 0x110000


class _Numbers(dict[str, int]):
    """Numbers terms in the order of their first appearance."""

    def __missing__(self, term: str) -> int:
        number = self[term] = len(self)
        return number


class Lexicon:
    """Numbers terms, and knows for each unit the terms that it stands for: itself and its parts.

    It outlives a run, so that a word's parts are worked out once.
    """

    def __init__(self, analyzer: Analyzer) -> None:
        self.analyzer = analyzer
        self.numbers = _Numbers()
        self._expanded = np.zeros(0, np.bool_)
        self._terms: list[int] = []
        self._starts: list[int] = []
        self._sizes: list[int] = []
        self._blank = self.numbers[BLANK]

    def __len__(self) -> int:
        return len(self.numbers)

    def expand(self, units: npt.NDArray[np.int32]) -> tuple[Ints, Ints]:
        """How many terms each unit stands for, and all of them, one unit's behind another's."""
        count = len(self.numbers)
        used = np.zeros(count, np.bool_)
        used[units] = True
        used[: len(self._expanded)] &= ~self._expanded
        self._learn(used.nonzero()[0].tolist())
        starts, sizes = np.array(self._starts, np.int64), np.array(self._sizes, np.int64)
        counts = sizes[units]
        return counts, np.array(self._terms, np.int64)[ragged(starts[units], counts)]

    def _learn(self, units: list[int]) -> None:
        """Work out the terms of units that are new."""
        names = list(self.numbers)
        number, split = self.numbers.__getitem__, self.analyzer.parts
        found: dict[int, tuple[int, int]] = {}
        flat = self._terms
        for unit in units:
            start = len(flat)
            if unit != self._blank:
                flat.append(unit)
                flat.extend(map(number, split(names[unit])))
            found[unit] = (start, len(flat) - start)
        # parts may be new terms themselves, so the tables grow at the end
        grown = len(self.numbers) - len(self._starts)
        self._starts += [0] * grown
        self._sizes += [0] * grown
        expanded = np.zeros(len(self.numbers), np.bool_)
        expanded[: len(self._expanded)] = self._expanded
        for unit, (start, size) in found.items():
            self._starts[unit], self._sizes[unit] = start, size
        expanded[units] = True
        self._expanded = expanded


class RunBuilder:
    """Collects articles and inverts them."""

    def __init__(self, lexicon: Lexicon, pack: Callable[[Article], bytes]) -> None:
        self._lexicon = lexicon
        self._pack = pack
        self._units: dict[str, list[npt.NDArray[np.int32]]] = {name: [] for name in FIELDS}
        self._texts: dict[str, list[str]] = {name: [] for name in FIELDS}
        self._articles: list[tuple[str, int, str, tuple[str, ...]]] = []
        self._records: list[bytes] = []

    def __len__(self) -> int:
        return len(self._articles)

    def add(self, article: Article) -> None:
        """Analyse one article."""
        number, cut = self._lexicon.numbers.__getitem__, self._lexicon.analyzer.bag
        for name, text in (("title", article.title), ("body", article.body)):
            folded = fold(text)
            units = cut(folded) if folded else ()
            self._units[name].append(np.fromiter(map(number, units), np.int32, len(units)))
            self._texts[name].append(folded)
        self._records.append(self._pack(article))
        ticks = date_ticks(article.date)
        self._articles.append((article.id, ticks, article.category, article.tags))

    def finish(self) -> Run:
        """Invert what was collected."""
        ids, dates, categories, tags = zip(*self._articles, strict=True) if self else ((),) * 4
        sizes: dict[str, npt.NDArray[np.int64]] = {
            name: np.array([*map(len, self._texts[name])], np.int64) for name in FIELDS
        }
        run = Run(
            list(ids), np.array(dates, np.int64), list(categories), list(tags), self._records, sizes
        )
        for name in FIELDS:
            run.channels[channel_name(name, "words")] = self._invert_words(name)
            grams, chars = _invert_text(self._texts[name])
            run.channels[channel_name(name, "grams")] = grams
            run.channels[channel_name(name, "chars")] = chars
        return run

    def _invert_words(self, field: str) -> RunChannel:
        units = self._units[field]
        documents = len(units)
        tokens = np.concatenate(units) if units else np.empty(0, np.int32)
        per_unit = np.repeat(np.arange(documents), [*map(len, units)])
        counts, terms = self._lexicon.expand(tokens)
        docs = np.repeat(per_unit, counts)
        names = list(self._lexicon.numbers)
        used = np.zeros(len(names), np.bool_)
        used[terms] = True
        numbers = sorted(used.nonzero()[0].tolist(), key=names.__getitem__)
        rank = np.empty(len(names), np.int64)
        rank[numbers] = np.arange(len(numbers))
        _, df, ctf, posted, tfs = _group(rank[terms], docs, documents, len(numbers))
        lengths = np.bincount(docs, minlength=documents)
        return RunChannel([names[at] for at in numbers], df, ctf, posted, tfs, None, lengths)


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
