"""The house's style, as far as a machine can see it: small, said in one sentence, and finished."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 40  # lines of a function, its head left out
# Written in pieces, so that this file does not hold what it forbids.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b|raise NotImplemented" r"Error")


def tracked() -> list[Path]:
    """Every file that a clone brings along."""
    argv = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(argv, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> Iterator[tuple[str, int, str]]:
    """Every line of every text file that a clone brings along, with the file's name and the line's number."""
    for path in tracked():
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        name = str(path.relative_to(ROOT))
        for number, line in enumerate(content.splitlines(), 1):
            yield name, number, line


def engine() -> list[Path]:
    return sorted(path for path in tracked() if path.suffix == ".py" and path.parts[len(ROOT.parts)] in ("src", "flows"))


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node


def test_nothing_is_left_unfinished() -> None:
    assert not [f"{name}:{number}: {line.strip()}" for name, number, line in texts() if UNFINISHED.search(line)]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_one_version_and_hashes(lock: str) -> None:
    entries = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9._-]+==[^\s;]+ .*--hash=sha256:[0-9a-f]{64}", entry), entry[:80]


def test_what_the_command_needs_is_locked_alike_for_users_and_for_tests() -> None:
    """Otherwise the tests say nothing about what a user gets."""
    used, tested = (
        set(re.findall(r"^[a-z0-9._-]+==\S+", (ROOT / name).read_text(encoding="utf-8"), re.M))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert used <= tested


@pytest.mark.parametrize("path", engine(), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_module_and_public_function_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = set() if ast.get_docstring(tree) else {"the module"}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            silent.add(node.name)
    assert not silent


@pytest.mark.parametrize("path", engine(), ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short(path: Path) -> None:
    long = {
        node.name: length for node in functions(path) if (length := (node.end_lineno or 0) - node.body[0].lineno + 1) > LONGEST
    }
    assert not long


def test_tests_are_left_out_only_where_a_computer_lacks_what_they_need() -> None:
    """`skip` without a condition and `xfail` hide what does not work."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in tracked()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("pytest.mark.skip", "pytest.mark.xfail", "pytest.xfail")
    ]
    assert not found
