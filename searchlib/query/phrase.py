"""Exact phrases: where a stretch of folded text stands verbatim, however words were cut.

Pairs of Han characters are indexed with their positions, so a phrase is found where its pairs
stand at the right distances. What pairs cannot decide (Latin, digits, punctuation, a lone Han
character) is decided by looking into the stored text of the documents that are left.
"""

from __future__ import annotations

import re

import numpy as np

from searchlib.analysis import HAN_RUN, fold
from searchlib.analysis.characters import EAST, HAN
from searchlib.limits import DEFAULT_LIMITS
from searchlib.query.terms import Occurrences, Term, TermReader
from searchlib.store.arrays import NO_DOCS, Docs, Ints, member, run_starts, union
from searchlib.store.channels import FIELDS, Field
from searchlib.store.dictionary import WordDictionary
from searchlib.store.segment import Channel, Segment

# What always stands inside one unit of a text, whatever stands beside it: 1,234abc is cut before
# the letters, カタカナabc after the kana, and a user's word may cut the kana anywhere.
_RUN = re.compile(rf"[{HAN}]|[{EAST}]|\d+|[^\W\d_{HAN}{EAST}]+")
HAN_CHAR = re.compile(f"[{HAN}]")
_WORD = re.compile(r"\w")
# a token that was cut has pieces of this length
_LONG = DEFAULT_LIMITS.token_chars

_NOTHING = (NO_DOCS, np.empty(0, np.int64))


class Phrase:
    """A phrase over all segments of an index, in every field: found once for each query."""

    def __init__(self, reader: TermReader, text: str) -> None:
        self.terms = [PhraseTerm(reader, field, text) for field in FIELDS]

    def documents(self, segment: int) -> Docs:
        """The documents of a segment that hold the phrase, ascending."""
        found = [term.occurrences(segment) for term in self.terms]
        return union([each.docs for each in found if each])


class PhraseTerm(Term):
    """A phrase in one field, as a term: its frequency in a document is how often it stands there.

    Lengths are those of the field's pairs.
    """

    def __init__(self, reader: TermReader, field: Field, text: str) -> None:
        statistics = reader.statistics(field, "grams")
        self._found: list[Occurrences | None] = []
        for segment in reader.segments:
            docs, tfs = find_phrase(segment, field, text)
            self._found.append(Occurrences(docs, tfs, segment.documents) if len(docs) else None)
        df = sum(len(found.docs) for found in self._found if found)
        super().__init__(statistics, text, df, statistics.k1 + 1)

    def occurrences(self, segment: int) -> Occurrences | None:
        """Where the phrase stands in one segment."""
        return self._found[segment]


def phrase_documents(segment: Segment, text: str, within: Docs | None = None) -> Docs:
    """The documents that hold `text` (folded) in their title or body, int32, ascending.

    `within` restricts the search to these documents.
    """
    return union([find_phrase(segment, field, text, within)[0] for field in FIELDS])


def find_phrase(
    segment: Segment, field: Field, text: str, within: Docs | None = None
) -> tuple[Docs, Ints]:
    """The documents that hold `text` (folded) in a field, ascending, and how often each does."""
    pairs = _pairs(text)
    if pairs:
        docs, tfs = _by_pairs(segment.channel(field, "grams"), pairs)
    else:
        docs, tfs = _without_pairs(segment, field, text)
    if within is not None and len(docs):
        kept = member(within, docs)
        docs, tfs = docs[kept], tfs[kept]
    covered = {at + step for at, _ in pairs for step in (0, 1)}
    decided = len(covered) == len(text) or HAN_CHAR.fullmatch(text) is not None
    if decided or not len(docs):
        return docs, tfs
    attribute = _title if field == "title" else _body
    counts = np.array([_count(fold(attribute(segment, d)), text) for d in docs.tolist()], np.int64)
    return docs[counts > 0], counts[counts > 0]


def _count(folded: str, text: str) -> int:
    """How often `text` stands in `folded`, overlapping ones too, as pairs count."""
    count = 0
    at = folded.find(text)
    while at >= 0:
        count += 1
        at = folded.find(text, at + 1)
    return count


def _title(segment: Segment, document: int) -> str:
    return segment.stored.read(document).title


def _body(segment: Segment, document: int) -> str:
    return segment.stored.body(document)


def _pairs(text: str) -> list[tuple[int, str]]:
    """Pairs that cover every Han run of two characters or more, with their offsets."""
    out = []
    for match in HAN_RUN.finditer(text):
        start, end = match.span()
        if end - start >= 2:
            offsets = [*range(start, end - 1, 2)]
            if (end - start) % 2:
                offsets.append(end - 2)
            out += [(at, text[at : at + 2]) for at in offsets]
    return out


def _by_pairs(channel: Channel, pairs: list[tuple[int, str]]) -> tuple[Docs, Ints]:
    lists = []
    for offset, pair in pairs:
        postings = channel.postings(pair)
        if postings is None:
            return _NOTHING
        lists.append((postings.ctf, offset, postings))
    if len(lists) == 1:
        docs, tfs = lists[0][2].unpack()
        return docs.astype(np.int32), tfs
    lists.sort(key=lambda item: item[0])
    begins = channel.begins
    _, first, postings = lists[0]
    places = postings.places(begins)
    for _, offset, other in lists[1:]:
        shifted = places + (offset - first)
        places = places[member(other.places(begins), shifted)]
        if not len(places):
            return _NOTHING
    # texts lie end to end: what begins in one and ends in the next stands in neither
    starts = places + (pairs[0][0] - first)
    docs = np.searchsorted(begins, starts, side="right") - 1
    docs = docs[starts + (pairs[-1][0] + 2 - pairs[0][0]) <= begins[docs + 1]]
    firsts = run_starts(docs)
    return docs[firsts].astype(np.int32), np.diff(firsts, append=len(docs))


def _without_pairs(segment: Segment, field: Field, text: str) -> tuple[Docs, Ints]:
    """Documents that may hold a text without two Han characters in a row.

    Those of a single Han character do hold it, with its frequencies.
    """
    chars = segment.channel(field, "chars")
    if HAN_CHAR.fullmatch(text):
        postings = chars.postings(text)
        if postings is None:
            return _NOTHING
        single, tfs = postings.unpack()
        return single.astype(np.int32), tfs
    words = segment.channel(field, "words")
    docs: Docs | None = None
    for run in dict.fromkeys(_RUN.findall(text)):
        if HAN_RUN.match(run):
            postings = chars.postings(run)
            own = postings.docs() if postings else NO_DOCS
        elif _WORD.match(run):
            own = _with_run(words, run)
        else:
            continue  # such as a middle dot, which is in no word where no kana stands before it
        docs = own if docs is None else docs[member(own, docs)]
        if not len(docs):
            return _NOTHING
    if docs is None:
        docs = np.arange(segment.documents, dtype=np.int32)
    return docs, np.ones(len(docs), np.int64)


def _with_run(words: Channel, run: str) -> Docs:
    """Documents that may hold these letters or digits: every letter is in some word.

    A token over the limit is cut into pieces, which the run may straddle.
    """
    dictionary = words.dictionary
    assert isinstance(dictionary, WordDictionary)
    found = dictionary.containing(run)
    if len(run) > 1:
        found += dictionary.longer(_LONG)
    return union([words.postings_at(at).docs() for at in dict.fromkeys(found)])
