"""Writes docs/architecture.md, docs/api.md, the table in docs/settings.md and the files in docs/ci.md.

`.venv/bin/python docs/generate.py` does it.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from house import FLOORS, HEIGHT, ROOT, parts, story_of

DOCS = ROOT / "docs"
_MARK = "<!-- {} by docs/generate.py: {} -->"
_EXAMPLES = DOCS / "examples.yaml"
# The files of the template for a team's repository that docs/ci.md shows, and their languages.
SHOWN = {
    ".github/workflows/recorders.yml": "yaml",
    ".gitlab-ci.yml": "yaml",
    "Jenkinsfile": "groovy",
    "Dockerfile": "dockerfile",
    ".pre-commit-config.yaml": "yaml",
}


def main() -> None:
    """Write all of them again."""
    for name, text in documents().items():
        (DOCS / name).write_text(text, encoding="utf-8")


def documents() -> dict[str, str]:
    """Each document's name and what it should say now."""
    architecture = (DOCS / "architecture.md").read_text(encoding="utf-8")
    for part, text in (("floors", "\n".join(drawing())), ("parts", "\n".join(table()))):
        architecture = replaced(architecture, part, text)
    settings = replaced((DOCS / "settings.md").read_text(encoding="utf-8"), "settings", settings_table())
    ci = (DOCS / "ci.md").read_text(encoding="utf-8")
    for name, language in SHOWN.items():
        ci = replaced(ci, name, f"```{language}\n{(ROOT / 'template' / name).read_text(encoding='utf-8')}```")
    return {"architecture.md": architecture, "api.md": "\n".join(api()) + "\n", "settings.md": settings, "ci.md": ci}


def settings_table() -> str:
    """The names of settings, as a Markdown table."""
    from nvrflow.firmware.catalogue import catalogue

    lines = ["| name | value | what it is |", "| --- | --- | --- |"]
    return "\n".join([*lines, *(f"| `{one.name}` | {one.kind} | {one.says} |" for one in catalogue().values())])


def replaced(document: str, part: str, text: str) -> str:
    """`document` with another text between the two marks of `part`."""
    begin, end = _MARK.format("begin", part), _MARK.format("end", part)
    before, _, rest = document.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"the marks of {part!r} are missing in a document of docs/")
    return f"{before}{begin}\n{text}\n{end}{after}"


def drawing() -> Iterator[str]:
    """The floors as a picture in Mermaid, the doors on top; an arrow is left out where a longer way leads to the same part."""
    yield "```mermaid"
    yield "flowchart TB"
    for name, about, inside in reversed(FLOORS):
        yield f'  subgraph {name}["{name}: {about}"]'
        yield "    direction LR"
        yield from (f"    {_node(part)}[{part}]" for part in inside.split())
        yield "  end"
    below = parts()
    for part in sorted(below, key=lambda part: (-HEIGHT[part], part)):
        for other in sorted(below[part]):
            if not any(other in reached(between, below) for between in below[part] - {other}):
                yield f"  {_node(part)} --> {_node(other)}"
    yield "```"


def reached(part: str, below: dict[str, set[str]]) -> set[str]:
    """Every part that `part` uses, directly or through others."""
    found: set[str] = set()
    left = [part]
    while left:
        new = below[left.pop()] - found
        found |= new
        left.extend(new)
    return found


def table() -> Iterator[str]:
    """Each part: what it is, and what it uses."""
    below = parts()
    yield "| part | what it is | uses |"
    yield "| --- | --- | --- |"
    for name, _, inside in reversed(FLOORS):
        yield f"| **{name}** | | |"
        for part in inside.split():
            uses = " ".join(sorted(below[part], key=lambda one: (-HEIGHT[one], one)))
            yield f"| `{part}` | {_cell(story_of(part))} | {uses} |"


def api() -> Iterator[str]:
    """What a flow, a test and a script may call, section by section, each with its example."""
    yield "# What flows, tests and scripts may call"
    yield ""
    yield "Made by `docs/generate.py` from the docstrings; the examples are in `docs/examples.yaml`; a test checks them."
    for title, about, members in sections():
        yield from ("", f"## {title}", "", about)
        for name, value in members:
            example = examples().get(name, "")
            yield from ("", f"### {name}{_signature(value)}", "", prose(value))
            if example:
                yield from ("", "```python", example.rstrip(), "```")
    yield from ("", "## Errors", "", "`from nvrflow import …`. Each is an `NvrflowError`, and its message says what to do.", "")
    yield from errors()


Members = list[tuple[str, Any]]


def sections() -> list[tuple[str, str, Members]]:
    """Title, introduction and members of each section of docs/api.md."""
    nvrflow = importlib.import_module("nvrflow")
    plugin = importlib.import_module("nvrflow.pytest_plugin")
    rows = importlib.import_module("nvrflow.recorder.rows")
    kinds = importlib.import_module("nvrflow.errors")
    offered = {name: getattr(nvrflow, name) for name in nvrflow.__all__}
    things = [(name, value) for name, value in offered.items() if not hasattr(kinds, name)]
    fixtures = [(name, value) for name, value in vars(plugin).items() if _is_fixture(name, value)]
    return [
        ("A flow: the recorder", "The first argument of every flow.", _members("recorder", nvrflow.Recorder)),
        (
            "A flow: a page",
            "What `recorder.go_to(…)` returns. Using something is one step of the report; reading leaves none.",
            _members("page", nvrflow.Page),
        ),
        ("A flow: a row of a table", "What `page.row(…)` returns.", _members("row", rows.Row)),
        ("A flow: trust", "What a flow with a parameter `trusting` gets.", _members("trusting", nvrflow.Trusting)),
        ("A test: fixtures of the pytest plugin", "`pip install nvrflow` registers them.", fixtures),
        ("A script", "`from nvrflow import …`", things),
    ]


def errors() -> Iterator[str]:
    """The errors as a table: the class, `error.kind` of the report, the command's exit code, and what it means."""
    module = importlib.import_module("nvrflow.errors")
    nvrflow = importlib.import_module("nvrflow")
    yield "| error | kind | exit code | what it means |"
    yield "| --- | --- | --- | --- |"
    for name in nvrflow.__all__:
        if found := getattr(module, name, None):
            yield f"| `{name}` | {found.kind} | {found.exit_code} | {_cell(prose(found).split(chr(10))[0])} |"


def _is_fixture(name: str, value: object) -> bool:
    return type(value).__name__ == "FixtureFunctionDefinition" and not name.startswith("_")


def _members(name: str, owner: type) -> Members:
    """The public methods and properties of a class as they are written in a flow: `page.click`."""
    return [(f"{name}.{key}", value) for key, value in vars(owner).items() if not key.startswith("_") and _is_shown(value)]


def _is_shown(value: object) -> bool:
    return inspect.isfunction(value) or isinstance(value, property)


def as_module() -> str:
    """All examples as one Python module, each in a function of its own, for a type checker."""
    names = {"recorder": "Recorder", "page": "Page", "row": "Row", "trusting": "Trusting"}
    head = ["from nvrflow import Page, Recorder, Trusting", "from nvrflow.recorder.rows import Row"]
    for number, (name, text) in enumerate(examples().items()):
        used = {key: kind for key, kind in names.items() if "." in name or name == "device_and_authority"}
        given = ", ".join(f"{key}: {kind}" for key, kind in used.items())
        head += ["", "", f"def example_{number}({given}) -> None:  # {name}", *(f"    {line}" for line in text.splitlines())]
    return "\n".join(head) + "\n"


def examples() -> dict[str, str]:
    """The example of each name, from docs/examples.yaml."""
    found: dict[str, str] = yaml.safe_load(_EXAMPLES.read_text(encoding="utf-8"))
    return found


def _signature(value: object) -> str:
    """The arguments and the result with their types, as short as they can be read; nothing for what is not called."""
    if not inspect.isfunction(value):
        return ""
    signature = inspect.signature(value)
    given = ", ".join(_argument(one) for one in signature.parameters.values() if one.name != "self")
    result = str(signature.return_annotation)
    return f"({given})" + (f" → {result}" if result != "None" else "")


def _argument(one: inspect.Parameter) -> str:
    star = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    default = "" if one.default is one.empty else f" = {one.default!r}"
    return f"{star}{one.name}: {one.annotation}{default}"


def prose(value: Any) -> str:
    inner: Callable[..., Any] = getattr(value, "__pytest_wrapped__", value)
    document = inspect.getdoc(value) or inspect.getdoc(inner) or ""
    return "\n\n".join(" ".join(part.split()) if not part.startswith(" ") else part for part in document.split("\n\n"))


def _node(part: str) -> str:
    """A part's name as Mermaid takes it: no word of its own language."""
    return f"p_{part}"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    main()
