"""The command line: `python -m benchmarks.speed --help`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks.speed import corpus as articles
from benchmarks.speed import queries, ratios, report
from benchmarks.speed.engines import Contender, chosen
from benchmarks.speed.plot import plot
from benchmarks.speed.rounds import Setting, measure, tasks


def _numbers(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",") if part]


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    add = made.add_argument
    add("--corpus", type=Path, help="articles, .jsonl, .jsonl.xz or .jsonl.gz; else generated")
    add("--docs", type=int, help="take this many articles")
    add("--queries", type=Path, help="real queries, one a line; else drawn from the articles")
    add("--peers", type=_names, help="peers or families, comma-separated (default: all)")
    add("--without-searchlib", action="store_true", help="measure the peers only")
    add("--repeat", type=int, default=3, help="rounds of queries (default 3)")
    add("--builds", type=int, default=1, help="rounds of building (default 1)")
    add("--per-class", type=int, default=500, help="queries per class, pass and round")
    add("--budget", type=float, default=5.0, help="seconds that one pass over a class may take")
    add("--growth", type=_numbers, default=[], help="smaller sizes, comma-separated")
    add("--whoosh-docs", type=int, default=2_000, help="articles for stock Whoosh, which is slow")
    add("--no-count", action="store_true", help="nobody counts all matches")
    add("--seed", type=int, default=articles.SEED, help="of generated articles and drawn queries")
    add("--work", type=Path, help="keep corpora and indexes here (default: a temporary folder)")
    add("--reuse", action="store_true", help="with --work: peers keep their indexes from there")
    add("--json", type=Path, help="write the figures here")
    add("--plot", type=Path, help="draw growth with corpus size here, .png")
    add("--gate", action="store_true", help="exit 1 when a ratio fell below baseline.json")
    add("--record", action="store_true", help="put this run's ratios into baseline.json")
    add("--reason", default="", help="why --record may lower a ratio")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit code: 1 when the gate found something, else 0."""
    options = parser().parse_args(arguments)
    people = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
    console = Console(width=None if sys.stdout.isatty() else 150)
    contenders, skipped = _present(options)
    for name, why in skipped:
        people.print(f"skipping {name}: {why}")
    with ExitStack() as stack:
        work = options.work or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="searchlib-speed-"))
        )
        work.mkdir(parents=True, exist_ok=True)
        corpus = _corpus(options, work)
        people.print(
            f"{corpus.name}: {corpus.docs:,} articles, {corpus.characters:,} characters, "
            f"seed {options.seed}"
        )
        lines = list(queries.read_lines(options.queries)) if options.queries else None
        rounds = queries.plan(
            corpus,
            lines=lines,
            rounds=options.repeat,
            per_class=options.per_class,
            seed=options.seed,
        )
        setting = Setting(
            work=work,
            builds=options.builds,
            count=not options.no_count,
            budget=options.budget,
            reuse=options.reuse,
        )
        planned = tasks(contenders, corpus, options.growth, work)
        load = [report.load_average()]
        figures = measure(planned, rounds, setting, progress=people.print)
        load.append(report.load_average())
    judged = ratios.ratios(figures)
    report.show(figures, judged, console)
    console.print(f"load average {load[0]:.2f} before, {load[1]:.2f} after")
    if options.json:
        kept = ("seed", "repeat", "builds", "per_class", "budget", "growth", "no_count", "reuse")
        report.write_json(
            report.document(
                figures,
                judged,
                corpus=corpus,
                setting={name: getattr(options, name) for name in kept},
                skipped=skipped,
                load=load,
            ),
            options.json,
        )
    if options.plot:
        title = f"{corpus.name}, {corpus.docs:,} articles"
        plot(figures, options.plot, title=title)
    return _judge(options, judged, corpus, console)


def _present(
    options: argparse.Namespace,
) -> tuple[list[Contender], list[tuple[str, str]]]:
    try:
        wanted = chosen(options.peers, ours=not options.without_searchlib)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    missing = {contender.name: contender.missing() for contender in wanted}
    present = [
        replace(contender, max_docs=options.whoosh_docs) if contender.max_docs else contender
        for contender in wanted
        if not missing[contender.name]
    ]
    return present, [(name, why) for name, why in missing.items() if why]


def _corpus(options: argparse.Namespace, work: Path) -> articles.Corpus:
    target = work / "corpus.jsonl"
    if options.corpus:
        rows, name = articles.read(options.corpus), articles.stem(options.corpus)
        return articles.prepare(rows, target, name=name, docs=options.docs)
    docs = options.docs or articles.GENERATED_DOCS
    name = f"generated-{options.seed}"
    return articles.prepare(articles.generate(options.seed), target, name=name, docs=docs)


def _judge(
    options: argparse.Namespace,
    judged: Sequence[ratios.Ratio],
    corpus: articles.Corpus,
    console: Console,
) -> int:
    baseline = ratios.load_baseline()
    fell = ratios.fallen(judged, corpus, baseline) if options.gate else []
    for line in fell:
        console.print(f"fell: {line}")
    if options.record:
        try:
            changed = ratios.record(judged, corpus, baseline, reason=options.reason)
        except ValueError as error:
            raise SystemExit(str(error)) from None
        report.write_json(changed, ratios.BASELINE)
    return 1 if fell else 0


if __name__ == "__main__":
    sys.exit(main())
