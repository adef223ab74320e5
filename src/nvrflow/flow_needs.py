"""What a flow needs of a selector file, read from its source: the pages it goes to, and what it uses there without asking."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from nvrflow.content import folder
from nvrflow.errors import InvalidFile
from nvrflow.firmware.model import SelectorFile
from nvrflow.recorder.page import Page

Functions = dict[str, tuple[Path, ast.FunctionDef]]
# What a condition comes to: the file decides it, or only the screen that is asked (so it is no need), or anything else.
Verdict = Literal["yes", "no", "screen", "open"]

_RECORDER = ""  # stands where a page's name would, and is none
_GOING = ("go_to", "arrive")
_ASKING = ("has", "offers", "shows", "has_used")
_USING = [
    name
    for name, verb in vars(Page).items()
    if not name.startswith("_")
    and name not in _ASKING
    and inspect.isfunction(verb)
    and "element" in inspect.signature(verb).parameters
]


@dataclass(frozen=True)
class Need:
    """A page that a flow goes to (no `element`), or an element that it uses there; `flow` is the one whose source says so."""

    page: str
    element: str | None
    flow: str


def needs(path: Path, file: SelectorFile) -> Iterable[Need]:
    """What the flow in `path`, and each that it calls, needs of `file`.

    A condition that the file decides - `has`, `asked_by_browser` - leaves only the branch that it leads to; whatever depends on a
    question to the screen, such as `offers`, is optional.
    """
    found: dict[Need, None] = {}
    functions = _functions(path)
    if path.stem in functions:
        _Reader(file, functions, found, set()).call(path.stem, [_RECORDER])
    return found


def _functions(path: Path) -> Functions:
    """The functions that can be called by name in `path`: its own, and those of flows that it imports."""
    known: Functions = {}
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef):
            known[node.name] = (path, node)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nvrflow.flows."):
            other = folder("flows") / f"{str(node.module).rpartition('.')[2]}.py"
            theirs = _functions(other) if other.is_file() else {}
            known |= {alias.asname or alias.name: theirs[alias.name] for alias in node.names if alias.name in theirs}
    return known


def parsed(path: Path) -> ast.Module:
    """The source of a flow. Raises InvalidFile when it is no Python."""
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except SyntaxError as problem:
        raise InvalidFile(f"is no Python: {problem.msg}", path, problem.lineno) from None


@lru_cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@dataclass
class _Reader:
    """Reads one function as it would run on the recorder of `file`; its names stand for `pages` and `verdicts`."""

    file: SelectorFile
    functions: Functions
    found: dict[Need, None]
    called: set[tuple[Path, str, tuple[str | None, ...]]]
    flow: str = ""
    pages: dict[str, str | None] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def call(self, name: str, given: Sequence[str | None]) -> None:
        """Read the function `name`, once for each kind of arguments."""
        path, function = self.functions[name]
        if (key := (path, function.name, tuple(given))) in self.called:
            return
        self.called.add(key)
        pages = dict(zip((one.arg for one in function.args.args), given, strict=False))
        _Reader(self.file, _functions(path), self.found, self.called, path.stem, pages).block(function.body)

    def block(self, statements: Sequence[ast.stmt]) -> bool:
        """Read statements up to the one after which nothing follows; True if there is one."""
        return any(self.statement(one) for one in statements)

    def statement(self, node: ast.stmt) -> bool:
        """Read one statement; True if nothing that stands after it in its block is reached."""
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                return self.either(self.verdict(test), body, orelse)
            case ast.While(test=test, body=body):
                self.either(self.verdict(test), body, [])
            case ast.For(iter=items, body=body):
                self.verdict(items)
                self.block(body)
            case ast.With(items=items, body=body):
                for item in items:
                    self.verdict(item.context_expr)
                return self.block(body)
            case ast.Try(body=body, orelse=orelse, finalbody=last):
                ended = self.block([*body, *orelse])
                return self.block(last) or ended
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                self.verdicts[name], self.pages[name] = self.verdict(value), self.owner(value)
            case _:
                self.parts(node)
        return isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue)

    def either(self, verdict: Verdict, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]) -> bool:
        """Read the branches that `verdict` leaves open; True if each of them ends the block."""
        branches = {"yes": [body], "no": [orelse], "open": [body, orelse], "screen": []}[verdict]
        ended = [self.block(one) for one in branches]
        return bool(ended) and all(ended)

    def verdict(self, node: ast.AST) -> Verdict:
        """Read one expression, and say what it comes to as a condition."""
        match node:
            case ast.BoolOp(op=op, values=values):
                return self.joined("no" if isinstance(op, ast.And) else "yes", values)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                verdict = self.verdict(operand)
                return {"yes": "no", "no": "yes"}.get(verdict, verdict)  # type: ignore[return-value]
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.either(self.verdict(test), [ast.Expr(body)], [ast.Expr(orelse)])
            case ast.Attribute(value=value, attr="asked_by_browser"):
                return self.asked(self.owner(value))
            case ast.Call(func=ast.Attribute(value=value, attr=verb)):
                self.parts(node)
                return self.said(self.owner(value), verb, _word(node))
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in self.functions:
                self.parts(node, but=node.func)
                self.call(name, [self.owner(one) for one in arguments])
            case ast.Name(id=name) if name in self.functions:
                self.call(name, [_RECORDER])
            case ast.Name(id=name):
                return self.verdicts.get(name, "open")
            case _:
                self.parts(node)
        return "open"

    def joined(self, deciding: Verdict, values: Sequence[ast.expr]) -> Verdict:
        """What `and` (decided by "no") or `or` (by "yes") comes to; what stands behind a question to the screen is not read."""
        seen: Verdict = "no" if deciding == "yes" else "yes"
        for value in values:
            verdict = self.verdict(value)
            if verdict in (deciding, "screen"):
                return verdict
            seen = "open" if verdict == "open" else seen
        return seen

    def parts(self, node: ast.AST, but: ast.AST | None = None) -> None:
        """Read all that `node` consists of."""
        for part in ast.iter_child_nodes(node):
            if part is not but:
                self.verdict(part)

    def said(self, owner: str | None, verb: str, word: str | None) -> Verdict:
        """Note what `owner.verb("word")` needs; what it comes to, if it is a question."""
        if verb in _ASKING:
            return self.has(owner, verb, word)
        if word is not None and owner is not None:
            if owner == _RECORDER and verb in _GOING:
                self.found[Need(word, None, self.flow)] = None
            elif owner != _RECORDER and verb in _USING:
                self.found[Need(owner, word, self.flow)] = None
        return "open"

    def has(self, owner: str | None, verb: str, word: str | None) -> Verdict:
        """What a question comes to: what the file lacks is not there; what it has is there, and on the screen perhaps."""
        if owner is None or word is None:
            return "screen"
        page = self.file.pages.get(owner or word)
        if page is None or (owner and word not in page.elements):
            return "no"
        return "yes" if verb == "has" else "screen"

    def asked(self, owner: str | None) -> Verdict:
        """Whether the browser itself asks, instead of the page `owner`."""
        page = self.file.pages.get(owner or "")
        return "screen" if page is None else "yes" if page.asked_by_browser else "no"

    def owner(self, node: ast.AST) -> str | None:
        """The page that an expression stands for, or the recorder; None for anything else."""
        match node:
            case ast.Name(id=name):
                return self.pages.get(name)
            case ast.Call(func=ast.Attribute(value=value, attr=verb)) if verb in _GOING and self.owner(value) == _RECORDER:
                return _word(node)
        return None


def _word(call: ast.Call) -> str | None:
    """The text that is a call's first argument."""
    first = [*call.args, *(one.value for one in call.keywords)][:1]
    return first[0].value if first and isinstance(first[0], ast.Constant) and isinstance(first[0].value, str) else None
