"""Controls that lead to pages: what the selector file opens pages with, and what stands in one row or column with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nvrflow.capture.archive import Capture, CapturedPage
from nvrflow.capture.controls import Control
from nvrflow.compare.arrangement import lines
from nvrflow.compare.pairs import identity
from nvrflow.firmware import SelectorFile

_ROLES = ("tab", "menuitem", "treeitem")


@dataclass(frozen=True)
class Entries:
    """The entries of menus and tab bars, by their identity."""

    known: frozenset[str]

    def has(self, control: Control) -> bool:
        """Whether this control leads to a page, as far as can be seen."""
        return control.role in _ROLES or identity(control) in self.known


def entries_of(file: SelectorFile, captures: Iterable[Capture]) -> Entries:
    """The entries on all pages of both captures."""
    openers: dict[str, set[str]] = {}
    for page in file.pages.values():
        for way in page.all_ways:
            openers.setdefault(way.on, set()).update(way.open[:1])
    pages = [page for capture in captures for language in capture.languages for page in capture.pages(language)]
    return Entries(frozenset(one for page in pages for one in _on(page, openers.get(page.name, set()))))


def _on(page: CapturedPage, openers: set[str]) -> Iterator[str]:
    boxes = [element.box for name, element in page.elements.items() if name in openers and element.box]
    for line in lines([one for one in page.controls if one.name and not one.is_words]):
        if any(_is_at(one, box) for one in line for box in boxes):
            yield from map(identity, line)


def _is_at(control: Control, box: tuple[float, float, float, float]) -> bool:
    """Whether the middle of the element's box lies in the control; a locator often finds the words inside of it."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    left, top, width, height = control.box
    return left - 1 <= x <= left + width + 1 and top - 1 <= y <= top + height + 1
