"""Find the posts of a folder without ever leaving it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    return _walk(root, follow_symlinks)


def shown_name(name: str) -> str:
    r"""Return a file name as text: bytes that are no UTF-8 become `\xd6` and the like.

    >>> shown_name("\udcd6.md")
    '\\xd6.md'
    """
    raw = os.fsencode(name)
    return raw.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class _Place:
    """Something found on the way; `above` are the real paths of the folders it lies in."""

    path: Path
    name: str
    above: tuple[str, ...] = ()
    drafts: bool = False

    def refused(self, reason: str) -> WorkItem:
        return WorkItem("refused", self.name, self.name, reason=reason)


def _walk(root: Path, follow: bool) -> Iterator[WorkItem]:
    # a stack instead of recursion: folders nest deeper than Python's calls
    waiting = [_Place(root, "")]
    while waiting:
        place = waiting.pop()
        try:
            status = place.path.lstat()
            if stat.S_ISLNK(status.st_mode):
                place, status, problem = _followed(place, root, follow)
                if problem:
                    yield place.refused(problem)
                    continue
            if stat.S_ISDIR(status.st_mode):
                waiting += reversed(_inside(place))
            elif not is_post(place.name):
                continue
            elif not stat.S_ISREG(status.st_mode):
                yield place.refused("not a regular file")
            elif place.drafts:
                yield WorkItem("skipped", str(place.path), place.name, reason="draft")
            else:
                yield WorkItem("file", str(place.path), place.name, status.st_size)
        except OSError as error:
            yield place.refused(f"cannot be read: {error.strerror}")


def _inside(place: _Place) -> list[_Place]:
    """Return what is in the folder `place`, sorted, hidden things left out."""
    found: list[tuple[str, _Place]] = []
    prefix = place.name + "/" if place.name else ""
    above = (*place.above, str(place.path))
    with os.scandir(place.path) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = shown_name(entry.name)
            drafts = place.drafts or name == _DRAFTS
            # a folder sorts with its slash: then the whole walk is sorted by path
            order = name + "/" if entry.is_dir(follow_symlinks=False) else name
            found.append((order, _Place(Path(entry.path), prefix + name, above, drafts)))
    return [inside for _, inside in sorted(found, key=lambda pair: pair[0])]


def _followed(place: _Place, root: Path, follow: bool) -> tuple[_Place, os.stat_result, str]:
    """Return where the symbolic link `place` leads, and why it isn't followed if it isn't."""
    status = place.path.lstat()
    try:
        target = Path(os.path.realpath(place.path, strict=True))
        status = target.lstat()
    except (OSError, RuntimeError):
        return place, status, "a symbolic link that leads nowhere"
    if not stat.S_ISDIR(status.st_mode) and not is_post(place.name):
        return place, status, ""  # a picture, a style sheet: no post either way
    if not target.is_relative_to(root):
        return place, status, "a symbolic link out of the folder"
    if not follow:
        return place, status, "a symbolic link (follow_symlinks=False)"
    if str(target) in place.above:
        return place, status, "a symbolic link that loops"
    return replace(place, path=target), status, ""


def is_post(name: str) -> bool:
    """Whether the suffix of a file `name` is one of `POST_SUFFIXES`."""
    return name.lower().endswith(POST_SUFFIXES)
