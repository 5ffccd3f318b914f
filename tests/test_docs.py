"""Every example of the documentation runs, and nothing public is left undocumented."""

import contextlib
import doctest
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

import searchlib
from searchlib import cli, samples
from searchlib.analysis import Token

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BIN = Path(sys.executable).parent

BLOCK = re.compile(
    r"^(?P<skip><!-- not run: .+? -->\n)?```(?P<language>\w+)\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
MEASURED = re.compile(r"\d[\d,.]*(?= (?:ms|s|articles/s|bytes)\b)")
"""Figures that differ from run to run."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page, and the line that it begins in."""

    language: str
    code: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page that are to be run, in their order."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        if not match["skip"]:
            line = text.count("\n", 0, match.start("code")) + 1
            yield Block(match["language"], match["code"], line)


def pages_with(*languages: str) -> list[Path]:
    return [page for page in PAGES if any(block.language in languages for block in blocks(page))]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the sample articles in `posts`, made the current one."""
    with samples.folder() as source:
        shutil.copytree(source, tmp_path / "posts")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", pages_with("python"), ids=name)
def test_python_examples_run(page: Path, folder: Path) -> None:
    names: dict[str, object] = {"__name__": "__docs__"}
    for block in blocks(page):
        if block.language != "python":
            continue
        if ">>> " in block.code:
            test = doctest.DocTestParser().get_doctest(
                block.code, names, name(page), name(page), block.line - 1
            )
            failed = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(
                test, clear_globs=False
            )
            assert failed.failed == 0
            names.update(test.globs)
        else:
            # blank lines in front, so that a traceback names the line of the page
            code = compile("\n" * (block.line - 1) + block.code, str(page), "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, names)


def run(command: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return subprocess.run(
        command,
        shell=True,
        cwd=folder,
        capture_output=True,
        check=False,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1"},
    )


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a block and the output shown below it, empty where none is shown."""
    if block.language == "sh":
        for line in block.code.splitlines():
            if line.split("#")[0].strip():
                yield line, ""
        return
    for part in re.split(r"^\$ ", block.code, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


def comparable(output: str) -> str:
    return MEASURED.sub("N", "\n".join(line.rstrip() for line in output.splitlines()) + "\n")


@pytest.mark.parametrize("page", pages_with("sh", "console"), ids=name)
def test_shell_examples_run_and_print_what_is_shown(page: Path, folder: Path) -> None:
    for block in blocks(page):
        if block.language not in ("sh", "console"):
            continue
        for command, shown in commands(block):
            done = run(command, folder)
            where = f"{name(page)}:{block.line}: {command}"
            assert done.returncode == 0, f"{where}\n{done.stderr.decode()}"
            printed = done.stdout.decode()
            if shown:
                assert doctest.OutputChecker().check_output(
                    comparable(shown), comparable(printed), doctest.ELLIPSIS
                ), f"{where}\n{printed}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_blocks_say_what_they_are(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    opened = re.findall(r"^```(.*)$", text, re.MULTILINE)[0::2]
    assert set(opened) <= {"python", "console", "sh", "toml", "json", "text"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("public", searchlib.__all__)
def test_every_public_name_is_documented(public: str) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert re.search(rf"(?:`|searchlib\.){re.escape(public)}\b", page)


@pytest.mark.parametrize("method", [m for m in vars(searchlib.Index) if not m.startswith("_")])
def test_every_method_of_an_index_is_documented(method: str) -> None:
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert f"{method}(" in page


@pytest.mark.parametrize("command", sorted(cli.commands.commands))
def test_every_command_and_option_is_documented(command: str) -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert f"## searchlib {command}\n" in page
    for parameter in cli.commands.commands[command].params:
        for option in parameter.opts:
            if option.startswith("-"):
                assert re.search(rf"`{option}[ `]", page), option


JSON_OBJECTS = {
    "Results": searchlib.Results,
    "Hit": searchlib.Hit,
    "Snippet": searchlib.Snippet,
    "RebuildReport": searchlib.RebuildReport,
    "Stats": searchlib.Stats,
    "Token": Token,
}


@pytest.mark.parametrize("title", JSON_OBJECTS)
def test_the_json_of_every_object_is_documented_field_for_field(title: str) -> None:
    page = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    section = page.split(f"### {title}\n")[1].split("\n### ")[0]
    rows = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    described = [field for row in rows for field in re.findall(r"`(\w+)`", row)]
    derived = ["articles_per_second"] if title == "RebuildReport" else []
    assert described == [field.name for field in fields(JSON_OBJECTS[title])] + derived


def test_both_readmes_show_the_same_examples() -> None:
    english, chinese = (
        [
            re.sub(r"\s*#.*", "", block.code)
            for block in blocks(ROOT / page)
            if block.language == "console"
        ]
        for page in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
