"""Embedded full-text search for Chinese articles.

>>> import searchlib
>>> sorted(searchlib.__all__)[:3]
['Article', 'ArticleError', 'CorruptIndexError']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from searchlib.errors import (
    ArticleError,
    CorruptIndexError,
    DefinitionError,
    IndexClosedError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    IndexOptionsError,
    IndexVersionError,
    IndexWriteError,
    LimitError,
    OptionError,
    QueryError,
    QuerySyntaxError,
    QueryTooComplexError,
    SearchLibError,
    SourceError,
)
from searchlib.limits import Limits
from searchlib.models import (
    Article,
    Hit,
    Progress,
    RebuildReport,
    Rejected,
    Results,
    Skipped,
    Snippet,
    Stats,
    Warned,
)

if TYPE_CHECKING:
    from searchlib.analysis import fold
    from searchlib.index import Index
    from searchlib.ingest import Furniture
    from searchlib.opening import open
    from searchlib.query.ranking import Ranking
    from searchlib.rebuilding import rebuild
    from searchlib.results import SnippetOptions

__version__ = "0.1.0"

__all__ = [
    "Article",
    "ArticleError",
    "CorruptIndexError",
    "DefinitionError",
    "Furniture",
    "Hit",
    "Index",
    "IndexClosedError",
    "IndexExistsError",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexOptionsError",
    "IndexVersionError",
    "IndexWriteError",
    "LimitError",
    "Limits",
    "OptionError",
    "Progress",
    "QueryError",
    "QuerySyntaxError",
    "QueryTooComplexError",
    "Ranking",
    "RebuildReport",
    "Rejected",
    "Results",
    "SearchLibError",
    "Skipped",
    "Snippet",
    "SnippetOptions",
    "SourceError",
    "Stats",
    "Warned",
    "fold",
    "open",
    "rebuild",
]

# imported on first use: NumPy alone takes as long as everything above five times over
_LAZY = {
    "Furniture": "searchlib.ingest",
    "Index": "searchlib.index",
    "Ranking": "searchlib.query.ranking",
    "SnippetOptions": "searchlib.results",
    "fold": "searchlib.analysis",
    "open": "searchlib.opening",
    "rebuild": "searchlib.rebuilding",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'searchlib' has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(module), name)
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
