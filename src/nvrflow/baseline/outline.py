"""A page in words: what Playwright's aria snapshot says, one line for each thing, without what changes by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nvrflow.compare.pairs import steady

_LINE = re.compile(r'(?P<role>/?[\w-]+)(?: (?P<name>"(?:[^"\\]|\\.)*"))?(?P<states>(?: \[[^\]]*\])*)')
_PLAIN = re.compile(r"[^\s\"'\[\]{}&*!|>%@`,?#-](?:[^:#\n\"]|:(?! |$)|(?<! )#)*(?<! )")
_OTHER = {"true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"}  # to some reader of YAML
_PASSING = {"[active]"}  # has the focus
_WITHOUT_WORDS = {"/url"}  # addresses hold identifiers and sessions


@dataclass(frozen=True)
class Thing:
    """One line of an outline: how deep it stands (0: on top), its role, name and states, and its text or value."""

    depth: int
    role: str
    name: str = ""
    states: tuple[str, ...] = ()
    text: str = ""

    @property
    def called(self) -> str:
        """What a person calls it: its name, or its words."""
        return self.name or self.text

    @property
    def kind(self) -> tuple[str, str]:
        """What stays the same where only a value or a state changes."""
        return self.role, self.name or ("" if self.states else self.text)

    def __str__(self) -> str:
        """The line as it stands in the file, valid YAML."""
        head = self.role + (f" {json.dumps(self.name, ensure_ascii=False)}" if self.name else "")
        head += "".join(f" {state}" for state in self.states)
        if ": " in head or " #" in head or head.endswith(":"):
            head = "'" + head.replace("'", "''") + "'"
        return f"{'  ' * self.depth}- {head}" + (f": {_scalar(self.text)}" if self.text else "")


def _scalar(text: str) -> str:
    """Words as YAML, quoted where it could take them for something else."""
    other = text.casefold() in _OTHER or not re.search(r"[^\W\d_]", text)
    return text if _PLAIN.fullmatch(text) and not other else json.dumps(text, ensure_ascii=False)


def outline_of(snapshot: str) -> tuple[Thing, ...]:
    """The outline of an aria snapshot, or of a file that was written from one; a line that is neither is read as text.

    Times, dates, addresses, long numbers and percentages become `#`, and spaces become single ones. Pictures without name, words
    that only say a name again, and tables that only arrange other things are left out.
    """
    things = list[Thing]()
    for line in snapshot.splitlines():
        body = line.strip()
        if body.startswith("- ") and not body.startswith(tuple(f"- {role}:" for role in _WITHOUT_WORDS)):
            things.append(_thing((len(line) - len(line.lstrip())) // 2, body[2:]))
    return tuple(_lean(things))


def _lean(things: Sequence[Thing]) -> list[Thing]:
    """Things without what says nothing, with those below it one level up."""
    found = list[Thing]()
    at = 0
    while at < len(things):
        head, end = things[at], at + 1
        while end < len(things) and things[end].depth > head.depth:
            end += 1
        below = [one for one in _lean(things[at + 1 : end]) if (one.role, one.text) != ("text", head.name)]
        shown = _shown(head, below)
        found += [shown, *below] if shown else [replace(one, depth=max(one.depth - 1, 0)) for one in below]
        at = end
    return found


def _shown(head: Thing, below: Sequence[Thing]) -> Thing | None:
    """The thing as it is written above what is below it; None if it only arranges that, or is a picture without a name."""
    if head.role == "cell" and not below and head.called:
        return Thing(head.depth, "cell", "", head.states, head.called)
    if head.role == "row":
        cells = sum(one.role == "cell" for one in below)
        return Thing(head.depth, "row", "", head.states) if cells > 1 else None
    if head.role == "table":
        return head if head.name or any(one.role == "row" for one in below) else None
    if head.role == "img":
        return head if head.name or below else None
    return None if head.role in ("cell", "rowgroup") else head


def written(outline: Sequence[Thing]) -> str:
    """The outline as the YAML of a file; one that says nothing is an empty list."""
    return "".join(f"{_closed(outline, at)}\n" for at in range(len(outline))) or "[]\n"


def _closed(outline: Sequence[Thing], at: int) -> str:
    """A line; one with others below it ends with a colon."""
    thing = outline[at]
    holds = at + 1 < len(outline) and outline[at + 1].depth > thing.depth
    return f"{thing}:" if holds and not thing.text else str(thing)


def _thing(depth: int, body: str) -> Thing:
    head, text = _halves(body)
    match = _LINE.fullmatch(head)
    if match is None:
        return Thing(depth, "text", text=steady(_unquoted(body)))
    name = match["name"] or ""
    states = tuple(state for state in re.findall(r"\[[^\]]*\]", match["states"]) if state not in _PASSING)
    return Thing(depth, match["role"], steady(_unquoted(name)), states, steady(_unquoted(text)))


def _halves(body: str) -> tuple[str, str]:
    """What stands before and after the colon of a line of YAML whose key may be quoted."""
    if body.startswith("'"):
        quoted = re.match(r"'((?:[^']|'')*)'(?::\s*(.*))?$", body)
        return (quoted[1].replace("''", "'"), quoted[2] or "") if quoted else (body, "")
    match = _LINE.match(body)
    rest = body[match.end() :] if match else ""
    if match is None or not rest.startswith(":"):
        return body, ""
    return body[: match.end()], rest[1:].strip()


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return str(json.loads(re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", text), strict=False))
        except ValueError:
            return text[1:-1]
    return text
