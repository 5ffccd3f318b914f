"""The data that goes in and comes out: plain frozen dataclasses, no behaviour to speak of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from searchlib.errors import ArticleError

BodyFormat = Literal["text", "html", "markdown"]
Stage = Literal["literal", "words", "subwords", "partial", "equivalent", "pinyin", "homophone"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article, as it goes into an index.

    `body` is plain text unless `format` says otherwise. `date` may be given as a datetime,
    a date or ISO text and is kept as a datetime. `category` nests with `/`.

    Raises `ArticleError` for an empty id, a wrong type or a date that is none.

    >>> Article("a1", "长江大桥通车", "正文", date="2021-05-01").date
    datetime.datetime(2021, 5, 1, 0, 0)
    """

    id: str
    title: str
    body: str
    category: str = ""
    tags: tuple[str, ...] = ()
    date: dt.datetime | None = None
    path: str | None = None
    url: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    format: BodyFormat = "text"

    def __init__(
        self,
        id: str,
        title: str,
        body: str,
        category: str = "",
        tags: Sequence[str] = (),
        date: dt.datetime | dt.date | str | None = None,
        path: str | None = None,
        url: str | None = None,
        extra: Mapping[str, object] | None = None,
        format: BodyFormat = "text",
    ) -> None:
        for name, value in (("id", id), ("title", title), ("body", body), ("category", category)):
            if not isinstance(value, str):
                raise ArticleError(id, f"{name} is {type(value).__name__}, not str")
        if not id or "\0" in id:
            raise ArticleError(id, "the id is empty or holds a NUL")
        if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
            raise ArticleError(id, "tags is not a sequence of str")
        for name, optional in (("path", path), ("url", url)):
            if optional is not None and not isinstance(optional, str):
                raise ArticleError(id, f"{name} is {type(optional).__name__}, not str or None")
        if extra is not None and not all(isinstance(name, str) for name in extra):
            raise ArticleError(id, "extra has names that are not str")
        if format not in ("text", "html", "markdown"):
            raise ArticleError(id, f"format is {format!r}, not text, html or markdown")
        values = {
            "id": id,
            "title": title,
            "body": body,
            "category": "/".join(part for part in map(str.strip, category.split("/")) if part),
            "tags": tuple(tags),
            "date": _as_datetime(id, date),
            "path": path,
            "url": url,
            "extra": dict(extra or {}),
            "format": format,
        }
        for name, kept in values.items():
            object.__setattr__(self, name, kept)


def _as_datetime(article_id: str, date: object) -> dt.datetime | None:
    if isinstance(date, str):
        date = date.strip() or None
    if date is None or isinstance(date, dt.datetime):
        return date
    if isinstance(date, dt.date):
        return dt.datetime(date.year, date.month, date.day)
    if isinstance(date, str):
        try:
            return dt.datetime.fromisoformat(date)
        except ValueError:
            raise ArticleError(article_id, f"date {date!r} is not ISO 8601") from None
    raise ArticleError(article_id, f"date is {type(date).__name__}")


@dataclass(frozen=True, slots=True)
class Snippet:
    """Pieces of an article's body that show why it was found.

    `ranges` are half-open character ranges of `text` to mark, ascending and apart.
    `fragments` are the (start, end) of each piece in the article's body; the pieces stand in
    `text` in that order, joined by `…`.
    """

    text: str
    ranges: tuple[tuple[int, int], ...] = ()
    fragments: tuple[tuple[int, int], ...] = ()
    html: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found. `matched_by` names the stage of the query that found it."""

    id: str
    score: float
    title: str
    category: str
    date: dt.datetime | None
    tags: tuple[str, ...]
    path: str | None
    url: str | None
    matched_by: Stage
    snippet: Snippet
    title_html: str
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results(Sequence[Hit]):
    """What a search gives: a sequence of `Hit`, and what is true of the whole answer.

    `total` counts every article found, not only those returned (`total_exact` is False where
    `count=False` left it a lower bound); `facets` maps a name to (value, count) pairs, by count
    then value; `widened` says whether articles that miss a word were let in; `notes` says what
    was cut from the query or searched as text.
    """

    hits: tuple[Hit, ...]
    total: int
    took_ms: float
    query: str = ""
    facets: Mapping[str, Sequence[tuple[str, int]]] = field(default_factory=dict)
    suggestion: str | None = None
    widened: bool = False
    notes: tuple[str, ...] = ()
    total_exact: bool = True

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __getitem__(self, item):  # type: ignore[no-untyped-def]  # Sequence overloads it
        return self.hits[item]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file or record that was not indexed, and why. `path` carries `:line` for a .jsonl."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A post left out on purpose: a draft, or one not published."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Warned:
    """An article that was indexed although something about it was odd."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild did. `seconds` is wall-clock time."""

    indexed: int
    skipped: int
    rejected: tuple[Rejected, ...]
    seconds: float
    warnings: tuple[Warned, ...] = ()
    generation: int = 0

    @property
    def articles_per_second(self) -> float:
        """Articles indexed per second of wall-clock time."""
        return self.indexed / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is. `done` and `total` are in bytes of source, or in articles where the
    source has no size (`total` is then None); `step` is reading or merging.
    """

    step: Literal["reading", "merging"]
    done: int
    total: int | None
    articles: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What an index holds. `bytes` is the size of the files of the current generation."""

    documents: int
    deleted: int
    terms: int
    segments: int
    bytes: int
    generation: int
    fingerprint: str
    notes: tuple[str, ...] = ()
