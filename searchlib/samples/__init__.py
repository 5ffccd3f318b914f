"""Forty-eight short articles written for this project, to try searchlib on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

__all__ = ["folder"]


@contextmanager
def folder() -> Iterator[Path]:
    """Give the folder that holds the sample articles, for as long as the block runs.

    It is the installed folder itself, so do not write to it; where the package is imported
    from a zip file, it is a temporary copy that goes away with the block.

    >>> with folder() as samples:
    ...     sum(1 for _ in samples.rglob("*.md"))
    48
    """
    articles = files(__name__) / "articles"
    if isinstance(articles, Path):
        yield articles
        return
    # importlib.resources.as_file takes whole folders only from Python 3.12 on
    with tempfile.TemporaryDirectory(prefix="searchlib-samples-") as temporary:
        copy = Path(temporary)
        _unpack(articles, copy)
        yield copy


def _unpack(source: Traversable, target: Path) -> None:
    for entry in source.iterdir():
        if entry.is_dir():
            (target / entry.name).mkdir()
            _unpack(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())
