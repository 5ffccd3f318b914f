#!/usr/bin/env python3
"""Rebuild the indexes defined beside this script: one, several or all."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import searchlib
from searchlib.definitions import IndexDefinition, load_definition
from searchlib.errors import DefinitionError, SearchLibError
from searchlib.models import RebuildReport

HERE = Path(__file__).resolve().parent


def main(argv: Sequence[str] | None = None) -> int:
    """Rebuild the named indexes, or all; return 0, or 2 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", metavar="NAME", nargs="*", help="NAME.toml here (default: all)")
    parser.add_argument("--list", action="store_true", help="only show what is defined")
    arguments = parser.parse_args(argv)

    names = arguments.names or _defined()
    # every name is tried, so that one broken definition does not hold up the others
    succeeded = [_run(name, only_show=arguments.list) for name in names]
    return 0 if all(succeeded) else 2


def _run(name: str, *, only_show: bool) -> bool:
    try:
        definition = _find(name)
        if only_show:
            print(_described(definition))
        else:
            print(f"{definition.name}: {_summary(_rebuild(definition))}", flush=True)
    except SearchLibError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True


def _defined() -> list[str]:
    return sorted(file.stem for file in HERE.glob("*.toml"))


def _find(name: str) -> IndexDefinition:
    if name not in _defined():
        known = ", ".join(_defined()) or "none"
        raise DefinitionError(HERE / f"{name}.toml", f"no such definition; there are: {known}")
    return load_definition(HERE / f"{name}.toml")


def _rebuild(definition: IndexDefinition) -> RebuildReport:
    # one source is handed over as itself, so that ids are paths relative to it
    several = len(definition.sources) > 1
    return searchlib.rebuild(
        list(definition.sources) if several else definition.sources[0],
        definition.output,
        encoding=definition.encoding,
        furniture=definition.furniture,
    )


def _described(definition: IndexDefinition) -> str:
    sources = ", ".join(str(source) for source in definition.sources)
    return f"{definition.name}: {sources} -> {definition.output}"


def _summary(report: RebuildReport) -> str:
    lines = [
        f"{report.indexed:,} indexed, {report.skipped:,} skipped, "
        f"{len(report.rejected):,} rejected "
        f"in {report.seconds:.1f} s ({report.articles_per_second:,.0f} articles/s)"
    ]
    lines += [f"  rejected {rejected.path}: {rejected.reason}" for rejected in report.rejected]
    lines += [f"  warning {warning.path}: {warning.reason}" for warning in report.warnings]
    return "\n".join(lines)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # file names may hold characters that the terminal's encoding does not
            stream.reconfigure(errors="backslashreplace")
    sys.exit(main())
