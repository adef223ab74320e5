"""How the locators of one page of a selector file match what is shown: counted live, and again on the captured page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.capture.archive import CapturedElement
from nvrflow.firmware import Locator, Page
from nvrflow.recorder.finder import Finder, Match


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
            yield f"{name}.{element}: live {list(seen.counts)}, captured {list(again[element].counts)}"


def _seen(finder: Finder, locators: list[Locator]) -> CapturedElement:
    try:
        match = finder.probe(locators)
        box = match.found.bounding_box(timeout=1000) if isinstance(match, Match) else None
    except PlaywrightError:
        return CapturedElement(_counts(finder, locators))
    place = (box["x"], box["y"], box["width"], box["height"]) if box else None
    return CapturedElement(_counts(finder, locators), match.index if isinstance(match, Match) else None, place)


def _counts(finder: Finder, locators: list[Locator]) -> tuple[int, ...]:
    try:
        return tuple(finder.visible(locator).count() for locator in locators)
    except PlaywrightError:
        return ()
