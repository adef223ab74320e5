"""A recorder's web UI in a browser, as flows use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nvrflow.address import place_of
from nvrflow.browser.playwright_errors import PlaywrightError, answering
from nvrflow.certificate import Certificate
from nvrflow.errors import DownloadFailed, HeldBack, NvrflowError, SelectorDrift, WrongCall
from nvrflow.firmware import Firmware
from nvrflow.recorder import navigation, outage, restart
from nvrflow.recorder.page import Page
from nvrflow.recorder.speech import listen
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.window import Window
from nvrflow.report import Report
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page as BrowserPage

    from nvrflow.browser.session import Session

Result = TypeVar("Result")
_STILL_IN = "the session may still be open: sign out in a browser, or wait until the recorder ends it"


class Recorder:
    """One recorder, driven through its own pages; made by `open_recorder`, which also signs out and closes the browser.

    `restart_patience` is how many seconds a restart of its web service may take (None: 90, or 600 if a person does it).
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.restart_patience: float | None = None
        self.restorers: list[Callable[[Recorder], object]] = []
        self._last_words: list[Callable[[Recorder], object]] = []

    @property
    def session(self) -> Session:
        """The browser with the recorder's page in it."""
        return self.window.session

    @property
    def steps(self) -> Steps:
        """The steps of this run."""
        return self.window.steps

    @property
    def firmware(self) -> Firmware:
        """The selector file, in the language that the recorder speaks."""
        return self.window.firmware

    @property
    def downloads(self) -> Path:
        """The folder in which downloaded files are kept."""
        return self.window.downloads

    @property
    def timeout(self) -> float:
        """The time limit of one wait, in seconds."""
        return self.window.timeout

    @property
    def url(self) -> str:
        """The address of the recorder now; it changes when HTTPS is switched on or off."""
        return self.session.url

    @property
    def user(self) -> str:
        """The account's name."""
        return self.session.user

    @property
    def host(self) -> str:
        """The recorder's host name or address, without port."""
        return self.session.host

    @property
    def report(self) -> Report:
        """What the run has done so far."""
        return self.steps.report

    @property
    def page(self) -> BrowserPage:
        """Playwright's page, for what a selector file cannot say; of several windows, the one in use."""
        return self.window.page

    @property
    def checking(self) -> bool:
        """Whether this run is a `--check`, which changes nothing."""
        return self.steps.check

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.session.signed_in

    def go_to(self, page: str) -> Page:
        """Show the page by clicking through the menus, as a person would. Raises WrongCall if the file has no such page."""
        with self.window.tries.reaching(page):
            navigation.go_to(self.window, page)
        return Page(self.window, page)

    def arrive(self, page: str, ready: bool = True) -> Page:
        """Wait, without a click, until the page is shown and, unless `ready` is false, can be used."""
        with self.window.tries.reaching(page):
            navigation.arrive(self.window, page, ready)
        self.window.pending = None
        return Page(self.window, page)

    def shows(self, page: str) -> bool:
        """Whether the page is shown now."""
        return self.has(page) and self.window.shows_page(page)

    def has(self, page: str) -> bool:
        """Whether the selector file has such a page."""
        return page in self.firmware.file.pages

    def chapter(self, title: str, **translations: str) -> AbstractContextManager[None]:
        """Put the steps of a `with` block below one heading; `de="…"` is the heading for a guide in German."""
        return self.steps.chapter(title, translations)

    def title(self, title: str, **translations: str) -> None:
        """Set the title of the flow's guide; `de="…"` is the title for a guide in German."""
        self.steps.title(title, translations)

    def say(self, sentence: str, **translations: str) -> None:
        """Add a sentence to the guide at this point of the flow; `de="…"` is the sentence for a guide in German."""
        self.steps.say(sentence, translations)

    def password(self) -> str:
        """The password, which is asked for only when it is needed. Raises WrongCall when none was given."""
        return self.session.password()

    def may_sign_in(self, then: str = "") -> None:
        """Raise AccountLocked or SignInRefused if nvrflow remembers a lock, or that one more try could lock the account.

        `then` is the page that a sign-in leads to. Raises WrongCall if the selector file does not have it, before a try is made.
        """
        if then:
            navigation.known(self.window, then)
        self.window.tries.may_begin()

    def signed_in_until(self, leaving: Callable[[Recorder], object]) -> None:
        """Note that somebody is signed in; `leaving` is called before the browser is closed, whatever happens."""
        self.session.signed_in = self.window.unasked = True
        self._last_words = [leaving]

    def restore_with(self, flow: Callable[[Recorder], object]) -> None:
        """Have `flow` put back what a test changes; the pytest plugin calls it after a test on a real recorder."""
        self.restorers.append(flow)

    def signed_out(self) -> None:
        """Note that nobody is signed in any more."""
        self.session.signed_in = False

    def keep(self, *certificates: Certificate | None, warnings: Mapping[str, Sequence[str]] | None = None) -> None:
        """Put certificates into the report, each with its warnings (by its SHA-256)."""
        known, folder = warnings or {}, self.downloads.parent
        self.report.certificates = [one.as_dict(known.get(one.sha256, ()), relative_to=folder) for one in certificates if one]

    def already(self, what: str) -> None:
        """Note that the recorder is already as the flow wants it, and nothing had to be done."""
        self.report.already.append(what)
        self.report.notes.append(f"already: {what}")

    def cannot(self, what: str) -> WrongCall:
        """The error for a flow that needs something that this recorder's selector file does not have."""
        return WrongCall(f"{self.host}: {what}")

    def await_https(self, port: int | None = None) -> None:
        """Wait until the recorder answers with HTTPS on `port` (None: its page shows no port). Raises ProductDefect."""
        self._move(restart.await_https(self.window, port, self.restart_patience))

    def await_http(self) -> None:
        """Wait until the recorder answers without HTTPS. Raises ProductDefect."""
        self._move(restart.await_http(self.window, self.restart_patience))

    def await_restart(self) -> None:
        """Wait until the recorder has restarted and answers at the same address; nobody is signed in. Raises ProductDefect."""
        self._move(outage.await_restart(self.window, self.restart_patience))

    def once_more(self, action: Callable[[Recorder], Result], again: Callable[[Recorder], object]) -> Result:
        """Do `action`; if a download fails in it, open a new browser, do `again` (sign in), and try one more time."""
        try:
            return action(self)
        except DownloadFailed as problem:
            self.leave()
            self.reopen()
            again(self)
            self.report.notes.append(f"{problem}. nvrflow signed in again and tried once more.")
            return action(self)

    def reopen(self) -> None:
        """Close the browser and open another at the recorder's present address; nobody is signed in there."""
        self._forget()
        self.session.reopen()
        self.window.read_as(self.firmware)

    def look_around(self) -> None:
        """Wait for the sign-in page, and read the recorder's language; raises the error that an obstacle means."""
        if self.has("sign_in"):
            self.arrive("sign_in")
            if self.firmware.file.pages["sign_in"].asked_by_browser:
                return  # no page is shown before the browser asks
            if self.has("home") and self.shows("home"):
                said = "shown before anybody has signed in; `shown_by` must name what is visible only after the sign-in"
                raise SelectorDrift(f"{self.firmware.name}: home: this page is {said}")
        listen(self.window)

    def leave(self) -> None:
        """Sign out, if somebody is still signed in, as `signed_in_until` was told; a failure is noted and not raised."""
        self.window.tries.over(self.signed_in)
        words, self._last_words = self._last_words, []
        before, self.steps.held, self.steps.leaving = self.steps.held, False, True
        self.window.pending = None
        firmware = self.firmware
        if firmware.declared and self.signed_in:
            self.window.knows(firmware.speaking(None))  # the words of every language, because those of this one are not there
        for flow in words if self.signed_in else []:
            try:
                with waiting("the sign-out"), answering(self.host, self.session.silences):
                    flow(self)
            except HeldBack as held:
                self.report.notes.append(f"signing out was held back before: {held}")
            except (NvrflowError, PlaywrightError) as problem:
                self.report.notes.append(f"signing out failed: {str(problem).splitlines()[0]}; {_STILL_IN}")
        self.window.knows(firmware)
        self.steps.held, self.steps.leaving = before or self.steps.held, False
        self.session.signed_in = False
        restart.read_after_failure(self.window)

    def _move(self, url: str | None) -> None:
        """Note that the recorder has another address from now on, where nobody is signed in."""
        if url is not None:
            self._forget()
            self.session.move(url)
            self.window.tries.moved(place_of(url))
            self.window.read_as(self.firmware)

    def _forget(self) -> None:
        self.session.signed_in = False
        self.window.pending = None
        self.window.unsaved.clear()
