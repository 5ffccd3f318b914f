from __future__ import annotations

import dataclasses
import datetime as dt
import gzip
import json
import lzma
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import searchlib.ingest
from searchlib.errors import ArticleError, LimitError, OptionError, SourceError
from searchlib.ingest import (
    FINEWS,
    Furniture,
    WorkItem,
    article_text,
    list_sources,
    read_item,
    read_source,
    source,
)
from searchlib.limits import Limits
from searchlib.models import Article, Rejected, Skipped, Warned

POST = "---\ntitle: 题\n---\n正文\n"


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def articles(where: object, **options: object) -> dict[str, Article]:
    read = read_source(where, **options)  # type: ignore[arg-type]
    return {one.id: one for one in read if isinstance(one, Article)}


def test_names_are_exported_in_order() -> None:
    assert searchlib.ingest.__all__ == sorted(searchlib.ingest.__all__)
    assert all(hasattr(searchlib.ingest, name) for name in searchlib.ingest.__all__)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    names = ["a.md", "a/b.md", "a/c/d.TXT", "a-.html", "b.markdown", "_posts/z.htm"]
    write(tmp_path, dict.fromkeys(names, POST) | {"x.png": b"\x89", "y": POST, ".git/c.md": POST})
    found = articles(tmp_path)
    assert list(found) == sorted(names)
    assert all(one.path == one.id and one.format == "text" for one in found.values())


def test_drafts_are_skipped(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "_drafts/a/x.md": POST,
            "b.md": "---\ndraft: true\n---\n文",
            "c.md": "---\npublished: false\n---\n文",
        },
    )
    assert list(read_source(tmp_path)) == [
        Skipped("_drafts/a/x.md", "draft"),
        Skipped("b.md", "draft"),
        Skipped("c.md", "not published"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("a.md", "---\ntitle: ''\n---\n文\n\n## 首个 *标题*\n", "首个 标题"),
        ("a.md", "# 头\n文", "头"),
        ("a.html", "<title>页</title><p>文</p>", "页"),
        ("a.html", "<title>页</title><h3>头</h3>", "头"),
        ("2021-12-01-init.md", "文", "init"),
        ("-2022.md", "文", "-2022"),
        ("甲.乙.txt", "# 文", "甲.乙"),
    ],
)
def test_a_missing_title_falls_back(tmp_path: Path, name: str, content: str, title: str) -> None:
    assert articles(write(tmp_path, {name: content}))[name].title == title


def test_a_missing_or_broken_date_falls_back_to_the_name(tmp_path: Path) -> None:
    name = "2021-12-08-x.md"
    assert articles(write(tmp_path, {name: POST}))[name].date == dt.datetime(2021, 12, 8)
    write(tmp_path, {name: "---\ndate: 坏\n---\n文"})
    warned, article = read_source(tmp_path)
    assert warned == Warned(name, "date '坏' is none")
    assert isinstance(article, Article)
    assert article.date == dt.datetime(2021, 12, 8)


def test_plain_text_is_markdown_only_with_front_matter(tmp_path: Path) -> None:
    found = articles(write(tmp_path, {"a.txt": "*甲* \n\n\n\n<乙>\n", "b.txt": POST + "*甲*"}))
    assert found["a.txt"].body == "*甲*\n\n<乙>"
    assert found["b.txt"].body == "正文甲"


def test_line_ends_marks_and_encodings_do_not_matter(tmp_path: Path) -> None:
    text = "---\ntitle: 中華民國的資訊\n---\n國家的主權屬於國民\n\n全體。\n"
    forms = {
        "a.md": text.encode(),
        "b.md": b"\xef\xbb\xbf" + text.encode(),
        "c.md": text.replace("\n", "\r\n").encode(),
        "d.md": text.replace("\n", "\r").encode(),
        "e.md": text.encode("gb18030"),
        "f.md": text.encode("big5"),
        "g.md": text.encode("utf-16"),
        "h.md": text.encode("utf-16-be"),
        "i.md": ("\n" + text).encode(),
    }
    for article in articles(write(tmp_path, dict(forms))).values():
        assert (article.title, article.body) == ("中華民國的資訊", "國家的主權屬於國民\n全體。")


def test_an_encoding_given_overrides(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "日本語".encode("shift_jis"), "b.txt": "長江".encode("big5")})
    assert articles(tmp_path, encoding="shift_jis")["a.txt"].body == "日本語"
    with pytest.raises(OptionError):
        read_source(tmp_path, encoding="nonsense")


def test_one_bad_file_does_not_abort(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.md": b"\xff\xfe\xff" * 99,
            "b.md": "---\nx: !!python/name:os.system\n---\n",
            "c.md": "一二三四五六七八九十" * 9,
            "d.md": POST,
        },
    )
    a, b, c, d = read_source(tmp_path, limits=Limits(file_bytes=200))
    assert isinstance(a, Rejected) and a.reason.startswith(("encoding: ", "limit: "))
    assert isinstance(b, Rejected) and b.reason.startswith("front matter: ")
    assert isinstance(c, Rejected) and c.reason.startswith("limit: over the limit file_bytes=200")
    assert isinstance(d, Article)


def test_nul_goes_and_characters_stay(tmp_path: Path) -> None:
    text = "长江大桥今天通车了" * 9
    write(tmp_path, {"a.md": text[:1] + "\0" + text[1:]})
    assert articles(tmp_path)["a.md"].body == text


@pytest.mark.skipif(os.name == "nt", reason="links, FIFOs and permissions are POSIX")
class TestHostileFolder:
    def test_nothing_outside_is_read(self, tmp_path: Path) -> None:
        write(tmp_path, {"out/secret.md": POST, "in/a.md": POST})
        inside = tmp_path / "in"
        (inside / "b.md").symlink_to(tmp_path / "out/secret.md")
        (inside / "c").symlink_to(tmp_path / "out")
        (inside / "d.md").symlink_to("a.md")
        (inside / "e").symlink_to(".")
        (inside / "f.md").symlink_to("nowhere")
        (inside / "g.md").symlink_to("g.md")
        for follow in (False, True):
            found = list(read_source(inside, follow_symlinks=follow))
            reasons = {one.path: one.reason for one in found if isinstance(one, Rejected)}
            assert reasons["b.md"] == reasons["c"] == "a symbolic link out of the folder"
            assert reasons["f.md"] == reasons["g.md"] == "a symbolic link that leads nowhere"
            assert ("d.md" in reasons) is not follow
            assert "loops" in reasons["e"] if follow else "follow_symlinks" in reasons["e"]
            assert [one.id for one in found if isinstance(one, Article)] == (
                ["a.md", "d.md"] if follow else ["a.md"]
            )

    def test_fifos_and_devices_do_not_hang(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.md")
        (tmp_path / "b.md").symlink_to("/dev/zero")
        (tmp_path / "c.md").mkdir()
        assert list(read_source(tmp_path)) == [
            Rejected("a.md", "not a regular file"),
            Rejected("b.md", "a symbolic link out of the folder"),
        ]
        with pytest.raises(SourceError):
            read_source(tmp_path / "a.md")

    def test_a_file_swapped_for_a_link_or_fifo_after_listing_is_not_read(
        self, tmp_path: Path
    ) -> None:
        write(tmp_path, {"in/a.md": POST, "in/b.md": POST, "secret.md": POST})
        items = list_sources(tmp_path / "in")
        for name in ("a.md", "b.md"):
            (tmp_path / "in" / name).unlink()
        (tmp_path / "in/a.md").symlink_to(tmp_path / "secret.md")
        os.mkfifo(tmp_path / "in/b.md")
        assert [type(one) for item in items for one in read_item(item)] == [Rejected, Rejected]

    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads all")
    def test_what_may_not_be_read_is_rejected(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.md": POST, "b/c.md": POST})
        (tmp_path / "a.md").chmod(0)
        (tmp_path / "b").chmod(0)
        try:
            found = list(read_source(tmp_path))
        finally:
            (tmp_path / "b").chmod(0o700)
        assert [one.path for one in found if isinstance(one, Rejected)] == ["a.md", "b"]

    def test_a_very_deep_folder_is_walked_as_far_as_the_system_goes(self, tmp_path: Path) -> None:
        here = os.open(tmp_path, os.O_RDONLY)
        for depth in range(1, 400):
            os.mkdir("d", dir_fd=here)
            inner = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
            if depth in (350, 399):
                os.close(os.open("a.md", os.O_CREAT, dir_fd=here))
        os.close(here)
        assert list(articles(tmp_path)) == ["d/" * 350 + "a.md", "d/" * 399 + "a.md"]

    def test_a_file_name_that_is_no_utf8_still_makes_an_id(self, tmp_path: Path) -> None:
        try:
            (tmp_path / os.fsdecode(b"\xd6\xd0.md")).write_text(POST)
        except OSError:
            pytest.skip("the file system takes UTF-8 names only")
        assert list(articles(tmp_path)) == ["\\xd6\\xd0.md"]


@pytest.mark.parametrize("name", ["missing", "a.png", "a.md/x", "\0"])
def test_a_source_that_is_none_is_an_error_at_once(tmp_path: Path, name: str) -> None:
    write(tmp_path, {"a.png": b"", "a.md": POST})
    for read in (read_source, list_sources):
        with pytest.raises(SourceError):
            read(tmp_path / name)


RECORDS: list[dict[str, object]] = [
    {"id": "n1", "title": "题", "body": " 正文 \n返回首页", "category": "财经/保险", "law": "宪法"},
    {"id": 7, "title": "", "body": "文", "tags": ["甲"], "date": "19470101", "url": "http://a.b"},
    {"title": "无号", "body": "<p>甲</p>乙", "format": "html", "path": "p.html"},
    {"id": "n4", "title": "坏日期", "body": "文", "date": "20200230"},
    {"id": "n5", "title": "代\ud83d\ude00\udc00理", "body": "\0甲"},
    {"id": "n6", "body": "草稿", "draft": True},
]


def lines_of(records: list[dict[str, object]]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".jsonl.xz"])
def test_records_become_articles(tmp_path: Path, suffix: str) -> None:
    pack = {".jsonl": bytes, ".jsonl.gz": gzip.compress, ".jsonl.xz": lzma.compress}[suffix]
    path = tmp_path / f"news{suffix}"
    path.write_bytes(pack(lines_of(RECORDS)))
    assert list(read_source(path)) == [
        Article("n1", "题", " 正文 \n返回首页", "财经/保险", extra={"law": "宪法"}),
        Article("7", "", "文", tags=["甲"], date="1947-01-01", url="http://a.b"),
        Article(f"{path.name}:3", "无号", "甲\n乙", path="p.html"),
        Warned(f"{path.name}:4", "date '20200230' is none"),
        Article("n4", "坏日期", "文"),
        Article("n5", "代😀\ufffd理", "甲"),
        Skipped(f"{path.name}:6", "draft"),
    ]


def test_a_furniture_rule_given_applies_to_records_as_well(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines_of(RECORDS[:1]))
    assert articles(path, furniture=FINEWS)["n1"].body == " 正文"


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"3",
        b"{}",
        b'{"id": 1, "body": 3}',
        b'{"id": [], "body": ""}',
        b"\xff\xff\xff",
        b"[" * 100_000,
        b'{"body": "", "format": "pdf"}',
        b'{"body": "", "path": 3}',
        b"9" * 9_999,
        b'{"id": "\\ud800", "body": "x"}',
        b'{"body": "' + b"x" * 200_000 + b'"}',
    ],
)
def test_a_bad_line_is_rejected_and_the_next_is_read(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n" + line + b'\r\n{"id": "x", "body": "y"}')
    rejected, article = read_source(path, limits=Limits(file_bytes=150_000))
    assert isinstance(rejected, Rejected)
    assert rejected.path == "a.jsonl:2"
    assert article == Article("x", "", "y")


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_packed_file_that_breaks_off_is_reported(tmp_path: Path, pack: object) -> None:
    suffix = ".gz" if pack is gzip.compress else ".xz"
    noise = [{"id": str(i), "body": os.urandom(50).hex()} for i in range(5_000)]
    packed = gzip.compress(lines_of(noise)) if suffix == ".gz" else lzma.compress(lines_of(noise))
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(packed[: len(packed) // 2])
    *read, last = read_source(path)
    assert len(read) > 1_000
    assert isinstance(last, Rejected)
    assert "the rest cannot be read" in last.reason
    path.write_bytes(b"no archive")
    with pytest.raises(SourceError):
        list(read_source(path))


def test_shares_read_apart_give_what_the_source_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_STRETCH", 100)
    write(tmp_path, {"p/a.md": POST, "p/_drafts/b.md": POST, "p/c.md": b"\xff" * 9})
    (tmp_path / "a.jsonl").write_bytes(lines_of(RECORDS * 9) + b'{"title": "no line end"}')
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines_of(RECORDS)))
    for where in ("p", "p/a.md", "a.jsonl", "b.jsonl.gz"):
        items = list_sources(tmp_path / where)
        sent = [WorkItem(**json.loads(json.dumps(dataclasses.asdict(item)))) for item in items]
        assert sent == items == pickle.loads(pickle.dumps(items))
        apart = [outcome for item in sent for outcome in read_item(item)]
        assert apart == list(read_source(tmp_path / where))
    items = list_sources(tmp_path / "a.jsonl")
    assert len(items) > 5
    assert sum(item.bytes for item in items) == (tmp_path / "a.jsonl").stat().st_size


def test_articles_from_python_keep_their_text() -> None:
    given_ = [
        Article("a", "题", " 正 文\r\n返回首页 "),
        Article("b", "", "# 头\n文", format="markdown"),
    ]
    assert list(read_source([*given_, {"id": "c"}])) == [  # type: ignore[list-item]
        Article("a", "题", " 正 文\r\n返回首页 "),
        Article("b", "头", "头\n文"),
        Rejected("#3", "not an Article but dict"),
    ]


def test_an_article_that_cannot_be_stored_is_a_typed_error() -> None:
    with pytest.raises(ArticleError):
        article_text(Article("\ud800", "", ""))
    for bad in (
        Article("a", "题" * 11, ""),
        Article("a", "", "文" * 11),
        Article("a", "", "", tags=["x"] * 11),
    ):
        with pytest.raises(LimitError):
            article_text(bad, limits=Limits(title_chars=10, body_chars=10, tags=10))
        rejected = list(read_source([bad], limits=Limits(title_chars=10, body_chars=10, tags=10)))
        assert isinstance(rejected[0], Rejected)
        assert rejected[0].reason.startswith("limit: ")


def test_ten_megabytes_in_one_line(tmp_path: Path) -> None:
    text = "长期护理保险，" * 500_000
    write(tmp_path, {"a.txt": text, "b.md": text, "c.html": text})
    for article in articles(tmp_path, furniture=Furniture.none()).values():
        assert article.body == text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["a.md", "a.html", "a.txt", "a.jsonl"]),
    st.binary(max_size=200)
    | st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace"))
    | st.text(max_size=60).map(
        lambda text: b"---\n" + text.encode("utf-8", "replace") + b"\n---\n"
    ),
)
def test_any_file_is_an_outcome(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    for outcome in read_source(path):
        assert isinstance(outcome, Article | Rejected | Skipped | Warned)
        if isinstance(outcome, Article):
            outcome.body.encode("utf-8")
            outcome.title.encode("utf-8")
