"""The names that a tree has for fields: those of the Whoosh schema (docs/whoosh.md)."""

from __future__ import annotations

from typing import Final

from searchlib.store.channels import FIELDS, KINDS, Field, Kind

TEXT_FIELDS: Final[dict[str, tuple[Field, Kind]]] = {
    field if kind == "words" else f"{field}_{kind}": (field, kind)
    for field in FIELDS
    for kind in KINDS
}
"""Fields scored by BM25, and the channel that each is."""

LABEL_FIELDS: Final = ("category", "tags")
COLUMN_FIELDS: Final = (*LABEL_FIELDS, "id", "date")

SIZES: Final[dict[Kind, int | None]] = {"words": None, "grams": 2, "chars": 1}
"""How many characters a term of each kind has."""


def term_text(text: object) -> str | None:
    """A term as text, None for what is none.

    >>> term_text("保险".encode()), term_text(b"\\xff")
    ('保险', None)
    """
    if isinstance(text, bytes):
        try:
            return text.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return None
    return text if isinstance(text, str) else None
