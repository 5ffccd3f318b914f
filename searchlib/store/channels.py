"""The channels of an index: what is indexed of each field, under which names.

`words` are the analyzer's units and their parts; `grams` are pairs of neighbouring Han
characters with their positions; `chars` are single Han characters. Every field has all three.
"""

from __future__ import annotations

from typing import Final, Literal

Field = Literal["title", "body"]
Kind = Literal["words", "grams", "chars"]

FIELDS: Final[tuple[Field, ...]] = ("title", "body")
KINDS: Final[tuple[Kind, ...]] = ("words", "grams", "chars")
CHANNELS: Final = tuple((field, kind) for field in FIELDS for kind in KINDS)


def channel_name(field: Field, kind: Kind) -> str:
    """The name of a channel's sections.

    >>> channel_name("body", "grams")
    'body.grams'
    """
    return f"{field}.{kind}"
