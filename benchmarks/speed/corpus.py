"""The articles of a run: read from a .jsonl file, or generated from jieba's dictionary."""

from __future__ import annotations

import gzip
import hashlib
import json
import lzma
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import IO

import numpy as np

SEED = 20261122
GENERATED_DOCS = 10_000
CATEGORIES = 10  # a corpus without categories is dealt into this many

_MEAN_CHARS, _SIGMA = 700, 0.7
_TITLED = 0.8  # share of generated articles that have a title
_CHARS_PER_WORD = 1.6  # of jieba's dictionary, weighted by frequency


@dataclass(frozen=True, slots=True)
class Corpus:
    """A prepared corpus: one article a line, `id title body category` and perhaps `date`."""

    name: str
    path: Path
    docs: int
    characters: int
    digest: str


def prepare(
    rows: Iterable[dict[str, object]], path: Path, *, name: str, docs: int | None
) -> Corpus:
    """Write the first `docs` of `rows` to `path` in the form that every engine reads.

    Unpacking is over before any timer starts. Rows without a category get one by turns, so
    that the filtered class has something to filter by.
    """
    digest = hashlib.sha256()
    written = characters = 0
    with path.open("wb") as out:
        for number, row in enumerate(islice(rows, docs)):
            title, body = str(row.get("title") or ""), str(row.get("body") or "")
            article: dict[str, object] = {
                "id": str(row.get("id") or number),
                "title": title,
                "body": body,
                "category": str(row.get("category") or f"section-{number % CATEGORIES}"),
            }
            if row.get("date"):
                article["date"] = row["date"]
            line = json.dumps(article, ensure_ascii=False).encode() + b"\n"
            out.write(line)
            digest.update(line)
            written += 1
            characters += len(title) + len(body)
    return Corpus(name, path, written, characters, digest.hexdigest()[:16])


def head(corpus: Corpus, docs: int, path: Path) -> Corpus:
    """Write the first `docs` articles of `corpus` to `path`."""
    with corpus.path.open(encoding="utf-8") as lines:
        return prepare(map(json.loads, lines), path, name=corpus.name, docs=docs)


def read(path: Path) -> Iterator[dict[str, object]]:
    """Read the rows of a .jsonl file, which may be packed as .xz or .gz."""
    with _text(path) as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _text(path: Path) -> IO[str]:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8")
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def stem(path: Path) -> str:
    """Return the name of a corpus file without its endings.

    >>> stem(Path("data/crud_news.jsonl.xz"))
    'crud_news'
    """
    return path.name.partition(".")[0]


def generate(seed: int = SEED) -> Iterator[dict[str, object]]:
    """Yield articles without end: words drawn by the frequencies of jieba's dictionary.

    Lengths are log-normal about 700 characters, as news articles are. The words stand in no
    relation to each other, so this shows speed and size, never quality.
    """
    words, cumulative = _dictionary()
    random = np.random.default_rng(seed)
    mu = math.log(_MEAN_CHARS) - _SIGMA**2 / 2
    number = 0
    while True:
        length = max(10, round(random.lognormal(mu, _SIGMA) / _CHARS_PER_WORD))
        drawn = words[np.searchsorted(cumulative, random.random(length + 8))].tolist()
        titled = random.random() < _TITLED
        yield {
            "id": f"g{number}",
            "title": "".join(drawn[: random.integers(3, 8)]) if titled else "",
            "body": _punctuated(drawn[8:], random),
            "category": f"section-{random.integers(CATEGORIES)}",
        }
        number += 1


def _dictionary() -> tuple[np.ndarray, np.ndarray]:
    """Return words: object (n,), and their cumulative share: float64 (n,), ascending to 1."""
    words, counts = [], []
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, *_ = line.split()
            words.append(word)
            counts.append(int(count))
    cumulative = np.cumsum(counts, dtype=np.float64)
    cumulative /= cumulative[-1]
    return np.array(words, dtype=object), cumulative


def _punctuated(words: list[str], random: np.random.Generator) -> str:
    """Join `words` into clauses of about eight and sentences of about three clauses."""
    clauses: list[str] = []
    at = 0
    while at < len(words):
        step = int(random.integers(4, 13))
        clauses.append("".join(words[at : at + step]) + ("。" if random.random() < 0.35 else "，"))
        at += step
    return "".join(clauses)
