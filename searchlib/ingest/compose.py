"""Put an `Article` together from the text of a file, a record, or an article with markup."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import replace

from searchlib.errors import ArticleError, LimitError
from searchlib.ingest.front_matter import split_front_matter
from searchlib.ingest.furniture import Furniture
from searchlib.ingest.markup import MarkupText, html_text, markdown_text, tidied
from searchlib.ingest.metadata import Metadata, read_metadata
from searchlib.ingest.refusal import Refusal
from searchlib.limits import DEFAULT_LIMITS, Limits
from searchlib.models import Article, BodyFormat, Skipped, Warned

_DATED_NAME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})-(.+)", re.ASCII | re.DOTALL)

Composed = list[Article | Skipped | Warned]


def article_text(article: Article, *, limits: Limits = DEFAULT_LIMITS) -> Article:
    """Return `article` with a plain-text body, whatever its format was.

    A body that is text already stays as it is, but for NUL (removed: invisible, and C libraries
    stop at it) and lone surrogates (U+FFFD each: no encoding can store them). An empty title
    becomes the first heading of the markup.

    Raises `LimitError` beyond a limit, `ArticleError` for an id or a markup that can't be stored.
    """
    try:
        return _converted(article, limits)[0]
    except Refusal as refusal:
        raise ArticleError(article.id, str(refusal)) from None


def from_post(text: str, name: str, *, furniture: Furniture, limits: Limits) -> Composed:
    """Compose the article of a post file called `name` from its decoded `text`.

    Raises `Refusal`, `LimitError` or `ArticleError` for what cannot become an article.
    """
    text = storable(text.replace("\r\n", "\n").replace("\r", "\n"))
    front = split_front_matter(text, limits=limits)
    metadata = read_metadata(front.metadata, limits=limits)
    if metadata.hidden:
        return [Skipped(name, metadata.hidden)]
    read = _post_text(front.body, name, front.found, limits)
    body, _ = furniture.strip(read.text)
    file_date, file_title = _from_file_name(name)
    article = Article(
        id=name,
        title=metadata.title or read.heading or read.title or file_title,
        body=_within(body, limits),
        category=metadata.category,
        tags=metadata.tags,
        date=metadata.date or file_date,
        path=name,
        url=metadata.url,
        extra=metadata.extra,
    )
    return _with_warnings(article, name, (*front.warnings, *metadata.warnings, read.warning))


def from_record(line: str, name: str, *, furniture: Furniture | None, limits: Limits) -> Composed:
    """Compose the article of one line of a .jsonl file; `name` (`file:line`) replaces a missing id.

    Raises `Refusal`, `LimitError` or `ArticleError` for what cannot become an article.
    """
    record = _record(line)
    metadata = read_metadata(
        {k: v for k, v in record.items() if k not in ("id", "body", "path", "format")},
        limits=limits,
    )
    if metadata.hidden:
        return [Skipped(name, metadata.hidden)]
    body = record.get("body")
    if body is None and not metadata.title:
        raise Refusal("neither title nor body")
    article, warning = _converted(_record_article(record, name, metadata), limits)
    if furniture is not None:
        article = replace(article, body=furniture.strip(article.body)[0])
    return _with_warnings(article, name, (*metadata.warnings, warning))


def storable(text: str) -> str:
    r"""Return `text` without NUL and with U+FFFD for each lone surrogate.

    >>> storable("长\0江\ud800")
    '长江\ufffd'
    """
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # a surrogate pair is one character that JSON wrote in two halves
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _converted(article: Article, limits: Limits) -> tuple[Article, str]:
    if article.id != storable(article.id):
        raise Refusal("the id holds a character that cannot be stored")
    body = storable(article.body)
    title = " ".join(storable(article.title).split())
    if len(title) > limits.title_chars:
        raise LimitError("title_chars", limits.title_chars, len(title))
    if len(article.tags) > limits.tags:
        raise LimitError("tags", limits.tags, len(article.tags))
    read = MarkupText(body)
    if article.format == "html":
        read = html_text(body, limits=limits)
    elif article.format == "markdown":
        read = markdown_text(body, limits=limits)
    kept = replace(
        article,
        title=title or read.heading or read.title,
        body=_within(read.text, limits),
        category=storable(article.category),
        tags=tuple(map(storable, article.tags)),
        path=None if article.path is None else storable(article.path),
        url=None if article.url is None else storable(article.url),
        extra={storable(key): _storable_value(value) for key, value in article.extra.items()},
        format="text",
    )
    return kept, read.warning


def _storable_value(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_storable_value, value))
    return value


def _post_text(body: str, name: str, has_front_matter: bool, limits: Limits) -> MarkupText:
    if name.lower().endswith((".html", ".htm")):
        return html_text(body, limits=limits)
    # a .txt with front matter is a post that was renamed; one without is what it says
    if name.lower().endswith(".txt") and not has_front_matter:
        return MarkupText(tidied(body))
    return markdown_text(body, limits=limits)


def _from_file_name(name: str) -> tuple[dt.datetime | None, str]:
    """Return the date in the name of a Jekyll post, if there, and the rest of the name."""
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if dated := _DATED_NAME.fullmatch(stem):
        try:
            return dt.datetime(int(dated[1]), int(dated[2]), int(dated[3])), dated[4]
        except ValueError:
            pass
    return None, stem


def _record(line: str) -> Mapping[str, object]:
    try:
        record = json.loads(line)
    except RecursionError:
        raise Refusal("limit: JSON nested too deep") from None
    except ValueError as error:
        raise Refusal(f"not JSON: {error}") from None
    if not isinstance(record, dict):
        raise Refusal(f"not a JSON object but {type(record).__name__}")
    return record


def _record_article(record: Mapping[str, object], name: str, metadata: Metadata) -> Article:
    id_, body, path = (record.get(key) for key in ("id", "body", "path"))
    format_: object = record.get("format") or "text"
    if isinstance(id_, int) and not isinstance(id_, bool):
        id_ = str(id_)
    if format_ not in ("text", "html", "markdown"):
        raise Refusal(f"format is {format_!r}, not text, html or markdown")
    markup: BodyFormat = "html" if format_ == "html" else "markdown"
    return Article(
        id=name if id_ is None or id_ == "" else id_,  # type: ignore[arg-type]  # Article checks
        title=metadata.title,
        body="" if body is None else body,  # type: ignore[arg-type]
        category=metadata.category,
        tags=metadata.tags,
        date=metadata.date,
        path=path,  # type: ignore[arg-type]
        url=metadata.url,
        extra=metadata.extra,
        format="text" if format_ == "text" else markup,
    )


def _within(body: str, limits: Limits) -> str:
    if len(body) > limits.body_chars:
        raise LimitError("body_chars", limits.body_chars, len(body))
    return body


def _with_warnings(article: Article, name: str, warnings: tuple[str, ...]) -> Composed:
    return [*(Warned(name, warning) for warning in warnings if warning), article]
