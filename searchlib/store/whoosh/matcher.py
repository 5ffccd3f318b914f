"""A Whoosh matcher over the postings of one term in one segment."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from whoosh.matching.mcore import LeafMatcher, ReadTooFar
from whoosh.query.spans import Span

from searchlib.store.whoosh.terms import Locate, Place


@dataclass(frozen=True, slots=True)
class TermPostings:
    """A term's documents, ascending and without deleted ones, and how often each has it."""

    term: tuple[str, bytes]
    docs: list[int]
    tfs: list[int]
    locate: Locate | None


class PostingMatcher(LeafMatcher):
    """Steps through a term's documents. Places are found only for documents asked about.

    It claims no block quality. Whoosh would use that to skip documents, and its compound
    matchers then lose some of the best for `limit=N` (nested Or, AndMaybe, DisMax).
    """

    def __init__(self, postings: TermPostings, format_: Any, scorer: Any, at: int = 0) -> None:
        self.postings = postings
        self.format: Any = format_
        self.scorer = scorer
        self._term = postings.term
        self._docs = postings.docs
        self._at = at

    def is_active(self) -> bool:
        """Whether there is a current document."""
        return self._at < len(self._docs)

    def reset(self) -> None:
        """Go back to the first document."""
        self._at = 0

    def copy(self) -> PostingMatcher:
        """A matcher of its own at the same document."""
        return PostingMatcher(self.postings, self.format, self.scorer, self._at)

    def id(self) -> int:
        """The current document; behind the last one, that one."""
        try:
            return self._docs[self._at]
        except IndexError:  # Whoosh's AndNot asks a matcher whose end it has just reached
            return self._docs[-1] if self._docs else 0

    def next(self) -> None:
        """Go on to the next document."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1

    def skip_to(self, id: int) -> None:
        """Go on to the first document from `id` on."""
        if not self.is_active():
            raise ReadTooFar
        self._at = bisect_left(self._docs, id, self._at)

    def all_ids(self) -> Iterator[int]:
        """The documents from the current one on."""
        return iter(self._docs[self._at :])

    def supports_block_quality(self) -> bool:
        """False: see the class."""
        return False

    def weight(self) -> float:
        """How often the current document has the term."""
        return float(self.postings.tfs[self._at])

    def value(self) -> bytes:
        """The current posting, encoded by the field's format."""
        value = b""
        if self.format.supports("positions"):
            wide = self.format.supports("characters")
            value = self.format.encode(self.value_as("characters" if wide else "positions"))
        elif self.format.posting_size:
            value = self.postings.tfs[self._at].to_bytes(4, "big")
        return value

    def value_as(self, astype: str) -> Any:
        """The current posting as "frequency", "weight", "positions" or "characters"."""
        if astype == "frequency":
            return self.postings.tfs[self._at]
        if astype == "weight":
            return self.weight()
        if astype == "positions" and self.format.supports(astype):
            return [place[0] for place in self._places(characters=False)]
        if astype == "characters" and self.format.supports(astype):
            return list(self._places(characters=True))
        return self.format.decoder(astype)(self.value())

    def spans(self) -> list[Span]:
        """The positions of the current document. They carry no characters, which take longer to
        find and which phrases don't need: `value_as` has them.
        """
        places = self.value_as("positions")
        return [Span(place) for place in places]  # type: ignore[no-untyped-call]

    def _places(self, *, characters: bool) -> Sequence[Place]:
        locate = self.postings.locate
        return locate(self.id(), characters=characters) if locate else ()
