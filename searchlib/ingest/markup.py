"""HTML and Markdown to plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from searchlib.ingest.flow import TextFlow
from searchlib.ingest.refusal import Refusal
from searchlib.ingest.repair import repaired
from searchlib.limits import Limits

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# BeautifulSoup spends 12 µs and 1 KB on each element, lxml's events 0.4 µs and nothing: with
# more tags than this the same TextFlow is fed by lxml directly, which keeps 2 s per MB.
_TREE_TAGS = 5_000

# markdown-it drops what nests deeper without a word, and Python's stack ends at about 150.
_MARKDOWN_NESTING = 60
# It takes up to 80 µs a mark, and prose has one in a hundred characters: beyond this many, and
# a share of the text, marks are taken for text.
_MARKDOWN_MARKS = 20_000
_MARKDOWN_SHARE = 0.05
_MARK = re.compile(r"[\\`*_~\[\]|!#]|^[ \t]*(?:[-+>]|\d{1,9}[.)])", re.MULTILINE)

_BLANK_RUN = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class MarkupText:
    """The text of a document; its first heading and HTML title, each perhaps empty."""

    text: str
    heading: str = ""
    title: str = ""
    warning: str = ""


def html_text(html: str, *, limits: Limits) -> MarkupText:
    """Return the visible text of `html`: blocks as lines, inline tags joined.

    >>> from searchlib.limits import DEFAULT_LIMITS
    >>> html_text("<p>各大<span>券商</span>中国<br>二</p>", limits=DEFAULT_LIMITS).text
    '各大券商中国\\n二'

    Raises `LimitError` beyond `html_depth` or `body_chars`, `Refusal` where the parser gave up.
    """
    # the doctype also keeps BeautifulSoup from taking a short text for a file name
    markup = "<!DOCTYPE html>" + repaired(html)
    flow = TextFlow(limits)
    if markup.count("<") > _TREE_TAGS:
        _feed_from_lxml(markup, flow)
    else:
        _feed_from_tree(markup, flow)
    return MarkupText(tidied(flow.text()), flow.heading, flow.title)


def markdown_text(markdown: str, *, limits: Limits) -> MarkupText:
    """Return the visible text of `markdown` (CommonMark, tables, strikethrough, raw HTML).

    What markdown-it cannot take (deep nesting, a wall of marks) is read as HTML, marks and all,
    with a warning.

    >>> from searchlib.limits import DEFAULT_LIMITS
    >>> markdown_text("# 标题\\n\\n[链接](http://a.b)*强调*", limits=DEFAULT_LIMITS).text
    '标题\\n链接强调'
    """
    html = _rendered(markdown)
    if html is None:
        read = html_text(_lines_kept(markdown), limits=limits)
        return MarkupText(
            read.text, read.heading, read.title, "too much Markdown markup; indexed with its marks"
        )
    return html_text(html, limits=limits)


def tidied(text: str) -> str:
    """Return `text` with no spaces at line ends, no blank lines in a row, none at either end.

    >>> tidied("甲 \\n\\n\\n乙\\n")
    '甲\\n\\n乙'
    """
    if text.isprintable():  # one line, the usual title or flash
        return text.strip()
    lines = "\n".join(map(str.rstrip, text.split("\n")))
    return _BLANK_RUN.sub("\n\n", lines).strip()


def _feed_from_tree(markup: str, flow: TextFlow) -> None:
    # imported here: `import searchlib` and the command line stay quick
    from bs4 import BeautifulSoup, Tag
    from bs4.element import NavigableString, PreformattedString

    soup = BeautifulSoup(markup, "lxml")
    stack = [iter(soup.contents)]
    names: list[str] = []
    while stack:
        for node in stack[-1]:
            if isinstance(node, Tag):
                flow.start(node.name, node.attrs)
                names.append(node.name)
                stack.append(iter(node.contents))
                break
            if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                flow.data(str(node))
        else:
            stack.pop()
            if names:
                flow.end(names.pop())


def _feed_from_lxml(markup: str, flow: TextFlow) -> None:
    from lxml import etree

    # with a target no tree is built, and libxml2's depth of 256 (2,048 if huge) does not apply
    parser = etree.HTMLParser(target=flow, recover=True, huge_tree=True)
    try:
        parser.feed(markup)
        parser.close()
    except etree.LxmlError as error:
        raise Refusal(f"limit: the HTML parser gave up ({error})") from None
    for entry in parser.error_log:
        if entry.level_name == "FATAL":
            raise Refusal(f"limit: the HTML parser gave up ({entry.message})")


@cache
def _parser(references: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _MARKDOWN_NESTING})
    parser.enable(["table", "strikethrough"])
    return parser if references else parser.disable("reference")


def _rendered(markdown: str) -> str | None:
    """Return the HTML of `markdown`, or None where rendering would lose text or time."""
    allowed = _MARKDOWN_MARKS + _MARKDOWN_SHARE * len(markdown)
    if len(markdown) > allowed and sum(1 for _ in _MARK.finditer(markdown)) > allowed:
        return None
    try:
        for references in (True, False):
            parser = _parser(references)
            env: dict[str, object] = {}
            tokens = parser.parse(markdown, env)
            if any(token.level >= _MARKDOWN_NESTING - 1 for token in tokens):
                return None
            if not _hides_text(env):
                break
        return str(parser.renderer.render(tokens, parser.options, env))
    except RecursionError:
        return None


def _hides_text(env: dict[str, object]) -> bool:
    """Whether a `[label]: destination` line is rather prose, such as `[注]: 见附录`."""
    references = env.get("references")
    found = list(references.values()) if isinstance(references, dict) else []
    duplicates = env.get("duplicate_refs")
    found += duplicates if isinstance(duplicates, list) else []
    return any(
        reference.get("title") or not re.search(r"[/.#:@]", str(reference.get("href")))
        for reference in found
    )


def _lines_kept(text: str) -> str:
    return text.replace("\n", "<br>")
