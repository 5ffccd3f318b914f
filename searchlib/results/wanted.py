"""What a query wants marked in titles and snippets."""

from __future__ import annotations

from searchlib.analysis import HAN_RUN
from searchlib.query.execute import atoms
from searchlib.query.parse import ParsedQuery
from searchlib.query.terms import TermReader, idf_floor
from searchlib.results.needles import Needle
from searchlib.store.channels import FIELDS


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
        weights = []
        for kind, text in parts:
            df = max(reader.term(field, kind, text).df for field in FIELDS)
            weights.append(reader.statistics("body", kind).idf(df))
        rare = idf_floor(reader.snapshot.documents)
        found[clause.text, bordered] = sum(weights) if parts else rare
        if len(parts) > 1:
            for (_, text), weight in zip(parts, weights, strict=True):
                found.setdefault((text, False), weight / 2)
    return [Needle(text, weight, bordered) for (text, bordered), weight in found.items()]
