"""One dictionary for all indexes of these tests: loading it takes a quarter of a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchlib.analysis import Analyzer, analyzer
from searchlib.analysis.segment import Segmenter, load_segmenter


@pytest.fixture(scope="session")
def shared_analyzer() -> Analyzer:
    """An analyzer without user words."""
    return Analyzer()


@pytest.fixture(scope="session", autouse=True)
def shared_dictionary() -> Iterator[None]:
    """Every analyzer without user words cuts with the same segmenter."""
    shared = load_segmenter("auto", ())

    def load(backend: object, words: object) -> Segmenter:
        listed = list(words)  # type: ignore[call-overload]
        return load_segmenter(backend, listed) if listed else shared  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analyzer, "load_segmenter", load)
        yield
