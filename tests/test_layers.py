"""The house: imports go down only, each outside package has one door, and no vendor's word stands in the engine."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from house import ENGINE, FLOORS, HEIGHT, ROOT, graph, imported, modules, name_of, names_from, nodes, part_of, parts

LONGEST = 250  # lines of a module
# Who may import an outside package: parts, or files of a part.
DOORS = {
    "playwright": ["recorder", "browser", "capture", "regression"],
    "greenlet": ["browser"],
    "subprocess": ["command"],
    "yaml": ["content"],
    "ruamel": ["check", "inventory"],
    "click": ["cli"],
    "rich": ["cli"],
    "PIL": ["report", "guide", "capture", "compare", "baseline"],
    "jinja2": ["report", "trust", "guide", "check", "compare", "baseline", "history", "regression", "fleet"],
    "pytest": ["pytest_plugin", "suite", "cli"],
    "publicsuffixlist": ["trust"],
    "starlette": ["simulator"],
    "uvicorn": ["simulator"],
    "marionette_driver": ["trust"],
    "pebble": ["fleet"],
    "procrastinate": ["fleet"],
    "psutil": ["fleet"],
    "psycopg": ["fleet"],
    "sqlite3": ["fleet", "trust"],
}
# Python's parser of addresses has one door as well; only what quotes or unquotes single words may be imported elsewhere.
_WORDS_OF_ADDRESSES = {"quote", "quote_plus", "unquote"}
VENDORS = {"dahua", "hikvision", "uniview", "amcrest", "lorex", "intelbras", "axis", "hanwha", "reolink"}
VENDORS |= {"ext", "extjs", "antd", "rpc2", "dui", "isapi"}
# The words of names and of sentences alike: `rpc2_login`, `DahuaPage` and "ext-gen" hold rpc2, dahua and ext; "next" holds none.
WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*")


def test_every_part_has_a_layer() -> None:
    assert {part_of(path) for path in modules()} - {"__init__"} <= set(HEIGHT)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path: Path) -> None:
    own = part_of(path)
    if own == "__init__":
        return
    upward = []
    for name, line in imported(path):
        parts = name.split(".")
        if parts[0] != "nvrflow" or len(parts) < 2:
            continue
        if own == "flows" and parts[1] not in HEIGHT:
            continue  # what the package itself offers to flows
        assert parts[1] in HEIGHT, f"line {line}: {name} is in no layer"
        if HEIGHT[parts[1]] > HEIGHT[own]:
            upward.append(f"line {line}: {own} imports {name}")
    assert not upward


def find_circle(below: dict[str, set[str]]) -> str:
    """The first way from a name back to itself, or nothing."""
    finished: set[str] = set()

    def reach(name: str, way: tuple[str, ...]) -> str:
        if name in way:
            return " -> ".join((*way[way.index(name) :], name))
        if name not in finished:
            for other in sorted(below.get(name, ())):
                if circle := reach(other, (*way, name)):
                    return circle
            finished.add(name)
        return ""

    return next((circle for name in sorted(below) if (circle := reach(name, ()))), "")


def test_no_module_imports_itself_in_a_circle() -> None:
    """Imports for types count, too: a module that names another's type depends on it."""
    assert not find_circle(graph())


# One package for each protocol, each with the same kinds of things: the package says whose they are.
PARALLEL = ("nvrflow.simulator.protocols.",)
# Words that end like an activity and are things.
THINGS = {"encoding", "listing", "setting", "standing"}
# Modules whose parts are being rebuilt; each goes from here with its old name.
LEFT = {
    *("firmware.checking", "firmware.loading", "linting", "running", "shooting", "simulator.protocols.rpc2_camera.issuing"),
    *("guide.composing", "guide.filming", "guide.making", "guide.html", "guide.pictures", "report.annotating"),
    *("recorder.opening", "recorder.control"),
}


def named() -> list[str]:
    """Every module whose name is free to choose: no command's, which is called after its command, and no flow."""
    names = [name_of(path) for path in modules() if path.name != "__init__.py" and path.is_relative_to(ENGINE)]
    left = {f"nvrflow.{name}" for name in LEFT}
    return [name for name in names if name not in left and name not in commands() and not name.startswith(PARALLEL)]


def commands() -> set[str]:
    """The modules of the command line that are called after one of the commands in them."""
    from nvrflow.cli import _COMMANDS

    return {module for command, module in _COMMANDS.items() if module.rpartition(".")[2] == command}


def test_no_two_modules_share_a_name() -> None:
    counted = Counter(name.rpartition(".")[2] for name in named())
    assert not {name: count for name, count in counted.items() if count > 1}


def test_a_module_is_named_for_a_thing_and_not_for_an_activity() -> None:
    words = {name: name.rpartition(".")[2] for name in named()}
    assert not [name for name, word in words.items() if word.endswith("ing") and word not in THINGS]
    assert not set(words.values()) & {"utils", "util", "common", "base", "core", "helpers", "misc", "noun", "types"}


def test_each_command_is_found_in_a_module_that_is_called_after_it_or_after_its_neighbour() -> None:
    from nvrflow.cli import _COMMANDS

    assert set(_COMMANDS.values()) == commands()


def stories() -> list[Path]:
    """The packages whose docstring says in which order to read them."""
    found = [path for path in ENGINE.rglob("__init__.py") if path.parent != ENGINE]
    return sorted(path for path in found if re.search("reading\\s+order|Read in this order", document_of(path)))


def document_of(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


@pytest.mark.parametrize("path", stories(), ids=lambda path: path.parent.name)
def test_a_package_that_tells_its_reading_order_names_each_of_its_modules(path: Path) -> None:
    inner = {one.stem for one in path.parent.glob("*.py")} | {one.parent.name for one in path.parent.glob("*/__init__.py")}
    assert inner - {"__init__"} <= set(re.findall(r"`([a-z_0-9]+)`", document_of(path)))


def test_no_part_imports_itself_in_a_circle() -> None:
    assert not find_circle(parts())


def test_no_module_of_the_trust_package_imports_the_package_itself() -> None:
    """Its `__init__` names what others use; inside, each module imports the one that it means."""
    found = [
        f"{path.name}:{line}"
        for path in modules()
        if part_of(path) == "trust"
        for name, line in imported(path)
        if name == "nvrflow.trust"
    ]
    assert not found


@pytest.mark.parametrize("package", DOORS)
def test_each_outside_package_has_one_door(package: str) -> None:
    strangers = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in modules()
        for name, line in imported(path)
        if name.split(".")[0] == package and part_of(path) not in DOORS[package]
    ]
    assert not strangers


def test_only_one_module_takes_addresses_apart_or_puts_them_together() -> None:
    """`nvrflow.address`; the simulated recorder is a server of its own, which reads what browsers send."""
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in modules()
        if name_of(path) != "nvrflow.address" and part_of(path) != "simulator"
        for word in [
            *(name for name, _ in imported(path) if name in ("urllib", "yarl", "httpx")),
            *(word for module in ("urllib", "urllib.parse") for word in names_from(path, module)),
            *(name for name, _ in imported(path) if name == "urllib.parse" and not names_from(path, name)),
        ]
        if word not in _WORDS_OF_ADDRESSES
    ]
    assert not found


def test_nothing_waits_for_a_time_and_only_the_command_line_prints() -> None:
    found = []
    for path in modules():
        for node in nodes(path):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                is_pause = called.split(".")[-1] in ("sleep", "wait_for_timeout")
                if is_pause and not (called == "asyncio.sleep" and part_of(path) == "simulator"):  # a recorder takes its time
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {called}")
                to_a_person = not any(keyword.arg == "file" for keyword in node.keywords)
                if called == "print" and part_of(path) != "cli" and to_a_person:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} print")
    assert not found


def shipped() -> list[str]:
    """The names of all selector files and simulated recorders."""
    files = [*(ROOT / "selectors").glob("*/*.yaml"), *(ROOT / "fixtures").glob("*/*/")]
    return sorted({f"{path.parent.name}/{path.name.removesuffix('.yaml')}" for path in files}, key=len, reverse=True)


def test_no_vendor_has_a_word_in_the_engine() -> None:
    """Not in a name, a text or a comment, nor in a template; only the doors may name a shipped file as an example or default."""
    found = []
    doors, names = FLOORS[-1][2].split(), re.compile("|".join(map(re.escape, shipped())))
    texts = [path for path in ENGINE.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".png", ".woff2")]
    for path in [*modules(), *texts]:
        if part_of(path) != "simulator":
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                said = names.sub("", line) if part_of(path) in doors else line
                if any(word.lower() in VENDORS for word in WORD.findall(said)):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert not found


def flows() -> list[Path]:
    return sorted((ROOT / "flows").glob("*.py"))


@pytest.mark.parametrize("path", flows(), ids=lambda path: path.name)
def test_each_flow_is_named_like_its_file(path: Path) -> None:
    named = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    first = next((node for node in named if node.name == path.stem), None)
    assert first, f"{path.name} does not define {path.stem}"
    assert first.args.args[0].arg == "recorder"


@pytest.mark.parametrize("path", flows(), ids=lambda path: path.name)
def test_flows_have_no_try_and_ask_for_no_version(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Try | ast.TryStar), f"{path.name}:{node.lineno} has a try"
        for name in (getattr(node, key, None) for key in ("id", "attr", "arg", "name")):
            assert not re.search("firmware|version", str(name)), f"{path.name} asks for {name}"
        assert not isinstance(getattr(node, "value", None), float), f"{path.name} has a version or a time"


@pytest.mark.parametrize("path", flows(), ids=lambda path: path.name)
def test_flows_say_names_of_the_selector_file_and_sentences_only(path: Path) -> None:
    """A selector is neither a name, `trusted_ca`, nor a sentence that is shown to a person."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    shown = {
        id(word)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("chapter", "already", "cannot")
        for word in node.args
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            allowed = r"[\w ,']+" if id(node) in shown else r"[a-z][a-z0-9_]*|"
            assert re.fullmatch(allowed, node.value), f"{path.name}:{node.lineno}: {node.value!r}"


def test_selectors_hold_no_python() -> None:
    assert not list((ROOT / "selectors").rglob("*.py"))


def test_modules_are_small() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in modules()
        if (count := path.read_text(encoding="utf-8").count("\n")) > LONGEST
    }
    assert not long
