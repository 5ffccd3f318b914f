"""The ratios that searchlib is held to: floors, aims, and the gate that remembers them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.figures import Figures

BASELINE = Path(__file__).with_name("baseline.json")
TOLERANCE = 0.15  # two runs on a quiet machine differ by less; see docs/performance.md

_TANTIVY = ("tantivy-1", "tantivy-2")  # the better of the two, measure by measure
_TENTH = 0.01  # how far a size may be off a tenth of the largest


@dataclass(frozen=True, slots=True)
class Ratio:
    """One judged figure. Above 1 means searchlib ahead, unless `at_most`: then less is better."""

    id: str
    measure: str
    against: str
    floor: float
    aim: float
    measured: float
    at_most: bool = False

    @property
    def verdict(self) -> str:
        """`aim`, `floor` or `missed`."""
        if not worse(self.measured, self.aim, at_most=self.at_most):
            return "aim"
        return "missed" if worse(self.measured, self.floor, at_most=self.at_most) else "floor"


def worse(measured: float, bound: float, *, at_most: bool) -> bool:
    """Whether `measured` is on the wrong side of `bound`."""
    return measured > bound if at_most else measured < bound


class _Run:
    """Figures by contender and size, and the questions that ratios ask of them."""

    def __init__(self, figures: Iterable[Figures]) -> None:
        self._figures = {(f.contender, f.docs): f for f in figures}
        self.docs = max((docs for _, docs in self._figures), default=0)

    def rate(self, *names: str, docs: int = 0) -> float:
        """The best articles/s of `names`, NaN where none was measured."""
        return max(self._values(names, docs, lambda f: f.articles_per_second), default=math.nan)

    def bytes(self, *names: str) -> float:
        """The smallest index of `names`."""
        sizes = self._values(names, 0, lambda f: f.index_bytes)
        return min(sizes, default=math.nan)

    def p(self, share: str, kind: str, *names: str, docs: int = 0) -> float:
        """The shortest `p50` or `p95` of `names` in one class, without snippets."""
        times = self._values(names, docs, lambda f: getattr(f.latency(kind), share, None))
        return min(times, default=math.nan)

    def snippets(self, *names: str) -> float:
        """What ten snippets add to the p50 of queries as typed."""

        def added(figures: Figures) -> float | None:
            plain, marked = figures.latency("all"), figures.latency("all", "snippets")
            return marked.p50 - plain.p50 if plain and marked else None

        return min(self._values(names, 0, added), default=math.nan)

    def opening(self, name: str) -> float:
        """Milliseconds to open and answer the first query."""
        times = self._values((name,), 0, lambda f: f.opening_ms)
        return min(times, default=math.nan)

    def size_of(self, name: str) -> int:
        """The largest size that `name` was measured on, 0 for none."""
        return max((docs for contender, docs in self._figures if contender == name), default=0)

    def tenth(self) -> int:
        """The size that is a tenth of the largest, 0 where none was measured."""
        sizes = {docs for _, docs in self._figures}
        near = (s for s in sizes if abs(s * 10 / max(self.docs, 1) - 1) <= _TENTH)
        return next(near, 0)

    def _values(
        self, names: Iterable[str], docs: int, get: Callable[[Figures], float | None]
    ) -> list[float]:
        found = (self._figures.get((name, docs or self.docs)) for name in names)
        values = (get(figures) for figures in found if figures and not figures.failed)
        return [value for value in values if value is not None]


def ratios(figures: Iterable[Figures]) -> list[Ratio]:
    """Return the judged ratios for which this run has both sides."""
    run = _Run(figures)
    small, tenth = run.size_of("whoosh"), run.tenth()
    ours, words, us = "searchlib", "searchlib-words", ("searchlib",)
    rows = [
        Ratio("build-1", "build, rjieba, one worker", "tantivy", 0.5, 1.0,
              run.rate("searchlib-1") / run.rate(*_TANTIVY)),
        Ratio("build-2", "build, rjieba, two workers", "tantivy", 0.9, 1.5,
              run.rate(ours) / run.rate(*_TANTIVY)),
        Ratio("build-today", "build, default settings", "tantivy-jieba", 6.0, 10.0,
              run.rate(ours) / run.rate("tantivy-jieba")),
    ]  # fmt: skip
    for share in ("p50", "p95"):
        typed = run.p(share, "all", *_TANTIVY)
        channels = run.p(share, "all", "tantivy-channels")
        fused = run.p(share, "all", ours)
        rows += [
            Ratio(f"words-{share}", f"query {share}, words only", "tantivy", 0.7, 1.0,
                  typed / run.p(share, "all", words)),
            Ratio(f"fused-{share}", f"query {share}, default ranking", "tantivy, words", 0.25, 0.5,
                  typed / fused),
            Ratio(f"channels-{share}", f"query {share}, default ranking", "tantivy-channels",
                  1.0, 2.0, channels / fused),
        ]  # fmt: skip
    rows += [
        Ratio("phrase-p50", "phrase query p50", "tantivy", 0.25, 1.0,
              run.p("p50", "phrase", *_TANTIVY) / run.p("p50", "phrase", *us)),
        Ratio("snippets-p50", "what ten snippets add, p50", "tantivy", 1.0, 2.0,
              run.snippets(*_TANTIVY) / run.snippets(ours)),
        Ratio("bytes", "index bytes, all channels", "tantivy, words", 1.5, 1.2,
              run.bytes(ours) / run.bytes(*_TANTIVY), at_most=True),
        Ratio("whoosh-build", f"build, {small:,} articles", "whoosh", 10.0, 30.0,
              run.rate(ours, docs=small) / run.rate("whoosh", docs=small)),
        Ratio("whoosh-p50", f"query p50, {small:,} articles", "whoosh", 10.0, 20.0,
              run.p("p50", "all", "whoosh", docs=small) / run.p("p50", "all", ours, docs=small)),
        Ratio("open", "open and first query, ms", "–", 50.0, 20.0,
              run.opening(ours), at_most=True),
    ]  # fmt: skip
    if tenth:
        rows.append(
            Ratio("growth-p50", f"query p50, {run.docs:,} over {tenth:,}", "itself", 4.0, 2.0,
                  run.p("p50", "all", ours) / run.p("p50", "all", ours, docs=tenth), at_most=True)
        )  # fmt: skip
    return [row for row in rows if not math.isnan(row.measured)]


def key(corpus: Corpus) -> str:
    """Return the name of a corpus in the baseline.

    >>> key(Corpus("news", Path("news.jsonl"), 100, 7_000, "ab"))
    'news-100'
    """
    return f"{corpus.name}-{corpus.docs}"


def load_baseline(path: Path = BASELINE) -> dict[str, Any]:
    """Read the baseline; an empty one where there is none yet."""
    if not path.exists():
        return {"tolerance": TOLERANCE, "runs": {}}
    baseline: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return baseline


def fallen(measured: Iterable[Ratio], corpus: Corpus, baseline: Mapping[str, Any]) -> list[str]:
    """Return a line for every ratio that fell below its baseline by more than the tolerance.

    A ratio that the baseline knows and this run did not measure has fallen too. Without a
    baseline for this corpus (or with one for other articles under its name) nothing falls but
    the comparison itself, which is a line of its own.
    """
    known = baseline["runs"].get(key(corpus))
    if known is None:
        return [f"no baseline for {key(corpus)}: record one with --record"]
    if known["digest"] != corpus.digest:
        return [f"the baseline of {key(corpus)} is for other articles (digest {known['digest']})"]
    now = {ratio.id: ratio for ratio in measured}
    lines = []
    for name, before in known["ratios"].items():
        if name not in now:
            lines.append(f"{name}: {before:.2f} before, not measured now")
        elif _fell(now[name], before, baseline["tolerance"]):
            lines.append(f"{name}: {before:.2f} before, {now[name].measured:.2f} now")
    return lines


def _fell(ratio: Ratio, before: float, tolerance: float) -> bool:
    bound = before * (1 + tolerance) if ratio.at_most else before * (1 - tolerance)
    return worse(ratio.measured, bound, at_most=ratio.at_most)


def record(
    measured: Iterable[Ratio], corpus: Corpus, baseline: dict[str, Any], *, reason: str = ""
) -> dict[str, Any]:
    """Return the baseline with this run's ratios in it.

    Raises `ValueError` when one falls beyond the tolerance and no `reason` is given; with one,
    what fell and why is kept in the run's `lowered`.
    """
    rows = list(measured)
    known = baseline["runs"].get(key(corpus))
    fell = fallen(rows, corpus, baseline) if known else []
    if fell and not reason:
        raise ValueError("lowering the baseline takes a reason: " + "; ".join(fell))
    lowered = [*(known or {}).get("lowered", []), *({"what": line, "why": reason} for line in fell)]
    run = {
        "digest": corpus.digest,
        "ratios": {row.id: round(row.measured, 3) for row in rows},
        "lowered": lowered,
    }
    return baseline | {"runs": baseline["runs"] | {key(corpus): run}}


def as_rows(measured: Iterable[Ratio]) -> list[dict[str, Any]]:
    """Return the ratios as JSON rows."""
    return [asdict(ratio) | {"verdict": ratio.verdict} for ratio in measured]
