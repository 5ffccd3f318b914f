"""What a query wants marked in titles and snippets."""

from __future__ import annotations

from searchlib.analysis import HAN_RUN, Analyzer
from searchlib.query.parse import ParsedQuery
from searchlib.query.plan import atoms
from searchlib.query.terms import TermReader
from searchlib.results.needles import Needle
from searchlib.store.channels import Kind


def needles(query: ParsedQuery, reader: TermReader, analyzer: Analyzer) -> list[Needle]:
    """One needle for each word and phrase of the query, weighed by how rare it is.

    A longer Han word also wants the words inside it marked, at less than it is worth itself, so
    that a partial match shows what it matched; its pairs, where the dictionary knows no word
    inside.
    """
    found: dict[tuple[str, bool], float] = {}
    for clause in query.wanted:
        han = HAN_RUN.fullmatch(clause.text) is not None
        bordered = clause.kind == "word" and not han
        needed = atoms(clause.text) if clause.kind == "word" else []
        weight = sum(reader.rarity(kind, text) for kind, text in needed)
        # a phrase stands for itself: as rare as a word that nothing else has
        found[clause.text, bordered] = weight or reader.rarity("words", "")
        if len(needed) > 1:
            known: list[tuple[Kind, str]] = [("words", p) for p in analyzer.parts(clause.text)]
            for kind, text in known or needed:
                found.setdefault((text, False), reader.rarity(kind, text) / 2)
    return [Needle(text, weight, bordered) for (text, bordered), weight in found.items()]
