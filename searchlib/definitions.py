"""Index definitions: what an index is built from, written down in a `NAME.toml`."""

from __future__ import annotations

import os
import re
import reprlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from searchlib.errors import DefinitionError, OptionError
from searchlib.ingest.decoding import checked_encoding
from searchlib.ingest.furniture import FINEWS

__all__ = ["IndexDefinition", "load_definition"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDefinition:
    """What one index is built from. Each field is a key of the TOML file of the same name.

    `name`
        What to call the index: a string without `/` or `\\`. Default: the file's name without
        `.toml`.
    `sources`
        What to read: a string or an array of strings, each a folder of posts or a `.jsonl` file
        (also `.gz`, `.xz`). The only key that must be there. Whether they exist is for the
        rebuild to find out.
    `output`
        The folder to build the index in. Default: `data/NAME`.
    `encoding`
        The encoding of every source file, such as `"gb18030"`. Default: guessed file by file.
    `furniture`
        Which lines at the end of a body are the site's and not the article's: an array of
        regular expressions, each to match a whole line, or the name of a preset (`"finews"`).
        Default: as `searchlib.rebuild` does it. An empty array strips nothing.

    Relative paths start from the folder of the TOML file, not from the current one.
    """

    name: str
    sources: tuple[Path, ...]
    output: Path
    encoding: str | None = None
    furniture: tuple[str, ...] | None = None


def load_definition(path: str | os.PathLike[str]) -> IndexDefinition:
    r"""Read the index definition in the TOML file `path`.

    Raises `DefinitionError` for a file that cannot be read or is not TOML, a key that is not
    one of `IndexDefinition`, a value of the wrong kind, and missing `sources`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "news.toml")
    ...     _ = file.write_text('sources = "posts"\nencoding = "gb18030"', encoding="utf-8")
    ...     definition = load_definition(file)
    >>> definition.name, definition.output.relative_to(folder).as_posix(), definition.encoding
    ('news', 'data/news', 'gb18030')
    """
    table = _Table(Path(path))
    name = _checked_name(table)
    return IndexDefinition(
        name=name,
        sources=table.paths("sources"),
        output=table.path("output") or table.resolve("output", f"data/{name}"),
        encoding=_checked_encoding(table),
        furniture=_checked_furniture(table),
    )


_PRESETS: Final[Mapping[str, tuple[str, ...]]] = {"finews": FINEWS.patterns}

_KINDS: Final[Mapping[type, str]] = {
    bool: "a boolean",
    dict: "a table",
    float: "a float",
    int: "an integer",
    list: "an array",
    type(None): "missing",
}


class _Table:
    """The top-level table of one TOML file; every complaint names the file and the key."""

    def __init__(self, origin: Path) -> None:
        self.origin = origin
        self._values = self._read()
        allowed = [field.name for field in fields(IndexDefinition)]
        for key in self._values:
            if key not in allowed:
                raise DefinitionError(
                    origin, f"unknown key {key!r}; allowed are {', '.join(allowed)}"
                )

    def _read(self) -> Mapping[str, object]:
        try:
            # utf-8-sig: Windows editors put a BOM in front, which TOML does not know
            return tomllib.loads(self.origin.read_bytes().decode("utf-8-sig"))
        except OSError as error:
            reason = f"cannot read the file: {error.strerror or error}"
        except UnicodeDecodeError as error:
            reason = f"not UTF-8, at byte {error.start}"
        except (ValueError, RecursionError) as error:
            # tomllib lets int()'s digit limit through as a bare ValueError
            reason = f"not TOML: {error}"
        raise DefinitionError(self.origin, reason) from None

    def wrong(self, key: str, expected: str) -> DefinitionError:
        """Make the error for a value that is not what `key` takes."""
        value = self._values.get(key)
        got = reprlib.repr(value) if isinstance(value, str) else _KINDS.get(type(value), "a date")
        return DefinitionError(self.origin, f"{key} is {got}: expected {expected}")

    def string(self, key: str) -> str | None:
        """Return the string at `key`, or None without the key."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "a string that is not empty")
        return value

    def strings(
        self, key: str, *, presets: Mapping[str, tuple[str, ...]] | None = None
    ) -> tuple[str, ...] | None:
        """Return the array of strings at `key`, or of the preset named there, or None."""
        value = self._values.get(key)
        if value is None:
            return None
        if presets and isinstance(value, str):
            if value not in presets:
                raise self.wrong(key, f"an array of strings, or {' or '.join(map(repr, presets))}")
            return presets[value]
        if not isinstance(value, list) or not all(
            isinstance(item, str) and item.strip() for item in value
        ):
            raise self.wrong(key, "an array of strings that are not empty")
        return tuple(value)

    def path(self, key: str) -> Path | None:
        """Return the path at `key`, made absolute, or None without the key."""
        value = self.string(key)
        return None if value is None else self.resolve(key, value)

    def paths(self, key: str) -> tuple[Path, ...]:
        """Return the path or the paths at `key`, which must be there, made absolute."""
        if key not in self._values:
            raise DefinitionError(
                self.origin, f'{key} is missing; write {key} = "FOLDER" or {key} = ["FOLDER", …]'
            )
        if isinstance(self._values[key], str):
            values: tuple[str, ...] = (self.string(key) or "",)
        else:
            values = self.strings(key) or ()
        if not values:
            raise self.wrong(key, "at least one path")
        return tuple(self.resolve(key, value) for value in values)

    def resolve(self, key: str, value: str) -> Path:
        """Return `value` as an absolute path that starts from the folder of the TOML file."""
        try:
            return (self.origin.parent / value).resolve()
        except (OSError, RuntimeError, ValueError):
            # a loop of links is a RuntimeError before Python 3.13, a NUL character a ValueError
            raise self.wrong(key, "a path without NUL characters or loops of links") from None


def _checked_name(table: _Table) -> str:
    name = table.string("name") or table.origin.stem
    if name in (".", "..") or not name.isprintable() or any(mark in name for mark in "/\\"):
        raise table.wrong("name", "a name that can be a folder's: printable, without / or \\")
    return name


def _checked_encoding(table: _Table) -> str | None:
    encoding = table.string("encoding")
    if encoding is not None:
        try:
            checked_encoding(encoding)
        except OptionError:
            raise table.wrong("encoding", 'a name Python knows, such as "gb18030"') from None
    return encoding


def _checked_furniture(table: _Table) -> tuple[str, ...] | None:
    patterns = table.strings("furniture", presets=_PRESETS)
    for pattern in patterns or ():
        try:
            re.compile(f"(?:{pattern})")  # in brackets, as it will be used: flags can't come late
        except (re.error, OverflowError, RecursionError) as error:
            raise DefinitionError(
                table.origin, f"furniture: {pattern!r} is no regular expression ({error})"
            ) from None
    return patterns
