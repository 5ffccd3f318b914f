"""Whoosh's reader interfaces over one live segment, and over all of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from whoosh.codec import base
from whoosh.columns import Column, ColumnReader
from whoosh.fields import FieldType, Schema
from whoosh.formats import Format
from whoosh.reading import MultiReader, ReaderClosed, SegmentReader, TermInfo, TermNotFound

from searchlib.store.channels import FIELDS
from searchlib.store.eliasfano import Ints
from searchlib.store.snapshot import LiveSegment
from searchlib.store.whoosh.analyzers import WordAnalyzer
from searchlib.store.whoosh.columns import CategoryReader, DateReader, TagsReader
from searchlib.store.whoosh.matcher import PostingMatcher, TermPostings
from searchlib.store.whoosh.places import Places
from searchlib.store.whoosh.schema import stored_values
from searchlib.store.whoosh.terms import ChannelTerms, IdTerms, InvertedTerms, Terms, terms_from


class SegmentFields:
    """The terms of every field of a live segment, opened on first use and shared by readers."""

    def __init__(self, live: LiveSegment, words: WordAnalyzer) -> None:
        self.live = live
        segment = live.segment
        places = Places(segment, words)
        self._open: dict[str, Callable[[], Terms]] = {
            "category": lambda: InvertedTerms.of_labels(segment.categories),
            "date": lambda: InvertedTerms.of_dates(segment.dates),
            "id": lambda: IdTerms(segment),
            "tags": lambda: InvertedTerms.of_labels(segment.tags),
        }
        for name in FIELDS:
            self._open |= {
                name: lambda name=name: ChannelTerms(segment, name, "words", places.of(name)),
                f"{name}_chars": lambda name=name: ChannelTerms(segment, name, "chars"),
                f"{name}_grams": lambda name=name: ChannelTerms(segment, name, "grams"),
            }
        self.names = sorted(self._open)
        self._terms: dict[str, Terms] = {}

    def __getitem__(self, field: str) -> Terms:
        found = self._terms.get(field)
        if found is None:
            found = self._terms[field] = self._open[field]()
        return found

    def lengths(self, field: str) -> Ints | None:
        """Terms of each document in a field, None where scores don't need them."""
        return self[field].lengths() if field in self._open else None


class PostingInfo(TermInfo):
    """Statistics of a term. Those that take its postings are found when they are asked for."""

    def __init__(self, terms: Terms, ordinal: int) -> None:
        self._df, occurrences = terms.counts(ordinal)
        self._weight = float(occurrences)
        self._postings = lambda: terms.postings(ordinal)
        self._lengths = terms.lengths

    @cached_property
    def _extremes(self) -> tuple[int, int, int, int, int]:
        docs, tfs = self._postings()
        lengths = self._lengths()
        own = [0] if lengths is None else lengths[docs]
        return int(min(own)), int(max(own)), int(tfs.max()), int(docs[0]), int(docs[-1])

    # under the names by which Whoosh combines the statistics of several segments

    @cached_property
    def _minlength(self) -> int:
        return self._extremes[0]

    @cached_property
    def _maxlength(self) -> int:
        return self._extremes[1]

    @cached_property
    def _maxweight(self) -> float:
        return float(self._extremes[2])

    @cached_property
    def _minid(self) -> int:
        return self._extremes[3]

    @cached_property
    def _maxid(self) -> int:
        return self._extremes[4]


class FieldTerms(base.FieldCursor):
    """A cursor over the terms of one field."""

    def __init__(self, terms: Terms, field: FieldType) -> None:
        self._terms = terms
        self._field = field
        self._at = 0

    def first(self) -> str | None:
        """Go to the first term."""
        self._at = 0
        return self.text()

    def find(self, string: str | bytes) -> str | None:
        """Go to the first term from `string` on."""
        self._at = self._terms.floor(self._field.to_bytes(string))
        return self.text()

    def next(self) -> str | None:
        """Go to the next term."""
        self._at += 1
        return self.text()

    def is_valid(self) -> bool:
        """Whether there is a current term."""
        return self._at < len(self._terms)

    def text(self) -> str | None:
        """The current term, None behind the last."""
        if not self.is_valid():
            return None
        return self._field.from_bytes(self._terms.texts(self._at, self._at + 1)[0])

    term = text

    def term_info(self) -> TermInfo | None:
        """Statistics of the current term."""
        return PostingInfo(self._terms, self._at) if self.is_valid() else None


class SegmentTerms(base.TermsReader):
    """The terms of a segment, field after field."""

    def __init__(self, fields: SegmentFields) -> None:
        self._fields = fields

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._ordinal(*term) >= 0

    def indexed_field_names(self) -> list[str]:
        """Fields that have terms."""
        return [name for name in self._fields.names if len(self._fields[name])]

    def cursor(self, fieldname: str, fieldobj: FieldType) -> FieldTerms:
        """A cursor over a field's terms."""
        return FieldTerms(self._fields[fieldname], fieldobj)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """All terms, by field and then in order."""
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        """The terms from this one on, those of later fields included."""
        for name in self._fields.names:
            if name >= fieldname:
                start = prefix if name == fieldname else b""
                for text in terms_from(self._fields[name], start):
                    yield name, text

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """All terms with their statistics."""
        return self.items_from("", b"")

    def items_from(
        self, fieldname: str, prefix: bytes
    ) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        """The terms from this one on, with their statistics."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """Statistics of a term; raises Whoosh's `TermNotFound`."""
        return PostingInfo(self._fields[fieldname], self._found(fieldname, text))

    def frequency(self, fieldname: str, text: bytes) -> float:
        """How often the term occurs, 0 where it does not (Whoosh's suggestions rely on that)."""
        ordinal = self._ordinal(fieldname, text)
        return float(self._fields[fieldname].counts(ordinal)[1]) if ordinal >= 0 else 0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents have the term, deleted ones included, as in Whoosh."""
        ordinal = self._ordinal(fieldname, text)
        return self._fields[fieldname].counts(ordinal)[0] if ordinal >= 0 else 0

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: Any = None
    ) -> PostingMatcher:
        """The documents of a term that are not deleted; raises Whoosh's `TermNotFound`."""
        terms, ordinal = self._fields[fieldname], self._found(fieldname, text)
        docs, tfs = terms.postings(ordinal)
        alive = self._fields.live.alive
        if alive is not None:
            kept = alive[docs]
            docs, tfs = docs[kept], tfs[kept]
        postings = TermPostings(
            (fieldname, text), docs.tolist(), tfs.tolist(), terms.locate(ordinal)
        )
        return PostingMatcher(postings, format_, scorer)

    def _ordinal(self, fieldname: str, text: bytes) -> int:
        return self._fields[fieldname].ordinal(text) if fieldname in self._fields.names else -1

    def _found(self, fieldname: str, text: bytes) -> int:
        ordinal = self._ordinal(fieldname, text)
        if ordinal < 0:
            raise TermNotFound(f"{fieldname}:{text!r}")
        return ordinal


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
        """Whether this document is deleted."""
        return self._alive is not None and not self._alive[docnum]

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
        return 0 if lengths is None else int(lengths.min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        """Terms of the document that has the most."""
        lengths = self._fields.lengths(fieldname)
        return 0 if lengths is None else int(lengths.max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """The stored fields of a document."""
        return stored_values(self._segment.article(docnum))


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
        name = SegmentName(fields.live.segment.path.stem)
        super().__init__(None, schema, name, generation, SegmentCodec(fields))

    def __repr__(self) -> str:
        return f"<LiveReader {self.segment().segment_id()}>"

    def postings(self, fieldname: str, text: Any, scorer: Any = None) -> PostingMatcher:
        """A matcher over a term's documents: deleted ones are left out without another layer."""
        if self.is_closed:
            raise ReaderClosed
        self._test_field(fieldname)
        field = self.schema[fieldname]
        return self._terms.matcher(fieldname, field.to_bytes(text), field.format, scorer)


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
