"""Inversion: articles are analysed one by one and become a run, their postings as arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from searchlib.analysis import fold
from searchlib.models import Article
from searchlib.store.channels import FIELDS, channel_name
from searchlib.store.dates import date_ticks
from searchlib.store.inversion.lexicon import Lexicon
from searchlib.store.inversion.pairs import invert_text
from searchlib.store.inversion.run import Run
from searchlib.store.inversion.words import END, invert_words


class RunBuilder:
    """Collects articles and inverts them. `pack` compresses an article for storing."""

    def __init__(self, lexicon: Lexicon, pack: Callable[[Article], bytes]) -> None:
        self._lexicon = lexicon
        self._pack = pack
        self._texts: dict[str, list[str]] = {name: [] for name in FIELDS}
        self._units: dict[str, list[str]] = {name: [] for name in FIELDS}
        self._worded: dict[str, list[int]] = {name: [] for name in FIELDS}
        self._articles: list[tuple[str, int, str, tuple[str, ...]]] = []
        self._records: list[bytes] = []

    def __len__(self) -> int:
        return len(self._articles)

    def add(self, article: Article) -> None:
        """Analyse one article."""
        document = len(self._articles)
        for name, text in (("title", article.title), ("body", article.body)):
            folded = fold(text)
            self._texts[name].append(folded)
            if folded and (units := self._lexicon.analyzer.bag(folded)):
                self._units[name].append(END.join(units) + END)
                self._worded[name].append(document)
        self._records.append(self._pack(article))
        ticks = date_ticks(article.date)
        self._articles.append((article.id, ticks, article.category, article.tags))

    def finish(self) -> Run:
        """Invert what was collected."""
        ids, dates, categories, tags = zip(*self._articles, strict=True) if self else ((),) * 4
        run = Run(
            list(ids), np.array(dates, np.int64), list(categories), list(tags), self._records,
            {name: np.array([*map(len, self._texts[name])], np.int64) for name in FIELDS},
        )  # fmt: skip
        for name in FIELDS:
            run.channels[channel_name(name, "words")] = invert_words(
                self._units[name], np.array(self._worded[name], np.int64), len(self), self._lexicon
            )
            grams, chars = invert_text(self._texts[name])
            run.channels[channel_name(name, "grams")] = grams
            run.channels[channel_name(name, "chars")] = chars
        return run
