"""Where the content (flows, selectors, fixtures) is, and how its YAML is read: strictly, with line numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from nvrflow.errors import InvalidFile

_REPEATED = 10_000  # what the aliases of one file may repeat together
_DEEPEST = 5_000  # lists and mappings within each other
_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder `name` of the content: beside this module in an installed wheel, at the top of a checkout otherwise."""
    for top in (_HERE, _HERE.parent.parent):
        if any(entry.name not in ("__init__.py", "__pycache__") for entry in _entries(top / name)):
            return top / name
    raise InvalidFile(f"the folder {name}/ is missing from this installation; install nvrflow again", _HERE)


def _entries(path: Path) -> list[Path]:
    return list(path.iterdir()) if path.is_dir() else []


@dataclass
class Document:
    """One YAML file: its data, and the line (from 1) of each key or item, by its path in the data."""

    path: Path
    data: Any
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def line(self, where: tuple[str | int, ...]) -> int | None:
        """The line of the nearest place that exists at or above `where`."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where)


_FastestLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_FastestLoader):  # type: ignore[misc]
    """A SafeLoader that reads scalars as YAML 1.2's core schema does: `on`, `no` and 12:30:45 stay words."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_StrictLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)


def read_yaml(path: Path, aliases: bool = True) -> Document:
    """Read one YAML file. Raises InvalidFile with file, line and key for broken YAML, duplicate keys and complex keys.

    An alias (`*name`) must not lie in what it repeats, and all of them together must not make the file much larger. Without
    `aliases` there must be none.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InvalidFile("this file does not exist", path) from None
    except UnicodeDecodeError as problem:
        raise InvalidFile(f"not UTF-8 text (byte {problem.start})", path) from None
    except OSError as problem:
        raise InvalidFile(problem.strerror or str(problem), path) from None
    _check_depth(text, path)
    loader = _StrictLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise InvalidFile("this file is empty", path)
        lines = dict(_Reading(path, _REPEATED if aliases else 0).places(root, ()))
        return Document(path, loader.construct_document(root), lines)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise InvalidFile(problem.problem or "not YAML", path, mark.line + 1 if mark else None) from None
    except yaml.YAMLError as problem:
        raise InvalidFile(f"not YAML: {problem}", path) from None
    except RecursionError:
        raise InvalidFile("is nested too deeply", path) from None
    finally:
        loader.dispose()


def _check_depth(text: str, path: Path) -> None:
    """Raise InvalidFile for a text that is nested so deeply that the parser itself would end."""
    if text.count("[") + text.count("{") + text.count("- ") < _DEEPEST:
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_FastestLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise InvalidFile("is nested too deeply", path, event.start_mark.line + 1 if event.start_mark else None)
    except yaml.YAMLError:
        return  # whoever composes it is told the same with the place


@dataclass
class _Reading:
    """One file being read: how often an alias may repeat something in it, and what was met so far."""

    path: Path
    repeats: int
    met: set[int] = field(default_factory=set)
    around: list[int] = field(default_factory=list)

    def places(self, node: yaml.Node, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
        """Every place below `node` with its line; raises InvalidFile for errors that YAML itself ignores."""
        self._meet(node, where)
        self.around.append(id(node))
        if isinstance(node, yaml.MappingNode):
            yield from self._in_mapping(node, where)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                yield (*where, index), value.start_mark.line + 1
                yield from self.places(value, (*where, index))
        self.around.pop()

    def _in_mapping(self, node: yaml.MappingNode, where: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], int]]:
        seen: dict[Hashable, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            at = ".".join(map(str, where))
            if not isinstance(key, yaml.ScalarNode):
                raise InvalidFile("a key must be one word", self.path, line, at)
            name = str(key.value)
            if key.tag == "tag:yaml.org,2002:merge" or name == "<<":
                raise InvalidFile("`<<` is not supported; use `extends`", self.path, line, at)
            if name in seen:
                raise InvalidFile(f"the key {name!r} is here twice (first on line {seen[name]})", self.path, line, at)
            seen[name] = line
            inner: str | int = int(name) if key.tag.endswith(":int") else name
            yield (*where, inner), line
            yield from self.places(value, (*where, inner))

    def _meet(self, node: yaml.Node, where: tuple[str | int, ...]) -> None:
        """Count what an alias repeats; `where` is its place, and the line is that of the first time."""
        if id(node) not in self.met:
            self.met.add(id(node))
            return
        line, at = node.start_mark.line + 1, ".".join(map(str, where[:8]))
        if id(node) in self.around:
            raise InvalidFile("an alias (`*name`) lies in what it repeats", self.path, line, at)
        self.repeats -= 1
        if self.repeats < 0:
            raise InvalidFile("is repeated by aliases (`*name`) more often than can be; write it out", self.path, line, at)


def from_json(text: str | bytes) -> Any:
    """Parse a JSON text. Raises ValueError if it is not JSON, or if it is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def as_yaml(data: Any) -> str:
    """Plain data as a YAML document that `read_yaml` reads as the same data; keys keep their order."""
    return str(yaml.dump(data, Dumper=_StrictDumper, allow_unicode=True, sort_keys=False, width=130))


class _StrictDumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """A dumper that quotes every text which `read_yaml` or another reader of YAML could take for something else.

    What stands in the data twice is written twice, because captures may have no aliases.
    """

    def ignore_aliases(self, data: Any) -> bool:
        """Write no alias."""
        return True


def _quoted(dumper: Any, text: str) -> Any:
    words = text.casefold() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    plain = re.fullmatch(r"[A-Za-z(][\w .,/()+'=-]*(?<! )", text) and text.isprintable() and not words
    style = "|" if "\n" in text else None if plain else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_StrictDumper.add_representer(str, _quoted)
