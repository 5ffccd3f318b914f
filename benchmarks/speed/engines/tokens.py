"""The tokens that peers without Chinese segmentation are fed with, as space-joined text."""

from __future__ import annotations

import re
from collections.abc import Callable

Cut = Callable[[str], str]
"""Text in, its lower-cased words (search mode: sub-words, then the word) joined by spaces."""

_GAPS = re.compile(r"\W+")
_HAN_RUN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def cutter(name: str) -> Cut:
    """Return the cut of `rjieba` or `jieba`, its dictionary loaded.

    Punctuation is dropped before cutting, in one pass: filtering tokens one by one afterwards
    would cost the peers more than their own indexing does.
    """
    if name == "rjieba":
        import rjieba

        cut = rjieba.cut_for_search
    else:
        import logging

        import jieba

        jieba.setLogLevel(logging.WARNING)
        cut = jieba.cut_for_search
    list(cut("载入词典"))  # jieba loads its dictionary at the first cut

    def words(text: str) -> str:
        return " ".join(cut(_GAPS.sub(" ", text.lower())))

    return words


def bigrams(text: str) -> str:
    """Return the overlapping pairs of every Han run, joined by spaces.

    >>> bigrams("北京大学，A股市")
    '北京 京大 大学 股市'
    """
    return " ".join(
        run[at : at + 2] for run in _HAN_RUN.findall(text) for at in range(len(run) - 1)
    )


def characters(text: str) -> str:
    """Return the Han characters, joined by spaces.

    >>> characters("北京，A股")
    '北 京 股'
    """
    return " ".join("".join(_HAN_RUN.findall(text)))


def distinct(words: str) -> list[str]:
    """Return the distinct words of a query, in order."""
    return list(dict.fromkeys(words.split()))
