"""A small generated corpus that the tests of the benchmark share."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed.corpus import Corpus, generate, prepare

DOCS = 80
SEED = 7


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Eighty generated articles, prepared."""
    path = tmp_path_factory.mktemp("speed") / "corpus.jsonl"
    return prepare(generate(SEED), path, name="generated", docs=DOCS)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An empty folder for an index."""
    folder = tmp_path / "index"
    folder.mkdir()
    return folder
