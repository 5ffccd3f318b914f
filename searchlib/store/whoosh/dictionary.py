"""Whoosh's view of a segment's terms: a `TermsReader`, its cursors and its statistics."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from whoosh.codec import base
from whoosh.fields import FieldType
from whoosh.reading import TermInfo, TermNotFound

from searchlib.store.whoosh.fields import SegmentFields
from searchlib.store.whoosh.matcher import PostingMatcher, TermPostings
from searchlib.store.whoosh.terms import Terms, terms_from


class PostingInfo(TermInfo):
    """Statistics of a term. Those that take its postings are found when they are asked for."""

    def __init__(self, terms: Terms, ordinal: int) -> None:
        # the names are Whoosh's; its own __init__ would set the lazy ones
        self._df, occurrences = terms.counts(ordinal)
        self._weight = float(occurrences)
        self._terms = terms
        self._ordinal = ordinal

    @cached_property
    def _extremes(self) -> tuple[int, int, int, int, int]:
        docs, tfs = self._terms.postings(self._ordinal)
        lengths = self._terms.lengths()
        shortest = 0 if lengths is None else int(lengths[docs].min())
        longest = 0 if lengths is None else int(lengths[docs].max())
        return shortest, longest, int(tfs.max()), int(docs[0]), int(docs[-1])

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
        self, fieldname: str, text: bytes, format_: Any, scorer: Any = None
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
