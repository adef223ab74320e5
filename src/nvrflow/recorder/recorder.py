"""A recorder's web UI in a browser: what flows are written against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nvrflow.address import place_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.certificate import Certificate
from nvrflow.errors import DownloadFailed, HeldBack, NvrflowError, SelectorDrift, TimedOut, WrongCall
from nvrflow.firmware import Firmware
from nvrflow.recorder import navigation, restart
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


class Recorder:
    """One recorder, driven through its own pages; made by `open_recorder`, which also signs out and closes the browser.

    `restart_patience` are the seconds that a restart of its web service may take (None: 90, or 600 where a person does it).
    """

    def __init__(self, window: Window) -> None:
        self.window = window
        self.restart_patience: float | None = None
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
        """The address at which the recorder is reached now."""
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
        """The browser's page, for what no selector file can say; the window that is looked at, if there are several."""
        return self.window.page

    @property
    def checking(self) -> bool:
        """Whether this is a `--check`: nothing is changed."""
        return self.steps.check

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return self.session.signed_in

    def go_to(self, page: str) -> Page:
        """Show the page by clicking through the menus, as a person would. Raises WrongCall for one the file does not have."""
        with self.window.tries.reaching(page):
            navigation.go_to(self.window, page)
        return Page(self.window, page)

    def arrive(self, page: str, ready: bool = True) -> Page:
        """Wait until the page is shown, and ready to be used unless that does not matter, without clicking."""
        with self.window.tries.reaching(page):
            navigation.arrive(self.window, page, ready)
        self.window.pending = None
        return Page(self.window, page)

    def shows(self, page: str) -> bool:
        """Whether the page is shown now."""
        return self.has(page) and self.window.shows_page(page)

    def has(self, page: str) -> bool:
        """Whether this firmware has such a page at all."""
        return page in self.firmware.file.pages

    def chapter(self, title: str, **translations: str) -> AbstractContextManager[None]:
        """Put the steps of a `with` block below one heading; `de="…"` is the same for a guide in that language."""
        return self.steps.chapter(title, translations)

    def title(self, title: str, **translations: str) -> None:
        """What the flow is called, as the title of its guide; `de="…"` is the same for a guide in that language."""
        self.steps.title(title, translations)

    def say(self, sentence: str, **translations: str) -> None:
        """A sentence of the flow's own for the guide, where the flow stands; `de="…"` is the same in that language."""
        self.steps.say(sentence, translations)

    def password(self) -> str:
        """The password, asked for only when it is needed. Raises WrongCall when there is none."""
        return self.session.password()

    def may_sign_in(self) -> None:
        """Raise AccountLocked or SignInRefused if this computer remembers that a try could lock the account, or is locked out."""
        self.window.tries.may_begin()

    def signed_in_until(self, leaving: Callable[[Recorder], object]) -> None:
        """Somebody is signed in from now on; `leaving` is run before the browser is closed, whatever happens."""
        self.session.signed_in = self.window.unasked = True
        self._last_words = [leaving]

    def signed_out(self) -> None:
        """Nobody is signed in any more."""
        self.session.signed_in = False

    def keep(self, *certificates: Certificate | None, warnings: Mapping[str, Sequence[str]] | None = None) -> None:
        """Put certificates into the report, each with its warnings (by its SHA-256)."""
        known = warnings or {}
        kept = [one.as_dict(known.get(one.sha256, ()), relative_to=self.downloads.parent) for one in certificates if one]
        self.report.certificates = kept

    def already(self, what: str) -> None:
        """The recorder is as it should be; nothing had to be done."""
        self.report.already.append(what)
        self.report.notes.append(f"already: {what}")

    def cannot(self, what: str) -> WrongCall:
        """The error for a flow that asks for what this recorder does not have, by its selector file."""
        return WrongCall(f"{self.host}: {what}")

    def await_https(self, port: int | None = None) -> None:
        """Wait for the recorder to come back with HTTPS on `port` (None: its page names none). Raises ProductDefect."""
        self._move(restart.await_https(self.window, port, self.restart_patience))

    def await_http(self) -> None:
        """Wait for the recorder to come back without HTTPS. Raises ProductDefect."""
        self._move(restart.await_http(self.window, self.restart_patience))

    def once_more(self, action: Callable[[Recorder], Result], again: Callable[[Recorder], object]) -> Result:
        """Do `action`; if a download fails, close the browser, do `again` (sign in) and try once more - once."""
        try:
            return action(self)
        except DownloadFailed as problem:
            self.leave()
            self.reopen()
            again(self)
            self.report.notes.append(f"{problem}. Signed in again and tried once more.")
            return action(self)

    def reopen(self) -> None:
        """Close the browser and open another on the recorder's present address; nobody is signed in there."""
        self._forget()
        self.session.reopen()
        self.window.read_as(self.firmware)

    def look_around(self) -> None:
        """Wait for the sign-in page, and read which language the recorder speaks; raises what an obstacle means."""
        if self.has("sign_in"):
            self.arrive("sign_in")
            if self.firmware.file.pages["sign_in"].asked_by_browser:
                return  # nothing is shown before
            if self.has("home") and self.shows("home"):
                hint = "`shown_by` must name what only somebody who has signed in sees"
                raise SelectorDrift(f"{self.firmware.name}: home: is shown before anybody has signed in; {hint}")
        listen(self.window)

    def leave(self) -> None:
        """Say goodbye: run what `signed_in_until` was told, if still signed in; a failure is noted, not raised."""
        self.window.tries.over(self.signed_in)
        words, self._last_words = self._last_words, []
        self.steps.leaving = True
        self.window.pending = None
        for flow in words if self.signed_in else []:
            try:
                with waiting("the sign-out"):
                    flow(self)
            except HeldBack as held:
                self.report.notes.append(f"signing out was held back before: {held}")
            except (NvrflowError, PlaywrightError) as problem:
                self.report.notes.append(f"signing out failed: {str(problem).splitlines()[0]}")
        self.steps.leaving = False
        self.session.signed_in = False

    def _move(self, url: str | None) -> None:
        """The recorder is at another address from now on, and has forgotten who was signed in."""
        if url is None:
            return
        self._forget()
        self.session.move(url)
        self.window.tries.moved(place_of(url))
        self.window.read_as(self.firmware)

    def _forget(self) -> None:
        self.session.signed_in = False
        self.window.pending = None
        self.window.unsaved.clear()


@contextmanager
def left_at_the_end(recorder: Recorder) -> Iterator[Recorder]:
    """Leave after the block, whatever happens; first comes a picture of the page where the block ended between two steps."""
    try:
        yield recorder
    except (SelectorDrift, TimedOut) as problem:
        recorder.steps.picture_end(problem, recorder.page)
        raise
    finally:
        recorder.leave()
