"""The house as its imports show it: modules, floors, and what each part uses; for tests/test_layers.py and docs/generate.py."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "src" / "nvrflow"
FLOORS = [
    (
        "ground",
        "no knowledge of recorders",
        "errors problem content address hostname spellings whole_file environment state_folder https_memory room wait",
    ),
    ("nouns", "what is known, what was found, what a run did", "firmware certificate report attempts command inventory"),
    ("tools", "Playwright and TLS", "browser tls"),
    (
        "hands",
        "drive a recorder, keep its pages, change this computer, pretend to be a recorder",
        "recorder capture trust simulator",
    ),
    (
        "work",
        "flows, what runs them, and what reads what they left",
        "flows running settings guide_runs gallery linting rehearsal check guide compare baseline history regression"
        " demonstration team_repository fleet",
    ),
    ("doors", "where people and programs come in", "cli pytest_plugin suite __main__"),
]
HEIGHT = {part: height for height, (_, _, parts) in enumerate(FLOORS) for part in parts.split()}


def modules() -> list[Path]:
    """Every module of the engine and every flow."""
    return sorted([*ENGINE.rglob("*.py"), *(ROOT / "flows").glob("*.py")])


def part_of(path: Path) -> str:
    """The package or module directly below `nvrflow` to which a module belongs; `flows` for a flow."""
    if path.is_relative_to(ENGINE):
        return path.relative_to(ENGINE).parts[0].removesuffix(".py")
    return "flows"


def name_of(path: Path) -> str:
    """The module's name, `nvrflow.trust.stores.database` or, for a package, `nvrflow.trust`."""
    top = ENGINE.parent if path.is_relative_to(ENGINE) else ROOT
    parts = path.relative_to(top).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a module's syntax tree."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Each module that `path` imports, with the line; imports for types only count like any other."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"{path.relative_to(ROOT)}:{node.lineno}: imports say nvrflow. in full"
            if node.module == "nvrflow":
                yield from ((f"nvrflow.{alias.name}", node.lineno) for alias in node.names)
            else:
                yield node.module, node.lineno


def names_from(path: Path, module: str) -> list[str]:
    """What `path` takes out of `module`: names, some of which may be modules themselves."""
    found = [node for node in nodes(path) if isinstance(node, ast.ImportFrom) and node.module == module]
    return [alias.name for node in found for alias in node.names]


def graph() -> dict[str, set[str]]:
    """For each module the modules that it imports."""
    names = {name_of(path) for path in modules()}
    below = {name: set[str]() for name in names}
    for path in modules():
        own = name_of(path)
        for name, _ in imported(path):
            inner = {f"{name}.{one}" for one in names_from(path, name)}
            below[own] |= (inner & names if inner and inner <= names else (inner & names) | ({name} & names)) - {own}
    below["nvrflow"] = set()  # what a team imports from `nvrflow` itself is loaded when it is asked for
    return below


def offered() -> dict[str, str]:
    """What `from nvrflow import …` offers: the module in which each name is at home."""
    found = [node for node in nodes(ENGINE / "__init__.py") if isinstance(node, ast.ImportFrom) and node.module]
    return {alias.name: str(node.module) for node in found for alias in node.names}


def parts() -> dict[str, set[str]]:
    """For each part of the house the parts that it uses, also by way of what the package itself offers."""
    below, homes = {part: set[str]() for part in HEIGHT}, offered()
    for path in modules():
        names = [name for name, _ in imported(path) if name.startswith("nvrflow.")]
        wanted = {homes.get(name.removeprefix("nvrflow."), name).split(".")[1] for name in names}
        if part_of(path) != "__init__":
            below[part_of(path)] |= wanted & set(HEIGHT) - {part_of(path)}
    return below


def story_of(part: str) -> str:
    """The first sentence of a part's docstring, in one line."""
    path = ENGINE / f"{part}.py" if (ENGINE / f"{part}.py").is_file() else ENGINE / part / "__init__.py"
    document = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(document.split("\n\n")[0].split())
