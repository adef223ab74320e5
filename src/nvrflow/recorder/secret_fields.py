"""What must be covered in pictures: password fields, and every element that the selector file marks as secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvrflow.browser.visible import asked
from nvrflow.firmware import Firmware
from nvrflow.recorder.finder import Finder

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def mark_secret(field: Locator) -> None:
    """Cover `field` in pictures, although it is not a password field."""
    asked(field, "field => field.setAttribute('data-nvrflow-secret', '')")


def mark_shown(page: Page, firmware: Firmware) -> None:
    """Cover everything in pictures that `page` shows now and the selector file marks as secret."""
    finder, pages = Finder(page, firmware), firmware.file.pages
    secret = {
        name: [locator for element in part.elements.values() if element.secret for locator in element.find]
        for name, part in pages.items()
    }
    everything = [locator for locators in secret.values() for locator in locators]
    if not everything or not finder.shows(everything):
        return
    for name, locators in secret.items():
        for locator in locators if locators and _is_shown(finder, name) else []:
            found = finder.visible(locator)
            if found.count():
                found.evaluate_all("all => all.forEach(one => one.setAttribute('data-nvrflow-secret', ''))")


def _is_shown(finder: Finder, name: str) -> bool:
    """Whether the page may be shown now; a page without `shown_by` counts as shown."""
    page = finder.firmware.file.pages[name]
    if page.window and not re.search(page.window, finder.page.url):
        return False
    if page.shown_by:
        return finder.shows(page.shown_by)
    return not page.all_ways or any(_is_shown(finder, way.on) for way in page.all_ways)
