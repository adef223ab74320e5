"""Playwright's driver: one for all browsers of this process, in one thread."""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

_started: Playwright | None = None


def use_driver(playwright: Playwright) -> None:
    """Use a driver that somebody else (pytest-playwright) has started and will stop: there can be one in a thread only."""
    global _started
    _started = playwright


def driver() -> Playwright:
    """Playwright's driver, started when it is first asked for and ended with this process."""
    global _started
    if _started is None:
        from playwright.sync_api import sync_playwright

        _started = sync_playwright().start()
        atexit.register(_started.stop)
    return _started
