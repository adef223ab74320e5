"""Where a secret could be read off a picture: password fields, and whatever the selector file calls secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.firmware import Firmware
from nvrflow.recorder.finder import Finder
from nvrflow.report.pictures import Box

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator, Page

# In CSS pixels of the frame, those in open shadow roots as well.
_BOXES = """() => {
  const boxes = [];
  const search = root => {
    for (const one of root.querySelectorAll('*')) {
      if (one.shadowRoot) search(one.shadowRoot);
      if (!one.matches('input[type=password], [data-nvrflow-secret]')) continue;
      const box = one.getBoundingClientRect();
      if (box.width && box.height) boxes.push([box.x, box.y, box.width, box.height]);
    }
  };
  search(document);
  return boxes;
}"""


def mark_secret(field: Locator) -> None:
    """Have `field` covered in pictures although it is no password field."""
    field.evaluate("field => field.setAttribute('data-nvrflow-secret', '')")


def mark_shown(page: Page, firmware: Firmware) -> None:
    """Have everything covered in pictures that `page` shows now and the selector file calls secret."""
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


def secret_boxes(page: Page) -> list[Box]:
    """The boxes of every secret field that `page` shows, in CSS pixels of the page."""
    return [box for frame in page.frames for box in _boxes_in(frame)]


def _is_shown(finder: Finder, name: str) -> bool:
    """Whether the page may be what is seen; where nothing tells, it is taken for that."""
    page = finder.firmware.file.pages[name]
    if page.window and not re.search(page.window, finder.page.url):
        return False
    if page.shown_by:
        return finder.shows(page.shown_by)
    return not page.all_ways or any(_is_shown(finder, way.on) for way in page.all_ways)


def _boxes_in(frame: Frame) -> list[Box]:
    try:
        found = [Box(*box) for box in frame.evaluate(_BOXES)]
        if not found or frame.parent_frame is None:
            return found
        around = frame.frame_element().bounding_box()
    except PlaywrightError:  # a frame that is being left shows nothing any more
        return []
    return [Box(around["x"] + one.x, around["y"] + one.y, one.width, one.height) for one in found] if around else []
