"""The tree is what docs/architecture.md and the table of layers below say it is."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import searchlib

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "searchlib"

LAYERS = (
    {"errors"},
    {"limits"},
    {"models"},
    {"ingest", "analysis", "samples"},
    {"store"},
    {"query"},
    {"results"},
    {"options", "batch", "view"},
    {"index"},
    {"opening", "definitions"},
    {"rebuilding"},
    {"terminal"},
    {"cli"},
    {"__main__"},
)
"""From the bottom up. A part imports from itself and from the layers below, never sideways."""

HEIGHT = {part: height for height, layer in enumerate(LAYERS) for part in layer}
FACADE_USERS = {"cli", "__main__"}
"""Who may `import searchlib` itself, which leads to every layer."""

MODULES = sorted(PACKAGE.rglob("*.py"))
FACADE = PACKAGE / "__init__.py"


def named(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def part_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(module: Path) -> set[str]:
    """Every module that this one imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(module)}:{node.lineno} is a relative import"
            assert node.module is not None
            # `from searchlib import terminal` is an import of searchlib.terminal
            if node.module == "searchlib":
                found |= {f"searchlib.{alias.name}" for alias in node.names}
            else:
                found.add(node.module)
    return found


def test_every_part_has_its_layer() -> None:
    assert {part_of(module) for module in MODULES if module != FACADE} == set(HEIGHT)


@pytest.mark.parametrize("module", [m for m in MODULES if m != FACADE], ids=named)
def test_imports_go_one_way(module: Path) -> None:
    part = part_of(module)
    for name in sorted(imported(module)):
        top, _, rest = name.partition(".")
        if top != "searchlib":
            continue
        if not rest:
            assert part in FACADE_USERS, f"{named(module)} imports searchlib itself"
            continue
        other = rest.partition(".")[0]
        assert other == part or HEIGHT[other] < HEIGHT[part], f"{named(module)} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_no_module_is_longer_than_three_hundred_lines(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_whoosh_is_imported_where_it_belongs(module: Path) -> None:
    if any(name.partition(".")[0] == "whoosh" for name in imported(module)):
        assert part_of(module) in ("store", "query")


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_all_is_sorted_and_real(module: Path) -> None:
    dotted = ".".join(["searchlib", *module.relative_to(PACKAGE).with_suffix("").parts])
    dotted = dotted.removesuffix(".__init__")
    if "__all__" not in module.read_text(encoding="utf-8"):
        return
    loaded = importlib.import_module(dotted)
    # as ruff's RUF022 has it: CONSTANTS, then Classes, then the rest
    in_order = sorted(set(loaded.__all__), key=lambda n: (not n.isupper(), n[0].islower(), n))
    assert list(loaded.__all__) == in_order
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []


def test_dir_offers_what_is_public() -> None:
    assert set(searchlib.__all__) <= set(dir(searchlib))


def test_every_module_of_the_tree_is_a_module_of_the_package() -> None:
    found = {
        module.name for module in pkgutil.walk_packages(searchlib.__path__, prefix="searchlib.")
    }
    files = {
        ".".join(["searchlib", *module.relative_to(PACKAGE).with_suffix("").parts])
        for module in MODULES
        if module != FACADE
    }
    assert found == {name.removesuffix(".__init__") for name in files}


def test_the_architecture_page_names_every_module_and_no_other() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    described = re.findall(r"^- `([\w/]+\.py)`", page, re.MULTILINE)
    assert sorted(described) == sorted(
        named(module) for module in MODULES if module.name != "__init__.py" or module == FACADE
    )
    assert len(described) == len(set(described))


def test_the_architecture_page_describes_every_package_in_the_order_of_the_layers() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## .*?`(\w+)/`", page, re.MULTILINE)
    packages = {part for part in HEIGHT if (PACKAGE / part).is_dir()}
    assert sorted(headings) == sorted(packages)
    heights = [HEIGHT[name] for name in headings if name != "samples"]
    assert heights == sorted(heights)
