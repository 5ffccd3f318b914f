from __future__ import annotations

import pytest

from tests.store.whoosh.corpus import Pair, make_pair

SHAPES = {
    "one": (1, False),
    "one-deleted": (1, True),
    "four": (4, False),
    "four-deleted": (4, True),
}


@pytest.fixture(scope="session", params=sorted(SHAPES))
def pair(request, tmp_path_factory) -> Pair:
    """The same random articles in ours and in stock Whoosh, in every shape an index takes."""
    segments, deletions = SHAPES[request.param]
    seed = 20 + segments + deletions
    print("seed", seed)
    folder = tmp_path_factory.mktemp("pair") / "index"
    return make_pair(folder, seed, segments=segments, deletions=deletions, count=60)


@pytest.fixture(scope="session")
def four(tmp_path_factory) -> Pair:
    """Four segments with deletions."""
    folder = tmp_path_factory.mktemp("four") / "index"
    return make_pair(folder, 7, segments=4, deletions=True, count=60)
