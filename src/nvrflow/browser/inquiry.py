"""A page of the browser that answers what identification and language ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout, translated
from nvrflow.firmware.shown_page import NoJavaScript

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Inquiry:
    """Asks one page of the browser; it is a `ShownPage`. `where` (a recorder or selector file) begins the messages."""

    def __init__(self, page: Page, where: str) -> None:
        self._page = page
        self._where = where

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What the JavaScript function gives for `argument`. Raises NoJavaScript, NvrflowError."""
        with translated(self._where), _no_javascript():
            return self._page.evaluate(function, argument)

    def becomes_true(self, function: str, seconds: float) -> bool:
        """Wait until the JavaScript function gives something true; False when the time is over or the page went on meanwhile.

        Raises NoJavaScript.
        """
        try:
            with _no_javascript():
                self._page.wait_for_function(function, timeout=seconds * 1000)
        except PlaywrightTimeout:
            return False
        except PlaywrightError:
            with suppress(PlaywrightError):
                self._page.wait_for_load_state("domcontentloaded")
            return False
        return True


@contextmanager
def _no_javascript() -> Iterator[None]:
    """Raise NoJavaScript for a SyntaxError, which Playwright tells by that name in its message only."""
    try:
        yield
    except PlaywrightError as problem:
        what = problem.message.strip().splitlines()[0].partition("SyntaxError: ")[2]
        if not what:
            raise
        raise NoJavaScript(what) from None
