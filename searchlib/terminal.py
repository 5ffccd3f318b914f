"""What the command line prints: for people, in colour where a terminal shows it, and JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import io
import json
import os
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO

from searchlib.models import Hit, Progress, RebuildReport, Rejected, Results, Stats, Warned

if TYPE_CHECKING:
    from searchlib.analysis import Token

Piece = tuple[str, str]
"""Some text, and the style that a terminal gives it: empty for none."""
Line = tuple[int, list[Piece]]
"""How far it is indented, and the pieces that it is made of."""

_MARK = "bold red"
_TITLE = "bold"
_ASIDE = "dim"
_LISTED = 20
"""How many rejected files, and how many warnings, a report lists."""
_TAG = re.compile("</?mark>")


def prepare_streams() -> None:
    """Let every character be printed, whatever the encoding of the streams."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_lines(lines: Iterable[Line]) -> None:
    """Print to standard output, with styles only where it is a terminal (or FORCE_COLOR is set).

    Rich decides on colour there, and leaves it out where NO_COLOR is set. It is imported here
    because it costs a tenth of what a search may take, and a pipe does not need it.
    """
    if not _shows_styles(sys.stdout):
        for indent, pieces in lines:
            print(" " * indent + "".join(text for text, _ in pieces))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    for indent, pieces in lines:
        text = Text.assemble(*pieces)
        console.print(Padding(text, (0, 0, 0, indent), expand=False))


def _shows_styles(stream: TextIO) -> bool:
    return stream.isatty() or bool(os.environ.get("FORCE_COLOR"))


def print_json(value: object) -> None:
    """Print dataclasses field for field as JSON, tuples as arrays, dates in ISO 8601."""
    # other encodings could not carry every character, and \U0001f600 would be no JSON
    as_is = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(_plain(value), ensure_ascii=not as_is, indent=2, default=_named))


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    fields = dataclasses.asdict(value)
    if isinstance(value, RebuildReport):
        fields["articles_per_second"] = value.articles_per_second
    return fields


def _named(value: object) -> str:
    """What JSON has no word for: dates, and whatever front matter held."""
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def results_lines(results: Results, *, offset: int = 0) -> Iterator[Line]:
    """The hits of one page, then what is true of the whole answer."""
    for number, hit in enumerate(results, offset + 1):
        yield from _hit_lines(number, hit)
        yield 0, []
    yield 0, [(_summary(results, offset), _ASIDE)]
    for note in results.notes:
        yield 0, [(f"note: {_visible(note)}", _ASIDE)]
    for name, counts in results.facets.items():
        listed = ", ".join(f"{_visible(value)} {count:,}" for value, count in counts)
        yield 0, [(f"{name}: ", _TITLE), (listed or "none", "")]


def _hit_lines(number: int, hit: Hit) -> Iterator[Line]:
    yield 0, [(f"{number}. ", _ASIDE), *_title(hit)]
    if hit.snippet.text:
        yield 3, _marked(hit.snippet.text, hit.snippet.ranges)
    date = hit.date.date().isoformat() if hit.date else ""
    about = [hit.category, date, " ".join(hit.tags), hit.matched_by, hit.path or hit.id]
    yield 3, [(" · ".join(_visible(part) for part in about if part), _ASIDE)]


def _title(hit: Hit) -> list[Piece]:
    # title_html escapes everything but the marks, so what is outside of them holds no tag
    parts = _TAG.split(hit.title_html) if hit.title_html else [html.escape(hit.title)]
    return [
        (_visible(html.unescape(part)), f"{_TITLE} red" if at % 2 else _TITLE)
        for at, part in enumerate(parts)
        if part
    ]


def _marked(text: str, ranges: Sequence[tuple[int, int]]) -> list[Piece]:
    text = _visible(text)
    pieces: list[Piece] = []
    done = 0
    for start, end in ranges:
        pieces += [(text[done:start], ""), (text[start:end], _MARK)]
        done = end
    return [*pieces, (text[done:], "")]


def _summary(results: Results, offset: int) -> str:
    if not results.total:
        return f"nothing found ({results.took_ms:.1f} ms)"
    shown = f", {offset + 1} to {offset + len(results)} shown" if len(results) else ""
    widened = "; some hold only part of the query" if results.widened else ""
    return f"{_counted(results.total, 'article')} found{shown} ({results.took_ms:.1f} ms){widened}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@lru_cache(maxsize=1024)
def _shown(character: str) -> str:
    if character.isspace():
        return " "
    # Cf holds the marks that turn the direction of text, and the joiners that emoji need
    hidden = unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTIONS
    return "\ufffd" if hidden else character


_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _visible(text: str) -> str:
    """`text`, character for character, without what moves the cursor or commands a terminal.

    >>> _visible("标题\\x1b[2J")
    '标题�[2J'
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def heading_lines(query: str, shows: str) -> Iterator[Line]:
    """What stands over the results of one of several queries."""
    yield 0, []
    yield 0, [(f"» {_visible(query)}", _MARK), (f"   {shows}" if shows else "", _ASIDE)]
    yield 0, []


def report_lines(report: RebuildReport) -> Iterator[Line]:
    """What a rebuild did; of what was rejected the first 20, then how many more."""
    summary = (
        f"{report.indexed:,} indexed, {report.skipped:,} skipped, "
        f"{len(report.rejected):,} rejected in {report.seconds:.1f} s "
        f"({report.articles_per_second:,.0f} articles/s)"
    )
    yield 0, [(summary, _TITLE)]
    yield from _listed("rejected", report.rejected)
    yield from _listed("warning", report.warnings)


def _listed(kind: str, entries: Sequence[Rejected] | Sequence[Warned]) -> Iterator[Line]:
    for entry in entries[:_LISTED]:
        yield 2, [(f"{kind} {_visible(entry.path)}: ", _ASIDE), (_visible(entry.reason), "")]
    if len(entries) > _LISTED:
        yield 2, [(f"… and {len(entries) - _LISTED:,} more; --json lists all", _ASIDE)]


def stats_lines(stats: Stats) -> Iterator[Line]:
    """What an index holds, one number a line."""
    for field in dataclasses.fields(stats):
        value = getattr(stats, field.name)
        if field.name == "notes":
            for note in value:
                yield 0, [(f"note: {note}", _ASIDE)]
        else:
            shown = f"{value:,}" if isinstance(value, int) else str(value)
            yield 0, [(f"{field.name:12}", _ASIDE), (shown, "")]


def verified_lines(stats: Stats) -> Iterator[Line]:
    """What was read when every byte was."""
    held = f"{_counted(stats.documents, 'article')} in {_counted(stats.segments, 'segment')}"
    yield 0, [(f"intact: {held}, {stats.bytes:,} bytes, generation {stats.generation}", "")]


def tokens_lines(tokens: Sequence[Token]) -> Iterator[Line]:
    """The tokens of a text: where each stands, what kind it is, parts indented."""
    for token in tokens:
        where = f"{token.start:>5} {token.end:>5}  {token.kind:8}"
        indent = "  " if token.kind == "part" else ""
        yield 0, [(where, _ASIDE), (indent + _visible(token.text), "")]


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None] | None]:
    """A bar on standard error with rate and remaining time; None where that is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns: list[Any] = [
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TimeRemainingColumn(compact=True),
    ]
    started = time.monotonic()
    step = ""
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None, rate="")

        def show(event: Progress) -> None:
            nonlocal step
            if event.step != step:
                step = event.step
                bar.reset(task, description=step)  # the remaining time of this step alone
            rate = event.articles / max(time.monotonic() - started, 0.001)
            bar.update(
                task,
                completed=event.done,
                total=event.total,
                rate=f"{event.articles:,} articles, {rate:,.0f}/s",
            )

        yield show
