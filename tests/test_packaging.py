"""What people install: a wheel that is complete, works outside the checkout and starts quickly."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "searchlib"

UNREACHABLE = ("Could not find a version", "No matching distribution", "Failed to establish")
"""What pip says where it cannot get the build backend."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built in an environment of its own."""
    target = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--wheel-dir", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(sign in done.stdout + done.stderr for sign in UNREACHABLE):
        pytest.skip("the build backend cannot be downloaded here")
    assert done.returncode == 0, done.stderr
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel installed; what it depends on is in this environment."""
    target = tmp_path_factory.mktemp("installed")
    install = ["install", "--no-deps", "--no-index", "--quiet", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", *install, str(wheel)], check=True)
    return target


def run_installed(installed: Path, *arguments: str) -> str:
    """Run Python elsewhere, with the installed package before this checkout."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    expected = {
        file.relative_to(ROOT).as_posix()
        for file in PACKAGE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("/LICENSE")]
    assert held == expected
    assert "searchlib/py.typed" in held
    assert len(licences) == 1


def test_installed_it_runs_outside_of_the_checkout(installed: Path) -> None:
    where = run_installed(installed, "-c", "import searchlib; print(searchlib.__file__)")
    assert Path(where.strip()).parent == installed / "searchlib"

    shown = run_installed(installed, "-m", "searchlib", "demo")
    assert shown.startswith("48 indexed, 0 skipped, 0 rejected")
    assert "nothing found" not in shown


def test_installed_it_has_a_command(installed: Path) -> None:
    (metadata,) = installed.glob("searchlib-*.dist-info")
    entry_points = (metadata / "entry_points.txt").read_text(encoding="utf-8")
    assert "searchlib = searchlib.cli:main" in entry_points


def test_import_searchlib_loads_no_library_of_others() -> None:
    program = "import sys; import searchlib; print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = {name.partition(".")[0] for name in shown.stdout.decode().split()}
    heavy = {"numpy", "whoosh", "jieba", "rjieba", "bs4", "lxml", "yaml", "zstandard", "rich"}
    assert not loaded & heavy
    assert not loaded & {"click", "filelock", "frontmatter", "markdown_it"}
