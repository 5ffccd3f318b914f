"""Read a source: a folder of posts, one post, a .jsonl file, or articles from Python."""

from __future__ import annotations

import gzip
import lzma
import os
import stat
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from searchlib.errors import ArticleError, LimitError, SearchLibError, SourceError
from searchlib.ingest.compose import article_text, from_post, from_record
from searchlib.ingest.decoding import checked_encoding, decode
from searchlib.ingest.furniture import DEFAULT_FURNITURE, Furniture
from searchlib.ingest.refusal import Refusal
from searchlib.ingest.walk import POST_SUFFIXES, WorkItem, is_post, posts_of
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.models import Article, Rejected, Skipped, Warned

Outcome = Article | Rejected | Skipped | Warned
Source = str | os.PathLike[str] | Iterable[Article]

_RECORD_SUFFIXES = (".jsonl", ".ndjson")
_PACKED = (".gz", ".xz")
# A stretch of a .jsonl file for one worker: long enough to be worth the trip.
_STRETCH = 4 * 1024 * 1024
_UNPACKING = (OSError, EOFError, zlib.error, lzma.LZMAError)


def read_source(
    source: Source,
    *,
    encoding: str | None = None,
    furniture: Furniture | None = None,
    limits: Limits = DEFAULT_LIMITS,
    follow_symlinks: bool = False,
) -> Iterator[Outcome]:
    """Yield everything in `source`, in a stable order: articles, and what became of the rest.

    `source` is a folder, a post, a .jsonl file (also .gz, .xz) or an iterable of `Article`. The
    articles have plain-text bodies. A `Warned` comes just before its article. `furniture=None`
    strips `DEFAULT_FURNITURE` from posts and nothing from records; a rule given applies to both.

    Raises `SourceError`, at once, when the source is missing or of no known kind, and
    `OptionError` for an unknown `encoding`.
    """
    if encoding is not None:
        checked_encoding(encoding)
    if not isinstance(source, (str, os.PathLike)):
        return _read_articles(iter(source), limits)
    items = _items(Path(source), follow_symlinks)
    return (
        outcome
        for item in items
        for outcome in _read(item, encoding=encoding, furniture=furniture, limits=limits)
    )


def list_sources(
    source: str | os.PathLike[str], *, follow_symlinks: bool = False
) -> list[WorkItem]:
    """Return `source` in shares that `read_item` reads on their own, in order.

    A folder's posts come one by one, a .jsonl file in stretches of 4 MB, a packed one whole.
    The sum of their `bytes` is the size of the source, for progress.

    Raises `SourceError` when the source is missing or of no known kind.
    """
    path = Path(source)
    if _is_records(path) and path.suffix.lower() not in _PACKED and path.is_file():
        return list(_stretches(path))
    return list(_items(path, follow_symlinks))


def read_item(
    item: WorkItem,
    *,
    encoding: str | None = None,
    furniture: Furniture | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Outcome]:
    """Return what `item` holds; the items of `list_sources` in order give all of `read_source`."""
    return list(_read(item, encoding=encoding, furniture=furniture, limits=limits))


def _items(path: Path, follow_symlinks: bool) -> Iterator[WorkItem]:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise SourceError(path, getattr(error, "strerror", None) or str(error)) from None
    if stat.S_ISDIR(status.st_mode):
        return posts_of(path, follow_symlinks=follow_symlinks)
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(path, "neither a folder nor a regular file")
    # named by the user, so a link is followed
    real = os.path.realpath(path)
    if _is_records(path):
        return iter([WorkItem("lines", real, path.name, status.st_size)])
    if is_post(path.name):
        return iter([WorkItem("file", real, path.name, status.st_size)])
    kinds = ", ".join((*POST_SUFFIXES, *_RECORD_SUFFIXES))
    raise SourceError(path, f"of no known kind; a folder, or a file ending in {kinds} (.gz, .xz)")


def _is_records(path: Path) -> bool:
    name = path.name.lower()
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return name.endswith(_RECORD_SUFFIXES)


def _stretches(path: Path) -> Iterator[WorkItem]:
    """Cut the .jsonl file at `path` after the first line end beyond each 4 MB."""
    start, line = 0, 1
    with path.open("rb") as lines:
        while block := lines.read(_STRETCH):
            block += lines.readline()
            end = start + len(block)
            yield WorkItem("lines", str(path), path.name, len(block), start, end, line)
            start, line = end, line + block.count(b"\n")


def _read(
    item: WorkItem, *, encoding: str | None, furniture: Furniture | None, limits: Limits
) -> Iterator[Outcome]:
    if item.kind == "refused":
        yield Rejected(item.name, item.reason)
    elif item.kind == "skipped":
        yield Skipped(item.name, item.reason)
    elif item.kind == "lines":
        yield from _read_records(item, encoding, furniture, limits)
    else:
        rule = DEFAULT_FURNITURE if furniture is None else furniture
        try:
            text = decode(_file_bytes(item.path, limits), encoding)
            yield from from_post(text, item.name, furniture=rule, limits=limits)
        except (Refusal, LimitError, ArticleError) as error:
            yield Rejected(item.name, _reason(error))


def _file_bytes(path: str, limits: Limits) -> bytes:
    """Return the bytes of a regular file: no link, no FIFO that hangs, nothing over the limit."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):  # not all on Windows
        flags |= getattr(os, name, 0)
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - flags
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refusal("not a regular file")
            data = file.read(limits.file_bytes + 1)
            if len(data) > limits.file_bytes:
                raise LimitError("file_bytes", limits.file_bytes, max(status.st_size, len(data)))
            return data
    except (OSError, ValueError) as error:
        raise Refusal(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _read_records(
    item: WorkItem, encoding: str | None, furniture: Furniture | None, limits: Limits
) -> Iterator[Outcome]:
    number, name = item.line, f"{item.name}:{item.line}"
    try:
        with _opened(item.path) as lines:
            if item.start:
                lines.seek(item.start)
            for number, data in _lines(lines, item, limits):
                name = f"{item.name}:{number}"
                try:
                    if data is None:
                        raise LimitError("file_bytes", limits.file_bytes)
                    text = decode(data, encoding).strip()
                    if text:
                        yield from from_record(text, name, furniture=furniture, limits=limits)
                except (Refusal, LimitError, ArticleError) as error:
                    yield Rejected(name, _reason(error))
    except _UNPACKING as error:
        if number == item.line:  # not one line came out: this is no source
            raise SourceError(item.path, str(error) or type(error).__name__) from None
        yield Rejected(name, f"the rest cannot be read: {error}")


def _opened(path: str) -> BinaryIO:
    match Path(path).suffix.lower():
        case ".gz":
            return cast(BinaryIO, gzip.open(path))
        case ".xz":
            return cast(BinaryIO, lzma.open(path))
    return Path(path).open("rb")


def _lines(lines: BinaryIO, item: WorkItem, limits: Limits) -> Iterator[tuple[int, bytes | None]]:
    """Yield numbered lines; None stands for one over the limit, which is never held whole."""
    number, at = item.line, item.start
    while item.end is None or at < item.end:
        line = lines.readline(limits.file_bytes + 1)
        if not line:
            return
        at += len(line)
        if len(line) > limits.file_bytes:
            while line and not line.endswith(b"\n"):
                line = lines.readline(_STRETCH)
                at += len(line)
            yield number, None
        else:
            yield number, line
        number += 1


def _read_articles(articles: Iterator[object], limits: Limits) -> Iterator[Outcome]:
    for number, article in enumerate(articles, 1):
        if not isinstance(article, Article):
            yield Rejected(f"#{number}", f"not an Article but {type(article).__name__}")
            continue
        try:
            yield article_text(article, limits=limits)
        except (LimitError, ArticleError) as error:
            yield Rejected(article.id, _reason(error))


def _reason(error: SearchLibError) -> str:
    if isinstance(error, LimitError):
        return f"limit: {error}"
    return error.reason if isinstance(error, ArticleError) else str(error)
