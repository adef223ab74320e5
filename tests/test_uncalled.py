"""Every function of the engine and the flows has a caller beside the tests: in code, in a template, or in a user's program.

Callers are found by name over `ast`. A function counts as called by its name where a module defines or imports it,
or after a dot; a method counts as called after a dot only.
"""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENGINE = ROOT / "src" / "nvrflow"
# These decorators change a function and give it no caller; any other one registers it: a command, a fixture, a validator.
MERE = {"property", "cached_property", "staticmethod", "classmethod", "contextmanager", "cache", "lru_cache", "wraps", "overload"}


@dataclass(frozen=True)
class Defined:
    """A function or method: where it stands, its node, and the class that it stands in (empty for a function)."""

    path: Path
    node: ast.FunctionDef
    owner: str

    @property
    def name(self) -> str:
        return self.node.name

    def __str__(self) -> str:
        name = f"{self.owner}.{self.name}" if self.owner else self.name
        return f"{self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path}:{self.node.lineno}: {name}"


@dataclass(frozen=True)
class Uses:
    """How often each name is used: alone (where the module knows it as a function), after a dot, or as a word of text."""

    alone: Counter[str]
    dotted: Counter[str]

    def of(self, one: Defined) -> int:
        return self.dotted[one.name] + (0 if one.owner else self.alone[one.name])


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """The tree and all below it; most are looked at several times."""
    return tuple(ast.walk(tree))


def is_getattr(function: ast.expr) -> bool:
    return isinstance(function, ast.Name) and function.id == "getattr"


def modules() -> list[Path]:
    return sorted([*ENGINE.rglob("*.py"), *(ROOT / "flows").glob("*.py")])


def defined_in(path: Path) -> Iterator[Defined]:
    def below(node: ast.AST, owner: str) -> Iterator[Defined]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                yield Defined(path, child, owner)
                yield from below(child, "")
            else:
                yield from below(child, child.name if isinstance(child, ast.ClassDef) else owner)

    yield from below(parsed(path), "")


def known_in(tree: ast.AST) -> set[str]:
    """The names of functions that a module defines or imports; a name of anything else is no call of a function."""
    imports = (node for node in nodes(tree) if isinstance(node, ast.ImportFrom))
    own = {node.name for node in nodes(tree) if isinstance(node, ast.FunctionDef)}
    return own | {alias.asname or alias.name for node in imports for alias in node.names}


def uses_in(tree: ast.AST, known: set[str]) -> Uses:
    loaded = [node for node in nodes(tree) if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)]
    alone = Counter(node.id for node in loaded if isinstance(node, ast.Name) and node.id in known)
    renamed = {alias.asname: alias.name for node in nodes(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    alone.update(renamed[name] for name in list(alone.elements()) if name in renamed)
    dotted = Counter(node.attr for node in loaded if isinstance(node, ast.Attribute))
    return Uses(alone, dotted + asked_by_text(tree))


def asked_by_text(tree: ast.AST) -> Counter[str]:
    """Names that `getattr` is given by a variable: the words of text in the function that does so."""
    found: Counter[str] = Counter()
    for function in [node for node in nodes(tree) if isinstance(node, ast.FunctionDef)]:
        calls = [node for node in nodes(function) if isinstance(node, ast.Call) and is_getattr(node.func)]
        if any(not isinstance(call.args[1], ast.Constant) for call in calls):
            found.update(str(node.value) for node in nodes(function) if isinstance(node, ast.Constant))
    return found


def all_uses() -> Uses:
    alone: Counter[str] = Counter()
    dotted: Counter[str] = Counter()
    for path in modules():
        found = uses_in(parsed(path), known_in(parsed(path)))
        alone += found.alone
        dotted += found.dotted
    return Uses(alone, dotted)


def words_of_content() -> set[str]:
    """What templates use after a dot, and what users are shown: the code in README.md and docs/."""
    templates = [path for path in ENGINE.rglob("templates/*") if path.is_file()]
    dotted = {word for path in templates for word in re.findall(r"\.(\w+)", path.read_text(encoding="utf-8"))}
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for code in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            dotted |= {node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)}
    return dotted


def entered() -> set[str]:
    """Functions that are loaded by their names: entry points of the package, and flows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    points = {value.partition(":")[2] for value in project["scripts"].values()}
    flows = {path.stem for path in (ROOT / "flows").glob("*.py")}
    return points | flows


def registered(node: ast.FunctionDef) -> bool:
    names = {re.split(r"[.(]", ast.unparse(one).partition("(")[0])[-1] for one in node.decorator_list}
    return bool(names - MERE - {"setter"})


def asked_for_by_another_package(one: Defined) -> bool:
    """A method that a class of another package calls (`do_GET`, `list_commands`), or a hook of pytest."""
    if one.name.startswith("pytest_"):
        return True
    if not one.owner or not one.path.is_relative_to(ENGINE):
        return False
    dotted = ".".join(one.path.relative_to(ENGINE.parent).with_suffix("").parts).removesuffix(".__init__")
    owner = getattr(importlib.import_module(dotted), one.owner, None)
    foreign = [base for base in getattr(owner, "__mro__", ()) if not base.__module__.startswith("nvrflow")]
    return any(hasattr(base, one.name) for base in foreign)


def offered_to_teams() -> set[str]:
    """What docs/api.md offers to flows, tests and scripts; each has an example that is type-checked."""
    examples = (ROOT / "docs" / "examples.yaml").read_text(encoding="utf-8")
    return {name.rpartition(".")[2] for name in re.findall(r"^([\w.]+):", examples, re.M)}


def uncalled(functions: list[Defined], uses: Uses) -> list[Defined]:
    outside, content = entered() | offered_to_teams(), words_of_content()
    found = []
    for one in functions:
        if re.fullmatch(r"__\w+__", one.name) or one.name in outside or (one.owner and one.name in content):
            continue
        if one.path.parent.name == "suite" and one.name.startswith("test_"):
            continue  # pytest calls it
        inside = uses_in(one.node, {one.name})
        if uses.of(one) - inside.of(one) <= 0 and not registered(one.node) and not asked_for_by_another_package(one):
            found.append(one)
    return found


def test_every_function_has_a_caller_that_is_no_test() -> None:
    functions = [one for path in modules() for one in defined_in(path)]
    assert len(functions) > 500
    assert not list(map(str, uncalled(functions, all_uses())))


def test_what_calls_only_itself_or_shares_a_functions_name_has_no_caller(tmp_path: Path) -> None:
    module = tmp_path / "lonely.py"
    module.write_text(
        "class Thing:\n    def lonely_method(self) -> None: ...\n    def __len__(self) -> int: return 0\n"
        "def lonely_function(n: int) -> int:\n    return lonely_function(n - 1)\n"
        "def called() -> None: ...\n"
        "def lonely_method() -> None: called()\n"
        "lonely_method()\n"
    )
    found = uncalled(list(defined_in(module)), uses_in(parsed(module), known_in(parsed(module))))
    assert [(one.owner, one.name) for one in found] == [("Thing", "lonely_method"), ("", "lonely_function")]
