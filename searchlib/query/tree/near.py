"""Phrases by position: words that follow one another within a distance, in their order.

A phrase of Han words that stand side by side is a stretch of text, which `query.phrase` finds.
This is for the others: with a slop, of letters and numbers (between which stands what no word
holds), or of pairs given one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from searchlib.query.terms import Occurrences, Statistics, Term
from searchlib.store.arrays import Docs, Ints, member, run_starts
from searchlib.store.dictionary import encode_key
from searchlib.store.segment import Channel
from searchlib.store.whoosh.terms import Terms

_DOCUMENT = 32
"""A place is its document, raised by this many bits, and its position there."""
_FURTHEST = 1 << 31


class NearTerm(Term):
    """Words near each other in one field, as a term over all segments.

    Each word stands at most `slop` positions behind the one before it. The frequency in a
    document is at how many places the last word does.
    """

    def __init__(
        self, statistics: Statistics, fields: Sequence[Terms], words: Sequence[str], slop: int
    ) -> None:
        self._found: list[Occurrences | None] = []
        for channel, terms in zip(statistics.channels, fields, strict=True):
            docs, tfs = _near(channel, terms, words, min(slop, _FURTHEST))
            self._found.append(Occurrences(docs, tfs, channel.documents) if len(docs) else None)
        df = sum(len(found.docs) for found in self._found if found)
        super().__init__(statistics, " ".join(words), df, statistics.k1 + 1)

    def occurrences(self, segment: int) -> Occurrences | None:
        """Where the words are near each other in one segment."""
        return self._found[segment]


def _near(channel: Channel, terms: Terms, words: Sequence[str], slop: int) -> tuple[Docs, Ints]:
    ordinals = [terms.ordinal(encode_key(word)) for word in words]
    nothing = np.empty(0, np.int32), np.empty(0, np.int64)
    if min(ordinals) < 0:
        return nothing
    if channel.positions:
        lists = [_stored(channel, ordinal) for ordinal in ordinals]
    else:
        lists = _located(terms, ordinals, _with_all(channel, ordinals))
    ends = lists[0]
    for places in lists[1:]:
        ends = _within(ends, places, slop)
    docs = (ends >> _DOCUMENT).astype(np.int32)
    firsts = run_starts(docs)
    return docs[firsts], np.diff(firsts, append=len(docs))


def _within(ends: Ints, places: Ints, slop: int) -> Ints:
    """Those of `places` that stand 1 to `slop` behind one of `ends`; both ascending."""
    if not len(ends) or not len(places):
        return places[:0]
    before = np.searchsorted(ends, places) - 1
    return places[(before >= 0) & (places - ends[before] <= slop)]


def _stored(channel: Channel, ordinal: int) -> Ints:
    """All places of a pair."""
    begins = channel.begins
    places = channel.postings_at(ordinal).places(begins)
    docs = np.searchsorted(begins, places, side="right") - 1
    return (docs << _DOCUMENT) + places - begins[docs]


def _with_all(channel: Channel, ordinals: Sequence[int]) -> Docs:
    """The documents that have all of the words."""
    lists = [channel.postings_at(ordinal).docs() for ordinal in dict.fromkeys(ordinals)]
    lists.sort(key=len)
    docs = lists[0]
    for other in lists[1:]:
        docs = docs[member(other, docs)]
    return docs


def _located(terms: Terms, ordinals: Sequence[int], docs: Docs) -> list[Ints]:
    """The places of words in these documents, found by analysing them again."""
    locates = [terms.locate(ordinal) for ordinal in ordinals]
    found: list[list[int]] = [[] for _ in ordinals]
    # document after document: the places of all of its words are kept for a while
    for document in docs.tolist():
        for locate, places in zip(locates, found, strict=True):
            assert locate is not None
            own = {place[0] for place in locate(document, characters=False)}
            places += [(document << _DOCUMENT) + place for place in sorted(own)]
    return [np.array(places, np.int64) for places in found]
