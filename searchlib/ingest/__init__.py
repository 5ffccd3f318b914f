"""From files to articles: walk, decode, split, convert, compose."""

from searchlib.ingest.compose import article_text
from searchlib.ingest.decoding import checked_encoding
from searchlib.ingest.furniture import DEFAULT_FURNITURE, FINEWS, Furniture
from searchlib.ingest.source import list_sources, read_item, read_source
from searchlib.ingest.walk import WorkItem

__all__ = [
    "DEFAULT_FURNITURE",
    "FINEWS",
    "Furniture",
    "WorkItem",
    "article_text",
    "checked_encoding",
    "list_sources",
    "read_item",
    "read_source",
]
