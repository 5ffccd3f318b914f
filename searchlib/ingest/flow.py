"""The events of an HTML document become lines of text."""

from __future__ import annotations

import re
from enum import IntEnum

from searchlib.errors import LimitError
from searchlib.limits import Limits

_BLOCK_NAMES = """
    address article aside blockquote body br caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html
    legend li main menu nav ol optgroup option p pre section select summary table tbody textarea
    tfoot thead title tr ul video
"""
BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements before and after which a line breaks (and `br`, which has no inside)."""

_ROW_PARTS = frozenset({"tr", "thead", "tbody", "tfoot", "table", "caption"})
_HIDDEN = frozenset({"script", "style", "template", "title"})
_VERBATIM = frozenset({"pre", "textarea"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

_WHITE = " \t\n\r\f"
_RUN = re.compile(r"[ \t\n\r\f]+")
# Scripts written without spaces, their punctuation included: a line end in the source between
# two of them is no space (CSS Text 4, segment break transformation).
_UNSPACED = re.compile(
    "[\u2014\u2018-\u201d\u2026\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U00020000-\U0003ffff]"
)


class Gap(IntEnum):
    """What stands between the text written last and the next; the larger one wins."""

    NONE = 0
    SOURCE_LINE = 1
    """A line end in the source: a space, or nothing between Chinese characters."""
    SPACE = 2
    LINE = 3
    CELL = 4
    """A tab. It outlasts the blocks a table cell begins with, so a row stays a line."""


class TextFlow:
    """Collects the text of one document from `start`, `end` and `data` events.

    The events may come from a BeautifulSoup tree or straight from lxml (this is an lxml parser
    target). Whitespace collapses as in a browser, outside `pre`.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.parts: list[str] = []
        self.gap = Gap.NONE
        self.depth = 0
        self.hidden = 0
        self.verbatim = 0
        self.chars = 0
        self.cells = False  # whether the current row has text
        self.heading = ""
        self.title = ""
        self._heading_from: int | None = None
        self._title: list[str] | None = None

    def start(self, tag: str, attributes: object = None) -> None:
        """An element begins. Raises `LimitError` beyond `html_depth`."""
        self.depth += 1
        if self.depth > self.limits.html_depth:
            raise LimitError("html_depth", self.limits.html_depth)
        if tag in _HIDDEN:
            self.hidden += 1
            if tag == "title" and not self.title:
                self._title = []
        if self.hidden:
            return
        if tag in BLOCKS:
            self._break(tag)
        elif tag in ("td", "th"):
            self.gap = Gap.CELL if self.cells else Gap.LINE
        elif tag == "img" and hasattr(attributes, "get"):
            self._image(attributes.get("alt"))
        if tag in _VERBATIM:
            self.verbatim += 1
        elif tag in _HEADINGS and not self.heading and self._heading_from is None:
            self._heading_from = len(self.parts)

    def end(self, tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        if tag in _HIDDEN:
            self.hidden -= 1
            if tag == "title" and self._title is not None:
                self.title, self._title = " ".join("".join(self._title).split()), None
            return
        if self.hidden:
            return
        if tag in _HEADINGS and self._heading_from is not None:
            self.heading = " ".join("".join(self.parts[self._heading_from :]).split())
            self._heading_from = None
        if tag in _VERBATIM:
            self.verbatim -= 1
        if tag in BLOCKS:
            self._break(tag)

    def data(self, data: str) -> None:
        """Text between two tags. Raises `LimitError` beyond `body_chars`."""
        if self.hidden:
            if self._title is not None:
                self._title.append(data)
        elif self.verbatim:
            self._write(data)
        else:
            core = data.strip(_WHITE)
            if not core:
                self._white(data)
                return
            lead = data.find(core[0])
            if lead:
                self._white(data[:lead])
            self._write(_RUN.sub(_collapsed, core) if _needs_collapse(core) else core)
            if lead + len(core) < len(data):
                self._white(data[lead + len(core) :])

    def comment(self, data: str) -> None:
        """Comments are no text."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Processing instructions are no text."""

    def close(self) -> TextFlow:
        """The document ends."""
        return self

    def text(self) -> str:
        """Return everything collected so far."""
        return "".join(self.parts)

    def _break(self, tag: str) -> None:
        if tag in _ROW_PARTS:
            self.gap, self.cells = Gap.LINE, False
        else:
            self.gap = max(self.gap, Gap.LINE)

    def _white(self, white: str) -> None:
        self.gap = max(self.gap, Gap.SOURCE_LINE if "\n" in white else Gap.SPACE)

    def _image(self, alt: object) -> None:
        if isinstance(alt, str) and alt.strip():
            self.gap = max(self.gap, Gap.SPACE)
            self._write(" ".join(alt.split()))
            self.gap = max(self.gap, Gap.SPACE)

    def _write(self, text: str) -> None:
        gap = self.gap
        if not self.verbatim and (gap >= Gap.LINE or not self.parts):
            text = text.lstrip()  # an indent of full-width spaces
            if not text:
                return
        if self.parts and gap:
            self.parts.append(self._filler(gap, text))
        self.parts.append(text)
        self.gap, self.cells = Gap.NONE, True
        self.chars += len(text)
        if self.chars > self.limits.body_chars:
            raise LimitError("body_chars", self.limits.body_chars)

    def _filler(self, gap: Gap, following: str) -> str:
        if gap is Gap.SOURCE_LINE:
            return "" if _joins(self.parts[-1][-1:], following[:1]) else " "
        return {Gap.SPACE: " ", Gap.LINE: "\n", Gap.CELL: "\t"}[gap]


def _joins(left: str, right: str) -> bool:
    return bool(_UNSPACED.match(left) and _UNSPACED.match(right))


def _needs_collapse(text: str) -> bool:
    return "\n" in text or "  " in text or "\t" in text or "\r" in text or "\f" in text


def _collapsed(run: re.Match[str]) -> str:
    if "\n" in run[0] and _joins(run.string[run.start() - 1], run.string[run.end()]):
        return ""
    return " "
