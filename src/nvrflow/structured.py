"""Data that a recorder sends as text: JSON, XML below its root, or lines of `name=value`; a dotted path names a field in it."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

from nvrflow.content import from_json

_LINE = re.compile(r"\s*([\w.\[\]-]+)\s*=\s*(.*?)\s*")


def structured(text: str) -> Any:
    """`text` as data: JSON as it is, XML and lines of `name=value` as mappings of texts; None when it is none of them."""
    try:
        return from_json(text)
    except ValueError:
        pass
    try:
        return _below(ElementTree.fromstring(text))
    except ElementTree.ParseError:
        return _lines(text)


def field_of(body: Any, path: str) -> Any:
    """What stands at the dotted `path`; None when nothing does. A name that itself has dots in it is found, too."""
    if isinstance(body, dict) and path in body:
        return body[path]
    for key in path.split("."):
        body = body.get(key) if isinstance(body, dict) else None
    return body


def as_text(value: Any) -> str:
    """A field as text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def as_number(value: Any) -> int | None:
    """A field as a whole number, None when it is none."""
    return int(value) if isinstance(value, int | float) or (isinstance(value, str) and value.isdigit()) else None


def _below(element: ElementTree.Element) -> Any:
    if not len(element):
        return (element.text or "").strip()
    return {child.tag.rsplit("}", 1)[-1]: _below(child) for child in element}


def _lines(text: str) -> dict[str, str] | None:
    found = [_LINE.fullmatch(line) for line in text.strip().splitlines()]
    return {one[1]: one[2] for one in found if one} if found and all(found) else None
