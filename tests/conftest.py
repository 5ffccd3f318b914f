"""What tests of several packages share."""

from __future__ import annotations

import pytest

from searchlib.analysis import Analyzer


@pytest.fixture(scope="session")
def shared_analyzer() -> Analyzer:
    """An analyzer without user words."""
    return Analyzer()
