"""The tests of the store share one dictionary with those of queries."""

from tests.query.conftest import shared_analyzer, shared_dictionary

__all__ = ["shared_analyzer", "shared_dictionary"]
