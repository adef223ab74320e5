"""The verdicts of a check as one HTML file that opens offline: each page's picture, with every element boxed in its colour."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nvrflow.check.verdict import WORST_FIRST
from nvrflow.report import Rectangle
from nvrflow.report.advice import advice
from nvrflow.report.html import seconds, when

_HIGH = 15  # CSS pixels of a label, and
_WIDE = 6.6  # of each of its letters
_WORDS = {
    "missing": "missing",
    "drift": "drift",
    "not-reachable": "not reachable",
    "not-applicable": "not offered by this device",
    "found": "found",
}


@dataclass(frozen=True)
class Mark:
    """A box on a picture with its label: the element's verdict and name, its box, and the box of the label."""

    verdict: str
    name: str
    box: Rectangle
    label: Rectangle


def as_boxed(document: dict[str, Any], thumbnails: dict[str, bytes]) -> str:
    """`document` (report.json of a check) with the JPEG pictures of its pages by the ids of their steps."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader

    loader = ChoiceLoader([PackageLoader("nvrflow.check", "templates"), PackageLoader("nvrflow.report", "templates")])
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"when": when, "seconds": seconds}
    elements = document.get("elements", [])
    worst = sorted(elements, key=lambda one: WORST_FIRST.index(one["verdict"] or "found"))
    return environment.get_template("check.html.j2").render(
        run=document,
        counts=Counter(one["verdict"] for one in elements),
        words=_WORDS,
        attention=[one for one in worst if one["verdict"] in ("missing", "drift")],
        pages=list(_pages(document, elements)),
        pictures={name: "data:image/jpeg;base64," + base64.b64encode(jpeg).decode() for name, jpeg in thumbnails.items()},
        coverage=document.get("coverage") or {},
        advice=advice,
    )


def _pages(document: dict[str, Any], elements: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each page of the file: its picture if it has one, its marks, and its elements."""
    pictured = {one["page"]: one for one in document.get("pages", [])}
    names = dict.fromkeys(one["element"].partition(".")[0] for one in elements)
    for name in names:
        own = [one for one in elements if one["element"].partition(".")[0] == name]
        yield {"name": name, "elements": own, "picture": pictured.get(name), "marks": list(marks(own))}


def marks(elements: Sequence[dict[str, Any]]) -> Iterator[Mark]:
    """The boxes of the elements and, of a missing one, of its best candidate; labels do not cover each other if there is room."""
    placed = list[Rectangle]()
    for one in elements:
        box = one["box"] or next((each["box"] for each in one["candidates"] if each["box"]), None)
        if box:
            name = one["element"].partition(".")[2]
            label = _label(box, name, placed)
            placed.append(label)
            yield Mark(one["verdict"], name if one["box"] else f"{name}?", tuple(box), label)


def _label(box: Rectangle, name: str, placed: Sequence[Rectangle]) -> Rectangle:
    width, left, top, height = len(name) * _WIDE + 8, box[0], box[1], box[3]
    rows = [top - _HIGH - 2, top + height + 2, top - 2 * _HIGH - 3, top + height + _HIGH + 3]
    places = [(max(0.0, left), row, width, float(_HIGH)) for row in rows if row >= 0]
    return next((one for one in places if not any(_touch(one, other) for other in placed)), places[0])


def _touch(one: Rectangle, other: Rectangle) -> bool:
    across = one[0] < other[0] + other[2] and other[0] < one[0] + one[2]
    return across and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
