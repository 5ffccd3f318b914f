"""The queries of a run: distinct ones for every round, class and pass."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import rjieba

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.engines.base import KINDS, Query

PASSES = ("plain", "snippets")
WARM_UP = 20  # queries before the first pass, the first of which is timed with opening

_SAMPLED_DOCS = 20_000
_SAMPLED_CHARS = 1_500
_PATIENCE = 20  # draws per query wanted before a small corpus counts as exhausted
_HAN_WORD = re.compile("[\u4e00-\u9fff]{2,}")
_HAN_RUN = re.compile("[\u4e00-\u9fff]{6,}")
_SENTENCE = re.compile("[。！？；，\\s]+")


@dataclass(frozen=True, slots=True)
class Round:
    """What one round asks: `passes[pass][kind]` are the queries, `warm` come first."""

    warm: tuple[Query, ...]
    passes: dict[str, dict[str, tuple[Query, ...]]]


@dataclass(frozen=True, slots=True)
class _Sample:
    title: str
    body: str
    category: str

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.body}"


def plan(
    corpus: Corpus, *, lines: list[str] | None, rounds: int, per_class: int, seed: int
) -> list[Round]:
    """Draw the queries of every round; nothing is asked twice in a run.

    `lines` are real queries for the class `all`; the other classes, and `all` without `lines`,
    are drawn from the articles. A class that cannot fill its share is cut alike everywhere.
    """
    chance = random.Random(seed)
    samples = _sample(corpus, chance)
    wanted = rounds * len(PASSES) * per_class
    pools = {kind: _distinct(_DRAW[kind], samples, wanted, chance, kind) for kind in KINDS}
    if lines is not None:
        pools["all"] = [Query("all", line) for line in dict.fromkeys(lines)][:wanted]
    warm = _distinct(_DRAW["several"], samples, WARM_UP, chance, "all")
    rounds_planned = []
    for number in range(rounds):
        passes: dict[str, dict[str, tuple[Query, ...]]] = {name: {} for name in PASSES}
        for kind, pool in pools.items():
            share = len(pool) // (rounds * len(PASSES))
            for place, name in enumerate(PASSES):
                start = (number * len(PASSES) + place) * share
                passes[name][kind] = tuple(pool[start : start + share])
        rounds_planned.append(Round(tuple(warm), passes))
    return rounds_planned


def _sample(corpus: Corpus, chance: random.Random) -> list[_Sample]:
    picked = set(chance.sample(range(corpus.docs), min(corpus.docs, _SAMPLED_DOCS)))
    samples = []
    with corpus.path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number in picked:
                row = json.loads(line)
                samples.append(_Sample(row["title"], row["body"][:_SAMPLED_CHARS], row["category"]))
    return samples


def _distinct(
    draw: Callable[[_Sample, random.Random], str],
    samples: list[_Sample],
    wanted: int,
    chance: random.Random,
    kind: str,
) -> list[Query]:
    found: dict[str, Query] = {}
    for _ in range(wanted * _PATIENCE):
        if len(found) == wanted or not samples:
            break
        sample = chance.choice(samples)
        if text := draw(sample, chance):
            category = sample.category if kind == "filtered" else ""
            found.setdefault(text, Query(kind, text, category))
    return list(found.values())


def _typed(sample: _Sample, chance: random.Random) -> str:
    """A title, or a clause of the body, of the length that people type."""
    clauses = [c for c in _SENTENCE.split(sample.text) if 4 <= len(c) <= 20]
    return chance.choice(clauses) if clauses else ""


def _single(sample: _Sample, chance: random.Random) -> str:
    words = _words(sample.text)
    return chance.choice(words) if words else ""


def _several(sample: _Sample, chance: random.Random) -> str:
    words = list(dict.fromkeys(_words(sample.text)))
    return " ".join(chance.sample(words, min(len(words), chance.randint(2, 4))))


def _phrase(sample: _Sample, chance: random.Random) -> str:
    """Two to four adjacent words, verbatim: people quote at word borders."""
    runs = _HAN_RUN.findall(sample.text)
    if not runs:
        return ""
    words = rjieba.cut(chance.choice(runs))
    length = chance.randint(2, 4)
    start = chance.randrange(max(1, len(words) - length + 1))
    phrase = "".join(words[start : start + length])
    return phrase if len(phrase) >= 4 else ""


def _words(text: str) -> list[str]:
    return [word for word in rjieba.cut(text) if _HAN_WORD.fullmatch(word)]


_DRAW: dict[str, Callable[[_Sample, random.Random], str]] = {
    "all": _typed,
    "single": _single,
    "several": _several,
    "phrase": _phrase,
    "filtered": _several,
}


def read_lines(path: Path) -> Iterator[str]:
    """Read queries, one a line, empty lines left out."""
    with path.open(encoding="utf-8") as lines:
        yield from filter(None, map(str.strip, lines))
