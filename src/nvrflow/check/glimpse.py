"""What one page shows of the elements that a selector file names on it: each is looked for once, when the page is quiet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nvrflow.browser.playwright_errors import PlaywrightError, translated
from nvrflow.capture.controls import Control, controls_of
from nvrflow.firmware import Locator, SelectorFile
from nvrflow.firmware.elements import Cell, Element, Rows
from nvrflow.firmware.parts import Where
from nvrflow.recorder.finder import Match, Tried
from nvrflow.recorder.rows import Table, table_of
from nvrflow.recorder.window import Window
from nvrflow.report import Rectangle

_SETTLING = 1.5  # seconds at most, once for a page on which something is missing
_LARGER = 15  # times that a control may be larger than the words in it
_LULL = 400  # milliseconds without an answer of the recorder, after which a page is quiet

Probe = Callable[[], Match | list[Tried]]


@dataclass
class Sighting:
    """One look at a page: what was found of its elements and where, what was tried for the others, and all that it shows."""

    page: str
    found: dict[str, Match] = field(default_factory=dict)
    tried: dict[str, list[Tried]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, Rectangle] = field(default_factory=dict)
    controls: tuple[Control, ...] = ()


@dataclass(frozen=True)
class Scene:
    """What has to be known to judge a page: the window that shows it, what was seen there, and what was shown before."""

    window: Window
    seen: Sighting
    above: tuple[Control, ...] = ()

    @property
    def page(self) -> str:
        """The page's name."""
        return self.seen.page


def look(window: Window, name: str, later: frozenset[str]) -> Sighting:
    """Look for every element of the page `name` but those in `later`, for its rows, and at everything else it shows."""
    seen = Sighting(name)
    window.turn_to(name)
    window.settle()
    wanted = {f"{name}.{one}": spec.find for one, spec in window.file.pages[name].elements.items() if one not in later}
    probes = {full: _prober(window, find) for full, find in wanted.items()}
    with translated(f"{window.firmware.name}: {name}"):
        _probe_all(window, probes, seen)
        for rows_name, rows in window.file.pages[name].rows.items():
            _look_at_rows(window, f"{name}.{rows_name}", rows, seen)
        _note_boxes(seen)
        seen.controls = controls_of(window.page)
    return seen


def _prober(window: Window, find: Sequence[Locator]) -> Probe:
    return lambda: window.finder.probe(find)


def _probe_all(window: Window, probes: Mapping[str, Probe], seen: Sighting) -> None:
    """One probe each; if something is not there, the page gets a moment to become quiet, and that is looked for once more."""
    left, end = dict(probes), time.monotonic() + _SETTLING
    while left:
        for full, probe in list(left.items()):
            result = probe()
            if isinstance(result, Match):
                seen.found[full] = result
                seen.tried.pop(full, None)
                del left[full]
            else:
                seen.tried[full] = result
        if time.monotonic() > end:
            return
        if left:
            window.settle()
            if not window.happens("requestfinished", _LULL):
                end = 0.0  # it is quiet: once more, and no more


def _look_at_rows(window: Window, full: str, rows: Rows, seen: Sighting) -> None:
    """The rows themselves, and in the first of them each cell and element."""
    finder = window.finder
    index = next((place for place, one in enumerate(rows.find) if finder.visible(one).count()), None)
    if index is None:
        seen.tried[full] = [Tried(finder.describe(one), 0) for one in rows.find]
        inner = {*rows.cells, *rows.elements}
        seen.absent |= {f"{full}.{name}": f"it is looked for in a row, and there is no row {full}" for name in inner}
        return
    first = finder.visible(rows.find[index]).first
    seen.found[full] = Match(first, index, finder.describe(rows.find[index]))
    table = table_of(window, *full.split("."))
    columns = table.columns()
    named = [row for row in finder.visible(rows.find[index]).all() if table.text_in(row, rows.key, columns)]
    row = named[0] if named else first
    for name, cell in rows.cells.items():
        _note(seen, f"{full}.{name}", _in_row(table, row, cell, columns, name))
    for name, element in rows.elements.items():
        if not element.after:
            _note(seen, f"{full}.{name}", _in_row(table, row, element, columns, name))


def _in_row(table: Table, row: Any, told: Cell | Element, columns: list[str], name: str) -> Match | list[Tried]:
    """The match of a cell or element in a row, or what was tried."""
    finder, column = table.window.finder, told.column
    said = f'column "{" / ".join(table.window.firmware.words(column))}"' if column else ""
    if column and not table.has_column(column, columns):
        return [Tried(said, 0)]
    base = table.below(row, column, columns, name) if column else row
    return finder.probe(told.find, base) if told.find else Match(base, 0, said)


def _note(seen: Sighting, full: str, result: Match | list[Tried]) -> None:
    if isinstance(result, Match):
        seen.found[full] = result
    else:
        seen.tried[full] = result


def _note_boxes(seen: Sighting) -> None:
    for full, match in seen.found.items():
        box = box_of(match.found)
        if box is not None:
            seen.boxes[full] = box


def box_of(found: Any) -> Rectangle | None:
    """Where it is in the window, in CSS pixels; None for what is gone or has no place."""
    try:
        box = found.bounding_box(timeout=_LULL)
    except PlaywrightError:
        return None
    return (box["x"], box["y"], box["width"], box["height"]) if box else None


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """The part of the smaller rectangle that lies in the other, from 0 to 1."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    smaller = min(one[2] * one[3], other[2] * other[3])
    return across * down / smaller if across > 0 and down > 0 and smaller > 0 else 0.0


def control_at(controls: Sequence[Control], box: Rectangle) -> Control | None:
    """The control at that place: of those that lie there, the one whose size is nearest; words only where there is no control."""
    area = box[2] * box[3]
    sizes = {index: one.box[2] * one.box[3] for index, one in enumerate(controls)}
    near = [(index, one) for index, one in enumerate(controls) if sizes[index] <= _LARGER * area and overlap(one.box, box) > 0.8]
    there = [one for index, one in sorted(near, key=lambda pair: (pair[1].is_words, abs(sizes[pair[0]] - area)))]
    return there[0] if there else None


def claimed(controls: Sequence[Control], boxes: Mapping[str, Rectangle]) -> Iterator[tuple[Control, str]]:
    """Each control that an element of the file finds already, with that element's name."""
    for full, box in boxes.items():
        control = control_at(controls, box)
        if control is not None:
            yield control, full


def element_at(window: Window, full: str) -> tuple[Element, Where]:
    """The element with this whole name, of a page or of rows, and its place in the selector file. Rows count as an element."""
    page, *rest = full.split(".")
    spec = window.file.pages[page]
    if len(rest) == 1 and rest[0] in spec.elements:
        return spec.elements[rest[0]], ("pages", page, "elements", rest[0])
    rows = spec.rows[rest[0]]
    if len(rest) == 1:
        return Element(find=rows.find), ("pages", page, "rows", rest[0])
    if rest[1] in rows.elements:
        return rows.elements[rest[1]], ("pages", page, "rows", rest[0], "elements", rest[1])
    return Element(find=rows.cells[rest[1]].find or rows.find), ("pages", page, "rows", rest[0], "cells", rest[1])


def elements_of(file: SelectorFile) -> Iterator[tuple[str, Element]]:
    """Every element, rows and cells by whole name."""
    for name, page in file.pages.items():
        yield from ((f"{name}.{one}", spec) for one, spec in page.elements.items())
        for rows, rows_spec in page.rows.items():
            whole = Element(find=rows_spec.find)
            yield f"{name}.{rows}", whole
            yield from ((f"{name}.{rows}.{cell}", whole) for cell in rows_spec.cells)
            yield from ((f"{name}.{rows}.{one}", spec) for one, spec in rows_spec.elements.items())
    for name, handler in file.handlers.items():
        yield from ((f"handlers.{name}.{one}", spec) for one, spec in handler.elements.items())
