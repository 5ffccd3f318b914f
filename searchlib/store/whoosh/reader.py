"""Whoosh's readers: of one live segment, and of all segments of a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whoosh.codec import base
from whoosh.fields import Schema
from whoosh.matching.mcore import Matcher
from whoosh.reading import MultiReader, ReaderClosed, SegmentReader

from searchlib.store.whoosh.dictionary import SegmentTerms
from searchlib.store.whoosh.documents import SegmentDocuments
from searchlib.store.whoosh.fields import SegmentFields


class SegmentCodec(base.Codec):
    """Hands Whoosh's `SegmentReader` the parts above. There is nothing to write through it."""

    def __init__(self, fields: SegmentFields) -> None:
        self._fields = fields

    def terms_reader(self, storage: object, segment: object) -> SegmentTerms:
        """The terms."""
        return SegmentTerms(self._fields)

    def per_document_reader(self, storage: object, segment: object) -> SegmentDocuments:
        """What is kept by document."""
        return SegmentDocuments(self._fields)

    def supports_columns(self) -> bool:
        """There are columns."""
        return True


class SegmentName(base.Segment):
    """What Whoosh wants to know of a segment as a file: its name."""

    def __init__(self, name: str) -> None:
        self.indexname = "searchlib"
        self.segid = name
        self.compound = False


class LiveReader(SegmentReader):
    """Whoosh's reader of one segment, over ours."""

    def __init__(self, fields: SegmentFields, schema: Schema, generation: int) -> None:
        self._name = fields.live.segment.path.stem
        # both leave abstract what only writing needs; the storage is for files of Whoosh's
        codec = SegmentCodec(fields)  # type: ignore[abstract]
        segment = SegmentName(self._name)  # type: ignore[abstract]
        super().__init__(None, schema, segment, generation, codec)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        return f"<LiveReader {self._name}>"

    def postings(  # type: ignore[override]  # as in SegmentReader
        self, fieldname: str, text: str | bytes, scorer: Any = None
    ) -> Matcher:
        """A matcher over a term's documents: deleted ones are left out without another layer."""
        if self.is_closed:
            raise ReaderClosed
        self._test_field(fieldname)
        field = self.schema[fieldname]
        matcher: Matcher = self._terms.matcher(
            fieldname, field.to_bytes(text), field.format, scorer
        )
        return matcher


class SnapshotReader(MultiReader):
    """Whoosh's reader of several segments."""

    def terms_within(
        self, fieldname: str, text: str, maxdist: int, prefix: int = 0
    ) -> Iterator[str]:
        """Terms within an edit distance, found in each segment by its dictionary.

        Whoosh measures the distance to every term here, and by another measure than it uses
        for one segment; so suggestions would depend on how the index is cut into segments.
        """
        found = {
            term
            for reader in self.readers
            for term in reader.terms_within(fieldname, text, maxdist, prefix)
        }
        return iter(sorted(found))
