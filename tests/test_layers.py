"""The house: imports go down only, each outside package has one door, and no vendor's word stands in the engine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "src" / "nvrflow"
LAYERS = [
    ("ground", ["errors", "content"]),
    ("nouns", ["firmware", "certificate", "command", "report"]),
    ("hands", ["recorder", "browser", "firefox", "tls", "trust", "simulator"]),
    (
        "work",
        ["flows", "running", "trusting", "importing", "verification", "diagnosis", "examination", "bundle", "linting", "guide"],
    ),
    ("doors", ["cli", "pytest_plugin", "__main__"]),
]
HEIGHT = {part: height for height, (_, parts) in enumerate(LAYERS) for part in parts}
# Who may import an outside package: parts, or files of a part.
DOORS = {
    "playwright": ["recorder", "browser"],
    "subprocess": ["command"],
    "yaml": ["content"],
    "click": ["cli"],
    "rich": ["cli"],
    "PIL": ["report", "guide"],
    "jinja2": ["report", "bundle", "guide"],
    "pytest": ["pytest_plugin"],
    "starlette": ["simulator"],
    "uvicorn": ["simulator"],
}
VENDORS = re.compile(
    r"(?<![a-z])(dahua|hikvision|uniview|amcrest|lorex|intelbras|axis|hanwha|reolink|extjs|ext|antd|rpc2|dui)(?![a-z])", re.I
)


def modules() -> list[Path]:
    return sorted([*ENGINE.rglob("*.py"), *(ROOT / "flows").glob("*.py")])


def part_of(path: Path) -> str:
    if path.is_relative_to(ENGINE):
        return path.relative_to(ENGINE).parts[0].removesuffix(".py")
    return "flows"


def imported(path: Path) -> Iterator[tuple[str, int, bool]]:
    """Each imported module of `path` with its line, and whether it is imported for types only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno, id(node) in for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "nvrflow":
                yield from ((f"nvrflow.{alias.name}", node.lineno, id(node) in for_types) for alias in node.names)
            else:
                yield node.module, node.lineno, id(node) in for_types


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    own = part_of(path)
    if own == "__init__":
        return
    upward = []
    for name, line, for_types in imported(path):
        parts = name.split(".")
        if parts[0] != "nvrflow" or len(parts) < 2 or for_types:
            continue
        if own == "flows" and parts[1] not in HEIGHT:
            continue  # what the package itself offers to flows
        assert parts[1] in HEIGHT, f"line {line}: {name} is in no layer"
        if HEIGHT[parts[1]] > HEIGHT[own]:
            upward.append(f"line {line}: {own} imports {name}")
    assert not upward


def name_of(path: Path) -> str:
    """The module's name, `nvrflow.trust.nss` or, for a package, `nvrflow.trust`."""
    top = ENGINE.parent if path.is_relative_to(ENGINE) else ROOT
    parts = path.relative_to(top).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_no_module_imports_itself_in_a_circle() -> None:
    names = {name_of(path) for path in modules()}
    below = {name: set[str]() for name in names}
    for path in modules():
        for name, _, for_types in imported(path):
            inner = {f"{name}.{one}" for one in names_from(path, name)}
            wanted = inner & names if inner and inner <= names else (inner & names) | ({name} & names)
            below[name_of(path)] |= set() if for_types else wanted - {name_of(path)}
    below["nvrflow"] = set()  # what a team imports from `nvrflow` itself is loaded when it is asked for

    finished: set[str] = set()

    def reach(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, f"circle: {' -> '.join((*way[way.index(name) :], name))}"
        if name not in finished:
            for other in sorted(below[name]):
                reach(other, (*way, name))
            finished.add(name)

    for name in sorted(names):
        reach(name, ())


def names_from(path: Path, module: str) -> list[str]:
    """What `path` takes out of `module`: names, some of which may be modules themselves."""
    return [
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    ]


@pytest.mark.parametrize("package", DOORS)
def test_each_outside_package_has_one_door(package: str) -> None:
    strangers = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        for name, line, _ in imported(path)
        if name.split(".")[0] == package and part_of(path) not in DOORS[package]
    ]
    assert not strangers


def test_nothing_waits_for_a_time_and_only_the_command_line_prints() -> None:
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("time.sleep", "sleep") or called.endswith("wait_for_timeout"):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {called}")
                if called == "print" and part_of(path) != "cli":
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} print")
    assert not found


def test_no_vendor_has_a_word_in_the_engine() -> None:
    """Identifiers and texts, not docstrings: those may name a firmware as an example, and so may the command line's help."""
    found = []
    for path in modules():
        if part_of(path) in ("simulator", "cli"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documents = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            names = [getattr(node, key, "") for key in ("id", "attr", "arg", "name")]
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
                names.append(node.value)
            for name in names:
                if (
                    isinstance(name, str)
                    and VENDORS.search(name)
                    and not name.startswith("The selector file")
                    and "/nvr_v4" not in name
                ):
                    found.append(f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {name[:60]!r}")
    assert not found


def test_flows_have_no_try_no_selector_and_no_wait() -> None:
    for path in (ROOT / "flows").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        assert path.stem in functions, f"{path.name} does not define {path.stem}"
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Try), f"{path.name}:{node.lineno} has a try"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"[#.]\w+-|css=|\[t=", node.value), (
                    f"{path.name}:{node.lineno} has a selector: {node.value!r}"
                )


def test_selectors_hold_no_python() -> None:
    assert not list((ROOT / "selectors").rglob("*.py"))


def test_modules_are_small() -> None:
    long = {
        str(path.relative_to(ROOT)): count for path in modules() if (count := path.read_text(encoding="utf-8").count("\n")) > 260
    }
    assert not long
