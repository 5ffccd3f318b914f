"""No query is asked twice, and every class asks what its name says."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.speed.corpus import Corpus
from benchmarks.speed.engines.base import KINDS, Query, records
from benchmarks.speed.queries import PASSES, Round, plan

ROUNDS, PER_CLASS = 2, 10


@pytest.fixture(scope="module")
def rounds(corpus: Corpus) -> list[Round]:
    """Two rounds drawn from the articles."""
    return plan(corpus, lines=None, rounds=ROUNDS, per_class=PER_CLASS, seed=1)


def _asked(rounds: list[Round], kind: str) -> list[Query]:
    return [query for each in rounds for name in PASSES for query in each.passes[name][kind]]


@pytest.mark.parametrize("kind", KINDS)
def test_every_round_and_pass_asks_other_queries(rounds: list[Round], kind: str) -> None:
    texts = Counter(query.text for query in _asked(rounds, kind))
    assert texts.total() == ROUNDS * len(PASSES) * PER_CLASS
    assert max(texts.values()) == 1


def test_a_phrase_stands_verbatim_in_an_article(corpus: Corpus, rounds: list[Round]) -> None:
    text = "\n".join(f"{record.title}\n{record.body}" for record in records(corpus.path))
    assert all(query.text in text for query in _asked(rounds, "phrase"))
    assert all(query.text in text for query in _asked(rounds, "single"))


def test_several_words_come_from_one_article_of_the_category(
    corpus: Corpus, rounds: list[Round]
) -> None:
    articles = list(records(corpus.path))
    for query in _asked(rounds, "filtered"):
        words = query.text.split()
        assert any(
            article.category == query.category
            and all(word in f"{article.title}\n{article.body}" for word in words)
            for article in articles
        )
    assert not any(query.category for query in _asked(rounds, "several"))


def test_real_queries_are_asked_in_their_order_and_cut_alike(corpus: Corpus) -> None:
    lines = [f"问题{number}" for number in range(11)]
    made = plan(corpus, lines=[*lines, lines[0]], rounds=2, per_class=500, seed=1)
    assert [query.text for query in _asked(made, "all")] == lines[:8]
    assert {len(each.passes[name]["all"]) for each in made for name in PASSES} == {2}


def test_a_seed_draws_the_same_queries_again(corpus: Corpus, rounds: list[Round]) -> None:
    assert plan(corpus, lines=None, rounds=ROUNDS, per_class=PER_CLASS, seed=1) == rounds
