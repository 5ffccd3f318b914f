"""Rebuilding: any source, any number of workers, the same bytes, and nobody is disturbed."""

from __future__ import annotations

import json
import random
import shutil
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import searchlib
from searchlib import Article, Index, IndexLockedError, Progress, SourceError, fold
from searchlib.store.bulk import build
from searchlib.store.manifest import read_manifest
from searchlib.store.writer import open_writer
from tests.query.strategies import random_articles, random_queries

_DATA = Path(__file__).parents[1].parent / "shared" / "data"


def articles_of(seed: int, count: int) -> list[Article]:
    """Articles without empty ones, which a source would reject."""
    found = random_articles(random.Random(seed), 3 * count)
    return [article for article in found if article.title.strip() and article.body.strip()][:count]


def write_jsonl(path: Path, articles: list[Article]) -> Path:
    """The articles as lines of JSON."""
    lines = [
        json.dumps(
            {
                "id": article.id,
                "title": article.title,
                "body": article.body,
                "category": article.category,
                "tags": article.tags,
                "date": article.date and article.date.isoformat(),
            },
            ensure_ascii=False,
        )
        for article in articles
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_posts(folder: Path, count: int) -> Path:
    """A folder of Jekyll posts."""
    folder.mkdir()
    for number in range(count):
        (folder / f"2021-03-{number % 28 + 1:02d}-p{number}.md").write_text(
            f"---\ntitle: 农业银行第{number}期\ncategories: 财经\ntags: [养老]\n---\n"
            f"<p>大学生发展，第{number}期，covid-{number}。</p>\n",
            encoding="utf-8",
        )
    return folder


def segment_bytes(path: Path) -> list[bytes]:
    """The segment files of the current generation."""
    return [(path / entry.name).read_bytes() for entry in read_manifest(path).segments]


def test_a_folder_a_file_of_lines_and_articles_can_be_the_source(tmp_path: Path) -> None:
    articles = articles_of(1, 60)
    posts = write_posts(tmp_path / "posts", 30)
    lines = write_jsonl(tmp_path / "articles.jsonl", articles)
    for source, count in [
        (posts, 30),
        (str(lines), len(articles)),
        ([posts, lines], 30 + len(articles)),
        (articles, len(articles)),
        (iter(articles), len(articles)),
        ([], 0),
    ]:
        path = tmp_path / "index"
        report = searchlib.rebuild(source, path, workers=1)  # type: ignore[arg-type]
        assert (report.indexed, report.rejected, report.skipped) == (count, (), 0)
        with searchlib.open(path) as index:
            assert len(index) == count
            assert index.stats().generation == report.generation
            assert index.stats().segments <= 1
            index.verify()


def test_a_rebuilt_index_answers_as_one_filled_article_by_article(tmp_path: Path) -> None:
    articles = articles_of(2, 50)
    searchlib.rebuild(articles, tmp_path / "rebuilt", workers=1)
    with (
        searchlib.open(tmp_path / "rebuilt") as rebuilt,
        searchlib.open(tmp_path / "filled", create=True, durability="fast") as filled,
    ):
        for article in articles:
            filled.add(article)
        for query in random_queries(random.Random(3), articles, 60):
            one, other = (
                each.search(query, limit=50, facets=("category", "tags", "year"))
                for each in (rebuilt, filled)
            )
            assert one.hits == other.hits
            assert (one.total, one.facets) == (other.total, other.facets)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many tasks of few articles each."""
    monkeypatch.setattr(build, "BATCH_BYTES", 3_000)
    monkeypatch.setattr(build, "SAMPLE_BYTES", 2_000)


@pytest.mark.usefixtures("small_batches")
def test_the_bytes_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    posts = write_posts(tmp_path / "posts", 300)
    lines = write_jsonl(tmp_path / "articles.jsonl", articles_of(4, 120))
    made = []
    for workers in (1, 2, 3):
        path = tmp_path / f"index{workers}"
        report = searchlib.rebuild([posts, lines], path, workers=workers)
        assert report.indexed == 420
        made.append(segment_bytes(path))
        assert not list(path.glob("runs-*"))
    assert made[0] == made[1] == made[2]


@pytest.mark.usefixtures("small_batches")
def test_of_articles_with_the_same_id_the_last_counts(tmp_path: Path) -> None:
    articles = [Article(f"a{n % 40}", f"第{n}次", f"正文{n}号") for n in range(200)]
    report = searchlib.rebuild(articles, tmp_path / "index", workers=1)
    assert report.indexed == 40
    with searchlib.open(tmp_path / "index") as index:
        assert len(index) == 40
        for number in range(40):
            kept = index.get(f"a{number}")
            assert kept is not None
            assert kept.title == f"第{number + 160}次"
        assert index.search('"正文7号"').total == 0
        assert [hit.id for hit in index.search('"正文167号"')] == ["a7"]
        assert index.search('"正文"', limit=0).total == 40


def test_readers_keep_the_old_index_until_the_new_one_is_done(tmp_path: Path) -> None:
    path = tmp_path / "index"
    searchlib.rebuild([Article("old", "旧", "旧文章")], path)
    seen = []
    with searchlib.open(path) as reader:

        def articles() -> Iterator[Article]:
            for number in range(20):
                yield Article(f"n{number}", "新", "新文章")
                reader.refresh()
                seen.append([hit.id for hit in reader.search('"文章"')])
                with pytest.raises(IndexLockedError), open_writer(path, timeout=0):
                    pass

        searchlib.rebuild(articles(), path)
        assert seen == [["old"]] * 20
        assert reader.search('"旧文章"').total == 1
        assert reader.refresh()
        assert (len(reader), reader.search('"旧文章"').total) == (20, 0)


def test_a_rebuild_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    path = tmp_path / "index"
    searchlib.rebuild([Article("old", "旧", "旧文章")], path)
    before = {each.name for each in path.iterdir()}

    def broken() -> Iterator[Article]:
        yield Article("new", "新", "新文章")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        searchlib.rebuild(broken(), path)
    with pytest.raises(SourceError):
        searchlib.rebuild(tmp_path / "missing", path)
    assert {each.name for each in path.iterdir()} == before
    with searchlib.open(path) as index:
        assert [hit.id for hit in index.search("文章")] == ["old"]


def test_one_bad_line_or_file_is_reported_and_the_rest_is_indexed(tmp_path: Path) -> None:
    lines = write_jsonl(tmp_path / "articles.jsonl", articles_of(5, 10))
    with lines.open("a", encoding="utf-8") as file:
        file.write('{"id": "half\n[1]\n' + '{"id": "ok", "title": "好", "body": "正文"}\n')
    report = searchlib.rebuild(lines, tmp_path / "index")
    assert report.indexed == 11
    assert len(report.rejected) == 2
    assert all(
        f"articles.jsonl:{line}" in each.path
        for line, each in zip((11, 12), report.rejected, strict=True)
    )
    posts = write_posts(tmp_path / "posts", 5)
    (posts / "bad.md").write_bytes(b"---\ntitle: [\n---\n\xff\xfe\xfd")
    report = searchlib.rebuild(posts, tmp_path / "index")
    assert report.indexed + len(report.rejected) == 6


@pytest.mark.usefixtures("small_batches")
def test_progress_goes_forward_to_the_end(tmp_path: Path) -> None:
    posts = write_posts(tmp_path / "posts", 100)
    told: list[Progress] = []
    searchlib.rebuild(posts, tmp_path / "index", workers=1, progress=told.append)
    reading = [each for each in told if each.step == "reading"]
    assert len(reading) > 3
    assert [each.done for each in reading] == sorted(each.done for each in reading)
    assert reading[-1].done == reading[-1].total
    assert reading[-1].articles == 100
    assert told[-1].step == "merging"
    assert told[-1].done == told[-1].total


def test_a_rebuild_keeps_the_user_words_of_the_index(tmp_path: Path) -> None:
    path = tmp_path / "index"
    articles = [Article("x", "新疆", "访惠聚工作队驻村")]
    searchlib.rebuild(articles, path, user_words=["聚工作队"])
    searchlib.rebuild(articles, path)
    with searchlib.open(path) as index:
        assert "聚工作队" in [token.text for token in index.analyze("访惠聚工作队")]
        assert index.search("聚工作队")[0].id == "x"
    searchlib.rebuild(articles, path, user_words=[])
    with searchlib.open(path) as index:
        assert "聚工作队" not in [token.text for token in index.analyze("访惠聚工作队")]


def test_articles_may_be_added_to_a_rebuilt_index(tmp_path: Path) -> None:
    path = tmp_path / "index"
    searchlib.rebuild(articles_of(6, 30), path)
    with searchlib.open(path, durability="fast") as index:
        index.add(Article("new", "新桥", "长江新桥通车"))
        assert index.search("新桥")[0].id == "new"
        assert len(index) == 31
    searchlib.rebuild(articles_of(6, 30), path)
    with searchlib.open(path) as index:
        assert "new" not in index


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The seeds and the posts of the same site, indexed. Skipped where they are not there."""
    if not (_DATA / "seeds").is_dir() or not (_DATA / "finews_posts.tar.xz").is_file():
        pytest.skip("the real posts are not here")
    folder = tmp_path_factory.mktemp("news")
    posts = folder / "posts"
    posts.mkdir()
    with tarfile.open(_DATA / "finews_posts.tar.xz") as archive:
        archive.extractall(posts, filter="data")
    for seed in (_DATA / "seeds").glob("*.txt"):
        shutil.copy(seed, posts / f"2022-01-17-{seed.stem}.md")
    report = searchlib.rebuild(posts, folder / "index")
    assert report.indexed >= 60, report
    with searchlib.open(folder / "index") as index:
        yield index


def marked(text: str, ranges: tuple[tuple[int, int], ...]) -> set[str]:
    """What a snippet marks."""
    return {text[start:end] for start, end in ranges}


def test_the_sichuan_seed_is_the_best_answer_to_its_query(news: Index) -> None:
    hit = news.search("长期护理保险 成都")[0]
    assert "四川省分公司" in hit.title
    assert {"长期护理保险", "成都"} <= marked(hit.snippet.text, hit.snippet.ranges)


def test_the_xinjiang_seed_is_the_best_answer_to_its_query(news: Index) -> None:
    hit = news.search("访惠聚 工作队")[0]
    assert "新疆分公司" in hit.title
    assert "工作队" in "".join(marked(hit.snippet.text, hit.snippet.ranges))


def test_categories_of_the_posts_filter_and_are_counted(news: Index) -> None:
    everything = news.search("-“绝对没有的字句”", limit=1_000, facets=("category", "year"))
    assert everything.total == len(news) == len(everything)
    counts = Counter(hit.category for hit in everything if hit.category)
    assert dict(everything.facets["category"]) == counts
    chosen = news.search("-“绝对没有的字句”", limit=1_000, category="beifangwang")
    assert chosen.total == counts["beifangwang"] > 0
    assert {hit.category for hit in chosen} == {"beifangwang"}
    best = news.search("长期护理保险 成都", category="beifangwang")
    assert all(hit.category == "beifangwang" for hit in best)


def test_every_sampled_stretch_of_the_posts_is_found_where_it_stands(news: Index) -> None:
    everything = news.search("-“绝对没有的字句”", limit=1_000, snippets=False)
    stored = {hit.id: news.get(hit.id) for hit in everything}
    texts = {
        article_id: (fold(article.title), fold(article.body))
        for article_id, article in stored.items()
        if article
    }
    generator = random.Random(9)
    for _ in range(300):
        article_id = generator.choice(sorted(texts))
        text = generator.choice(texts[article_id])
        if not text:
            continue
        start = generator.randrange(len(text))
        stretch = text[start : start + generator.randint(1, 20)].strip()
        if not stretch or any(quote in stretch for quote in '"“”'):
            continue
        found = {hit.id for hit in news.search(f'"{stretch}"', limit=1_000, snippets=False)}
        assert found == {
            each for each, fields in texts.items() if any(stretch in f for f in fields)
        }


def test_an_index_that_cannot_be_read_is_built_anew(tmp_path: Path) -> None:
    articles = [Article("a1", "长江大桥", "通车")]
    searchlib.rebuild(articles, tmp_path / "index")
    (tmp_path / "index" / "CURRENT").write_bytes(b"nothing that was written")
    with pytest.raises(searchlib.CorruptIndexError):
        searchlib.open(tmp_path / "index")
    report = searchlib.rebuild(articles, tmp_path / "index")
    assert (report.indexed, report.generation) == (1, 2)
    with searchlib.open(tmp_path / "index") as index:
        assert [hit.id for hit in index.search("大桥")] == ["a1"]


def test_a_reader_goes_on_over_an_index_that_was_broken_and_rebuilt(tmp_path: Path) -> None:
    searchlib.rebuild([Article("a1", "长江大桥", "通车")], tmp_path / "index")
    with searchlib.open(tmp_path / "index") as index:
        (tmp_path / "index" / "CURRENT").unlink()
        searchlib.rebuild([Article("a2", "黄河大桥", "动工")], tmp_path / "index")
        assert [hit.id for hit in index.search("大桥")] == ["a1"]
        assert index.refresh()
        assert [hit.id for hit in index.search("大桥")] == ["a2"]
