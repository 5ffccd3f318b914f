"""Who takes part: every contender, and the adapter that drives it.

A contender is one configuration of one engine. Two contenders may query the same index
(`index` names the one that builds it), so that ranking variants do not build twice.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from benchmarks.speed.engines.base import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One configuration of one engine.

    `max_docs` is the largest corpus it is asked to take; `growth` says whether it takes part
    in the sizes of `--growth`; `queried` is False for contenders measured on building only.
    """

    name: str
    module: str
    requires: tuple[str, ...]
    options: Mapping[str, object] = field(default_factory=dict)
    index: str = ""
    max_docs: int | None = None
    growth: bool = True
    queried: bool = True

    @property
    def builds(self) -> bool:
        """Whether it builds its own index."""
        return not self.index

    @property
    def family(self) -> str:
        """The engine it belongs to: `tantivy` for `tantivy-2`."""
        return self.name.partition("-")[0]

    def missing(self) -> str:
        """Return why it cannot run here, or an empty string."""
        for requirement in self.requires:
            module, _, attribute = requirement.partition(":")
            if importlib.util.find_spec(module) is None:
                return f"{module} is not installed"
            if not attribute:
                continue
            try:
                getattr(importlib.import_module(module), attribute)
            except (AttributeError, ImportError) as error:
                return f"no {module}.{attribute}: {error}"
        return ""

    def engine(self) -> Engine:
        """Import the adapter and its engine, load the dictionaries, and return it ready."""
        module = importlib.import_module(f"benchmarks.speed.engines.{self.module}")
        return cast(Engine, module.ADAPTER(**self.options))


_OURS = ("searchlib:rebuild", "searchlib:open", "searchlib:Ranking")

CONTENDERS: tuple[Contender, ...] = (
    Contender(
        name="searchlib-1",
        module="searchlib_index",
        requires=_OURS,
        options={"workers": 1},
        growth=False,
        queried=False,
    ),
    Contender(
        name="searchlib",
        module="searchlib_index",
        requires=_OURS,
        options={"workers": 2},
    ),
    Contender(
        name="searchlib-words",
        module="searchlib_index",
        requires=_OURS,
        options={"ranking": "words"},
        index="searchlib",
    ),
    Contender(
        name="tantivy-1",
        module="tantivy_words",
        requires=("tantivy", "rjieba"),
        options={"threads": 1},
    ),
    Contender(
        name="tantivy-2",
        module="tantivy_words",
        requires=("tantivy", "rjieba"),
        options={"threads": 2},
        growth=False,
    ),
    Contender(
        name="tantivy-jieba",
        module="tantivy_words",
        requires=("tantivy", "jieba"),
        options={"threads": 0, "tokenizer": "jieba"},
        growth=False,
    ),
    Contender(
        name="tantivy-channels",
        module="tantivy_channels",
        requires=("tantivy", "rjieba"),
        growth=False,
    ),
    Contender(name="fts5", module="sqlite_fts5", requires=("sqlite3", "rjieba")),
    Contender(name="bm25s", module="bm25s_arrays", requires=("bm25s", "rjieba")),
    Contender(name="xapian", module="xapian_glass", requires=("xapian", "rjieba")),
    Contender(
        name="whoosh",
        module="whoosh_stock",
        requires=("whoosh", "jieba"),
        max_docs=2_000,
        growth=False,
    ),
)


def named(name: str) -> Contender:
    """Return the contender of this name; raises `KeyError` for an unknown one."""
    return {contender.name: contender for contender in CONTENDERS}[name]


def chosen(peers: Iterable[str] | None, *, ours: bool = True) -> tuple[Contender, ...]:
    """Return the contenders for `peers`, names or families; None takes all of them.

    Our own come first unless `ours` is False. Raises `ValueError` for an unknown name.

    >>> [contender.name for contender in chosen(["tantivy-2", "fts5"], ours=False)]
    ['tantivy-2', 'fts5']
    """
    wanted = None if peers is None else set(peers)
    known = {name for c in CONTENDERS for name in (c.name, c.family)}
    if unknown := sorted((wanted or set()) - known):
        raise ValueError(f"unknown peers {', '.join(unknown)}; known: {', '.join(sorted(known))}")
    return tuple(
        contender
        for contender in CONTENDERS
        if (
            ours
            if contender.family == "searchlib"
            else wanted is None or bool({contender.name, contender.family} & wanted)
        )
    )
