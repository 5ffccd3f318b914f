"""The lines a site puts under every post, named by patterns and taken off the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from searchlib.errors import OptionError


@dataclass(frozen=True)
class Furniture:
    """What counts as site furniture: a line at the end of a text that a pattern matches whole.

    `patterns` are regular expressions. The lines are looked at from the last one upwards, blank
    ones passed over, until one matches no pattern: a line in the middle of an article stays,
    whatever it says.

    >>> rule = Furniture((r"返回首页",))
    >>> rule.strip("正文\\n返回首页不难\\n\\n返回首页\\n")
    ('正文\\n返回首页不难', ('返回首页',))

    Raises `OptionError` for a pattern that is no regular expression.
    """

    patterns: tuple[str, ...] = ()

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        if isinstance(patterns, str):
            raise OptionError("furniture", patterns, "a list of regular expressions")
        for pattern in patterns:
            _compiled(pattern, pattern)
        object.__setattr__(self, "patterns", tuple(patterns))
        # together they may still clash, by a group name used twice or a flag in the middle
        _compiled(self._joined, patterns)

    @classmethod
    def none(cls) -> Furniture:
        """The rule that strips nothing."""
        return cls()

    @property
    def _joined(self) -> str:
        return "|".join(f"(?:{pattern})" for pattern in self.patterns)

    @cached_property
    def _line(self) -> re.Pattern[str]:
        return _compiled(self._joined, self.patterns)

    def strip(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return `text` without its furniture, and the lines taken off, in reading order."""
        if not self.patterns:
            return text, ()
        kept = text.rstrip()
        stripped: list[str] = []
        while kept:
            start = kept.rfind("\n") + 1
            line = kept[start:].strip()
            if self._line.fullmatch(line) is None:
                break
            stripped.append(line)
            kept = kept[:start].rstrip()
        return (kept, tuple(reversed(stripped))) if stripped else (text, ())


def _compiled(expression: str, given: object) -> re.Pattern[str]:
    try:
        return re.compile(expression)
    except (re.error, TypeError, OverflowError, RecursionError) as error:
        raise OptionError("furniture", given, f"regular expressions ({error})") from None


FINEWS = Furniture(
    (
        r"[（(]文章来源[：:][^（()）]{1,60}[）)]",
        r"https?://\S+",  # the share address, alone on its line
        r"<>",  # the same where the site had none to give
        # 返回北方网新闻｜返回首页, also as two links on one line or on two
        r"返回[^\s，。！？；：｜|]{1,30}(?:\s*[｜|]?\s*返回首页)?",
    )
)
"""The footers of the finance news mirror whose posts the project was made for."""

DEFAULT_FURNITURE = FINEWS
"""What `read_source` strips from files when not told otherwise."""
