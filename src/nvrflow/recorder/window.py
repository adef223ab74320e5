"""The browser window in use: the recorder's page, or the separate window in which a page of the selector file opens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.attempts.tries import Tries
from nvrflow.browser.motion import Patience
from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout
from nvrflow.browser.session import Session
from nvrflow.errors import NvrflowError, ProductDefect, SelectorDrift, SignedOut, TimedOut
from nvrflow.firmware import Element, Firmware, Locator, SelectorFile
from nvrflow.https_memory import HttpsMemory
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.steps import Steps
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Dialog, Page

SLICE = 300  # milliseconds of one wait, after which pop-ups are looked for
_CALM = 250  # milliseconds
_MAY_BE_SIGNED_OUT = (SelectorDrift, TimedOut, ProductDefect)  # how a session that has ended looks to a step


@dataclass(frozen=True)
class Pending:
    """A click that was made and may still turn out to be refused, by words of the selector file. `at` names the element."""

    spec: Element
    at: str
    signs_in: bool


class Window:
    """The recorder's UI in the browser. It owns browser page, firmware, language and time limit; no other object keeps them.

    When a separate window is closed, the recorder's page is used again. `native` are the words of native dialogs since the last
    click, `pending` is the click whose result is not known yet, `unsaved` says which switches were turned and not saved yet, and
    how each was before. `unheard`: the language is not known yet; `unasked`: model and version were not read again after the
    sign-in. `shelf` shows a page by its name where pages were captured, and no way leads there. `https_memory` keeps the port of
    HTTPS for later runs. `version_refusal` says why this firmware may not be changed, if it may not.
    """

    def __init__(self, session: Session, firmware: Firmware, steps: Steps, tries: Tries, downloads: Path, timeout: float) -> None:
        self.session = session
        self.steps = steps
        self.tries = tries
        self.downloads = downloads
        self.timeout = timeout
        self.native: list[str] = []
        self.pending: Pending | None = None
        self.unsaved: dict[str, bool] = {}
        self.https_memory: HttpsMemory | None = None
        self.unheard = False
        self.unasked = False
        self.version_refusal: NvrflowError | None = None
        self.shelf: Callable[[str], None] | None = None
        self._heard: BrowserContext | None = None
        self.read_as(firmware)
        steps.shown, steps.reason = lambda: self._finder.page, self.reason

    def read_as(self, firmware: Firmware) -> None:
        """Use `firmware` and its language from now on, and the recorder's page."""
        self.firmware = self.steps.firmware = firmware
        self._look_at(self.session.page)

    def knows(self, firmware: Firmware) -> None:
        """Use `firmware`, of which more is known now, on the page in use."""
        self.firmware = self.steps.firmware = firmware
        self._look_at(self._finder.page)

    @property
    def file(self) -> SelectorFile:
        """The selector file."""
        return self.firmware.file

    @property
    def page(self) -> Page:
        """The browser page in use."""
        return self.finder.page

    @property
    def finder(self) -> Finder:
        """Finds elements in the window in use."""
        if self._finder.page.is_closed():
            self._look_at(self.session.page)
        return self._finder

    @property
    def timeout_ms(self) -> float:
        """The time limit of one wait in milliseconds, as Playwright expects it."""
        return self.timeout * 1000

    def patience(self) -> Patience:
        """The patience for one wait that begins now."""
        return Patience(self.timeout, self.session.motion)

    def turn_to(self, name: str) -> bool:
        """Use the window that has the page `name` of the selector file; False if that window is not open."""
        page = self._holding(window_of(self.file, name))
        if page is not None and page is not self._finder.page:
            self._look_at(page)
        return page is not None

    def shows_page(self, name: str) -> bool:
        """Whether the page is shown now; a page without `shown_by` counts as shown when the page it lies on is."""
        page = self.file.pages[name]
        if not self.turn_to(name):
            return False
        if page.shown_by:
            return self.finder.shows(page.shown_by)
        return any(self.shows_page(way.on) for way in page.all_ways) if page.all_ways else bool(page.path is None)

    def shows_sign_in(self) -> bool:
        """Whether the recorder's page is the sign-in page now; False also where the browser itself asks for the password."""
        page = self.file.pages.get("sign_in")
        try:
            return page is not None and bool(page.shown_by) and self.shows_page("sign_in")
        except PlaywrightError:  # a page that is gone shows nothing
            return False

    def reason(self, problem: NvrflowError) -> NvrflowError:
        """SignedOut in place of `problem`, if the recorder has ended the session meanwhile; nobody is signed in from then on."""
        just_signed_in = self.tries.trying or self.tries.answered  # no page was reached yet
        if not self.session.signed_in or just_signed_in or self.steps.leaving or not isinstance(problem, _MAY_BE_SIGNED_OUT):
            return problem
        if not self.shows_sign_in() or ("home" in self.file.pages and self.shows_page("home")):
            return problem
        self.session.signed_in = False
        return SignedOut(
            f"{self.session.who}: the recorder shows its sign-in page again: it has ended the session, because of a restart, "
            "because somebody else ended it, or after a time without use. What was not saved is lost. nvrflow does not sign in "
            "a second time by itself; look who else uses this account, then begin again"
        )

    def settle(self) -> bool:
        """Wait until no mask covers the page; True if it had to wait."""
        busy = self.file.busy
        if not busy or not self.finder.shows(busy):
            return False
        try:
            with waiting("the page to be no longer busy", self.timeout):
                self.finder.any_of(busy).first.wait_for(state="hidden", timeout=self.timeout_ms)
        except PlaywrightTimeout:
            raise ProductDefect(f"{self.session.host}: the page stays busy for more than {self.timeout:g} s") from None
        return True

    def calm_down(self, moment: int = _CALM) -> None:
        """Wait until the page loads nothing for a moment (milliseconds): forms are shown before their values have come."""
        end = time.monotonic() + self.timeout
        with waiting("the page to have loaded", self.timeout):
            while self.happens("requestfinished", moment) and time.monotonic() < end:
                continue

    def comes(self, wanted: Sequence[Locator], milliseconds: float) -> bool:
        """Wait until one of the locators matches something visible; False if the time ends first."""
        return self._changes(wanted, "visible", milliseconds)

    def goes(self, unwanted: Sequence[Locator], milliseconds: float) -> bool:
        """Wait until none of the locators matches anything visible; False if the time ends first."""
        return self._changes(unwanted, "hidden", milliseconds)

    def happens(self, event: str, milliseconds: float) -> bool:
        """Let the page run until the next `event` of Playwright; False if the time ends first."""
        try:
            self.page.wait_for_event(event, timeout=milliseconds)
        except PlaywrightTimeout:
            return False
        return True

    def _changes(self, locators: Sequence[Locator], state: str, milliseconds: float) -> bool:
        try:
            self.finder.any_of(locators).first.wait_for(state=state, timeout=milliseconds)  # type: ignore[arg-type]
        except PlaywrightTimeout:
            return False
        return True

    def _look_at(self, page: Page) -> None:
        self._finder = Finder(page, self.firmware)
        if page.context is not self._heard:
            self._heard = page.context
            self._heard.on("dialog", self._hear)

    def _hear(self, dialog: Dialog) -> None:
        """Answer a native dialog as the selector file says, and keep what it said."""
        self.native.append(dialog.message)
        if self.file.native_dialogs == "accept":
            dialog.accept()
        else:
            dialog.dismiss()

    def _holding(self, window: str | None) -> Page | None:
        if window is None:
            return self.session.page
        return next((page for page in reversed(self.session.windows()[1:]) if re.search(window, page.url)), None)


def window_of(file: SelectorFile, name: str) -> str | None:
    """The window of the page `name`: its own, or that of the page it lies on; None for the recorder's page."""
    page = file.pages[name]
    return page.window or next((window_of(file, way.on) for way in page.all_ways), None)


def lineage(file: SelectorFile, name: str) -> set[str]:
    """The page `name` and every page on which it can lie, directly or through other pages."""
    found, ahead = set[str](), [name]
    while ahead:
        if (page := ahead.pop()) not in found and page in file.pages:
            found.add(page)
            ahead += [way.on for way in file.pages[page].all_ways]
    return found
