"""Segments made of articles, and everything that can be read back from one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from searchlib import Article
from searchlib.analysis import Analyzer
from searchlib.store.channels import CHANNELS, FIELDS
from searchlib.store.documents import DocumentPacker
from searchlib.store.inversion.invert import Lexicon, RunBuilder
from searchlib.store.inversion.run import Run
from searchlib.store.merge import Source, write_segment
from searchlib.store.segment import Segment


def unsynced(descriptor: int) -> None:
    """Leave durability to others."""


def run_of(articles: Sequence[Article], analyzer: Analyzer, dictionary: bytes = b"") -> Run:
    """The articles as one run."""
    builder = RunBuilder(Lexicon(analyzer), DocumentPacker(dictionary).pack)
    for article in articles:
        builder.add(article)
    return builder.finish()


def segment_of(path: Path, sources: Sequence[Source], dictionary: bytes = b"") -> Segment:
    """A new segment file at `path` made of these sources, opened."""
    write_segment(path, sources, dictionary=dictionary, sync=unsynced)
    return Segment(path)


def terms_of(channel: Any) -> list[str]:
    """All terms of a channel, in the order of their ordinals."""
    dictionary = channel.dictionary
    if hasattr(dictionary, "words"):
        return list(dictionary.words(0, len(dictionary)))
    codes = dictionary.codes(0, len(dictionary)).tolist()
    if channel.positions:
        return [chr(code >> 21) + chr(code & (1 << 21) - 1) for code in codes]
    return [chr(code) for code in codes]


def contents(segment: Segment) -> dict[str, Any]:
    """Everything that a segment holds, as plain Python objects."""
    out: dict[str, Any] = {
        "ids": segment.ids(),
        "articles": [segment.article(at) for at in range(segment.documents)],
        "dates": segment.dates.tolist(),
        "categories": [segment.categories.of(at) for at in range(segment.documents)],
        "tags": [segment.tags.of(at) for at in range(segment.documents)],
    }
    for field, kind in CHANNELS:
        channel = segment.channel(field, kind)
        out[f"{field}.{kind}.lengths"] = channel.lengths.tolist()
        postings = {}
        for ordinal, term in enumerate(terms_of(channel)):
            record = channel.postings_at(ordinal)
            docs, tfs = record.unpack()
            places = record.places(channel.begins).tolist() if channel.positions else None
            postings[term] = (docs.tolist(), tfs.tolist(), places)
        out[f"{field}.{kind}"] = postings
    for field in FIELDS:
        out[f"{field}.sizes"] = np.asarray(segment.channel(field, "grams").sizes).tolist()
    return out
