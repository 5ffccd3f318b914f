"""Find the posts of a folder without ever leaving it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from searchlib.errors import SourceError

POST_SUFFIXES = (".htm", ".html", ".markdown", ".md", ".txt")
"""What counts as a post, in any case."""

_DRAFTS = "_drafts"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A share of a source that can be read on its own: one file, or a stretch of lines.

    `path` is what to open and `name` what to call it (the article's id, for a file). `start`
    and `end` are byte offsets, `line` the number of the first line. A `refused` or `skipped`
    item is already decided and carries its `reason`. Fields are str and int only, so an item
    travels between processes as JSON or pickle.
    """

    kind: Literal["file", "lines", "refused", "skipped"]
    path: str
    name: str
    bytes: int = 0
    start: int = 0
    end: int | None = None
    line: int = 1
    reason: str = ""


def posts_of(folder: Path, *, follow_symlinks: bool = False) -> Iterator[WorkItem]:
    """Yield the posts under `folder`, in the order of their names (POSIX paths).

    Hidden files and folders (`.git`) don't count; `_drafts` is skipped with a word. A symbolic
    link is refused, or with `follow_symlinks` read where it stays in the folder and doesn't
    loop; so are FIFOs, devices and what the system doesn't let us read.

    Raises `SourceError` when the folder itself cannot be read.
    """
    root = Path(os.path.realpath(folder))
    try:
        os.scandir(root).close()
    except OSError as error:
        raise SourceError(folder, error.strerror or str(error)) from None
    yield from _Walk(root, follow_symlinks).folder(root, "", (str(root),))


def shown_name(name: str) -> str:
    r"""Return a file name as text: bytes that are no UTF-8 become `\xd6` and the like.

    >>> shown_name("\udcd6.md")
    '\\xd6.md'
    """
    raw = os.fsencode(name)
    return raw.decode("utf-8", "backslashreplace")


class _Walk:
    def __init__(self, root: Path, follow: bool) -> None:
        self.root = root
        self.follow = follow

    def folder(self, path: Path, prefix: str, above: tuple[str, ...]) -> Iterator[WorkItem]:
        """Yield what is in the folder at `path`; `above` are the real paths that led to it."""
        try:
            with os.scandir(path) as found:
                entries = [entry for entry in found if not entry.name.startswith(".")]
        except OSError as error:
            yield _refused(prefix.rstrip("/"), f"cannot be read: {error.strerror}")
            return
        for entry in sorted(entries, key=_order):
            yield from self.entry(Path(entry.path), prefix + shown_name(entry.name), above)

    def entry(self, path: Path, name: str, above: tuple[str, ...]) -> Iterator[WorkItem]:
        try:
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                yield from self.link(path, name, above)
                return
        except OSError as error:
            yield _refused(name, f"cannot be read: {error.strerror}")
            return
        yield from self.found(path, name, above, status)

    def found(
        self, path: Path, name: str, above: tuple[str, ...], status: os.stat_result
    ) -> Iterator[WorkItem]:
        if stat.S_ISDIR(status.st_mode):
            inside = self.folder(path, name + "/", (*above, str(path)))
            drafts = name.rsplit("/", 1)[-1] == _DRAFTS
            yield from (_as_draft(item) for item in inside) if drafts else inside
        elif not is_post(name):
            return
        elif stat.S_ISREG(status.st_mode):
            yield WorkItem("file", str(path), name, status.st_size)
        else:
            yield _refused(name, "not a regular file")

    def link(self, path: Path, name: str, above: tuple[str, ...]) -> Iterator[WorkItem]:
        try:
            target = Path(os.path.realpath(path, strict=True))
            status = target.lstat()
        except (OSError, RuntimeError):
            if is_post(name) or not re.search(r"\.[^/]*$", name):
                yield _refused(name, "a symbolic link that leads nowhere")
            return
        if not stat.S_ISDIR(status.st_mode) and not is_post(name):
            return
        if not target.is_relative_to(self.root):
            yield _refused(name, "a symbolic link out of the folder")
        elif not self.follow:
            yield _refused(name, "a symbolic link (follow_symlinks=False)")
        elif str(target) in above:
            yield _refused(name, "a symbolic link that loops")
        else:
            yield from self.found(target, name, above, status)


def is_post(name: str) -> bool:
    """Whether the suffix of a file `name` is one of `POST_SUFFIXES`."""
    return name.lower().endswith(POST_SUFFIXES)


def _order(entry: os.DirEntry[str]) -> str:
    # a folder sorts as its path does, with the slash: then the whole walk is sorted by name
    try:
        folder = entry.is_dir()
    except OSError:
        folder = False
    return shown_name(entry.name) + ("/" if folder else "")


def _refused(name: str, reason: str) -> WorkItem:
    return WorkItem("refused", name, name, reason=reason)


def _as_draft(item: WorkItem) -> WorkItem:
    if item.kind != "file":
        return item
    return WorkItem("skipped", item.path, item.name, reason="draft")
