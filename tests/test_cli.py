import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

import searchlib
from searchlib import cli, samples, terminal
from searchlib.models import Progress

COMMANDS = sorted(cli.commands.commands)


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["searchlib", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code or 0
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample articles."""
    path = tmp_path_factory.mktemp("cli") / "index"
    with samples.folder() as folder:
        searchlib.rebuild(folder, path)
    return path


def in_process(*arguments: str, env: dict[str, str] | None = None) -> Ran:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "searchlib", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "1", **(env or {})},
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def plain(value: Any) -> Any:
    """A dataclass as JSON says it."""
    return json.loads(json.dumps(asdict(value), default=lambda date: date.isoformat()))


# ---- rebuild ----


def test_rebuild_makes_an_index_and_says_what_it_did(run: Run, tmp_path: Path) -> None:
    post = "---\ntitle: 长江大桥\ncategory: 社会\n---\n大桥通车了。\n"
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.md").write_text(post, encoding="utf-8")
    draft = post.replace("---\nt", "---\ndraft: true\nt", 1)
    (tmp_path / "posts" / "b.md").write_text(draft, encoding="utf-8")

    ran = run("rebuild", tmp_path / "posts", tmp_path / "index")

    assert ran.code == 0
    assert ran.out.startswith("1 indexed, 1 skipped, 0 rejected in ")
    assert ran.err == ""  # no progress bar where there is no terminal
    with searchlib.open(tmp_path / "index") as opened:
        assert [hit.id for hit in opened.search("大桥")] == ["a.md"]


def test_rebuild_lists_the_first_rejected_with_reasons_and_json_lists_all(
    run: Run, tmp_path: Path
) -> None:
    lines = ['{"id": "good", "title": "好", "body": "正文"}', *["no json"] * 25]
    source = tmp_path / "news.jsonl"
    source.write_text("\n".join(lines), encoding="utf-8")

    ran = run("rebuild", source, tmp_path / "index")
    assert ran.code == 0
    first, *rest = ran.out.splitlines()
    assert first.startswith("1 indexed, 0 skipped, 25 rejected")
    assert len(rest) == 21
    assert all(re.match(r"  rejected news\.jsonl:\d+: \S", line) for line in rest[:20])
    assert rest[20] == "  … and 5 more; --json lists all"

    report = run("rebuild", source, tmp_path / "index", "--json").json
    assert [entry["path"] for entry in report["rejected"]] == [
        f"news.jsonl:{number}" for number in range(2, 27)
    ]
    assert all(entry["reason"] for entry in report["rejected"])
    assert report["indexed"] == 1
    assert report["articles_per_second"] > 0


def test_rebuild_takes_several_sources_and_its_options(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        text = f"---\ntitle: 标题{name}\n---\n正文\n\n本站声明\n"
        (tmp_path / name / f"{name}.md").write_bytes(text.encode("gb18030"))

    ran = run(
        "rebuild",
        tmp_path / "one",
        tmp_path / "two",
        tmp_path / "index",
        "--encoding",
        "gb18030",
        "--furniture",
        "本站.*",
        "--json",
    )

    assert ran.json["indexed"] == 2
    with searchlib.open(tmp_path / "index") as opened:
        assert opened.search("本站声明").total == 0
        assert sorted(hit.title for hit in opened.search("标题")) == ["标题one", "标题two"]


def test_rebuild_without_furniture_keeps_every_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("正文\n\n返回首页\n", encoding="utf-8")
    found = {}
    for options in ((), ("--no-furniture",)):
        run("rebuild", tmp_path / "a.md", tmp_path / "index", *options)
        with searchlib.open(tmp_path / "index") as opened:
            found[options] = opened.search("返回首页").total
    assert found == {(): 0, ("--no-furniture",): 1}


def test_rebuild_of_a_folder_without_posts_found_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    assert run("rebuild", tmp_path / "posts", tmp_path / "index").code == 1


# ---- search ----


QUERIES: list[tuple[str, list[str], dict[str, Any]]] = [
    ("手机", [], {}),
    ("手机", ["--category", "科技", "--sort", "date"], {"category": "科技", "sort": "date"}),
    ("银行", ["--tag", "贷款", "--tag", "春耕"], {"tags": ["贷款", "春耕"]}),
    ("手机", ["--since", "2021", "--until", "2022-06"], {"since": "2021", "until": "2022-06"}),
    ("手机", ["-n", "2", "--offset", "1"], {"limit": 2, "offset": 1}),
    ("手机", ["--facet", "category", "--facet", "year"], {"facets": ["category", "year"]}),
    ("乒乓球 规则", [], {}),
    ('"农业发展银行"', [], {}),
    ("龘靐齉爩", [], {}),
]


@pytest.mark.parametrize(("query", "flags", "options"), QUERIES)
def test_search_as_json_is_what_python_gives(
    run: Run, index: Path, query: str, flags: list[str], options: dict[str, Any]
) -> None:
    with searchlib.open(index) as opened:
        expected = opened.search(query, **options)
    ran = run("search", index, query, *flags, "--json")

    assert ran.code == (0 if expected.total else 1)
    assert {**ran.json, "took_ms": 0} == {**plain(expected), "took_ms": 0}


def test_words_of_a_query_may_be_separate_arguments(run: Run, index: Path) -> None:
    together = run("search", index, "乒乓球 规则", "--json").json
    apart = run("search", index, "乒乓球", "规则", "--json").json
    assert together["hits"]
    assert together["hits"] == apart["hits"]


def test_an_exclusion_goes_after_two_dashes(run: Run, index: Path) -> None:
    every = {hit["id"] for hit in run("search", index, "1.47亿元", "--json").json["hits"]}
    fewer = {
        hit["id"] for hit in run("search", index, "--json", "--", "1.47亿元", "-转载").json["hits"]
    }
    assert fewer < every


def test_hits_are_numbered_and_show_what_people_look_for(run: Run, index: Path) -> None:
    with searchlib.open(index) as opened:
        results = opened.search("手机", limit=2, offset=1, facets="category")
    ran = run("search", index, "手机", "-n", 2, "--offset", 1, "--facet", "category")

    assert ran.code == 0
    assert "\x1b" not in ran.out
    for number, hit in enumerate(results, 2):
        assert f"{number}. {hit.title}" in ran.out.splitlines()
        assert hit.date is not None
        about = f"{hit.category} · {hit.date:%Y-%m-%d} · {' '.join(hit.tags)} · {hit.matched_by}"
        assert f"   {about} · {hit.path}" in ran.out.splitlines()
        assert f"   {hit.snippet.text}".replace("\n", " ") in ran.out.splitlines()
    assert f"{results.total} articles found, 2 to 3 shown (" in ran.out
    first, count = results.facets["category"][0]
    assert f"category: {first} {count}, " in ran.out


def test_nothing_found_is_exit_code_one_and_an_empty_page_is_not(run: Run, index: Path) -> None:
    assert run("search", index, "龘靐齉爩").code == 1
    assert run("search", index, "手机", "-n", 0).code == 0
    assert run("search", index, "手机", "--offset", 1000).code == 0


STYLED = re.compile(r"\x1b\[([\d;]*)m")


def marked_pieces(shown: str) -> list[str]:
    """The stretches of text shown in red."""
    found, red, at = [], False, 0
    for match in STYLED.finditer(shown):
        if red and shown[at : match.start()]:
            found.append(shown[at : match.start()])
        at, red = match.end(), "31" in match[1].split(";")
    return found


@pytest.fixture
def colours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "1000")


@pytest.mark.usefixtures("colours")
@pytest.mark.parametrize("query", ["手机", "长期护理保险 养老", "软体更新", "C++ .net"])
def test_a_terminal_shows_the_marks_in_colour(run: Run, index: Path, query: str) -> None:
    with searchlib.open(index) as opened:
        results = opened.search(query, limit=3)
    ran = run("search", index, query, "-n", 3)

    expected = []
    for hit in results:
        expected += re.findall("<mark>(.*?)</mark>", hit.title_html)
        expected += [hit.snippet.text[start:end] for start, end in hit.snippet.ranges]
    assert expected
    assert marked_pieces(ran.out) == expected


@pytest.mark.usefixtures("colours")
def test_no_color_is_respected(run: Run, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert marked_pieces(run("search", index, "手机").out) == []


@pytest.mark.usefixtures("colours")
def test_an_article_cannot_command_the_terminal(run: Run, tmp_path: Path) -> None:
    evil = "标题\x1b[2J\u202e\x07\x9b31m <mark>不是标记</mark> &amp;"
    with searchlib.open(tmp_path / "index", create=True) as opened:
        opened.add(searchlib.Article("a\x1b[1m", evil, evil, category=evil, tags=[evil]))

    shown = run("search", tmp_path / "index", "标题").out
    assert marked_pieces(shown) == ["标题", "标题"]
    rest = STYLED.sub("", shown)
    assert "标题\ufffd[2J\ufffd\ufffd\ufffd31m <mark>不是标记</mark> &amp;" in rest
    assert not set(rest) & set("\x1b\u202e\x07\x9b")

    piped = run("search", tmp_path / "index", "标题", "--json").json
    assert piped["hits"][0]["title"] == evil  # JSON escapes, so it has what was stored


# ---- stats, analyze, verify ----


def test_stats_are_those_of_the_index(run: Run, index: Path) -> None:
    with searchlib.open(index) as opened:
        expected = opened.stats()
    assert run("stats", index, "--json").json == plain(expected)

    shown = dict(line.split(maxsplit=1) for line in run("stats", index).out.splitlines())
    assert shown["documents"] == f"{expected.documents:,}"
    assert shown["bytes"] == f"{expected.bytes:,}"


TEXTS = ["COVID-19疫苗已接種1.47億劑", "ＡＢＣ資訊，C＋＋与.NET", "乒乓球拍卖完了", "①㍿ﬁ"]


@pytest.mark.parametrize("text", TEXTS)
def test_analyze_gives_offsets_of_the_text_itself(run: Run, text: str) -> None:
    ran = run("analyze", text, "--json")
    assert ran.code == 0
    for token in ran.json:
        assert set(token) == {"text", "start", "end", "kind"}
        assert token["text"] in searchlib.fold(text[token["start"] : token["end"]])

    lines = run("analyze", text).out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [str(token["start"]), str(token["end"])] for token in ran.json
    ]


def test_analyze_of_no_token_found_nothing(run: Run) -> None:
    assert run("analyze", "。，！").code == 1
    assert run("analyze", "。，！", "--json").json == []


def test_analyze_cuts_as_an_index_does(run: Run, tmp_path: Path) -> None:
    text = "芷溪里巷电梯"
    with searchlib.open(tmp_path / "index", create=True, user_words=["芷溪里巷"]):
        pass
    alone = {token["text"] for token in run("analyze", text, "--json").json}
    within = run("analyze", text, "--index", tmp_path / "index", "--json").json
    assert "芷溪里巷" not in alone
    assert "芷溪里巷" in {token["text"] for token in within}


def test_verify_tells_an_intact_index_from_a_damaged_one(run: Run, tmp_path: Path) -> None:
    with searchlib.open(tmp_path / "index", create=True) as opened:
        opened.add(searchlib.Article("a", "标题", "正文" * 100))
    ran = run("verify", tmp_path / "index")
    assert (ran.code, ran.out.split(":")[0]) == (0, "intact")
    assert run("verify", tmp_path / "index", "--json").json["documents"] == 1

    (segment,) = (tmp_path / "index").glob("*.seg")
    data = bytearray(segment.read_bytes())
    data[100] ^= 1
    segment.write_bytes(data)

    ran = run("verify", tmp_path / "index")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
    assert "corrupt" in ran.err


# ---- demo ----


def test_demo_finds_something_for_each_of_its_queries_and_leaves_nothing_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ran = run("demo")
    assert ran.code == 0
    for query, _ in cli.DEMO_QUERIES:
        assert f"» {query}" in ran.out
    assert "nothing found" not in ran.out
    assert ran.out.count("\ncategory: ") == len(cli.DEMO_QUERIES)
    assert list(tmp_path.iterdir()) == []


def test_demo_takes_a_query(run: Run, index: Path) -> None:
    (answer,) = run("demo", "手机", "--json").json
    expected = run("search", index, "手机", "--facet", "category", "--json").json
    assert {**answer, "took_ms": 0} == {**expected, "took_ms": 0}
    assert run("demo", "龘靐齉爩").code == 1


# ---- errors, help, streams ----


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", "{missing}", "词"], "no index here"),
        (["stats", "{missing}"], "no index here"),
        (["verify", "{missing}"], "no index here"),
        (["analyze", "词", "--index", "{missing}"], "no index here"),
        (["rebuild", "{missing}", "{new}"], "cannot read"),
        (["rebuild", "{post}", "{new}", "--encoding", "gb2313"], "gb2313"),
        (["rebuild", "{index}", "{new}", "--furniture", "("], "regular expression"),
        (["rebuild", "{index}", "{new}", "--workers", "0"], "workers"),
        (["search", "{index}", "词", "--sort", "size"], "date:asc"),
        (["search", "{index}", "词", "--since", "yesterday"], "2021-06-30"),
        (["search", "{index}", "词", "--facet", "colour"], "category"),
        (["search", "{index}", "词", "-n", "-1"], "limit=-1"),
        (["search", "{index}", "词", "--offset", "-1"], "offset=-1"),
    ],
)
def test_an_error_is_one_line_and_exit_code_two(
    run: Run, index: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "post.md").write_text("正文", encoding="utf-8")
    folders = {
        "post": tmp_path / "post.md",
        "index": index,
        "missing": tmp_path / "missing",
        "new": tmp_path / "new",
    }
    ran = run(*(argument.format(**folders) for argument in arguments))
    assert (ran.code, ran.out) == (2, "")
    (line,) = ran.err.splitlines()
    assert line.startswith("searchlib: ")
    assert words in line


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["search"], ["search", "x", "词", "--colour"], ["rebuild", "x"]]
)
def test_wrong_usage_is_exit_code_two(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Error: " in ran.err


def test_ctrl_c_is_exit_code_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(searchlib, "rebuild", interrupted)
    ran = run("rebuild", "x", "y")
    assert (ran.code, ran.err.strip()) == (130, "")


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(run: Run, command: str, flag: str) -> None:
    ran = run(command, flag)
    assert ran.code == 0
    assert f"Example: searchlib {command}" in ran.out
    assert "--json" in ran.out


def test_help_names_every_command(run: Run) -> None:
    shown = run("--help").out
    assert all(f"  {command}  " in shown for command in COMMANDS)


def test_version(run: Run) -> None:
    assert run("--version").out == f"searchlib {searchlib.__version__}\n"


def test_json_is_valid_in_an_encoding_without_chinese(index: Path) -> None:
    arguments = ("search", str(index), "手机", "--json")
    ran = in_process(*arguments, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert ran.out.isascii()
    assert {**ran.json, "took_ms": 0} == {**in_process(*arguments).json, "took_ms": 0}


def test_a_reader_that_leaves_early_is_no_error(index: Path) -> None:
    arguments = [sys.executable, "-m", "searchlib", "search", str(index), "手机"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_search_into_a_pipe_imports_only_what_it_needs(index: Path) -> None:
    program = (
        "import sys, atexit; from searchlib import cli;"
        f"sys.argv = ['searchlib', 'search', {str(index)!r}, '手机'];"
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); cli.main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(done.stderr.decode().split())
    assert "numpy" in loaded
    assert not loaded & {"rich", "jieba", "whoosh"}


# ---- progress ----


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_with_its_rate_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("TERM", "xterm")
    with terminal.progress_bar() as show:
        assert show is not None
        show(Progress("reading", 250, 1000, 1_234))
        show(Progress("merging", 1, 2, 4_321))
    text = shown.getvalue()
    assert re.search(r"4,321 articles, [\d,]+/s", text)
    assert "merging" in text
    assert "50%" in text


def test_progress_is_silent_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with terminal.progress_bar() as show:
        assert show is None
    assert isinstance(sys.stderr, io.StringIO)
    assert sys.stderr.getvalue() == ""
