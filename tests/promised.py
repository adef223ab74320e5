"""The table of promises (`promises.yaml`), what in the documents needs an entry, and the tests that ran."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from nvrflow.content import read_yaml

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "promises.yaml"
# What a sentence that promises something has in it. "cannot", "no" and "each" are in too many that only explain.
STRONG = re.compile(r"\b(never|always|only|exactly|nothing|none|nobody|at most|no password)\b", re.I)


@dataclass(frozen=True)
class Promise:
    """A sentence as it stands in a file of the repository, and the tests that prove it, as `tests/file.py::test_name`."""

    file: str
    sentence: str
    tests: tuple[str, ...]


@cache
def promises() -> tuple[Promise, ...]:
    """The table, in its own order. Each file's entries map a sentence to one test or a list of them."""
    return tuple(
        Promise(file, folded(one["says"]), tuple(one["proven_by"]))
        for file, entries in read_yaml(TABLE).data.items()
        for one in entries
    )


def documents() -> list[str]:
    """The files that make promises to users; those for developers are made from the source, and tests prove them as a whole."""
    made = {"api.md", "architecture.md"}
    pages = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md") if path.name not in made)
    return ["README.md", "SECURITY.md", *pages]


def folded(text: str) -> str:
    """The text with every run of blanks and line ends as one blank."""
    return " ".join(text.split())


def paragraphs(text: str) -> Iterator[str]:
    """Paragraphs, headings, list items, rows of tables and lines of code, each folded into one line."""
    gathered: list[str] = []
    fenced = False
    for line in [*text.splitlines(), ""]:
        fence = line.lstrip().startswith("```")
        fenced = fenced is not fence
        whole = fenced or fence or line.startswith(("    ", "|", "#"))
        if (whole or not line.strip() or re.match(r"\s*([-*] |\d+\. )", line)) and gathered:
            yield folded(" ".join(gathered))
            gathered = []
        if whole:
            yield folded(line)
        elif line.strip():
            gathered.append(line)


def without_entry(file: str, text: str, known: tuple[Promise, ...]) -> list[str]:
    """Each strong word of the text that lies in no sentence of the table, with what stands around it."""
    found = []
    for paragraph in paragraphs(text):
        told = [one.sentence for one in known if one.file == file and one.sentence in paragraph]
        spans = [match.span() for one in told for match in re.finditer(re.escape(one), paragraph)]
        found += [
            f"{file}: {word.group()!r} in: {paragraph}"
            for word in STRONG.finditer(paragraph)
            if not any(start <= word.start() and word.end() <= end for start, end in spans)
        ]
    return found


@cache
def parsed(path: Path) -> ast.Module:
    """The file's syntax tree; many tests of one file are named."""
    return ast.parse(path.read_text(encoding="utf-8"))


def fault_of(node_id: str) -> str:
    """What is wrong with a named test: it is not there, is always left out, or checks nothing; empty when all is well."""
    name, _, test = node_id.partition("::")
    path = ROOT / name
    if not path.is_file() or not path.name.startswith("test_") or path.suffix != ".py":
        return f"{node_id}: there is no such file of tests"
    tree = parsed(path)
    node = next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == test), None)
    if node is None or not test.startswith("test_"):
        return f"{node_id}: there is no such test"
    if any(ast.unparse(one).split("(")[0] in ("pytest.mark.skip", "pytest.mark.xfail") for one in node.decorator_list):
        return f"{node_id}: is left out everywhere"
    return "" if checks(node, tree, frozenset()) else f"{node_id}: checks nothing"


def checks(node: ast.FunctionDef, tree: ast.Module, seen: frozenset[str]) -> bool:
    """Whether a test has an `assert` or `pytest.raises`, itself or in a function of its file that it calls."""
    inside = list(ast.walk(node))
    if any(isinstance(one, ast.Assert) for one in inside):
        return True
    if any(isinstance(one, ast.Attribute) and ast.unparse(one) == "pytest.raises" for one in inside):
        return True
    called = {one.id for one in inside if isinstance(one, ast.Name)} - seen - {node.name}
    helpers = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name in called]
    return any(checks(one, tree, seen | {node.name}) for one in helpers)


class Record:
    """Which tests ran: after a whole run of pytest, each test that a promise names has to be among them.

    It hears the reports of all processes of pytest-xdist, because it is registered where these arrive. A run of a part (a path,
    `-k`, `-x` that ended it …) says nothing. A test that was left out, because this computer lacks what it needs, is named and
    fails nothing.
    """

    def __init__(self, named: tuple[str, ...]) -> None:
        self.named = named
        self.ran: set[str] = set()
        self.left_out: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid.partition("[")[0].partition("@")[0]  # pytest-xdist puts the group behind an @
        if report.skipped:
            self.left_out.add(test)
        elif report.when == "call":
            self.ran.add(test)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if not whole(session, exitstatus):
            self.named = ()
        if self.missing and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @property
    def missing(self) -> list[str]:
        """The named tests that neither ran nor were left out."""
        return sorted(set(self.named) - self.ran - self.left_out)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        unproven = sorted(set(self.named) & self.left_out - self.ran)
        for line in [f"FAILED {one} - a promise names it, and it did not run" for one in self.missing]:
            terminalreporter.write_line(line, red=True)
        for line in [f"not proven on this computer: {one}" for one in unproven]:
            terminalreporter.write_line(line, yellow=True)


def whole(session: pytest.Session, exitstatus: int) -> bool:
    """Whether this was a run of all tests to its end, with nothing chosen and nothing left."""
    config, option = session.config, session.config.option
    chosen = ("keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise", "collectonly", "setuponly")
    if any(getattr(option, name, None) for name in chosen) or session.shouldstop or session.shouldfail:
        return False
    ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    return ended and config.args_source is pytest.Config.ArgsSource.TESTPATHS
