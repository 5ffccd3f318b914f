"""Random articles, and the same articles in a snapshot and in a stock Whoosh index."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from whoosh import fields, index, query
from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.filedb.filestore import RamStorage

from searchlib.analysis import Analyzer
from searchlib.models import Article
from searchlib.options import AnalysisOptions
from searchlib.store.snapshot import Snapshot, open_snapshot
from searchlib.store.whoosh import SnapshotIndex, whoosh_index
from searchlib.store.whoosh.analyzers import CharAnalyzer, GramAnalyzer, WordAnalyzer
from searchlib.store.writer import open_writer

WORDS = [
    "保险",
    "养老",
    "养老保险",
    "保险公司",
    "公司",
    "银行",
    "农业银行",
    "中国农业银行",
    "中国",
    "发展",
    "乡村振兴",
    "乡村",
    "振兴",
    "产品",
    "经济",
    "北京",
    "大学",
    "北京大学",
    "数据",
    "中国人寿",
    "人民",
    "人民代表大会",
    "大会堂",
    "的",
    "在",
    "山",
    "covid-19",
    "C++",
    "5G",
    "1.47亿元",
    "2020年3月15日",
    "１２.5%",
    "ＡＢＣ",
    "漢字",
    "軟體",
    "感染者",
]
CATEGORIES = ("", "财经", "财经/保险", "社会", "科技")
TAGS = ("保险", "银行", "振兴", "a b")
STOPS = ("", "", "", "，", "。", " ", "…")


@lru_cache(maxsize=1)
def analyzer() -> Analyzer:
    """One analyzer for all tests: loading the dictionary takes a second."""
    return Analyzer()


def sentence(rng: random.Random, longest: int) -> str:
    """A text of words of ours, with and without punctuation between them."""
    words = rng.choices(WORDS, k=rng.randint(0, longest))
    return "".join(word + rng.choice(STOPS) for word in words)


def random_articles(rng: random.Random, count: int, *, longest: int = 20) -> list[Article]:
    """Articles with ids d000, d001, …, no two of one date."""
    seconds = rng.sample(range(86_400 * 3_000), count)
    return [
        Article(
            f"d{at:03}",
            sentence(rng, 4),
            sentence(rng, longest),
            category=rng.choice(CATEGORIES),
            tags=tuple(rng.sample(TAGS, rng.randint(0, 3))),
            date=dt.datetime(2015, 1, 1) + dt.timedelta(seconds=seconds[at])
            if rng.random() < 0.9
            else None,
            path=rng.choice((None, f"posts/{at}.md")),
            url=rng.choice((None, f"https://example.org/{at}")),
            extra=rng.choice(({}, {"author": "甲"})),
        )
        for at in range(count)
    ]


def make_snapshot(folder: Path, commits: Sequence[Sequence[Article]], gone: set[str]) -> Snapshot:
    """Each of `commits` as a segment of its own, then the articles `gone` deleted."""
    with open_writer(folder, create=True, durable=False) as writer:
        writer.create(AnalysisOptions.of(analyzer()).store())
    for articles in commits:
        with open_writer(folder, durable=False) as writer:
            writer.apply({article.id: article for article in articles}, analyzer())
    if gone:
        with open_writer(folder, durable=False) as writer:
            writer.apply(dict.fromkeys(gone), analyzer())
    snapshot = open_snapshot(folder)
    assert len(snapshot.segments) == len(commits)
    return snapshot


class Shared(WhooshAnalyzer):
    """One of our analyzers under a name that Whoosh can pickle into its table of contents."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, value: str, **kwargs: Any) -> Iterator[Any]:
        return _cutting()[self.kind](value, **kwargs)


@lru_cache(maxsize=1)
def _cutting() -> dict[str, WhooshAnalyzer]:
    words = WordAnalyzer(analyzer())
    return {"words": words, "grams": GramAnalyzer(), "chars": CharAnalyzer()}


def stock_schema() -> fields.Schema:
    """Our schema in Whoosh's own field types."""
    schema = fields.Schema(
        id=fields.ID(stored=True, unique=True),
        category=fields.ID(stored=True, sortable=True),
        tags=fields.KEYWORD(stored=True, commas=True),
        date=fields.DATETIME(stored=True, sortable=True),
        path=fields.STORED(),
        url=fields.STORED(),
        extra=fields.STORED(),
    )
    for name in ("title", "body"):
        schema.add(name, fields.TEXT(analyzer=Shared("words"), chars=True, stored=True))
        schema.add(f"{name}_grams", fields.TEXT(Shared("grams"), multitoken_query="phrase"))
        schema.add(f"{name}_chars", fields.TEXT(Shared("chars"), phrase=False))
    return schema


def stock_document(article: Article) -> dict[str, Any]:
    """What Whoosh's writer is given of an article."""
    values: dict[str, Any] = {
        "id": article.id,
        "category": article.category,
        "tags": list(article.tags),
        "date": article.date,
        "path": article.path,
        "url": article.url,
        "extra": dict(article.extra),
    }
    values = {name: value for name, value in values.items() if value}
    for name, text in (("title", article.title), ("body", article.body)):
        values |= {name: text, f"{name}_grams": text, f"{name}_chars": text}
    return values


def make_stock(commits: Sequence[Sequence[Article]], gone: set[str]) -> index.Index:
    """The same articles, segments and deletions, written and kept by Whoosh alone."""
    stock = RamStorage().create_index(stock_schema())
    for articles in commits:
        writer = stock.writer()
        for article in articles:
            writer.add_document(**stock_document(article))
        writer.commit(merge=False)
    if gone:
        writer = stock.writer()
        writer.delete_by_query(query.Or([query.Term("id", each) for each in sorted(gone)]))
        writer.commit(merge=False)
    return stock


@dataclass(frozen=True)
class Pair:
    """The same articles in searchlib and in stock Whoosh. `alive` are those not deleted."""

    ours: SnapshotIndex
    stock: index.Index
    alive: dict[str, Article]
    snapshot: Snapshot


def make_pair(folder: Path, seed: int, *, segments: int, deletions: bool, count: int) -> Pair:
    """A pair of indexes from random articles."""
    rng = random.Random(seed)
    articles = random_articles(rng, count)
    edges = [count * at // segments for at in range(segments + 1)]
    commits = [articles[a:b] for a, b in pairwise(edges)]
    gone = set(rng.sample([each.id for each in articles], count // 5)) if deletions else set()
    snapshot = make_snapshot(folder, commits, gone)
    alive = {each.id: each for each in articles if each.id not in gone}
    return Pair(whoosh_index(snapshot, analyzer()), make_stock(commits, gone), alive, snapshot)
