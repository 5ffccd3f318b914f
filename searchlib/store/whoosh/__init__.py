"""Whoosh's interfaces over a snapshot, and the way out to a stock index (docs/whoosh.md)."""

from searchlib.store.whoosh.export import export_whoosh
from searchlib.store.whoosh.index import SnapshotIndex, whoosh_index

__all__ = ["SnapshotIndex", "export_whoosh", "whoosh_index"]
