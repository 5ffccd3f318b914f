"""Whoosh's query objects, of which trees are made."""

from __future__ import annotations

from typing import Any

from whoosh import query
from whoosh.query.qcore import Query as WhooshQuery

# the distributions of Whoosh have other types, or none, for the same classes
whoosh: Any = query

__all__ = ["WhooshQuery", "whoosh"]
