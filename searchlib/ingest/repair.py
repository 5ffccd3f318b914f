"""Make HTML harmless before it is parsed: what a parser would swallow becomes visible text.

A parser that follows the HTML standard drops everything from an unclosed `<!--`, `<script>` or
`<a href="` to the end of the file. Here a `<` that begins nothing well-formed is text, so the
characters after it stay. One pass, and linear: inside a tag a `<` can only stand in a quoted
value, so attempts that start at different places never run on together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPACE = r"[ \t\n\r\f]"
_VALUE = rf"""(?:{_SPACE}*+={_SPACE}*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>=`][^\s"'<>`]*+))"""
_ATTRIBUTE = rf"""[^\s"'<>/=]++{_VALUE}?+"""
_WELL_FORMED = re.compile(
    rf"<(/?)([A-Za-z][A-Za-z0-9:._-]*+)((?:(?:{_SPACE}|/)++(?:{_ATTRIBUTE})?+)*+)>"
)
# a stray quote or a missing space inside: the name still counts if HTML knows it
_LOOSE = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*+)(?=[\s/\"'>])([^<>]*+)>")
_ALT = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_DECLARATION = re.compile(r"<(?:!doctype\b|\?)[^<>]*+>", re.IGNORECASE)

# What a parser reads as raw text up to its end tag: dropped, or kept with its markup shown.
_RAW_DROPPED = frozenset({"script", "style", "iframe", "noembed", "noframes"})
_RAW_KEPT = frozenset({"textarea", "title", "xmp"})

_KNOWN_NAMES = """
    a abbr acronym address area article aside audio b base bdi bdo big blink blockquote body br
    button canvas caption center cite code col colgroup data datalist dd del details dfn dialog
    dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4
    h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark
    marquee menu meta meter nav nobr noembed noframes noscript object ol optgroup option output p
    param picture pre progress q rb rp rt rtc ruby s samp script section select slot small source
    span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
    time title tr track tt u ul var video wbr xmp
"""
_KNOWN = frozenset(_KNOWN_NAMES.split())


def repaired(html: str) -> str:
    """Return `html` without comments and scripts, every remaining `<` opening a whole tag.

    >>> repaired("精度<1%<!-- x -->，<b>好</b><a ")
    '精度&lt;1%，<b>好</b>&lt;a '
    """
    if "<" not in html:
        return html
    return "".join(_Repair(html).pieces())


class _Repair:
    """One pass over `html`."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.last: dict[str, int] = {}  # where each closing mark occurs last: no futile searches

    def pieces(self) -> Iterator[str]:
        html, at = self.html, 0
        while (start := html.find("<", at)) >= 0:
            yield html[at:start]
            piece, at = self.markup(start)
            yield piece
        yield html[at:]

    def markup(self, start: int) -> tuple[str, int]:
        """Return what stands for the markup at `start`, and where the text after it begins."""
        html = self.html
        if tag := _WELL_FORMED.match(html, start):
            name = tag[2].lower()
            if name in _RAW_DROPPED or name in _RAW_KEPT:
                return self.raw_text(name, tag)
            # <span 楷体> is a span, <y 且 y> a comparison, <http://a.b> an address
            if name in _KNOWN or (tag[0].isascii() and name != "plaintext" and name[-1] != ":"):
                return tag[0], tag.end()
        elif html.startswith("<!--", start):
            return self.comment(start)
        elif declaration := _DECLARATION.match(html, start):
            return "", declaration.end()
        elif (tag := _LOOSE.match(html, start)) and (name := tag[2].lower()) in _KNOWN:
            if name in _RAW_DROPPED or name in _RAW_KEPT:
                return self.raw_text(name, tag)
            alt = _ALT.search(tag[3]) if name == "img" else None
            return f"<{tag[1]}{name}{' ' + alt[0] if alt else ''}>", tag.end()
        return "&lt;", start + 1

    def comment(self, start: int) -> tuple[str, int]:
        for empty in ("<!-->", "<!--->"):
            if self.html.startswith(empty, start):
                return "", start + len(empty)
        end = self.after("-->", start + 4)
        return ("&lt;", start + 1) if end is None else ("", end)

    def raw_text(self, name: str, tag: re.Match[str]) -> tuple[str, int]:
        if tag[1]:  # an end tag that ends nothing
            return "", tag.end()
        closing = f"</{name}"
        end = self.after(closing, tag.end())
        if end is None:
            return "&lt;", tag.start() + 1
        content = self.html[tag.end() : end - len(closing)]
        close = self.html.find(">", end)
        after = len(self.html) if close < 0 else close + 1
        if name in _RAW_DROPPED:
            return "", after
        shown = "pre" if name == "xmp" else name
        return f"<{shown}>{content.replace('<', '&lt;')}</{shown}>", after

    def after(self, mark: str, start: int) -> int | None:
        """Return where the next `mark` from `start` on ends, ignoring ASCII case."""
        if mark not in self.last:
            found = [match.end() for match in re.finditer(re.escape(mark), self.html, re.I)]
            self.last[mark] = found[-1] if found else -1
        if self.last[mark] < start + len(mark):
            return None
        match = re.compile(re.escape(mark), re.I).search(self.html, start)
        return None if match is None else match.end()
