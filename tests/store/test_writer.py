"""Commits: all or nothing, one writer at a time, two generations on the disk."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import searchlib
from searchlib import (
    Article,
    ArticleError,
    CorruptIndexError,
    Index,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    IndexVersionError,
    IndexWriteError,
    SearchLibError,
)
from searchlib.store import writer as writer_module
from searchlib.store.manifest import POINTER, read_manifest
from searchlib.store.snapshot import open_snapshot
from searchlib.store.writer import open_writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the index of a test goes."""
    return tmp_path / "index"


def new_index(path: Path, *articles: Article, **options: Any) -> Index:
    """A new index of these articles."""
    index = searchlib.open(path, create=True, durability="fast", **options)
    if articles:
        index.add_many(articles)
    return index


def article(number: int, body: str = "正文") -> Article:
    """An article."""
    return Article(f"a{number}", f"标题{number}", body)


def own_files(path: Path) -> set[str]:
    """Names of the files in an index folder, the lock aside."""
    return {each.name for each in path.iterdir()} - {"write.lock"}


def test_the_folder_holds_two_generations_at_most(path: Path) -> None:
    index = new_index(path)
    previous = read_manifest(path)
    for number in range(30):
        index.add(article(number % 20))
        if number % 3 == 0:
            index.delete(f"a{number % 7}")
            previous = None  # two commits: their files are checked by the next one
        current = read_manifest(path)
        assert current.files() <= own_files(path)
        if previous:
            assert own_files(path) == {POINTER} | previous.files() | current.files()
        previous = current
    index.verify()


def test_generations_count_up_and_name_the_one_before(path: Path) -> None:
    index = new_index(path)
    for number in range(1, 5):
        manifest = read_manifest(path)
        assert (manifest.generation, manifest.previous) == (number, number - 1 or None)
        index.add(article(number))
    assert index.stats().generation == 5


def test_many_single_commits_leave_few_segments(path: Path) -> None:
    index = new_index(path)
    for number in range(100):
        index.add(article(number, f"正文第{number}篇"))
    stats = index.stats()
    assert stats.documents == len(index) == 100
    assert stats.segments <= 3 * 7
    assert [index.get(f"a{number}") for number in range(100)] == [
        article(number, f"正文第{number}篇") for number in range(100)
    ]
    assert [hit.id for hit in index.search('"篇"', limit=100, sort="date")] == [
        f"a{number}" for number in range(100)
    ]


def test_deleting_much_gives_the_room_back(path: Path) -> None:
    index = new_index(path, *(article(number, "正文" * 50) for number in range(40)))
    before = index.stats()
    with index.batch() as batch:
        for number in range(30):
            batch.delete(f"a{number}")
    stats = index.stats()
    assert (stats.documents, stats.deleted) == (10, 0)
    assert stats.bytes < before.bytes
    with index.batch() as batch:
        for number in range(40):
            batch.delete(f"a{number}")
    assert (index.stats().documents, index.stats().segments) == (0, 0)
    assert index.search("正文").total == 0


def test_deleted_articles_count_until_merged_away(path: Path) -> None:
    index = new_index(path, *(article(number) for number in range(10)))
    index.delete("a3")
    assert (index.stats().documents, index.stats().deleted) == (9, 1)
    assert index.get("a3") is None
    assert "a3" not in index
    assert not index.delete("a3")
    assert index.stats().generation == 3  # nothing to delete, nothing committed


def test_the_last_of_several_operations_on_an_id_counts(path: Path) -> None:
    index = new_index(path, article(1, "旧"))
    with index.batch() as batch:
        batch.add(article(1, "中"))
        batch.add(article(2, "先"))
        batch.add(article(1, "新"))
        batch.delete("a2")
        batch.add(article(3, "先"))
        batch.delete("a3")
        batch.add(article(3, "后"))
    assert {each: index.get(each).body for each in ("a1", "a3")} == {"a1": "新", "a3": "后"}
    assert "a2" not in index
    assert (len(index), batch.replaced) == (2, 1)
    assert index.add_many([article(4, "一"), article(4, "二")]) == 2
    assert index.get("a4").body == "二"
    assert index.search("一").total == 0


def test_an_exception_in_a_batch_leaves_the_index_as_it_was(path: Path) -> None:
    index = new_index(path, article(1))
    before = own_files(path)
    with pytest.raises(ZeroDivisionError), index.batch() as batch:
        batch.add(article(2))
        batch.delete("a1")
        raise ZeroDivisionError
    with pytest.raises(ArticleError), index.batch() as batch:
        batch.add(article(2))
        batch.add("no article")  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        index.add_many(article(1 // (2 - number)) for number in range(3))
    assert own_files(path) == before
    assert (len(index), index.stats().generation) == (1, 2)


@pytest.mark.parametrize("step", ["write_segment", "write_manifest"])
def test_a_commit_that_fails_leaves_the_generation_before(
    path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = new_index(path, article(1))

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writer_module, step, full)
        with pytest.raises(IndexWriteError, match="No space left"):
            index.add(article(2))
    assert [hit.id for hit in index.search("正文")] == ["a1"]
    with searchlib.open(path) as other:
        assert len(other) == 1
    index.add(article(3))
    assert sorted(hit.id for hit in index.search("正文")) == ["a1", "a3"]
    index.add(article(4))
    index.delete("a3")
    index.add(article(5))
    # what the failed commit had written is gone with the generations around it
    previous = json.loads(
        (path / f"generation-{index.stats().generation - 1:06d}.json").read_text()
    )
    files = {entry["name"] for entry in previous["segments"]} | read_manifest(path).files()
    assert {name for name in own_files(path) if name.endswith(".seg")} <= files


@contextmanager
def held_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until the block ends."""
    program = (
        "import sys; from pathlib import Path\n"
        "from searchlib.store.writer import open_writer\n"
        "with open_writer(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.communicate()


def test_a_second_writer_is_told_who_holds_the_lock(path: Path) -> None:
    index = new_index(path, article(1), timeout=0.1)
    with held_elsewhere(path) as process:
        with pytest.raises(IndexLockedError, match=str(process.pid)) as caught:
            index.add(article(2))
        assert caught.value.pid == process.pid
        assert caught.value.host
        assert caught.value.since
        assert index.search("正文").total == 1  # reading needs no lock
    index.add(article(2))
    assert len(index) == 2


def test_a_lock_dies_with_its_process(path: Path) -> None:
    index = new_index(path, timeout=5)
    with held_elsewhere(path) as process:
        process.kill()
        process.wait()
    assert (path / "writer.json").exists()  # what the dead one wrote about itself
    index.add(article(1))
    assert not (path / "writer.json").exists()


def test_a_writer_inside_of_a_writer_is_locked_out(path: Path) -> None:
    new_index(path)
    with (
        open_writer(path),
        pytest.raises(IndexLockedError),
        open_writer(path, timeout=0.1),
    ):
        pass


def test_threads_add_one_after_another(path: Path) -> None:
    index = new_index(path)
    threads = [
        threading.Thread(target=lambda at=at: [index.add(article(at * 10 + n)) for n in range(5)])
        for at in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(index) == 20
    index.verify()


def test_readers_keep_their_generation_until_they_refresh(path: Path) -> None:
    index = new_index(path, article(1), article(2))
    before = index.stats()
    with searchlib.open(path) as reader:
        for number in range(3, 30):  # more than enough for every file to be replaced
            index.add(article(number))
        index.delete("a1")
        assert len(reader) == 2
        assert reader.search("正文").total == 2
        assert reader.get("a1") == article(1)
        assert reader.stats() == before
        reader.verify()
        assert reader.refresh()
        assert len(reader) == 28
        assert "a1" not in reader
        assert reader.stats() == index.stats()
        assert not reader.refresh()


def test_an_index_opens_while_another_writes(path: Path) -> None:
    index = new_index(path, article(0))
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            with searchlib.open(path) as reader:
                while not done.is_set():
                    open_snapshot(path)
                    reader.refresh()
                    assert reader.search("正文", snippets=False).total == len(reader)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(60):
        index.add(article(number))
    done.set()
    thread.join()
    assert not failures


@pytest.mark.parametrize("name", [POINTER, "generation", "segment", "deleted"])
def test_a_flipped_bit_in_any_file_is_noticed(path: Path, name: str) -> None:
    index = new_index(path, *(article(number) for number in range(20)))
    index.delete("a1")
    victim = next(
        each for each in sorted(path.iterdir(), reverse=True) if each.name.startswith(name)
    )
    raw = victim.read_bytes()
    step = max(len(raw) // 60, 1)
    for at in range(0, len(raw), step):
        damaged = bytearray(raw)
        damaged[at] ^= 1 << at % 8
        victim.write_bytes(damaged)
        with pytest.raises((CorruptIndexError, IndexVersionError)):
            searchlib.open(path).verify()
    for length in range(0, len(raw) - 1, step):  # all but a last line end
        victim.write_bytes(raw[:length])
        with pytest.raises(CorruptIndexError):
            searchlib.open(path)
    victim.unlink()
    with pytest.raises(IndexNotFoundError if name == POINTER else CorruptIndexError):
        searchlib.open(path)
    victim.write_bytes(raw)
    searchlib.open(path).verify()


def test_searching_a_damaged_segment_never_raises_anything_untyped(path: Path) -> None:
    articles = [article(n, f"正文{n}农业银行发展，covid-19 {n}号" * 3) for n in range(90)]
    new_index(path, *articles)
    (victim,) = path.glob("*.seg")
    raw = victim.read_bytes()
    for at in range(70, len(raw), len(raw) // 250):
        damaged = bytearray(raw)
        damaged[at] ^= 1 << at % 8
        victim.write_bytes(damaged)
        try:
            with searchlib.open(path) as index:
                for query in ("农业银行 发展", '"发展，covid"', "号"):
                    index.search(query, facets=("category", "year"), sort="date")
        except SearchLibError:
            pass


def test_a_segment_of_another_index_is_not_taken_for_the_right_one(path: Path) -> None:
    new_index(path, article(1, "甲乙")).close()
    (mine,) = path.glob("*.seg")
    for number in range(10):  # until one is of the same size
        other = path.parent / f"other{number}"
        new_index(other, Article(f"b{number}", "标题1", "甲乙")).close()
        (theirs,) = other.glob("*.seg")
        different = mine.read_bytes() != theirs.read_bytes()
        if different and mine.stat().st_size == theirs.stat().st_size:
            break
    else:
        pytest.fail("no other segment of the same size")
    mine.write_bytes(theirs.read_bytes())
    with pytest.raises(CorruptIndexError):
        searchlib.open(path)


def test_an_index_made_anew_in_the_same_folder_is_seen_after_a_refresh(path: Path) -> None:
    reader = new_index(path, article(1, "甲乙"))
    shutil.rmtree(path)
    with new_index(path, article(1, "丙丁")) as index:
        index.add(article(2, "丙"))
    reader.refresh()
    assert reader.search('"甲乙"').total == 0
    assert reader.search('"丙丁"').total == 1


def test_a_generation_whose_manifest_is_gone_is_corrupt_for_writers_too(path: Path) -> None:
    index = new_index(path, article(1))
    (path / read_manifest(path).name).unlink()
    with pytest.raises(CorruptIndexError):
        index.add(article(2))


def test_an_unknown_format_is_told_from_damage(path: Path) -> None:
    new_index(path).close()
    manifest = path / read_manifest(path).name
    raw = json.dumps(json.loads(manifest.read_text("utf-8")) | {"format": 99}).encode()
    manifest.write_bytes(raw)
    pointer = {
        "generation": 1,
        "manifest": manifest.name,
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    body = json.dumps(pointer).encode()
    (path / POINTER).write_bytes(body + b" %08x\n" % zlib.crc32(body))
    with pytest.raises(IndexVersionError) as caught:
        searchlib.open(path)
    assert caught.value.got == 99


def test_nothing_there_is_no_index(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "empty").mkdir()
    for name in ("missing", "empty", "file", "file/below"):
        with pytest.raises(IndexNotFoundError):
            searchlib.open(tmp_path / name)
    assert not (tmp_path / "missing").exists()
    with pytest.raises(IndexNotFoundError), open_writer(tmp_path / "missing"):
        pass


def test_an_index_is_never_made_over_something_else(tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text("text")
    (tmp_path / "file").write_text("text")
    for name in ("posts", "file"):
        with pytest.raises(IndexExistsError):
            searchlib.open(tmp_path / name, create=True)
        with pytest.raises(IndexExistsError):
            searchlib.rebuild([article(1)], tmp_path / name)
    assert (tmp_path / "posts" / "a.md").read_text() == (tmp_path / "file").read_text() == "text"
    assert [each.name for each in (tmp_path / "posts").iterdir()] == ["a.md"]
    with pytest.raises(IndexWriteError):
        searchlib.open(tmp_path / "file" / "below", create=True)


def test_an_index_is_made_in_a_new_or_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("empty", "new/and/deep"):
        with searchlib.open(tmp_path / name, create=True) as index:
            assert len(index) == 0
            assert index.search("正文").total == 0
            assert index.stats().segments == 0
            index.verify()
        with searchlib.open(tmp_path / name, create=True) as again:
            assert again.stats().generation == 1


def test_files_of_others_in_the_folder_stay(path: Path) -> None:
    index = new_index(path, article(1))
    notes = [path / name for name in ("notes.json", "photo.new", "mine.seg", "generation.json")]
    for note in notes:
        note.write_text("mine")
    for number in range(20):
        index.add(article(number))
    assert all(note.read_text() == "mine" for note in notes)


def test_leftovers_of_a_writer_that_died_are_cleared(path: Path) -> None:
    index = new_index(path, article(1))
    (path / "segment-000003-1.seg").write_bytes(b"half a segment")
    (path / "CURRENT.new").write_bytes(b"half a pointer")
    (path / "runs-000002").mkdir()
    (path / "runs-000002" / "records").write_bytes(b"half a run")
    index.add(article(2))
    index.add(article(3))
    assert sorted(hit.id for hit in index.search("正文")) == ["a1", "a2", "a3"]
    left = own_files(path) - read_manifest(path).files() - {POINTER}
    assert not [name for name in left if name.startswith(("runs-", "CURRENT"))]
    assert "segment-000003-1.seg" not in left


def test_what_was_stored_comes_back(path: Path) -> None:
    stored = Article(
        "id/\u4e2d 1", "标题", "正文\n\n  第二段 \U0001f600", "财经/保险", ("养老",),
        "2021-03-15T12:30:15.123456+08:00", "a/b.md", "https://a.cn/?b=c",
        {"作者": "某", "n": [1, {"x": None}], "f": 0.5},
    )  # fmt: skip
    index = new_index(path, stored, article(2))
    assert index.get(stored.id) == stored
    assert stored.id in index
    for strange in ("", "nothing", "a2\0", "id", "\0", "a2\0id/\u4e2d 1"):
        assert index.get(strange) is None
        assert strange not in index
        assert not index.delete(strange)
    assert len(index) == 2
