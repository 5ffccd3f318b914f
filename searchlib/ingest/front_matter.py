"""The front matter of a post: split off, read without trusting it, salvaged where it is broken.

Every YAML scalar stays text here (`title: 2022`, `tags: [on, 1.10]`): what a key means decides
how its value is read, in `metadata.py`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from frontmatter.default_handlers import BaseHandler, YAMLHandler

from searchlib.errors import LimitError
from searchlib.ingest.refusal import Refusal
from searchlib.limits import Limits

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is 10 times as fast

_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map")
) | {"!"}


class Plain(str):
    """A YAML scalar written without quotes, so that `3` and `true` may still be typed."""

    __slots__ = ()


class Broken(Exception):
    """Front matter that does not parse; it never leaves this module."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What stands above a post (`metadata`, empty if nothing does) and the post itself."""

    metadata: dict[str, object] = field(default_factory=dict)
    body: str = ""
    warnings: tuple[str, ...] = ()
    found: bool = False


def split_front_matter(text: str, *, limits: Limits) -> FrontMatter:
    """Split `text` into front matter (YAML in `---`, TOML in `+++`) and body.

    Blank lines may precede it. Broken or unclosed front matter gives what can be salvaged of it,
    line by line, with a warning; from the first line that isn't front matter on, all is body.

    >>> from searchlib.limits import DEFAULT_LIMITS
    >>> split_front_matter("---\\ntitle: 北京: 新闻\\n---\\n正文", limits=DEFAULT_LIMITS).metadata
    {'title': '北京: 新闻'}

    Raises `Refusal` for YAML aliases and object tags, `LimitError` beyond `front_matter_bytes`
    or `front_matter_depth`.
    """
    start = text.lstrip("\ufeff \t\r\n")
    for handler in (_Yaml(limits), _Toml(limits)):
        if handler.detect(start):
            return _split(start, handler)
    return FrontMatter(body=text)


def _split(text: str, handler: _Yaml | _Toml) -> FrontMatter:
    try:
        block, body = handler.split(text)
    except ValueError:
        return _salvaged(text, handler, "front matter is never closed")
    size = len(block.encode("utf-8", "replace"))
    if size > handler.limits.front_matter_bytes:
        raise LimitError("front_matter_bytes", handler.limits.front_matter_bytes, size)
    try:
        return FrontMatter(handler.load(block), body, tuple(handler.warnings), True)
    except Broken as error:
        return _salvaged(text, handler, f"front matter is broken ({error})")


class _Yaml(YAMLHandler):
    """python-frontmatter's handler, with a loader that expands and constructs nothing."""

    FM_BOUNDARY = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.warnings: list[str] = []

    def load(self, fm: str, **kwargs: object) -> dict[str, object]:
        """Return the mapping that the YAML text `fm` is, of text, lists and mappings."""
        try:
            events = iter(yaml.parse(fm, Loader=_Loader))
            loaded = self._document(events)
            if next(events, None) is not None:
                raise Broken("more than one document")
        except yaml.YAMLError as error:
            problem = getattr(error, "problem", None) or getattr(error, "reason", None)
            raise Broken(str(problem or type(error).__name__)) from None
        if not isinstance(loaded, dict):
            raise Broken("it is not a mapping")
        return loaded

    def _document(self, events: Iterator[yaml.Event]) -> object:
        """Build the value of one document without recursion, so depth costs no stack."""
        top: list[object] = []
        open_: list[list[object] | _Pairs] = [top]
        anchors: set[str] = set()
        for event in events:
            if isinstance(event, yaml.AliasEvent):
                if event.anchor in anchors:
                    raise Refusal("front matter: YAML aliases are not expanded")
                raise Broken(f"alias {event.anchor!r} of nothing")
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
                if event.anchor is not None:
                    anchors.add(event.anchor)
                if event.tag is not None and event.tag not in _CORE_TAGS:
                    raise Refusal(f"front matter: the YAML tag {event.tag!r} is not read")
            if isinstance(event, yaml.ScalarEvent):
                plain = event.implicit[0]
                open_[-1].append(Plain(event.value) if plain else event.value)
            elif isinstance(event, yaml.CollectionStartEvent):
                if len(open_) > self.limits.front_matter_depth:
                    raise LimitError("front_matter_depth", self.limits.front_matter_depth)
                mapping = isinstance(event, yaml.MappingStartEvent)
                open_.append(_Pairs() if mapping else [])
            elif isinstance(event, yaml.CollectionEndEvent):
                closed = open_.pop()
                value = closed.mapping(self.warnings) if isinstance(closed, _Pairs) else closed
                open_[-1].append(value)
            elif isinstance(event, yaml.DocumentEndEvent):
                next(events, None)  # the end of the stream, or a second document
        return top[0] if top else {}


class _Pairs(list[object]):
    """The keys and values of a YAML mapping in turn."""

    def mapping(self, warnings: list[str]) -> dict[str, object]:
        """Return them as a dict: the last of equal keys wins, with a warning."""
        result: dict[str, object] = {}
        for key, value in zip(self[::2], self[1::2], strict=True):
            if not isinstance(key, str):
                raise Broken("a key is not text")
            if key in result:
                warnings.append(f"front matter has {str(key)!r} twice; the last one counts")
            result[str(key)] = value
        return result


class _Toml(BaseHandler):
    """Hugo's other front matter."""

    FM_BOUNDARY = re.compile(r"^\+{3,}[ \t]*$", re.MULTILINE)

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.warnings: list[str] = []

    def load(self, fm: str) -> dict[str, object]:
        """Return the table that the TOML text `fm` is."""
        if max(fm.count("["), fm.count("{"), fm.count(".")) > self.limits.front_matter_bytes // 64:
            raise LimitError("front_matter_depth", self.limits.front_matter_depth)
        try:
            return tomllib.loads(fm)
        except RecursionError:
            raise LimitError("front_matter_depth", self.limits.front_matter_depth) from None
        except ValueError as error:
            raise Broken(str(error)) from None


_KEY = re.compile(r"([A-Za-z_][\w.-]*)[ \t]*[:=](?:[ \t]+(.*)|)$", re.ASCII)
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)$")


def _salvaged(text: str, handler: _Yaml | _Toml, warning: str) -> FrontMatter:
    """Read `key: value` lines and the `- item` lines of an empty key, up to the first other."""
    metadata: dict[str, object] = {}
    key, at = "", text.find("\n") + 1 or len(text)
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip()
        if handler.FM_BOUNDARY.match(line):
            at = end + 1
            break
        if pair := _KEY.match(line):
            key, value = pair[1], _unquoted(pair[2] or "")
            metadata[key] = value if value else []
        elif key and isinstance(items := metadata[key], list) and (item := _ITEM.match(line)):
            items.append(_unquoted(item[1]))
        else:
            break
        at = end + 1
    read = ", ".join(metadata) or "nothing"
    return FrontMatter(
        {name: value for name, value in metadata.items() if value != []},
        text[at:],
        (f"{warning}; salvaged: {read}",),
        True,
    )


def _unquoted(value: str) -> str | list[str]:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return [str(_unquoted(item)) for item in value[1:-1].split(",") if item.strip()]
    return Plain(value.strip("\"'")) if value[:1] in "\"'" else Plain(value)
