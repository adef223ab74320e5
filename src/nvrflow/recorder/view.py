"""What is looked at: the recorder's page, or a browser window of its own that a page of the selector file opens in."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightTimeout
from nvrflow.errors import ProductDefect
from nvrflow.firmware import Firmware, Locator, SelectorFile
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.steps import Steps
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from nvrflow.browser.session import Session

_CALM = 250  # milliseconds


class View:
    """Finder and pop-ups of the window that is looked at; when that window is closed, of the recorder's page again."""

    def __init__(self, session: Session, firmware: Firmware, steps: Steps, timeout: float) -> None:
        self._session = session
        self._timeout = timeout
        self._steps = steps
        self._heard: BrowserContext | None = None
        self.read_as(firmware)

    def read_as(self, firmware: Firmware) -> None:
        """Find things as `firmware` says from now on, in its language; start with the recorder's page."""
        self.firmware = self._steps.firmware = firmware
        self._look_at(self._session.page)

    def turn_to(self, name: str) -> bool:
        """Look into the window that has the page `name` of the selector file; False when that window is not open."""
        window = self._holding(window_of(self.firmware.file, name))
        if window is not None and window is not self._finder.page:
            self._look_at(window)
        return window is not None

    @property
    def finder(self) -> Finder:
        """Finds elements in the window that is looked at."""
        self._leave_closed()
        return self._finder

    @property
    def popups(self) -> Popups:
        """Answers what pops up in the window that is looked at."""
        self._leave_closed()
        return self._popups

    def settle(self) -> bool:
        """Wait until no mask covers the page; True if there was one."""
        busy = self.firmware.file.busy
        if not busy or not self.finder.shows(busy):
            return False
        try:
            with waiting("the page to be no longer busy", self._timeout):
                self.finder.any_of(busy).first.wait_for(state="hidden", timeout=self._timeout * 1000)
        except PlaywrightTimeout:
            raise ProductDefect(f"{self._session.host}: the page stays busy for more than {self._timeout:g} s") from None
        return True

    def calm_down(self) -> None:
        """Wait until the page has loaded nothing for a moment: forms are shown before their values are there."""
        end = time.monotonic() + self._timeout
        with waiting("the page to have loaded", self._timeout):
            while self.happens("requestfinished", _CALM) and time.monotonic() < end:
                continue

    def comes(self, wanted: Sequence[Locator], milliseconds: float) -> bool:
        """Wait until something that one of the locators matches is visible; False when the time is over first."""
        try:
            self.finder.any_of(wanted).first.wait_for(timeout=milliseconds)
        except PlaywrightTimeout:
            return False
        return True

    def goes(self, unwanted: Sequence[Locator], milliseconds: float) -> bool:
        """Wait until nothing that one of the locators matches is visible; False when the time is over first."""
        try:
            self.finder.any_of(unwanted).first.wait_for(state="hidden", timeout=milliseconds)
        except PlaywrightTimeout:
            return False
        return True

    def happens(self, event: str, milliseconds: float) -> bool:
        """Let the page go on until the next `event` of Playwright's; False when the time is over first."""
        try:
            self.finder.page.wait_for_event(event, timeout=milliseconds)
        except PlaywrightTimeout:
            return False
        return True

    def _leave_closed(self) -> None:
        if self._finder.page.is_closed():
            self._look_at(self._session.page)

    def _look_at(self, page: Page) -> None:
        self._finder = Finder(page, self.firmware)
        self._popups = Popups(self._finder, self.firmware, self._steps, self._session.host)
        if page.context is not self._heard:
            self._heard = page.context
            self._heard.on("dialog", lambda dialog: self._popups.hear(dialog))

    def _holding(self, window: str | None) -> Page | None:
        if window is None:
            return self._session.page
        return next((page for page in reversed(self._session.windows()[1:]) if re.search(window, page.url)), None)


def window_of(file: SelectorFile, name: str) -> str | None:
    """In which window the page `name` is: its own, or that of the page it lies on; None for the recorder's page."""
    page = file.pages[name]
    return page.window or next((window_of(file, way.on) for way in page.all_ways), None)
