"""The articles of a run are the same for everyone, and the same again tomorrow."""

from __future__ import annotations

import gzip
import json
import lzma
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.speed.corpus import CATEGORIES, Corpus, generate, head, prepare, read, stem


def test_a_seed_always_gives_the_same_articles() -> None:
    first, again, other = (list(islice(generate(seed), 20)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_generated_articles_are_about_as_long_as_news() -> None:
    articles = list(islice(generate(5), 1_000))
    mean = sum(len(str(a["body"])) for a in articles) / len(articles)
    titled = sum(bool(a["title"]) for a in articles) / len(articles)
    assert 600 < mean < 900
    assert 0.7 < titled < 0.9
    assert len({a["category"] for a in articles}) == CATEGORIES
    assert len({a["id"] for a in articles}) == len(articles)


def test_prepared_rows_are_complete_and_keep_their_own_values(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"title": None, "body": "甲"},
        {"id": 5, "title": "乙", "body": "", "category": "法", "date": "2021-05-01", "law": "x"},
        {"id": "never", "title": "", "body": "over the number of articles asked for"},
    ]
    made = prepare(rows, tmp_path / "c.jsonl", name="n", docs=2)
    assert (made.docs, made.characters) == (2, 2)
    assert list(read(made.path)) == [
        {"id": "0", "title": "", "body": "甲", "category": "section-0"},
        {"id": "5", "title": "乙", "body": "", "category": "法", "date": "2021-05-01"},
    ]


def test_the_digest_follows_the_articles(tmp_path: Path, corpus: Corpus) -> None:
    same = head(corpus, corpus.docs, tmp_path / "same.jsonl")
    fewer = head(corpus, corpus.docs - 1, tmp_path / "fewer.jsonl")
    assert same.digest == corpus.digest
    assert same.path.read_bytes() == corpus.path.read_bytes()
    assert fewer.digest != corpus.digest
    assert fewer.docs == corpus.docs - 1


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.xz", "jsonl.gz"])
def test_packed_files_read_like_plain_ones(tmp_path: Path, ending: str) -> None:
    rows = [{"id": "1", "body": "正文"}, {"id": "2", "body": "又一篇"}]
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    plain = text.encode()
    packed = {
        "jsonl": plain,
        "jsonl.xz": lzma.compress(plain),
        "jsonl.gz": gzip.compress(plain),
    }
    path = tmp_path / f"news.{ending}"
    path.write_bytes(packed[ending])
    assert list(read(path)) == rows
    assert stem(path) == "news"
