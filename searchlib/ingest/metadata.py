"""What the keys of front matter, and of a .jsonl record, mean."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from searchlib.errors import LimitError
from searchlib.ingest.front_matter import Plain
from searchlib.limits import Limits

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_NOTHING = frozenset({"", "~", "null"})

_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[T\s]\s*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:[.,]\d+)?)?分?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_LONGEST_DATE = 64  # the pattern is cubic in a run of spaces
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?\d{1,17}\.\d{1,17}", re.ASCII)

_READ = ("title", "date", "categories", "category", "tags", "tag", "draft", "published")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article besides its text. `hidden` says why it is to be skipped."""

    title: str = ""
    date: dt.datetime | None = None
    category: str = ""
    tags: tuple[str, ...] = ()
    url: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    hidden: str = ""
    warnings: tuple[str, ...] = ()


def read_metadata(keys: Mapping[str, object], *, limits: Limits) -> Metadata:
    """Read the keys that an article knows; `extra` keeps the others if plain or lists of plain.

    `categories` (else `category`) names one path of nested levels: `财经 保险`, `[财经, 保险]`
    and `财经/保险` are all 财经/保险; of Hexo's list of lists the first counts. `tags` (else
    `tag`) is a list, or text cut at commas, else at spaces. `permalink` (else `url`) is the url.
    A value of the wrong kind counts as missing, with a warning.

    Raises `LimitError` beyond `title_chars` or `tags`.
    """
    warnings: list[str] = []
    title = _title(keys.get("title"), warnings)
    if len(title) > limits.title_chars:
        raise LimitError("title_chars", limits.title_chars, len(title))
    tags = _tags(keys.get("tags", keys.get("tag")), warnings)
    if len(tags) > limits.tags:
        raise LimitError("tags", limits.tags, len(tags))
    url_key = next((key for key in ("permalink", "url") if _word(keys.get(key))), "url")
    return Metadata(
        title=title,
        date=_date(keys.get("date"), warnings),
        category=_category(keys.get("categories") or keys.get("category"), warnings),
        tags=tags,
        url=_word(keys.get(url_key)) or None,
        extra={
            key: plain
            for key, value in keys.items()
            if key not in _READ and key != url_key and (plain := _plain(value)) is not None
        },
        hidden=_hidden(keys),
        warnings=tuple(warnings),
    )


def parse_date(text: str) -> dt.datetime | None:
    """Return the moment that `text` names, None if it names none.

    >>> parse_date("2022-01-17 13:05:09 +0800").isoformat()
    '2022-01-17T13:05:09+08:00'
    >>> parse_date("2022年1月17日"), parse_date(" +0800")
    (datetime.datetime(2022, 1, 17, 0, 0), None)
    """
    text = text.strip()
    if len(text) > _LONGEST_DATE:
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    try:
        zone = _zone(found[7])
        return dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _zone(offset: str | None) -> dt.timezone | None:
    if offset is None:
        return None
    if offset[0] not in "+-":
        return dt.UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return dt.timezone(dt.timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _date(value: object, warnings: list[str]) -> dt.datetime | None:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)
    text = _word(value)
    parsed = None if text is None else parse_date(text)
    if parsed is None and value is not None and text not in _NOTHING:
        warnings.append(f"date {_shown(value)} is none")
    return parsed


def _title(value: object, warnings: list[str]) -> str:
    if value is None:
        return ""
    text = _word(value)
    if text is None:
        warnings.append(f"title {_shown(value)} is not text")
        return ""
    return " ".join(text.split())


def _category(value: object, warnings: list[str]) -> str:
    if isinstance(value, list) and value and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, list):
        levels = [_word(level) for level in value]
    else:
        text = _word(value)
        levels = [text] if text is None else list(re.split(r"[\s,，、]+", text))
    if value is not None and None in levels:
        warnings.append(f"category {_shown(value)} is not text or a list of text")
    parts = [part.strip() for level in levels if level for part in level.split("/")]
    return "/".join(part for part in parts if part)


def _tags(value: object, warnings: list[str]) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)):
        found = [_word(tag) for tag in value]
    else:
        text = _word(value)
        comma = text is not None and re.search(r"[,，、;；]", text)
        found = [text] if text is None else list(re.split(r"[,，、;；]" if comma else r"\s+", text))
    if value is not None and None in found:
        warnings.append(f"tags {_shown(value)} are not text or a list of text")
    return tuple(dict.fromkeys(tag.strip() for tag in found if tag and tag.strip()))


def _hidden(keys: Mapping[str, object]) -> str:
    if str(keys.get("draft")).strip().lower() in _TRUE:
        return "draft"
    if str(keys.get("published")).strip().lower() in _FALSE:
        return "not published"
    return ""


def _word(value: object) -> str | None:
    """Return a scalar as text, None for anything else; unquoted `~` and `null` are empty."""
    if isinstance(value, Plain):
        return "" if value.strip().lower() in _NOTHING else str(value).strip()
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, (bool, int, float)) else None


def _plain(value: object) -> object:
    """Return a value fit for `Article.extra`, or None."""
    if isinstance(value, (list, tuple)):
        items = [_plain(item) for item in value]
        ok = all(item is not None and not isinstance(item, tuple) for item in items)
        return tuple(items) if ok else None
    if isinstance(value, Plain):
        return _typed(value)
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return value if isinstance(value, (str, bool, int, float)) else None


def _typed(text: str) -> object:
    word = text.strip()
    if word.lower() in _NOTHING:
        return None
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    if _INTEGER.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, Plain) else repr(value)
    return repr(text) if isinstance(value, Plain) else text[:80]
