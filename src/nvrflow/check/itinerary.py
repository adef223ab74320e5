"""Which page of a selector file is visited next, and which element leads to it: nearest first, and each page once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nvrflow.firmware import Page, SelectorFile, Way

SIGN_IN = "sign_in"


@dataclass(frozen=True)
class Itinerary:
    """The pages of `file` in the order of a visit; those in `leaving` are used by the sign-out, and come last."""

    file: SelectorFile
    leaving: frozenset[str] = frozenset()

    def outside(self) -> list[str]:
        """The sign-in page and what lies on no other: pages for somebody who has not signed in."""
        inside = set(self._order())
        return [page for page in self._below(SIGN_IN, ()) if page not in inside] if SIGN_IN in self.file.pages else []

    def inside(self) -> list[str]:
        """Every other page: a page first, then what lies on it, so that few clicks lead to the next page."""
        order = self._order()
        last = [page for page in order if page in self.leaving]
        return [page for page in order if page not in self.leaving] + last

    def _order(self) -> list[str]:
        return list(dict.fromkeys(page for root in self._roots() for page in self._below(root, ())))

    def _roots(self) -> list[str]:
        return [name for name, page in self.file.pages.items() if not page.all_ways and name != SIGN_IN]

    def _below(self, name: str, above: tuple[str, ...]) -> Iterator[str]:
        """The page, then what lies on it: first what is on the same screen, windows that need to be closed last."""
        yield name
        lying = [(other, page) for other, page in self.file.pages.items() if self._lies_on(page, name)]
        lying.sort(key=lambda one: (self._is_opened(one[1], name), bool(one[1].close)))
        for other, _ in lying:
            if other not in above:
                yield from self._below(other, (*above, name))

    @staticmethod
    def _lies_on(page: Page, name: str) -> bool:
        return any(way.on == name for way in page.all_ways)

    @staticmethod
    def _is_opened(page: Page, name: str) -> bool:
        return any(way.on == name and way.open for way in page.all_ways)


def only_later(page: Page, name: str, file: SelectorFile) -> frozenset[str]:
    """The elements of a page that may be shown only after another of its elements was used, as the file says."""
    told = {element for element, spec in page.elements.items() if spec.after}
    further = {step for other in file.pages.values() for way in other.all_ways if way.on == name for step in way.open[1:]}
    return frozenset(told | further)


def is_optional(name: str, element: str, file: SelectorFile) -> bool:
    """Whether a device may do without the element: the file says so, or it opens only pages that a device may do without."""
    page = file.pages[name]
    if page.optional or page.elements[element].optional:
        return True
    opened = [other for other in file.pages.values() if _opens(other, name, element)]
    return bool(opened) and all(other.optional for other in opened)


def _opens(page: Page, on: str, element: str) -> bool:
    return any(way.on == on and element in way.open for way in page.all_ways)


def usable(page: Page, reached: Mapping[str, bool], gone: frozenset[str]) -> Way | None:
    """The first way to `page` that begins on a page that was reached, with an element that is there; None if there is none."""
    for way in page.all_ways:
        if reached.get(way.on) and not (way.open and f"{way.on}.{way.open[0]}" in gone):
            return way
    return None
