"""Random articles and queries over small alphabets, so that they meet often."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Sequence

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from searchlib import Article

settings.register_profile(
    "differential",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "explore", settings.get_profile("differential"), derandomize=False, max_examples=2_000
)
PROFILE = settings.get_profile(os.environ.get("SEARCHLIB_TESTS", "differential"))
"""`SEARCHLIB_TESTS=explore` looks further than every run of the suite has time for."""


def profile(examples: int) -> settings:
    """The profile with this share of its examples."""
    return settings(PROFILE, max_examples=examples * PROFILE.max_examples // 60)


HAN = "中国农业银行发展大学生北京"
WORDS = ["中国", "农业银行", "大学生", "北京大学", "农业发展银行", "中国农业", "发展"]
LATIN = [
    "covid-19",
    "C++",
    "PD1728",
    "1.47亿元",
    "1,470",
    "5G",
    "2021年3月15日",
    "net",
    "a",
    "12",
    "12 %",
    "8 月 16 日",
]
MARKS = ["，", "。", " ", "、", "(", "-", "\n", "％", "…"]
VARIANTS = ["銀行", "發展", "ＣＯＶＩＤ", "Ａ", "５Ｇ", "學"]

PIECES = st.sampled_from([*HAN, *WORDS, *WORDS, *LATIN, *MARKS, *VARIANTS])
TEXTS = st.lists(PIECES, min_size=2, max_size=14).map("".join)
TITLES = st.lists(PIECES, max_size=4).map("".join)
CATEGORIES = st.sampled_from(["", "财经", "财经/保险", "财经/保险/长护", "财经2", "社会"])
TAGS = st.lists(st.sampled_from(["养老", "保险", "试点"]), max_size=3).map(tuple)
_EAST = dt.timezone(dt.timedelta(hours=8))
DATES = st.sampled_from(
    [
        None,
        dt.datetime(1969, 12, 31, 23, 59, 59),
        dt.datetime(2021, 2, 28),
        dt.datetime(2021, 3, 15, 0, 30, tzinfo=_EAST),
        dt.datetime(2021, 3, 15, 12),
        dt.datetime(2021, 12, 31, 23, 59, 59, 999_999),
        dt.datetime(2022, 1, 1),
    ]
)
MOMENTS = st.sampled_from(
    [
        None,
        None,
        "2021",
        "2021-03",
        "2021-03-15",
        "1970",
        "2022-01-01",
        dt.date(2021, 3, 15),
        dt.datetime(2021, 3, 15, 12),
    ]
)
IDS = st.sampled_from([f"a{number}" for number in range(12)])
ARTICLES = st.builds(Article, IDS, TITLES, TEXTS, category=CATEGORIES, tags=TAGS, date=DATES)
COMMITS = st.lists(st.lists(ARTICLES | IDS, min_size=1, max_size=6), min_size=1, max_size=5)
"""Operations of each commit: an article to add, or an id to delete."""

_QUERY_PIECES = st.sampled_from([*HAN, *WORDS, *WORDS, *LATIN, *VARIANTS, " ", " ", " ", "，"])
_WANTED = st.sampled_from([*HAN, *WORDS]) | st.lists(_QUERY_PIECES, min_size=1, max_size=5).map(
    "".join
)
_PHRASES = st.lists(PIECES, min_size=1, max_size=2).map(lambda pieces: f'"{"".join(pieces)}"')
_EXCLUDED = st.sampled_from(["-大学", "-银行", '-"农业"', "-5g", "-a", "-北"])
QUERIES = _WANTED | st.lists(_WANTED | _WANTED | _PHRASES | _EXCLUDED, min_size=1, max_size=3).map(
    " ".join
)

SEEDS = st.integers(0, 1 << 32)


def random_articles(generator: random.Random, count: int) -> list[Article]:
    """Many articles, of distinct ids: more than Hypothesis would draw piece by piece."""
    every = [*HAN, *WORDS, *LATIN, *MARKS, *VARIANTS]
    labels = ["", "财经", "财经/保险", "财经/保险/长护", "财经2", "社会"]
    days = [None, *(dt.datetime(2020 + year, month, 15) for year in range(3) for month in (1, 7))]
    return [
        Article(
            f"d{number}",
            "".join(generator.choices(every, k=generator.randint(0, 5))),
            "".join(generator.choices(every, k=generator.choice([0, 3, 20, 60]))),
            category=generator.choice(labels),
            tags=tuple(generator.choices(["养老", "保险", "试点"], k=generator.randint(0, 3))),
            date=generator.choice(days),
        )
        for number in range(count)
    ]


def random_queries(generator: random.Random, articles: Sequence[Article], count: int) -> list[str]:
    """Queries made of words and of stretches of the articles, a few of them quoted or excluded."""
    out = []
    for _ in range(count):
        pieces = []
        for _ in range(generator.choice([1, 1, 2, 2, 3])):
            text = generator.choice(articles).body or "农业"
            start = generator.randrange(len(text))
            stretch = text[start : start + generator.randint(1, 8)]
            plain = [stretch, stretch, generator.choice(WORDS), generator.choice(LATIN)]
            marked = [f"“{stretch}”", f"-{generator.choice([*HAN, *WORDS])}"]
            pieces.append(generator.choice(plain * 3 + marked))
        out.append(" ".join(pieces))
    return out
