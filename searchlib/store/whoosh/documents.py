"""Whoosh's view of a segment's documents: a `PerDocumentReader`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.codec import base
from whoosh.columns import Column, ColumnReader

from searchlib.store.whoosh.columns import CategoryReader, DateReader, TagsReader
from searchlib.store.whoosh.fields import SegmentFields
from searchlib.store.whoosh.schema import stored_values


class SegmentDocuments(base.PerDocumentReader):
    """Lengths, stored fields, columns and deletions of a live segment."""

    def __init__(self, fields: SegmentFields) -> None:
        self._fields = fields
        self._segment = fields.live.segment
        self._alive = fields.live.alive

    def doc_count_all(self) -> int:
        """Documents, deleted ones included."""
        return self._segment.documents

    def doc_count(self) -> int:
        """Documents that are not deleted."""
        return self._segment.documents if self._alive is None else int(self._alive.sum())

    def has_deletions(self) -> bool:
        """Whether any document is deleted."""
        return self._alive is not None

    def is_deleted(self, docnum: int) -> bool:
        """Whether this document is deleted; one behind the last is not (Whoosh asks for it)."""
        return docnum < self._segment.documents and not (
            self._alive is None or bool(self._alive[docnum])
        )

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents."""
        return iter(() if self._alive is None else (~self._alive).nonzero()[0].tolist())

    def supports_columns(self) -> bool:
        """There are columns."""
        return True

    def list_columns(self) -> list[str]:
        """Fields that have a column."""
        return ["category", "date", "tags"]

    def has_column(self, fieldname: str) -> bool:
        """Whether this field has a column."""
        return fieldname in self.list_columns()

    def column_reader(self, fieldname: str, column: Column) -> ColumnReader:
        """The column of a field; `column` says nothing that is not known."""
        if fieldname == "date":
            return DateReader(self._segment.dates)
        if fieldname == "tags":
            return TagsReader(self._segment.tags)
        return CategoryReader(self._segment.categories)

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Terms of a document in a field, exactly; `default` where there are none."""
        lengths = self._fields.lengths(fieldname)
        return default if lengths is None else int(lengths[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """Terms of all documents in a field."""
        lengths = self._fields.lengths(fieldname)
        return 0 if lengths is None else int(lengths.sum(dtype="int64"))

    def min_field_length(self, fieldname: str) -> int:
        """Terms of the document that has the fewest."""
        lengths = self._fields.lengths(fieldname)
        return 0 if lengths is None else int(lengths.min())

    def max_field_length(self, fieldname: str) -> int:
        """Terms of the document that has the most."""
        lengths = self._fields.lengths(fieldname)
        return 0 if lengths is None else int(lengths.max())

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The stored fields of a document."""
        return stored_values(self._segment.article(docnum))
