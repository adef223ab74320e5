"""What on the screen comes nearest to an element that is not where the selector file says."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from nvrflow.firmware import Element, Firmware
from nvrflow.recorder.playwright_errors import PlaywrightError

if TYPE_CHECKING:
    from playwright.sync_api import Page

_NAMED = re.compile(r'^\s*-\s+(?P<role>[\w-]+)\s+"(?P<name>[^"]+)"')


def candidates(page: Page, firmware: Firmware, element: Element) -> list[str]:
    """Up to three visible things, as `role "name"`, whose names are most like what the element is called."""
    wanted = [word.casefold() for locator in element.find if locator.words for word in firmware.words(locator.words)]
    try:
        lines = page.locator("body").aria_snapshot().splitlines()
    except PlaywrightError:
        return []
    named = {f'{match["role"]} "{match["name"]}"': match["name"].casefold() for line in lines if (match := _NAMED.match(line))}
    scored = [
        (max((difflib.SequenceMatcher(None, word, name).ratio() for word in wanted), default=0.0), shown)
        for shown, name in named.items()
    ]
    return [shown for score, shown in sorted(scored, reverse=True)[:3] if score >= 0.5]
