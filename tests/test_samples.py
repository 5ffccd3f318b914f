import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from difflib import SequenceMatcher
from pathlib import Path

import frontmatter
import pytest

import searchlib.samples


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with searchlib.samples.folder() as samples:
        yield samples


@pytest.fixture(scope="module")
def posts(folder: Path) -> dict[str, frontmatter.Post]:
    """Every sample by its path relative to the folder, which is its id."""
    return {
        file.relative_to(folder).as_posix(): frontmatter.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def visible(post: frontmatter.Post) -> str:
    """Return the title and body without the markup, roughly."""
    body = re.sub(r"</?(?:p|strong|em|ul|li|table|tr|t[hd]|span)>", "", post.content)
    return f"{post['title']}\n{body}"


def category(post: frontmatter.Post) -> str:
    return str(post.get("categories") or post.get("category"))


def test_there_are_forty_to_sixty_posts_and_nothing_else(
    posts: dict[str, frontmatter.Post],
) -> None:
    assert 40 <= len(posts) <= 60
    for path in posts:
        assert re.fullmatch(r"[a-z]+/\d{4}-\d\d-\d\d-[a-z0-9-]+\.md", path)


def test_each_has_a_title_a_nested_category_tags_a_date_and_a_body(
    posts: dict[str, frontmatter.Post],
) -> None:
    for path, post in posts.items():
        assert isinstance(post["title"], str), path
        assert post["title"].strip(), path
        assert re.fullmatch(r"[^/\s]+/[^/\s]+", category(post)), path
        assert post["tags"], path
        text = re.sub(r"<[^>]+>|\s", "", post.content)
        assert 150 <= len(text) <= 450, f"{path}: {len(text)} characters"


def test_the_date_is_that_of_the_file_name(posts: dict[str, frontmatter.Post]) -> None:
    for path, post in posts.items():
        assert str(post["date"]).startswith(Path(path).name[:10]), path


def test_titles_permalinks_and_file_names_are_distinct(posts: dict[str, frontmatter.Post]) -> None:
    for values in (
        [post["title"] for post in posts.values()],
        [post["permalink"] for post in posts.values()],
        [Path(path).name for path in posts],
        [post.content for post in posts.values()],
    ):
        assert [value for value, count in Counter(values).items() if count > 1] == []


def test_the_collection_is_varied(posts: dict[str, frontmatter.Post]) -> None:
    top = Counter(category(post).split("/")[0] for post in posts.values())
    assert len(top) >= 8
    assert min(top.values()) >= 3
    assert len({str(post["date"])[:4] for post in posts.values()}) >= 5

    kinds = Counter(
        "date only"
        if isinstance(post["date"], date) and not isinstance(post["date"], datetime)
        else "offset"
        if re.search(r"[+]\d\d:?\d\d$", str(post["date"]))
        else "no offset"
        for post in posts.values()
    )
    assert min(kinds[kind] for kind in ("date only", "offset", "no offset")) >= 5

    assert {type(post["tags"]) for post in posts.values()} == {list, str}
    html = [post for post in posts.values() if post.content.startswith("<p>")]
    assert 5 <= len(html) < len(posts) / 2
    assert any("<table>" in post.content for post in html)
    assert any("<ul>" in post.content for post in html)
    assert all(re.search(r"\w</span><span>\w|\w<span>\w+</span>\w", p.content) for p in html)


def beyond(encoding: str, text: str) -> set[str]:
    """Return the characters of `text` that `encoding` lacks."""
    return {char for char in text if not char.encode(encoding, "ignore")}


def test_at_least_eight_are_in_traditional_chinese_and_none_mixes_the_scripts(
    posts: dict[str, frontmatter.Post],
) -> None:
    traditional = []
    for path, post in posts.items():
        # GB 2312 holds simplified characters and Big5 traditional ones
        if len(beyond("gb2312", visible(post))) < 20:
            assert len(beyond("gb2312", visible(post))) <= 10, path  # rare ones, on purpose
        else:
            assert beyond("big5hkscs", visible(post)) == set(), path
            traditional.append(visible(post))

    assert 8 <= len(traditional) <= 15
    for word in ("軟體", "資訊", "網路", "計程車", "的士", "沿着", "笑著", "影片", "程式"):
        assert any(word in text for text in traditional)


@pytest.mark.parametrize(
    "text",
    [
        "C++",
        "C#",
        ".NET",
        "5G",
        "COVID-19",
        "PD1728",
        "12.5%",
        "1.47亿元",
        "2020年3月15日",
        "USB-C",
        "ＵＳＢ－Ｃ",
        "ＡＢＣ",
        "１２３",
        "GB 18030-2022",
        "−273.15℃",
        "江海农业发展银行",
        "云川人寿寿险公司",
        "南京市长江大桥",
        "禤",
        "龘",
        "鿫",
        "𰻝",
        "<mark>长江</mark>",
        '<script>alert("你好")</script>',
    ],
)
def test_what_a_search_finds_hard_is_there(posts: dict[str, frontmatter.Post], text: str) -> None:
    assert any(text in visible(post) for post in posts.values())


def test_one_pair_is_nearly_the_same(posts: dict[str, frontmatter.Post]) -> None:
    bodies = sorted(posts.items())
    alike = [
        (one, other)
        for at, (one, first) in enumerate(bodies)
        for other, second in bodies[at + 1 :]
        if (matcher := SequenceMatcher(None, first.content, second.content)).real_quick_ratio()
        > 0.7
        and matcher.quick_ratio() > 0.7
        and matcher.ratio() > 0.7
    ]
    assert alike == [
        (
            "finance/2022-08-26-lanyu-bannianbao.md",
            "finance/2022-08-27-lanyu-bannianbao-zhuanzai.md",
        )
    ]


def test_files_are_clean_utf8_with_unix_line_ends(folder: Path) -> None:
    for file in folder.rglob("*.md"):
        raw = file.read_bytes()
        assert raw.startswith(b"---\n"), file
        assert raw.endswith(b"\n"), file
        assert not raw.endswith(b"\n\n"), file
        text = raw.decode("utf-8")
        assert not set(text) & set("\r\t\ufeff\ufffd\u200b"), file
        # half-width punctuation beside a Han character is a slip of the keyboard here
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;?!][\u4e00-\u9fff]", post_body(text)), file


def post_body(text: str) -> str:
    return text.split("---\n", 2)[2]


def test_they_are_read_from_a_zip_file_too(
    tmp_path: Path, posts: dict[str, frontmatter.Post]
) -> None:
    package = Path(searchlib.__file__).parent
    archive = tmp_path / "searchlib.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("searchlib/__init__.py", "")
        for file in sorted((package / "samples").rglob("*")):
            if file.suffix in (".py", ".md"):
                packed.write(file, Path("searchlib") / file.relative_to(package))
    code = (
        "import searchlib.samples\n"
        "with searchlib.samples.folder() as folder:\n"
        "    print(folder)\n"
        "    print(*sorted(f.relative_to(folder).as_posix() for f in folder.rglob('*.md')))\n"
        "print(folder.exists(), searchlib.__file__)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(archive), "PYTHONUTF8": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    where, names, after = run.stdout.splitlines()
    assert names.split() == sorted(posts)
    assert after.startswith("False")
    assert str(archive) in after
    assert str(package) not in where
