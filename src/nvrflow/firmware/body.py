"""The body of a recorder's answer, read by dotted paths: JSON, XML, or lines of `name=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from nvrflow.content import from_json

_LINE = re.compile(r"^\s*([\w.\[\]-]+)\s*=\s*(.*?)\s*$")
_TELLS_APART = ("id", "key", "name")  # attributes and fields that identify one of several equal parts of a dictionary


def read_body(text: str) -> Any:
    """`text` as plain data; None when it is neither JSON nor XML nor lines of `name=value`.

    XML is a mapping of what stands below its root, without namespaces and attributes; what comes several times is a list.
    """
    try:
        return from_json(text.lstrip("\ufeff"))
    except ValueError:
        pass
    root = _xml(text)
    return _below(root) if root is not None else _of_lines(text)


def at_path(body: Any, path: str) -> Any:
    """What stands at a dotted path in `body`, None if nothing does; a number in it counts in a list, from 0.

    A name that has dots itself is taken as a whole (`table.General.Name`, as in lines of `name=value`).
    """
    if not path:
        return body
    if isinstance(body, dict) and path in body:
        return body[path]
    first, _, rest = path.partition(".")
    if isinstance(body, dict):
        return at_path(body[first], rest) if first in body else None
    if isinstance(body, list) and first.isdigit() and int(first) < len(body):
        return at_path(body[int(first)], rest)
    return None


def words_in(text: str, path: str | None = None) -> dict[str, str]:
    """Every text in a dictionary file by a key that is the same in each language; below `path`, if there is one.

    In XML the texts are those of elements and attributes, and `path` goes over tags.
    """
    root = _xml(text)
    if root is not None and _tag(root).lower() == "html":
        return {}  # a page that is given for every address
    if root is None:
        body = read_body(text)
        return dict(_leaves(at_path(body, path or "")))
    for tag in path.split(".") if path else ():
        root = next((child for child in root if _tag(child) == tag), None)
        if root is None:
            return {}
    return dict(_words_below(root))


def _xml(text: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(text.lstrip("\ufeff \t\r\n"))
    except (ElementTree.ParseError, ValueError):
        return None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _below(element: ElementTree.Element) -> Any:
    if not len(element):
        return (element.text or "").strip()
    found: dict[str, list[Any]] = {}
    for child in element:
        found.setdefault(_tag(child), []).append(_below(child))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _of_lines(text: str) -> dict[str, str] | None:
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = [match for line in lines if (match := _LINE.match(line))]
    return {match[1]: match[2] for match in found} if found and len(found) == len(lines) else None


def _leaves(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text in JSON's mappings and lists, at any depth, by the way to it."""
    if isinstance(data, str) and data.strip():
        yield key, data.strip()
    elif isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, f"{key}.{name}" if key else str(name))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            own = (
                next((value[one] for one in _TELLS_APART if isinstance(value.get(one), str)), "")
                if isinstance(value, dict)
                else ""
            )
            yield from _leaves(value, f"{key}[{own or index}]")


def _words_below(element: ElementTree.Element, key: str = "") -> Iterator[tuple[str, str]]:
    """Each text below an element of XML, and in attributes, by the tags to it; of equal ones also by what tells them apart."""
    counted: dict[str, int] = {}
    for child in element:
        tag = _tag(child)
        index = counted[tag] = counted.get(tag, -1) + 1
        own = next((child.attrib[one] for one in _TELLS_APART if one in child.attrib), "")
        place = f"{key}.{tag}[{own or index}]"
        if child.text and child.text.strip():
            yield place, child.text.strip()
        yield from ((f"{place}@{name}", value.strip()) for name, value in child.attrib.items() if value.strip())
        yield from _words_below(child, place)
