"""Trees find the articles that stock Whoosh finds, also where Whoosh has to run a part of them.

Some things are put into Whoosh's terms first (docs/whoosh.md). A phrase of Han words side by side
is a stretch of text, that is a phrase of pairs. `minmatch` is heeded, which Whoosh never does. And
Whoosh's AndNot lets an article through where its second child has just run out of them.
"""

from __future__ import annotations

import pytest
from whoosh import query

from searchlib import Ranking
from searchlib.analysis import HAN_RUN
from searchlib.query.filters import Filter
from searchlib.query.terms import TermReader
from searchlib.query.tree import find_tree
from tests.store.whoosh.corpus import Pair, make_pair
from tests.store.whoosh.test_queries import RandomQueries, ids

SHAPES = {"one": (1, False), "four-deleted": (4, True)}
TREES = 400


@pytest.fixture(scope="module", params=sorted(SHAPES))
def pair(request, tmp_path_factory) -> Pair:
    """The same random articles in ours and in stock Whoosh."""
    segments, deletions = SHAPES[request.param]
    folder = tmp_path_factory.mktemp("trees") / "index"
    return make_pair(folder, 31, segments=segments, deletions=deletions, count=60)


class RandomTrees(RandomQueries):
    """Random trees with phrases that occur, and nodes that only Whoosh knows."""

    def __init__(self, seed, pair):
        super().__init__(seed, pair.ours)
        cut = pair.ours.schema["body"].analyzer
        self.bodies = [
            [token.text for token in cut(article.body, mode="query")]
            for article in pair.alive.values()
        ]

    def leaf(self):
        rng = self.rng
        kind = rng.randrange(8)
        words = rng.choice(self.bodies)
        if kind < 2 and len(words) > 4:
            start = rng.randrange(len(words) - 3)
            words = words[start : start + rng.randint(2, 3)]
            if kind:
                return query.Phrase("body", words, slop=rng.choice((1, 1, 2, 3)))
            terms = [query.Term("body", word) for word in words]
            return rng.choice(
                (
                    query.SpanNear2(terms, slop=rng.randint(1, 3), ordered=False),
                    query.Or(terms, scale=0.9),
                    query.Variations("body", words[0]),
                )
            )
        return super().leaf()


def as_stock(tree):
    """The tree in Whoosh's terms, but for what Whoosh itself runs."""
    if isinstance(tree, query.Otherwise):
        return tree
    if isinstance(tree, query.AndNot):
        return query.And([as_stock(tree.a), query.Not(as_stock(tree.b))])
    if isinstance(tree, query.Require):  # which 2.7.4 gets wrong
        return query.And([as_stock(tree.a), as_stock(tree.b)])
    if isinstance(tree, query.Phrase) and tree.slop == 1 and len(tree.words) > 1:
        text = "".join(tree.words)
        if tree.fieldname == "body" and HAN_RUN.fullmatch(text):
            pairs = [text[at : at + 2] for at in range(len(text) - 1)]
            return query.Phrase("body_grams", pairs)
    return tree.apply(as_stock)


def found(pair, reader, tree):
    result = find_tree(tree, reader, pair.ours, Ranking(), Filter())
    return {
        reader.segments[at].ids()[document]
        for at in range(len(reader.segments))
        for document in result.documents(at).tolist()
    }


def test_random_trees_find_what_stock_whoosh_finds(pair):
    reader = TermReader(pair.snapshot, k1=1.2, b=0.75)
    generator = RandomTrees(41, pair)
    some = 0
    for number in range(TREES):
        # copied node by node, in which Whoosh forgets `minmatch`
        tree = generator.tree(number % 4).accept(lambda node: node)
        stock = as_stock(tree)
        try:
            expected = ids(pair.stock, stock)
        except (IndexError, NameError):  # 2.7.4 can't estimate the size of a SpanNear2
            continue
        assert found(pair, reader, tree) == expected, tree
        some += 0 < len(expected) < len(pair.alive)
    assert some > TREES / 4


def test_what_falls_back_scores_as_what_does_not(pair):
    reader = TermReader(pair.snapshot, k1=1.2, b=0.75)
    for word in ("保险", "公司", "covid-19"):
        term = query.Term("body", word, boost=2.0)
        ours = find_tree(term, reader, pair.ours, Ranking(), Filter())
        # of a kind that the executor does not know
        whoosh = find_tree(query.SpanOr([term]), reader, pair.ours, Ranking(), Filter())
        assert ours.total == whoosh.total > 0
        for one, other in zip(ours.page(0, 100), whoosh.page(0, 100), strict=True):
            assert one.score == pytest.approx(other.score, rel=1e-5)
