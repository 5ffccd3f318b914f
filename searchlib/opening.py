"""Open an index."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from searchlib.analysis import Analyzer
from searchlib.errors import OptionError
from searchlib.index import Index
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.options import AnalysisOptions
from searchlib.query.ranking import DEFAULT_RANKING, Ranking
from searchlib.store.manifest import POINTER

PathLike = str | os.PathLike[str]


def open(
    path: PathLike,
    *,
    create: bool = False,
    ranking: Ranking = DEFAULT_RANKING,
    limits: Limits = DEFAULT_LIMITS,
    timeout: float = 10.0,
    durability: str = "full",
    user_words: Sequence[str] = (),
) -> Index:
    """Open the index in the folder `path`; with `create`, make an empty one where there is none.

    `timeout` is how many seconds a change waits for another writer. `durability="fast"` leaves
    out the syncs: commits stay atomic when the process dies, not when the power fails.
    `user_words` are for a new index; an existing one has its own.

    Raises `IndexNotFoundError`, `IndexExistsError` (the folder holds something else),
    `CorruptIndexError`, `IndexVersionError`, `OptionError`.
    """
    folder = Path(path)
    durable = check_durability(durability)
    if create and not (folder / POINTER).exists():
        # here, not above: opening an index that is there needs no writer
        from searchlib.store.writer import open_writer

        analyzer = Analyzer(user_words=user_words, limits=limits)
        options = AnalysisOptions.of(analyzer, tuple(user_words)).store()
        with open_writer(folder, timeout=timeout, durable=durable, create=True) as writer:
            if not (folder / POINTER).exists():  # another process may have been first
                writer.create(options)
    return Index(folder, ranking=ranking, limits=limits, timeout=timeout, durable=durable)


def check_durability(durability: str) -> bool:
    """Whether commits are synced; raises `OptionError`."""
    if durability not in ("full", "fast"):
        raise OptionError("durability", durability, "full or fast")
    return durability == "full"
