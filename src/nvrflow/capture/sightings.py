"""How the locators of one page of a selector file match what is shown: counted live, and again on the captured page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.archive import CapturedElement
from nvrflow.firmware import Locator, Page
from nvrflow.recorder.finder import Finder, Match

_GLANCE = 3000  # milliseconds


def elements_on(finder: Finder, page: Page) -> dict[str, CapturedElement]:
    """How each element of `page` matches now."""
    return {name: _seen(finder, element.find) for name, element in page.elements.items()}


def rows_on(finder: Finder, page: Page) -> dict[str, tuple[int, ...]]:
    """How many visible elements each locator of the page's rows matches now."""
    return {name: _counts(finder, rows.find) for name, rows in page.rows.items()}


def differences(name: str, live: Mapping[str, CapturedElement], again: Mapping[str, CapturedElement]) -> Iterator[str]:
    """Each element of the page `name` that a locator finds on the captured page otherwise than live, in words."""
    for element, seen in live.items():
        if seen.counts != again[element].counts or seen.locator != again[element].locator:
            yield f"{name}.{element}: live {_said(seen)}, captured {_said(again[element])}"


def _said(seen: CapturedElement) -> str:
    return f"{list(seen.counts)}" + ("" if seen.locator is None else f" by locator {seen.locator + 1}")


def _seen(finder: Finder, locators: list[Locator]) -> CapturedElement:
    counts, box = _counts(finder, locators), None
    try:
        match = finder.probe(locators)
    except PlaywrightError:
        return CapturedElement(counts)
    if not isinstance(match, Match):
        return CapturedElement(counts)
    with suppress(PlaywrightError):  # it is being drawn again, and has no place for a moment
        box = match.found.bounding_box(timeout=_GLANCE)
    return CapturedElement(counts, match.index, (box["x"], box["y"], box["width"], box["height"]) if box else None)


def _counts(finder: Finder, locators: list[Locator]) -> tuple[int, ...]:
    try:
        return tuple(finder.visible(locator).count() for locator in locators)
    except PlaywrightError:
        return ()
