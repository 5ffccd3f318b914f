"""The Whoosh schema of an index: every searchlib index has the same fields.

id                        ID, unique          path, url, extra      STORED
title, body               words (TEXT)        category              ID, sortable
title_grams, body_grams   pairs of Han characters, with positions
title_chars, body_chars   single Han characters
tags                      KEYWORD             date                  DATETIME, sortable
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from whoosh import fields
from whoosh.analysis.analyzers import Analyzer as WhooshAnalyzer
from whoosh.columns import Column

from searchlib.analysis import Analyzer
from searchlib.models import Article
from searchlib.store.channels import FIELDS
from searchlib.store.whoosh.analyzers import CharAnalyzer, GramAnalyzer, WordAnalyzer
from searchlib.store.whoosh.formats import PlainCharacters, PlainPositions

NO_DATE: Final = (1 << 64) - 1
"""Stands in the date column for no date: Whoosh's own default, which sorts behind all dates."""


class WordField(fields.TEXT):
    """Words with positions and characters, cut by searchlib's analyzer."""

    def __init__(self, analyzer: WhooshAnalyzer) -> None:
        super().__init__(analyzer=analyzer, chars=True, stored=True)
        self.format = PlainCharacters()


class GramField(fields.TEXT):
    """Pairs of Han characters. What is typed in a row is asked for as a phrase of pairs."""

    def __init__(self, analyzer: WhooshAnalyzer) -> None:
        super().__init__(analyzer=analyzer, multitoken_query="phrase")
        self.format = PlainPositions()


class DateField(fields.DATETIME):
    """Dates as wall-clock time. A document without one sorts last, and groups under None."""

    def from_column_value(self, x: int) -> dt.datetime | None:  # type: ignore[override]
        """Return the date of a column value."""
        return None if abs(x) == NO_DATE else super().from_column_value(x)


class TagsColumn(Column):
    """Tells Whoosh that a document has several tags; `columns.TagsReader` reads them."""

    def stores_lists(self) -> bool:
        """Every document has any number of tags."""
        return True

    def default_value(self, reverse: bool = False) -> tuple[str, ...]:
        """What a document without tags has."""
        return ("",)


class TagsField(fields.KEYWORD):
    """Tags, each one term. In queries a comma stands between two."""

    def __init__(self) -> None:
        super().__init__(stored=True, commas=True, sortable=True)

    def default_column(self) -> Any:
        """The column for sorting and grouping."""
        return TagsColumn()

    def from_column_value(self, value: Any) -> Any:
        """Return the tags of a column value: they are text there already."""
        return value


def make_schema(analyzer: Analyzer) -> fields.Schema:
    """Return the schema of every index, cutting text by `analyzer`."""
    words, grams, chars = WordAnalyzer(analyzer), GramAnalyzer(), CharAnalyzer()
    schema = fields.Schema(
        id=fields.ID(stored=True, unique=True),
        category=fields.ID(stored=True, sortable=True),
        tags=TagsField(),
        date=DateField(stored=True, sortable=True),
        path=fields.STORED(),
        url=fields.STORED(),
        extra=fields.STORED(),
    )
    for name in FIELDS:
        schema.add(name, WordField(words))
        schema.add(f"{name}_grams", GramField(grams))
        schema.add(f"{name}_chars", fields.TEXT(analyzer=chars, phrase=False))
    return schema


def stored_values(article: Article) -> dict[str, Any]:
    """Return the stored fields of an article, without those that are empty."""
    values = {
        "category": article.category,
        "tags": list(article.tags),
        # as in the date column: the wall-clock time, without its offset
        "date": article.date and article.date.replace(tzinfo=None),
        "path": article.path,
        "url": article.url,
        "extra": dict(article.extra),
    }
    kept = {name: value for name, value in values.items() if value}
    return {"id": article.id, "title": article.title, "body": article.body, **kept}
