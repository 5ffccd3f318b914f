import importlib.util
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import searchlib
from searchlib.definitions import IndexDefinition, load_definition
from searchlib.errors import DefinitionError, SearchLibError, SourceError
from searchlib.ingest.furniture import FINEWS
from searchlib.models import RebuildReport, Rejected, Warned

ROOT = Path(__file__).parents[1]
INDEXES = ROOT / "indexes"


def write(folder: Path, text: str, name: str = "news") -> Path:
    file = folder / f"{name}.toml"
    file.write_bytes(text.encode("utf-8"))
    return file


# ---- good definitions ----


def test_sources_alone_are_enough(tmp_path: Path) -> None:
    definition = load_definition(write(tmp_path, 'sources = ["posts"]'))

    assert definition == IndexDefinition(
        name="news",
        sources=(tmp_path.resolve() / "posts",),
        output=tmp_path.resolve() / "data" / "news",
        encoding=None,
        furniture=None,
    )


def test_every_key_can_be_given(tmp_path: Path) -> None:
    text = r"""
        name = "新闻"
        sources = ["posts", "more/归档.jsonl.xz"]
        output = "built/all"
        encoding = "gb18030"
        furniture = ['^（文章来源：.*）$', '^返回']
    """
    definition = load_definition(write(tmp_path, text))

    assert definition == IndexDefinition(
        name="新闻",
        sources=(tmp_path.resolve() / "posts", tmp_path.resolve() / "more" / "归档.jsonl.xz"),
        output=tmp_path.resolve() / "built" / "all",
        encoding="gb18030",
        furniture=("^（文章来源：.*）$", "^返回"),
    )


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ('sources = "posts"', "sources", ["posts"]),
        ('sources = "../posts"', "sources", ["../posts"]),
        ('sources = "a/../b"', "sources", ["b"]),
        ('sources = ["b", "a", "b"]', "sources", ["b", "a", "b"]),
        ('sources = "p"\nname = "other"', "output", "data/other"),
        ('sources = "p"\nname = "中文 名.v2"', "output", "data/中文 名.v2"),
        ('sources = "p"\nname = "other"\noutput = "x"', "output", "x"),
    ],
)
def test_relative_paths_start_from_the_folder_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, key: str, expected: str | list[str]
) -> None:
    home = tmp_path / "definitions"
    home.mkdir()
    write(home, text)
    monkeypatch.chdir(tmp_path)

    got = getattr(load_definition("definitions/news.toml"), key)

    if isinstance(expected, list):
        assert got == tuple((home / path).resolve() for path in expected)
    else:
        assert got == (home / expected).resolve()


def test_absolute_paths_stay(tmp_path: Path) -> None:
    elsewhere = (tmp_path / "elsewhere").resolve()
    text = f"sources = ['{elsewhere}']\noutput = '{elsewhere / 'index'}'"

    definition = load_definition(write(tmp_path, text))

    assert definition.sources == (elsewhere,)
    assert definition.output == elsewhere / "index"


@pytest.mark.parametrize("encoding", ["utf-8", "GB18030", "big5", "utf-16-le", "cp950"])
def test_encodings_that_python_knows_are_taken(tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path, f'sources = "p"\nencoding = "{encoding}"')
    assert load_definition(file).encoding == encoding


@pytest.mark.parametrize(
    ("value", "patterns"),
    [("[]", ()), ('["返回.*", "x"]', ("返回.*", "x")), ('"finews"', FINEWS.patterns)],
)
def test_furniture_is_patterns_or_a_preset(
    tmp_path: Path, value: str, patterns: tuple[str, ...]
) -> None:
    file = write(tmp_path, f'sources = "p"\nfurniture = {value}')
    assert load_definition(file).furniture == patterns


def test_a_bom_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    file = write(tmp_path, '\ufeff# 定义\r\nsources = "posts"\r\n')
    assert load_definition(file).sources == (tmp_path.resolve() / "posts",)


def test_sources_need_not_exist_yet(tmp_path: Path) -> None:
    definition = load_definition(write(tmp_path, 'sources = "nowhere"'))
    assert not definition.sources[0].exists()


# ---- definitions that make no sense ----


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # missing and unknown keys
        ("", ["sources", "missing"]),
        ('name = "news"', ["sources", "missing"]),
        ('source = "posts"', ["'source'", "sources", "output", "encoding", "furniture"]),
        ('sources = "posts"\nsynonyms = "s.txt"', ["'synonyms'", "allowed are"]),
        ('sources = "posts"\n[fields]\nprice = "number"', ["'fields'", "allowed are"]),
        ('Sources = "posts"', ["'Sources'", "allowed are"]),
        # wrong kinds
        ("sources = 1", ["sources", "an integer", "an array of strings"]),
        ("sources = true", ["sources", "a boolean"]),
        ("sources = 2021-05-08", ["sources", "a date"]),
        ("sources = {a = 1}", ["sources", "a table"]),
        ("[[sources]]\npath = 'x'", ["sources", "an array"]),
        ("sources = [1]", ["sources", "strings"]),
        ("sources = ['a', ['b']]", ["sources", "strings"]),
        ('sources = "p"\nname = 5', ["name", "an integer", "a string"]),
        ('sources = "p"\noutput = ["x"]', ["output", "an array", "a string"]),
        ('sources = "p"\nencoding = false', ["encoding", "a boolean", "a string"]),
        ('sources = "p"\nfurniture = 1.5', ["furniture", "a float", "an array of strings"]),
        ('sources = "p"\nfurniture = "x"', ["furniture", "'x'", "an array of strings", "'finews'"]),
        ('sources = "p"\nfurniture = [1]', ["furniture", "an array of strings"]),
        # empty
        ("sources = []", ["sources", "at least one"]),
        ('sources = ""', ["sources", "not empty"]),
        ('sources = ["posts", " "]', ["sources", "not empty"]),
        ('sources = "p"\nname = ""', ["name", "not empty"]),
        ('sources = "p"\noutput = "\\t"', ["output", "not empty"]),
        ('sources = "p"\nfurniture = [""]', ["furniture", "not empty"]),
        # values out of their range
        ('sources = "p"\nname = "../x"', ["name", "'../x'", "without /"]),
        ('sources = "p"\nname = ".."', ["name", "'..'"]),
        ("sources = 'p'\nname = 'a\\b'", ["name", "without /"]),
        ('sources = "p"\nname = "a\\u0000"', ["name", "printable"]),
        ('sources = "a\\u0000b"', ["sources", "NUL"]),
        ('sources = "p"\noutput = "a\\u0000b"', ["output", "NUL"]),
        ('sources = "p"\nencoding = "gb2313"', ["encoding", "'gb2313'", "gb18030"]),
        ('sources = "p"\nencoding = "rot13"', ["encoding", "'rot13'"]),
        ('sources = "p"\nencoding = "hex"', ["encoding"]),
        ('sources = "p"\nencoding = "a\\u0000"', ["encoding"]),
        ('sources = "p"\nencoding = "undefined"', ["encoding"]),
        ('sources = "p"\nfurniture = ["(文章来源"]', ["furniture", "'(文章来源'", "regular"]),
        ('sources = "p"\nfurniture = ["x{99999999999999999999}"]', ["furniture", "regular"]),
        ('sources = "p"\nfurniture = ["ok", "x(?i)"]', ["furniture", "'x(?i)'"]),
        ('sources = "p"\nfurniture = ["ok", "*"]', ["furniture", "'*'"]),
        # no TOML
        ("sources: posts", ["not TOML", "line 1"]),
        ('sources = "a"\nsources = "b"', ["not TOML"]),
        ('sources = "posts', ["not TOML"]),
        (f"sources = {'9' * 9_999}", ["not TOML"]),
        (f"sources = {'[' * 100_000}", ["not TOML"]),
    ],
)
def test_the_error_names_the_file_the_key_and_what_is_allowed(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    file = write(tmp_path, text)

    with pytest.raises(DefinitionError) as caught:
        load_definition(file)

    assert caught.value.path == str(file)
    assert str(file) in str(caught.value)
    for word in words:
        assert word in caught.value.reason
    assert len(caught.value.reason) < 400


def test_every_other_key_is_refused_with_all_that_are_allowed(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition(write(tmp_path, 'sources = "p"\ndictionary = "d.txt"'))
    for field in fields(IndexDefinition):
        assert field.name in caught.value.reason


def test_a_file_that_is_not_utf8_is_told_where(tmp_path: Path) -> None:
    file = tmp_path / "news.toml"
    file.write_bytes('sources = "文章"'.encode("gb18030"))
    with pytest.raises(DefinitionError, match="not UTF-8, at byte 11"):
        load_definition(file)


def test_a_file_that_cannot_be_read_is_a_definition_error(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(DefinitionError, match="cannot read the file"):
            load_definition(path)


@pytest.mark.skipif(os.name == "nt", reason="making links needs a privilege on Windows")
def test_a_loop_of_links_never_escapes_as_another_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    file = write(tmp_path, 'sources = "loop/posts"')
    try:
        load_definition(file)  # from Python 3.13 on the path simply stays as it is
    except DefinitionError as error:
        assert "loops" in error.reason


TOML_VALUES = st.sampled_from(
    ['"x"', "''", "[]", "['x', 'y']", "[1]", "1", "-0.5", "inf", "true", "{}", "2020-03-15"]
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "sources", "output", "encoding", "furniture", "x", "'名'"]),
        TOML_VALUES,
    ),
    st.text(max_size=5),
)
def test_any_file_gives_a_definition_or_a_definition_error(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, str], noise: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    lines = [f"{key} = {value}" for key, value in table.items()]
    file = write(folder, "\n".join([*lines, noise]), "any")
    try:
        definition = load_definition(file)
    except DefinitionError as error:
        assert error.path == str(file)
    else:
        assert definition.sources
        assert all(path.is_absolute() for path in (*definition.sources, definition.output))


# ---- the definitions of this repository, and the script beside them ----


def script(folder: Path) -> ModuleType:
    """Load a copy of indexes/rebuild.py that stands in `folder`."""
    copy = folder / "rebuild.py"
    copy.write_bytes((INDEXES / "rebuild.py").read_bytes())
    spec = importlib.util.spec_from_file_location("rebuild_script", copy)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("file", sorted(INDEXES.glob("*.toml")), ids=lambda file: file.name)
def test_the_definitions_of_this_repository_load(file: Path) -> None:
    definition = load_definition(file)
    assert definition.name == file.stem
    assert definition.output == INDEXES.resolve() / "data" / file.stem  # which git ignores
    assert all(source.exists() for source in definition.sources)


def test_the_readme_shows_every_key_in_a_definition_that_loads(tmp_path: Path) -> None:
    text = (INDEXES / "README.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]

    load_definition(write(tmp_path, example))

    for field in fields(IndexDefinition):
        assert f"\n{field.name} = " in f"\n{example}"


def test_rebuild_hands_each_definition_to_searchlib_and_prints_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[tuple[object, ...]] = []

    def rebuild(source: object, path: Path, **options: object) -> RebuildReport:
        calls.append((source, path, options))
        return RebuildReport(
            indexed=1_200,
            skipped=3,
            rejected=(Rejected("坏.md", "not UTF-8"),),
            seconds=0.5,
            warnings=(Warned("odd.md", "no date"),),
        )

    monkeypatch.setattr(searchlib, "rebuild", rebuild, raising=False)
    write(tmp_path, 'sources = ["p", "q"]', "b")
    write(tmp_path, 'sources = "p"\nencoding = "big5"\nfurniture = ["^x"]', "a")

    assert script(tmp_path).main([]) == 0

    here = tmp_path.resolve()
    assert calls == [
        (here / "p", here / "data/a", {"encoding": "big5", "furniture": ("^x",)}),
        ([here / "p", here / "q"], here / "data/b", {"encoding": None, "furniture": None}),
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "a: 1,200 indexed, 3 skipped, 1 rejected in 0.5 s (2,400 articles/s)",
        "  rejected 坏.md: not UTF-8",
        "  warning odd.md: no date",
    ]
    assert lines[3].startswith("b: ")


def test_rebuild_takes_names_and_goes_on_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    built: list[str] = []

    def rebuild(source: object, path: Path, **options: object) -> RebuildReport:
        if path.name == "gone":
            raise SourceError(path, "no such file or folder")
        built.append(path.name)
        return RebuildReport(indexed=1, skipped=0, rejected=(), seconds=0.0)

    monkeypatch.setattr(searchlib, "rebuild", rebuild, raising=False)
    for name in ("good", "gone", "other"):
        write(tmp_path, 'sources = "p"', name)
    write(tmp_path, "sources = 1", "broken")

    assert script(tmp_path).main(["gone", "broken", "nameless", "good"]) == 2

    assert built == ["good"]
    errors = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in errors] == ["gone", "broken", "nameless"]
    assert "there are: broken, gone, good, other" in errors[2]


def test_rebuild_lists_without_building(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def rebuild(*_: object, **__: object) -> RebuildReport:
        raise SearchLibError("built although only asked to list")

    monkeypatch.setattr(searchlib, "rebuild", rebuild, raising=False)
    write(tmp_path, 'sources = ["p", "q"]', "news")

    assert script(tmp_path).main(["--list"]) == 0

    here = tmp_path.resolve()
    assert capsys.readouterr().out.splitlines() == [
        f"news: {here / 'p'}, {here / 'q'} -> {here / 'data' / 'news'}"
    ]


def test_rebuild_runs_as_a_script_from_anywhere(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, str(INDEXES / "rebuild.py"), "--list"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},  # a terminal without Chinese
    )
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.startswith(b"sample: ")
