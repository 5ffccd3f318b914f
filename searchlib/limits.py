"""Every cap in one place."""

from __future__ import annotations

from dataclasses import dataclass, fields

from searchlib.errors import OptionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What searchlib takes in before it says no. All are positive integers.

    Input beyond an ingest limit becomes a `Rejected`; a query beyond a query limit is cut
    with a note (lenient mode) or raises `QueryTooComplexError` (strict mode).
    """

    file_bytes: int = 64 * 1024 * 1024
    """One source file, or one line of a .jsonl file, unpacked."""
    front_matter_bytes: int = 256 * 1024
    """The YAML block of one post."""
    front_matter_depth: int = 32
    """Nesting of the YAML block."""
    html_depth: int = 200_000
    """Nesting of elements in one body."""
    title_chars: int = 10_000
    """A longer title is rejected."""
    body_chars: int = 20_000_000
    """The text of one article, markup removed."""
    tags: int = 1_000
    """Tags of one article."""
    han_run: int = 2_000
    """jieba's HMM is super-linear (200k unknown characters take 79 s), so runs are cut here."""
    token_chars: int = 255
    """A longer Latin or number token is cut into pieces of this length."""
    query_chars: int = 10_000
    """A longer query is cut."""
    query_terms: int = 256
    """Words and phrases in one query."""
    query_depth: int = 32
    """Nesting of parentheses."""
    tree_nodes: int = 100_000
    """Nodes of one query tree."""
    query_expansion: int = 1_000
    """Terms that one prefix, wildcard or fuzzy word may stand for."""
    page: int = 10_000
    """`limit` of one search."""
    window: int = 1_000_000
    """`offset` + `limit` of one search."""
    snippet_chars: int = 2_000
    """`width` of a snippet."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise OptionError(field.name, value, "a positive integer")


DEFAULT_LIMITS = Limits()
