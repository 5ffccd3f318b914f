"""The command line: a thin layer over `searchlib.rebuild`, `searchlib.open` and `Index`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import searchlib
from searchlib import terminal

if TYPE_CHECKING:
    from searchlib.analysis import Token

NOTHING_FOUND = 1
ERROR = 2

DEMO_QUERIES = (
    ("长期护理保险 养老", "every word first, then what holds most of the query"),
    ('"农业发展银行"', "a quoted phrase is an exact substring, also inside a longer word"),
    ("计程车", "simplified finds traditional, and the other way round"),
    ("C++ .net", "symbols are part of words; case and width make no difference"),
    ("1.47亿元", "quantities are words of their own"),
)
"""What `searchlib demo` searches for, and what each shows."""

app = typer.Typer(
    help="Full-text search for Chinese articles.",
    epilog="Exit codes: 0 done, 1 nothing found, 2 an error.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

IndexFolder = Annotated[
    Path, typer.Argument(metavar="INDEX", help="The folder of the index.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON: docs/command-line.md.")]


def main() -> None:
    """Run the command that the arguments name, and exit."""
    terminal.prepare_streams()
    try:
        try:
            app(prog_name="searchlib")
        finally:
            sys.stdout.flush()
    except searchlib.SearchLibError as error:
        print(f"searchlib: {error}", file=sys.stderr)
        sys.exit(ERROR)
    except BrokenPipeError:
        # whoever read (head, less) has seen enough; leave nothing to be flushed at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"searchlib {searchlib.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Options that stand before the command."""


@app.command(epilog="Example: searchlib rebuild blog/_posts indexes/blog")
def rebuild(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Folders of posts, files, or .jsonl[.gz|.xz]."),
    ],
    index: IndexFolder,
    encoding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of every file [default: guessed one by one]."),
    ] = None,
    furniture: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATTERN",
            help="A regular expression for a line at the end of a body that is the site's, not "
            "the article's; may be repeated, replaces the default ones.",
        ),
    ] = None,
    no_furniture: Annotated[
        bool, typer.Option("--no-furniture", help="Strip no lines at all.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes to build with [default: what pays].")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Build the index anew from its sources.

    Whoever reads the index keeps the old one until the new one is complete. Files that cannot be
    indexed are listed with the reason; that is not an error.
    """
    with terminal.progress_bar() as progress:
        report = searchlib.rebuild(
            sources if len(sources) > 1 else sources[0],
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
    _exit_unless(report.indexed)


@app.command(epilog="Example: searchlib search indexes/blog 乡村振兴 保险 --category 财经 -n 5")
def search(
    index: IndexFolder,
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="QUERY",
            help="Words, '\"exact phrases\"' and, after --, -exclusions.",
            show_default=False,
        ),
    ],
    category: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this category and those below it.")
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only with this tag; repeated: with all of them."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="From 2021, 2021-06 or 2021-06-30 on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Up to the end of that year, month or day.")
    ] = None,
    sort: Annotated[
        str, typer.Option(metavar="ORDER", help="relevance, date (newest first) or date:asc.")
    ] = "relevance",
    limit: Annotated[
        int, typer.Option("-n", "--limit", metavar="N", help="How many hits to print.")
    ] = 10,
    offset: Annotated[int, typer.Option(metavar="N", help="How many hits to pass over.")] = 0,
    facet: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Count by category, tags, year or month; repeatable."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search an index and print the hits, best first."""
    with searchlib.open(index) as opened:
        results = opened.search(
            " ".join(query),
            category=category,
            tags=tag,
            since=since,
            until=until,
            sort=sort,
            facets=facet or (),
            limit=limit,
            offset=offset,
        )
    if as_json:
        terminal.print_json(results)
    else:
        terminal.print_lines(terminal.results_lines(results, offset=offset))
    _exit_unless(results.total)


@app.command(epilog="Example: searchlib stats indexes/blog")
def stats(index: IndexFolder, as_json: AsJson = False) -> None:
    """Print what an index holds."""
    with searchlib.open(index) as opened:
        held = opened.stats()
    if as_json:
        terminal.print_json(held)
    else:
        terminal.print_lines(terminal.stats_lines(held))


@app.command(epilog="Example: searchlib analyze COVID-19疫苗已接种1.47亿剂")
def analyze(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", show_default=False)],
    index: Annotated[
        Path | None,
        typer.Option(metavar="INDEX", help="Cut as this index does, with its own words."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the tokens of a text.

    A line for each: where it begins and ends in the text, its kind, and itself as it is indexed.
    """
    tokens = _tokens(" ".join(text), index)
    if as_json:
        terminal.print_json(tokens)
    else:
        terminal.print_lines(terminal.tokens_lines(tokens))
    _exit_unless(len(tokens))


def _tokens(text: str, index: Path | None) -> list[Token]:
    from searchlib.analysis import Analyzer, Token, fold_with_map

    folded = fold_with_map(text)
    if index is None:
        found = Analyzer().tokens(folded.folded)
    else:
        with searchlib.open(index) as opened:
            found = opened.analyze(text)
    return [
        Token(token.text, *folded.original(token.start, token.end), token.kind) for token in found
    ]


@app.command(epilog="Example: searchlib verify indexes/blog")
def verify(index: IndexFolder, as_json: AsJson = False) -> None:
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


@app.command(epilog="Example: searchlib demo 乒乓球 规则")
def demo(
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="What to search for [default: a few queries]."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Index the sample articles in a temporary folder and search them."""
    from searchlib import samples

    queries = [(" ".join(query), "")] if query else list(DEMO_QUERIES)
    # Windows keeps files that are in use, and an index closed a moment ago may still be
    with (
        samples.folder() as source,
        tempfile.TemporaryDirectory(prefix="searchlib-demo-", ignore_cleanup_errors=True) as folder,
    ):
        report = searchlib.rebuild(source, folder)
        with searchlib.open(folder) as opened:
            answers = [
                opened.search(text, facets="category", limit=10 if query else 3)
                for text, _ in queries
            ]
    if as_json:
        terminal.print_json(answers)
    else:
        terminal.print_lines(terminal.report_lines(report))
        for (text, shows), results in zip(queries, answers, strict=True):
            terminal.print_lines(terminal.heading_lines(text, shows))
            terminal.print_lines(terminal.results_lines(results))
    _exit_unless(sum(results.total for results in answers))


def _exit_unless(found: int) -> None:
    if not found:
        raise typer.Exit(NOTHING_FOUND)


if __name__ == "__main__":
    main()
