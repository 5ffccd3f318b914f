"""How a reading step says that one file or record cannot become an article."""

from __future__ import annotations

from searchlib.errors import SearchLibError


class Refusal(SearchLibError):
    """One file or record that stays out; it never leaves this package, but becomes a `Rejected`.

    >>> str(Refusal("encoding: binary data"))
    'encoding: binary data'
    """
