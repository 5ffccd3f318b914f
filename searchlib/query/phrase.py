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
from searchlib.store.arrays import NO_DOCS, Docs, distinct, member, union
from searchlib.store.channels import FIELDS, Field
from searchlib.store.dictionary import WordDictionary
from searchlib.store.segment import Channel, Segment

# What always stands inside one unit of a text, whatever stands beside it: 1,234abc is cut before
# the letters, カタカナabc after the kana, and a user's word may cut the kana anywhere.
_RUN = re.compile(rf"[{HAN}]|[{EAST}]|\d+|[^\W\d_{HAN}{EAST}]+")
_WORD = re.compile(r"\w")
# a token that was cut has pieces of this length
_LONG = DEFAULT_LIMITS.token_chars


def phrase_documents(segment: Segment, text: str, within: Docs | None = None) -> Docs:
    """The documents that hold `text` (folded) in their title or body, int64, ascending.

    `within` restricts the search to these documents.
    """
    found = [_in_field(segment, field, text, within) for field in FIELDS]
    return union(found)


def _in_field(segment: Segment, field: Field, text: str, within: Docs | None) -> Docs:
    pairs = _pairs(text)
    if pairs:
        docs = _by_pairs(segment.channel(field, "grams"), pairs)
    else:
        docs = _without_pairs(segment, field, text)
    if within is not None and len(docs):
        docs = docs[member(within, docs)]
    covered = {at + step for at, _ in pairs for step in (0, 1)}
    if len(covered) == len(text) or not len(docs):
        return docs
    attribute = _title if field == "title" else _body
    return np.array([d for d in docs.tolist() if text in fold(attribute(segment, d))], np.int64)


def _title(segment: Segment, document: int) -> str:
    return segment.article(document).title


def _body(segment: Segment, document: int) -> str:
    return segment.article(document).body


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


def _by_pairs(channel: Channel, pairs: list[tuple[int, str]]) -> Docs:
    lists = []
    for offset, pair in pairs:
        postings = channel.postings(pair)
        if postings is None:
            return NO_DOCS
        lists.append((postings.ctf, offset, postings))
    if len(lists) == 1:
        return lists[0][2].docs()
    lists.sort(key=lambda item: item[0])
    begins = channel.begins
    _, first, postings = lists[0]
    places = postings.places(begins)
    for _, offset, other in lists[1:]:
        shifted = places + (offset - first)
        places = places[member(other.places(begins), shifted)]
        if not len(places):
            return NO_DOCS
    # texts lie end to end: what begins in one and ends in the next stands in neither
    starts = places + (pairs[0][0] - first)
    docs = np.searchsorted(begins, starts, side="right") - 1
    docs = docs[starts + (pairs[-1][0] + 2 - pairs[0][0]) <= begins[docs + 1]]
    return distinct(docs).astype(np.int32)


def _without_pairs(segment: Segment, field: Field, text: str) -> Docs:
    """Documents that may hold a text without two Han characters in a row."""
    chars = segment.channel(field, "chars")
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
            return docs
    return np.arange(segment.documents, dtype=np.int32) if docs is None else docs


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
