"""Turn folded text into the words that are indexed and searched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from searchlib.analysis.characters import CORE, HAN, OUTSIDE_CORE, is_han
from searchlib.analysis.fold import FOLD_VERSION, fold, fold_with_map
from searchlib.analysis.segment import (
    Backend,
    Segmenter,
    check_backend,
    dictionary_digest,
    load_segmenter,
)
from searchlib.analysis.units import is_number, spelled, unit_parts, unit_pattern
from searchlib.errors import OptionError
from searchlib.limits import DEFAULT_LIMITS, Limits

TOKEN_VERSION = 1
"""Raised whenever the rules for units and parts change."""

Kind = Literal["word", "latin", "number", "part"]

# Stands for one unit in the text that the segmenter sees. NUL, because jieba and rjieba both
# pass it through as a word of its own, and no text needs it.
_UNIT_MARK = "\x00"
BLANK = " "
"""What `Analyzer.bag` may leave between words."""
_DIGIT = re.compile(r"\d")
_BREAKS = re.compile(f"[^{HAN}{_UNIT_MARK}]+")
_OUTSIDE_CORE = re.compile(f"[{OUTSIDE_CORE}]")
_CORE_WORD = re.compile(f"[{CORE}]+")
_CACHED_UNITS = 1 << 20
"""Distinct units whose parts are remembered; 60,000 articles of news have fewer."""


@dataclass(frozen=True, slots=True)
class Token:
    """A unit ("word", "latin", "number") or a part of one. Offsets are of the folded text."""

    text: str
    start: int
    end: int
    kind: Kind


class Analyzer:
    """Cuts folded text into units (words in their order) and units into parts.

    `user_words` are words, or (word, frequency) pairs, known to this Analyzer alone; those
    that are not all Han (`a股`) become units wherever they stand between borders. `backend`
    picks the segmenter; "auto" takes rjieba where it is installed. The dictionary is loaded at
    the first use.

    Raises `OptionError` for an empty word, a frequency below 1 or a backend not installed.

    >>> analyzer = Analyzer()
    >>> analyzer.units("covid-19感染者1.47亿人")
    ['covid-19', '感染者', '1.47亿', '亿人']
    >>> analyzer.parts("covid-19"), analyzer.parts("感染者")
    (('covid', '19'), ('感染',))
    """

    def __init__(
        self,
        *,
        user_words: Iterable[str | tuple[str, int]] = (),
        backend: Backend = "auto",
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        check_backend(backend)
        self._asked = backend
        self._limits = limits
        self._user_words = _checked(user_words)
        self._names = {word for word in self._user_words if not _CORE_WORD.fullmatch(word)}
        self._unit = unit_pattern(self._names)
        self._parts: dict[str, tuple[str, ...]] = {}
        run = limits.han_run
        self._long_run = re.compile(f"(?<![{HAN}])[{HAN}]{{{run + 1}}}")
        self._capped_run = re.compile(f"([{HAN}]{{{run}}})(?=[{HAN}])")

    @cached_property
    def _segmenter(self) -> Segmenter:
        words = (item for item in self._user_words.items() if item[0] not in self._names)
        return load_segmenter(self._asked, words)

    @property
    def backend(self) -> Literal["rjieba", "jieba"]:
        """The segmenter that serves."""
        return self._segmenter.name

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that shapes tokens, equal for both backends."""
        shapes = (
            f"fold {FOLD_VERSION}",
            f"tokens {TOKEN_VERSION}",
            f"dictionary {dictionary_digest()}",
            f"limits {self._limits.han_run} {self._limits.token_chars}",
            *(f"word {word} {frequency}" for word, frequency in self._user_words.items()),
        )
        return hashlib.sha256("\n".join(shapes).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def units(self, folded: str) -> list[str]:
        """Return the words of `folded` in their order, without punctuation and spaces.

        A quantity (`3月15日`) stands before the Han words that its end overlaps, whose run
        is cut as a whole.
        """
        return self._cut(self._unit, folded)

    def bag(self, folded: str) -> list[str]:
        """Return the units of `folded` in no particular order, some `BLANK` among them.

        This is `units` for those who only count: without putting the words back in order it
        takes a quarter less time.
        """
        # no unit may hold a NUL: it is what ends units where they are joined (store/words.py)
        pieces = self._unit.split(folded.replace(_UNIT_MARK, " "))
        words = self._segmenter.cut(self._han_runs(" ".join(pieces[0::3])))
        for units in self._others(pieces):
            words += units
        return words

    def _cut(self, pattern: re.Pattern[str], folded: str) -> list[str]:
        words, pieces = self._marked(pattern, folded)
        found: list[str] = []
        at = 0
        for units in self._others(pieces):
            mark = words.index(_UNIT_MARK, at)
            found += words[at:mark]
            found += units
            at = mark + 1
        return found + words[at:] if found else words

    def _marked(self, pattern: re.Pattern[str], folded: str) -> tuple[list[str], list[str]]:
        """Han words with a mark for each other unit, and the split that those units are in."""
        pieces = pattern.split(folded.replace(_UNIT_MARK, " "))
        # one call for all Han runs together is 1.5 times as fast as one for each
        words = self._segmenter.cut(self._han_runs(_UNIT_MARK.join(pieces[0::3])))
        return [word for word in words if word != " "], pieces

    def _han_runs(self, text: str) -> str:
        """Han runs and unit marks apart by single spaces, no run over the limit."""
        runs = _BREAKS.sub(" ", text)
        if len(runs) > self._limits.han_run and self._long_run.search(runs):
            runs = self._capped_run.sub(r"\1 ", runs)
        if _OUTSIDE_CORE.search(runs):
            # jieba never joins these with their neighbours; rjieba might
            runs = _OUTSIDE_CORE.sub(r" \g<0> ", runs)
        return runs

    def _others(self, pieces: Sequence[str]) -> Iterator[list[str]]:
        """The units among the pieces of a split: (text, unit, tail) over and over."""
        names, longest = self._names, self._limits.token_chars
        for before, found, tail in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False):
            unit = found if found in names else spelled(before, found, tail)
            if len(unit) <= longest:
                yield [unit]
            else:
                yield [unit[at : at + longest] for at in range(0, len(unit), longest)]

    def parts(self, unit: str) -> tuple[str, ...]:
        """Return what finds `unit` besides itself: a pure function of the unit.

        For Han words these are the dictionary's words of two and three characters inside, as
        in jieba's search mode; for others see `searchlib.analysis.units.unit_parts`.
        """
        parts = self._parts.get(unit)
        if parts is None:
            if len(self._parts) >= _CACHED_UNITS:
                self._parts.clear()
            parts = self._parts[unit] = self._parts_of(unit)
        return parts

    def _parts_of(self, unit: str) -> tuple[str, ...]:
        if unit in self._names:
            inner = self._cut(unit_pattern(), unit)
            found = (part for word in inner for part in (word, *self._plain_parts(word)))
            return tuple(dict.fromkeys(part for part in found if part != unit))
        return self._plain_parts(unit)

    def _plain_parts(self, unit: str) -> tuple[str, ...]:
        if not is_han(unit[0]):
            return unit_parts(unit)
        size = len(unit)
        if size < 3:
            return ()
        knows = self._segmenter.knows
        found = [part for at in range(size - 1) if knows(part := unit[at : at + 2])]
        if size > 3:
            found += [part for at in range(size - 2) if knows(part := unit[at : at + 3])]
        return tuple(dict.fromkeys(found))

    def tokens(self, folded: str) -> list[Token]:
        """Return units and all places of their parts, ordered by start, units first."""
        words, pieces = self._marked(self._unit, folded)
        others = zip(self._others(pieces), self._located(folded), strict=True)
        found: list[Token] = []
        at = 0
        for word in words:
            if word == _UNIT_MARK:
                units, (places, at) = next(others)
                for unit, where in zip(units, places, strict=True):
                    found += self._placed(unit, where, "number" if is_number(unit) else "latin")
            else:
                at = folded.index(word, at) + len(word)
                found += self._placed(word, range(at - len(word), at), "word")
        found.sort(key=lambda token: (token.start, token.kind == "part", -token.end))
        return found

    def _placed(self, unit: str, where: Sequence[int], kind: Kind) -> Iterator[Token]:
        """A unit and its parts; `where` has the offset of each character of the unit."""
        yield Token(unit, where[0], where[-1] + 1, kind)
        for part in self.parts(unit):
            # a part spelled otherwise (1470 of 1,470) stands where its unit does
            for first, last in _occurrences(unit, part) or [(0, len(unit) - 1)]:
                yield Token(part, where[first], where[last] + 1, "part")

    def _located(self, folded: str) -> Iterator[tuple[list[Sequence[int]], int]]:
        """For each match: offsets of the characters of its units, and where Han text goes on."""
        longest = self._limits.token_chars
        for match in self._unit.finditer(folded.replace(_UNIT_MARK, " ")):
            start, end = match.start(1), match.end(2) if match[2] else match.end(1)
            where: Sequence[int] = range(start, end)
            if match[1] not in self._names:
                unit = spelled(folded[max(0, start - 2) : start], match[1], match[2])
                where = [at for at in where if folded[at] not in (" ", _UNIT_MARK)]
                where = [start - 1, *where] if unit[0] == "." else where
            yield [where[at : at + longest] for at in range(0, len(where), longest)], match.end(1)

    def query_units(self, folded: str) -> list[str]:
        """Return the units that a query asks for: a quantity implies the words inside it.

        >>> Analyzer().query_units("1.47亿保险")
        ['1.47亿', '保险']
        """
        if not _DIGIT.search(folded):
            return self.units(folded)
        units = [token for token in self.tokens(folded) if token.kind != "part"]
        implied = 0  # where the last quantity ends
        asked = []
        for unit in units:
            if unit.kind == "number":
                implied = unit.end
            if unit.kind != "word" or unit.end > implied:
                asked.append(unit.text)
        return asked


def analyze(text: str, analyzer: Analyzer) -> list[Token]:
    """Return the tokens of a text as written: `start` and `end` are offsets into `text`.

    >>> [(token.text, token.start) for token in analyze("㈱資訊", Analyzer())]
    [('株', 0), ('资讯', 1)]
    """
    folded = fold_with_map(text)
    tokens = analyzer.tokens(folded.folded)
    if folded.identity:
        return tokens
    places = (folded.original(token.start, token.end) for token in tokens)
    return [
        replace(token, start=start, end=end)
        for token, (start, end) in zip(tokens, places, strict=True)
    ]


def _checked(user_words: Iterable[str | tuple[str, int]]) -> dict[str, int | None]:
    """Folded word → frequency, sorted: a suggested frequency depends on the words before."""
    words: dict[str, int | None] = {}
    for entry in user_words:
        word, frequency = (entry, None) if isinstance(entry, str) else entry
        folded = fold(word).strip()
        if not folded:
            raise OptionError("user_words", word, "words that are not empty")
        if frequency is not None and frequency < 1:
            raise OptionError("user_words", entry, "frequencies of at least 1")
        words[folded] = frequency
    return dict(sorted(words.items()))


def _occurrences(unit: str, part: str) -> list[tuple[int, int]]:
    """First and last index of each occurrence of `part` in `unit`."""
    found = []
    at = unit.find(part)
    while at >= 0:
        found.append((at, at + len(part) - 1))
        at = unit.find(part, at + 1)
    return found
