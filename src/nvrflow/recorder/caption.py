"""A short text as a picture of its own, drawn by the browser, which knows every script and its fonts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_WIDEST = 260  # CSS pixels, after which a text goes on in the next line
_SHEET = """<!DOCTYPE html><style>body {{ margin: 0; background: transparent }}
p {{ position: absolute; margin: 0; box-sizing: border-box; width: max-content; max-width: {widest}px; padding: 5px 10px;
  font: 600 14px/1.35 system-ui, sans-serif; color: white; background: rgb(229 38 58); border: 2px solid white;
  border-radius: 8px; overflow-wrap: anywhere }}</style><p dir=auto>{text}</p>"""


def captions(page: Page, texts: Sequence[str], scale: float) -> dict[str, bytes]:
    """Each text as a PNG with `scale` pixels per CSS pixel, drawn in a context of its own of the browser that shows `page`."""
    browser = page.context.browser
    if not texts or browser is None:
        return {}
    context = browser.new_context(device_scale_factor=scale)
    try:
        sheet = context.new_page()
        drawn = {}
        for text in texts:
            sheet.set_content(_SHEET.format(widest=_WIDEST, text=escape(text)))
            drawn[text] = sheet.locator("p").screenshot(omit_background=True, animations="disabled")
        return drawn
    finally:
        context.close()
