"""What a query wants marked in titles and snippets."""

from __future__ import annotations

from searchlib.analysis import HAN_RUN
from searchlib.query.parse import ParsedQuery
from searchlib.query.plan import atoms
from searchlib.query.terms import TermReader
from searchlib.results.needles import Needle


def needles(query: ParsedQuery, reader: TermReader) -> list[Needle]:
    """One needle for each word and phrase of the query, weighed by how rare it is.

    A longer Han word also wants its pairs marked, at less than the word itself is worth, so
    that a partial match shows what it matched.
    """
    found: dict[tuple[str, bool], float] = {}
    for clause in query.wanted:
        han = HAN_RUN.fullmatch(clause.text) is not None
        bordered = clause.kind == "word" and not han
        parts = atoms(clause.text) if clause.kind == "word" else []
        weights = [reader.rarity(kind, text) for kind, text in parts]
        # a phrase stands for itself: as rare as a word that nothing else has
        found[clause.text, bordered] = sum(weights) or reader.rarity("words", "")
        if len(parts) > 1:
            for (_, text), weight in zip(parts, weights, strict=True):
                found.setdefault((text, False), weight / 2)
    return [Needle(text, weight, bordered) for (text, bordered), weight in found.items()]
