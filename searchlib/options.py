"""What shapes an index's tokens, carried by the index itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from searchlib.analysis import FOLD_VERSION, Analyzer
from searchlib.limits import Limits


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """The options that an index was built with; it opens with them.

    `fingerprint` is of the analyzer that built it, `fold` the version of its fold table.
    """

    fingerprint: str
    fold: int
    user_words: tuple[str, ...] = ()

    @classmethod
    def of(cls, analyzer: Analyzer, user_words: tuple[str, ...] = ()) -> Self:
        """The options of a new index."""
        return cls(analyzer.fingerprint, FOLD_VERSION, user_words)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Self:
        """The options as the manifest keeps them."""
        return cls(
            str(stored["fingerprint"]), int(stored["fold"]), tuple(stored.get("user_words", ()))
        )

    def store(self) -> dict[str, Any]:
        """The options as the manifest keeps them."""
        return {
            "fingerprint": self.fingerprint,
            "fold": self.fold,
            "user_words": list(self.user_words),
        }

    def analyzer(self, limits: Limits) -> Analyzer:
        """An analyzer that cuts as the index was cut."""
        return Analyzer(user_words=self.user_words, limits=limits)

    def drift(self, analyzer: Analyzer) -> tuple[str, ...]:
        """What differs in the installed versions: notes, never errors."""
        notes = []
        if self.fold != FOLD_VERSION:
            notes.append(
                f"folded by table {self.fold}, this searchlib has {FOLD_VERSION}: rebuild to renew"
            )
        elif self.fingerprint != analyzer.fingerprint:
            notes.append(
                "segmented by another version of the dictionary or rules: rebuild to renew"
            )
        return tuple(notes)
