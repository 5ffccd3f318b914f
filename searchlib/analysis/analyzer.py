"""Turn folded text into the words that are indexed and searched."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from searchlib.analysis.characters import CORE, HAN, HAN_RUN, is_han
from searchlib.analysis.fold import FOLD_VERSION, fold
from searchlib.analysis.segment import (
    Backend,
    Segmenter,
    check_backend,
    dictionary_digest,
    load_segmenter,
)
from searchlib.analysis.units import unit_parts, unit_pattern
from searchlib.errors import OptionError
from searchlib.limits import DEFAULT_LIMITS, Limits

TOKEN_VERSION = 1
"""Raised whenever the rules for units and parts change."""

Kind = Literal["word", "latin", "number", "part"]

_UNIT_MARK = "\x00"
_BREAKS = re.compile(f"[^{HAN}{_UNIT_MARK}]+")
_OUTSIDE_CORE = re.compile(f"(?![{CORE}])[{HAN}]")
_CORE_WORD = re.compile(f"[{CORE}]+")
_CACHED_UNITS = 1 << 20
"""Distinct units whose parts are remembered: more than 60,000 articles of news have."""


@dataclass(frozen=True, slots=True)
class Token:
    """One unit or part. `start` and `end` are offsets into the folded text."""

    text: str
    start: int
    end: int
    kind: Kind


class Analyzer:
    """Cuts folded text into units (words in their order) and units into parts.

    `user_words` are words, or (word, frequency) pairs, known to this Analyzer alone; those
    that are not all Han (`a股`) become units wherever they stand between borders. `backend`
    picks the segmenter; "auto" takes rjieba where it is installed. Dictionaries are loaded at
    the first use.

    Raises `OptionError` for an empty word, a frequency below 1 or a backend not installed.

    >>> analyzer = Analyzer()
    >>> analyzer.units("covid-19感染者1.47亿人")
    ['covid-19', '感染者', '1.47亿', '亿人']
    >>> analyzer.parts("感染者")
    ('感染',)
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
        parts = (
            f"fold {FOLD_VERSION}",
            f"tokens {TOKEN_VERSION}",
            f"dictionary {dictionary_digest()}",
            f"limits {self._limits.han_run} {self._limits.token_chars}",
            *(f"{word} {frequency}" for word, frequency in self._user_words.items()),
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

    def units(self, folded: str) -> list[str]:
        """Return the words of `folded` in their order, without punctuation and spaces.

        A quantity (`3月15日`) stands before the Han words that its end overlaps, whose run
        is cut as a whole.
        """
        pieces = self._unit.split(
            folded.replace(_UNIT_MARK, " ") if _UNIT_MARK in folded else folded
        )
        words = self._segmenter.cut(self._han_skeleton(_UNIT_MARK.join(pieces[0::3])))
        if len(pieces) == 1:
            return [word for word in words if word != " "]
        others = iter(self._named(pieces))
        found = []
        for word in words:
            if word == _UNIT_MARK:
                found += next(others)
            elif word != " ":
                found.append(word)
        return found

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
            return self._parts_of_name(unit)
        if not is_han(unit[0]):
            return unit_parts(unit)
        if len(unit) < 3:
            return ()
        knows = self._segmenter.knows
        grams = [unit[i : i + n] for n in (2, 3) if n < len(unit) for i in range(len(unit) - n + 1)]
        return tuple(dict.fromkeys(gram for gram in grams if knows(gram)))

    def _parts_of_name(self, name: str) -> tuple[str, ...]:
        plain = Analyzer(backend=self._asked, limits=self._limits)
        plain.__dict__["_segmenter"] = self._segmenter
        units = [unit for unit in plain.units(name) if unit != name]
        return tuple(dict.fromkeys(p for unit in units for p in (unit, *plain.parts(unit))))

    def tokens(self, folded: str) -> list[Token]:
        """Return units and their parts with their offsets, ordered by start, units first."""
        text = folded.replace(_UNIT_MARK, " ")
        others = self._unit.finditer(text)
        found: list[Token] = []
        at = 0
        pending = 0  # units of a cut-up long token still to come
        start = 0
        for unit in self.units(text):
            kind: Kind = "word"
            if HAN_RUN.fullmatch(unit) and unit not in self._names:
                start = text.index(unit, at)
                at = start + len(unit)
            else:
                kind = "number" if unit[0].isdigit() else "latin"
                if pending:
                    start, pending = start + self._limits.token_chars, pending - 1
                else:
                    match = next(others)
                    at = match.end(1)  # the tail of a quantity belongs to the Han words too
                    start = match.start(1) - (unit[0] == ".")
                    pending = (match.end(2) if match[2] else at) - start - 1
                    pending //= self._limits.token_chars
            found.append(Token(unit, start, start + len(unit), kind))
            found += (
                Token(part, start + offset, start + offset + len(part), "part")
                for part in self.parts(unit)
                for offset in _places(unit, part)
            )
        found.sort(key=lambda token: (token.start, token.kind == "part", -token.end))
        return found

    def query_units(self, folded: str) -> list[str]:
        """Return the units that a query asks for: a quantity implies the words inside it.

        >>> Analyzer().query_units("1.47亿保险")
        ['1.47亿', '保险']
        """
        tokens = [token for token in self.tokens(folded) if token.kind != "part"]
        return [
            token.text
            for token in tokens
            if not any(
                other.kind == "number" and other.start < token.start and token.end <= other.end
                for other in tokens
            )
        ]

    def _han_skeleton(self, text: str) -> str:
        """Han runs and unit marks apart by single spaces, no run over the limit."""
        skeleton = _BREAKS.sub(" ", text)
        if len(skeleton) > self._limits.han_run and self._long_run.search(skeleton):
            skeleton = self._capped_run.sub(r"\1 ", skeleton)
        if _OUTSIDE_CORE.search(skeleton):
            # jieba never joins these with their neighbours; rjieba might
            skeleton = _OUTSIDE_CORE.sub(r" \g<0> ", skeleton)
        return skeleton

    def _named(self, pieces: list[str]) -> Iterator[list[str]]:
        """The units among the pieces of a split: (text, unit, tail) over and over."""
        longest = self._limits.token_chars
        for before, unit, tail in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False):
            if tail:
                unit += tail
            elif before[-1:] == "." and before[-2:-1] != "." and "a" <= unit[0] <= "z":
                unit = "." + unit  # .net
            if len(unit) > longest:
                yield [unit[at : at + longest] for at in range(0, len(unit), longest)]
            else:
                yield [unit]


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


def _places(unit: str, part: str) -> Iterator[int]:
    at = unit.find(part)
    while at >= 0:
        yield at
        at = unit.find(part, at + 1)
