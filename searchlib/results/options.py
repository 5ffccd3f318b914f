"""How a snippet shall look, and which marks are harmless enough to put into a page."""

from __future__ import annotations

import re
from dataclasses import InitVar, dataclass

from searchlib.errors import OptionError
from searchlib.limits import DEFAULT_LIMITS, Limits

_LOOKS = "abbr b cite code del dfn em i ins kbd mark q s samp small span strong sub sup u var"
MARK_TAGS = frozenset(_LOOKS.split())
"""Elements that only lend text a look: none loads, links, runs or nests anything."""

_OPENING_TAG = re.compile(r'<([a-z]+)((?: (?:class|data-[a-z][a-z-]*)="[\w .:-]*")*)>', re.ASCII)
_PLAIN_MARK = re.compile(r"[^<>&\"'\x00-\x1f\x7f]{1,32}")
_MARK_RULE = (
    'a pair such as <em class="hit"> and </em> (elements: '
    + ", ".join(sorted(MARK_TAGS))
    + "; attributes: class and data-*), or plain text of 1 to 32 characters without < > & \" '"
)
_MOST_FRAGMENTS = 10
_LONGEST_JOINER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SnippetOptions:
    """How long a snippet is, and how its fragments are joined and its matches marked.

    `before` and `after` enclose each match in HTML. They are either an opening and a closing tag
    of one element of `MARK_TAGS`, with `class` and `data-*` attributes at most, or plain text; so
    nothing that a page would run, load or be restyled by gets in through them. `joiner` is plain
    text and is escaped. `limits` caps `width`.

    Raises `OptionError` for a value out of its range.

    >>> SnippetOptions(before='<em class="hit">', after="</em>").width
    120
    """

    width: int = 120
    fragments: int = 3
    before: str = "<mark>"
    after: str = "</mark>"
    joiner: str = "…"
    limits: InitVar[Limits] = DEFAULT_LIMITS

    def __post_init__(self, limits: Limits) -> None:
        _check_whole_number("width", self.width, limits.snippet_chars)
        _check_whole_number("fragments", self.fragments, _MOST_FRAGMENTS)
        joiner = self.joiner
        if not isinstance(joiner, str) or not 1 <= len(joiner) <= _LONGEST_JOINER:
            raise OptionError("joiner", joiner, f"text of 1 to {_LONGEST_JOINER} characters")
        if not _are_harmless(self.before, self.after):
            raise OptionError("before, after", (self.before, self.after), _MARK_RULE)


def _check_whole_number(option: str, got: object, most: int) -> None:
    if not isinstance(got, int) or isinstance(got, bool) or not 1 <= got <= most:
        raise OptionError(option, got, f"a whole number from 1 to {most:,}")


def _are_harmless(before: object, after: object) -> bool:
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    if _PLAIN_MARK.fullmatch(before) and _PLAIN_MARK.fullmatch(after):
        return True
    opening = _OPENING_TAG.fullmatch(before)
    if opening is None:
        return False
    return opening[1] in MARK_TAGS and after == f"</{opening[1]}>"
