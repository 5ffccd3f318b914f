"""From what a person typed to clauses: words, quoted phrases, and what to leave out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from searchlib.analysis import Analyzer, fold
from searchlib.limits import Limits

# straight, curly and full-width quotes, and those of Chinese text
_PHRASE = re.compile(r'(-?)(?:"([^"]*)"|“([^”]*)”|「([^」]*)」|『([^』]*)』)')
# at the ends of a query these are nothing that an article must hold
_POINTS = " ,!?;:、。"
_STOPS = _POINTS + "."  # at the beginning a dot belongs to a word: .net
_EXCLUDED = re.compile(r"(?:^|(?<=\s))-(\S+)")


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or phrase, folded. An article that has an `excluded` one is left out."""

    text: str
    kind: Literal["word", "phrase"]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, parsed.

    `text` is the query without marks of its own, folded; it is what `literal` looks for. `plain`
    is what of it stands outside quotes.
    """

    clauses: tuple[Clause, ...]
    text: str
    plain: str
    notes: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """The clauses that an article is to have."""
        return tuple(clause for clause in self.clauses if not clause.excluded)

    def __str__(self) -> str:
        out = []
        for clause in self.clauses:
            text = f'"{clause.text}"' if clause.kind == "phrase" else clause.text
            out.append(f"-{text}" if clause.excluded else text)
        return " ".join(out)


def parse(query: str, analyzer: Analyzer, limits: Limits) -> ParsedQuery:
    """Parse a query leniently: nothing that was typed is an error.

    >>> [clause.text for clause in parse('央行 "降息" -股市', Analyzer(), Limits()).clauses]
    ['央行', '降息', '股市']
    """
    notes: list[str] = []
    if len(query) > limits.query_chars:
        query = query[: limits.query_chars]
        notes.append(f"the query was cut after {limits.query_chars:,} characters")
    clauses: list[Clause] = []
    words: list[str] = []
    at = 0
    for match in _PHRASE.finditer(query):
        words.append(query[at : match.start()])
        at = match.end()
        # white space inside stays: a passage is found as it stands, line ends and all
        phrase = fold(next(filter(None, match.groups()[1:]), "")).strip()
        if phrase:
            clauses.append(Clause(phrase, "phrase", excluded=bool(match[1])))
    words.append(query[at:])
    kept: list[str] = []
    for piece in words:
        for match in _EXCLUDED.finditer(piece):
            # of several words only the whole is unwanted: -农业银行 leaves other banks in
            units = analyzer.query_units(fold(match[1]))
            if len(units) == 1:
                clauses.append(Clause(units[0], "word", excluded=True))
            elif units:
                clauses.append(Clause(fold(match[1]), "phrase", excluded=True))
        kept.append(_EXCLUDED.sub(" ", piece))
    plain = fold(" ".join(kept))
    units = analyzer.query_units(plain)
    clauses = [*(Clause(unit, "word") for unit in units), *clauses]
    clauses = list(dict.fromkeys(clauses))
    if len(clauses) > limits.query_terms:
        clauses = clauses[: limits.query_terms]
        notes.append(f"only the first {limits.query_terms:,} words were searched")
    # a comma beside a phrase is nothing that an article must hold
    plain = " ".join(plain.split()).lstrip(_POINTS).rstrip(_STOPS) if units else ""
    wanted = [c.text for c in clauses if c.kind == "phrase" and not c.excluded]
    text = " ".join(filter(None, (plain, *wanted)))
    return ParsedQuery(tuple(clauses), text, plain, tuple(notes))
