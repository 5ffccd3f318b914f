"""The command line: a thin layer over `searchlib.rebuild`, `searchlib.open` and `Index`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

import click

import searchlib
from searchlib import terminal

NOTHING_FOUND: Final = 1
ERROR: Final = 2

DEMO_QUERIES: Final = (
    ("手机", "a word, wherever it stands; counted by category"),
    ("长期护理保险 养老", "every word"),
    ("乒乓球 规则", "every word first, then what holds most of the query"),
    ('"农业发展银行"', "a quoted phrase is an exact substring, also of a longer name"),
    ("软体更新", "simplified finds traditional, and the other way round"),
    ("Ｃ＋＋ .net", "symbols belong to words; case and width make no difference"),
    ("1.47亿元 -转载", "quantities are words of their own; a minus leaves out"),
)
"""What `searchlib demo` searches for, and what each shows."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
index_folder = click.argument("index", type=click.Path(path_type=Path))


def main() -> None:
    """Run the command that the arguments name, and exit."""
    terminal.prepare_streams()
    # nothing here is linear algebra, for which OpenBLAS would start a thread per core: 50 ms
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        try:
            code = commands(prog_name="searchlib", standalone_mode=False)
        finally:
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except searchlib.SearchLibError as error:
        print(f"searchlib: {error}", file=sys.stderr)
        code = ERROR
    except (KeyboardInterrupt, click.Abort):
        code = 130
    except BrokenPipeError:
        # whoever read (head, less) has seen enough; leave nothing to be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 nothing found, 2 an error.",
)
@click.version_option(searchlib.__version__, prog_name="searchlib", message="%(prog)s %(version)s")
def commands() -> None:
    """Full-text search for Chinese articles."""


@commands.command(epilog="Example: searchlib rebuild blog/_posts indexes/blog")
@click.argument("source", nargs=-1, required=True)
@index_folder
@click.option("--encoding", metavar="NAME", help="Of every file; default: guessed one by one.")
@click.option(
    "--furniture",
    metavar="PATTERN",
    multiple=True,
    help="A regular expression for lines at the end of a body that are the site's and not the "
    "article's; replaces the default ones. Repeatable.",
)
@click.option("--no-furniture", is_flag=True, help="Take no lines off.")
@click.option("--workers", type=int, metavar="N", help="Processes to build with; default: a few.")
@as_json
def rebuild(
    source: tuple[str, ...],
    index: Path,
    encoding: str | None,
    furniture: tuple[str, ...],
    no_furniture: bool,
    workers: int | None,
    as_json: bool,
) -> int:
    """Build the index anew from its sources.

    A SOURCE is a folder of posts, one file, or a .jsonl file (also .gz, .xz). Who reads the index
    meanwhile keeps the old one until the new one is complete. Files that cannot be indexed are
    listed with the reason; that is not an error.
    """
    with terminal.progress_bar() as progress:
        report = searchlib.rebuild(
            source if len(source) > 1 else source[0],
            index,
            encoding=encoding,
            furniture=() if no_furniture else furniture or None,
            workers=workers,
            progress=progress,
        )
    if as_json:
        terminal.print_json(report)
    else:
        terminal.print_lines(terminal.report_lines(report))
    return _code(report.indexed)


@commands.command(epilog="Example: searchlib search indexes/blog 乡村振兴 保险 --category 财经")
@index_folder
@click.argument("query", nargs=-1, required=True)
@click.option("--category", metavar="NAME", help="Only this category and those below it.")
@click.option("--tag", metavar="NAME", multiple=True, help="Only with this tag. Repeatable: all.")
@click.option("--since", metavar="DATE", help="From 2021, 2021-06 or 2021-06-30 on.")
@click.option("--until", metavar="DATE", help="Up to the end of such a year, month or day.")
@click.option(
    "--sort",
    metavar="ORDER",
    default="relevance",
    help="relevance (default), date (newest first) or date:asc.",
)
@click.option("-n", "--limit", metavar="N", default=10, help="How many hits to print; default: 10.")
@click.option("--offset", metavar="N", default=0, help="How many hits to pass over.")
@click.option(
    "--facet",
    metavar="NAME",
    multiple=True,
    help="Count what was found by category, tags, year or month. Repeatable.",
)
@as_json
def search(
    index: Path,
    query: tuple[str, ...],
    category: str | None,
    tag: tuple[str, ...],
    since: str | None,
    until: str | None,
    sort: str,
    limit: int,
    offset: int,
    facet: tuple[str, ...],
    as_json: bool,
) -> int:
    """Search an index and print the hits, best first.

    QUERY is words, '"exact phrases"' and, all of it after --, -exclusions.
    """
    with searchlib.open(index) as opened:
        results = opened.search(
            " ".join(query),
            category=category,
            tags=tag,
            since=since,
            until=until,
            sort=sort,
            facets=facet,
            limit=limit,
            offset=offset,
        )
    if as_json:
        terminal.print_json(results)
    else:
        terminal.print_lines(terminal.results_lines(results, offset=offset))
    return _code(results.total)


@commands.command(epilog="Example: searchlib stats indexes/blog")
@index_folder
@as_json
def stats(index: Path, as_json: bool) -> None:
    """Print what an index holds."""
    with searchlib.open(index) as opened:
        held = opened.stats()
    if as_json:
        terminal.print_json(held)
    else:
        terminal.print_lines(terminal.stats_lines(held))


@commands.command(epilog="Example: searchlib analyze COVID-19疫苗已接种1.47亿剂")
@click.argument("text", nargs=-1, required=True)
@click.option(
    "--index",
    metavar="INDEX",
    type=click.Path(path_type=Path),
    help="Cut as this index does, with its own words.",
)
@as_json
def analyze(text: tuple[str, ...], index: Path | None, as_json: bool) -> int:
    """Print the tokens of a text.

    A line for each: where it begins and ends in the text, its kind, and how it is indexed.
    """
    from searchlib import analysis

    given = " ".join(text)
    if index is None:
        tokens = analysis.analyze(given, analysis.Analyzer())
    else:
        with searchlib.open(index) as opened:
            tokens = opened.analyze(given)
    if as_json:
        terminal.print_json(tokens)
    else:
        terminal.print_lines(terminal.tokens_lines(tokens))
    return _code(len(tokens))


@commands.command(epilog="Example: searchlib verify indexes/blog")
@index_folder
@as_json
def verify(index: Path, as_json: bool) -> None:
    """Read every byte of an index and compare checksums.

    What is not as it was written is named, and the exit code is 2.
    """
    with searchlib.open(index) as opened:
        opened.verify()
        held = opened.stats()
    if as_json:
        terminal.print_json(held)
    else:
        terminal.print_lines(terminal.verified_lines(held))


@commands.command(epilog="Example: searchlib demo 乒乓球 规则")
@click.argument("query", nargs=-1)
@as_json
def demo(query: tuple[str, ...], as_json: bool) -> int:
    """Index sample articles in a temporary folder and search them.

    Without a QUERY there are a few that show what searchlib does.
    """
    from searchlib import samples

    queries = ((" ".join(query), ""),) if query else DEMO_QUERIES
    limit = 10 if query else 2
    with (
        samples.folder() as source,
        # Windows keeps files that are in use, and those of an index closed just now may still be
        tempfile.TemporaryDirectory(prefix="searchlib-demo-", ignore_cleanup_errors=True) as folder,
    ):
        report = searchlib.rebuild(source, folder)
        with searchlib.open(folder) as opened:
            answers = [opened.search(text, facets="category", limit=limit) for text, _ in queries]
    if as_json:
        terminal.print_json(answers)
    else:
        terminal.print_lines(terminal.report_lines(report))
        for (text, shows), results in zip(queries, answers, strict=True):
            terminal.print_lines(terminal.heading_lines(text, shows))
            terminal.print_lines(terminal.results_lines(results))
    return _code(sum(results.total for results in answers))


def _code(found: int) -> int:
    return 0 if found else NOTHING_FOUND


if __name__ == "__main__":
    main()
