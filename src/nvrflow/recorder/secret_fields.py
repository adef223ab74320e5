"""Where a password could be read off a picture: password fields, and those that the selector file calls secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvrflow.recorder.playwright_errors import PlaywrightError
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


def secret_boxes(page: Page) -> list[Box]:
    """The boxes of every secret field that `page` shows, in CSS pixels of the page."""
    return [box for frame in page.frames for box in _boxes_in(frame)]


def _boxes_in(frame: Frame) -> list[Box]:
    try:
        found = [Box(*box) for box in frame.evaluate(_BOXES)]
        if not found or frame.parent_frame is None:
            return found
        around = frame.frame_element().bounding_box()
    except PlaywrightError:  # a frame that is being left shows nothing any more
        return []
    return [Box(around["x"] + one.x, around["y"] + one.y, one.width, one.height) for one in found] if around else []
