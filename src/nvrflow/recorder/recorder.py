"""A recorder's web UI in a browser: what flows are written against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin, urlsplit

from nvrflow import tls
from nvrflow.address import PORTS, place_of
from nvrflow.attempts.tries import Tries
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.certificate import Certificate
from nvrflow.errors import DownloadFailed, HeldBack, NvrflowError, SelectorDrift, SignInRefused, Unreachable, WrongCall
from nvrflow.firmware import Firmware
from nvrflow.recorder import navigation, restart
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.identify import note_about
from nvrflow.recorder.language import hear
from nvrflow.recorder.outcomes import Clicked
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.screen import Screen
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.view import View
from nvrflow.report import Report
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from nvrflow.browser.session import Session

Result = TypeVar("Result")


class Recorder:
    """One recorder, driven through its own pages.

    `url` is the address of its web UI; `timeout` (seconds) ends every wait. Made by `open_recorder`, which also signs out and
    closes the browser at the end.
    """

    def __init__(self, session: Session, firmware: Firmware, steps: Steps, tries: Tries, downloads: Path, timeout: float) -> None:
        self.session = session
        self.firmware = firmware
        self.steps = steps
        self.tries = tries
        self.downloads = downloads
        self.timeout = timeout
        self.signed_in = False
        self.unheard = False
        self.step_id: str | None = None
        self.restart_patience: float | None = None
        self.pending: Clicked | None = None
        self._last_words: list[Callable[[Recorder], object]] = []
        self.view = View(session, firmware, steps, timeout)

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
    def who(self) -> str:
        """Recorder and account, for messages."""
        return f"{self.session.host}: {self.user}"

    @property
    def report(self) -> Report:
        """What the run has done so far."""
        return self.steps.report

    @property
    def page(self) -> Page:
        """The browser's page, for what no selector file can say; the window that is looked at, if there are several."""
        return self.view.finder.page

    @property
    def finder(self) -> Finder:
        """Finds what the selector file names on the page."""
        return self.view.finder

    @property
    def popups(self) -> Popups:
        """Answers what may be in the way on the page."""
        return self.view.popups

    @property
    def timeout_ms(self) -> float:
        """The time limit of one wait in milliseconds, as Playwright takes it."""
        return self.timeout * 1000

    @property
    def checking(self) -> bool:
        """Whether this is a `--check`: nothing is changed."""
        return self.steps.check

    # What a flow says

    def go_to(self, page: str) -> Screen:
        """Show the page by clicking through the menus, as a person would."""
        with self.tries.reaching(page):
            return navigation.go_to(self, page)

    def arrive(self, page: str, ready: bool = True) -> Screen:
        """Wait until the page is shown, and ready to be used unless that does not matter, without clicking."""
        with self.tries.reaching(page):
            return navigation.arrive(self, page, ready)

    def shows(self, page: str) -> bool:
        """Whether the page is shown now."""
        return page in self.firmware.file.pages and navigation.is_shown(self, page)

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
        self.tries.may_begin()

    def signed_in_until(self, leaving: Callable[[Recorder], object]) -> None:
        """Somebody is signed in from now on; `leaving` is run before the browser is closed, whatever happens."""
        self.signed_in = True
        self._last_words = [leaving]

    def signed_out(self) -> None:
        """Nobody is signed in any more."""
        self.signed_in = False

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
        restart.await_https(self, port)

    def await_http(self) -> None:
        """Wait for the recorder to come back without HTTPS. Raises ProductDefect."""
        restart.await_http(self)

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

    # What the engine's other parts need

    def look_around(self) -> None:
        """Wait for the sign-in page, and read which language the recorder speaks; raises what an obstacle means."""
        if self.has("sign_in"):
            self.arrive("sign_in")
            if self.firmware.file.pages["sign_in"].asked_by_browser:
                return  # nothing is shown before
            if self.has("home") and self.shows("home"):
                hint = "`shown_by` must name what only somebody who has signed in sees"
                raise SelectorDrift(f"{self.firmware.name}: home: is shown before anybody has signed in; {hint}")
        self.listen()

    def listen_once(self) -> None:
        """Listen if nothing was shown before the sign-in that could say which language the recorder speaks."""
        if self.unheard:
            self.listen()

    def listen(self) -> None:
        """Read which language the recorder speaks, its own words and what it says of itself, if the selector file says where."""
        self.unheard = False
        self.firmware = hear(self.page, self.firmware, self.report, self.timeout)
        note_about(self.page, self.firmware, self.report)
        self.view.read_as(self.firmware)

    def reopen(self) -> None:
        """Close the browser and open another on the recorder's present address; nobody is signed in there."""
        self.signed_in = False
        self.session.reopen()
        self.view.read_as(self.firmware)

    def moved(self, url: str) -> None:
        """The recorder is at another address from now on, and has forgotten who was signed in."""
        self.signed_in = False
        self.session.move(url)
        self.tries.moved(place_of(url))
        self.view.read_as(self.firmware)

    def leave(self) -> None:
        """Say goodbye: run what `signed_in_until` was told, if still signed in; a failure is noted, not raised."""
        self.tries.over(self.signed_in)
        words, self._last_words = self._last_words, []
        self.steps.leaving = True
        for flow in words if self.signed_in else []:
            try:
                with waiting("the sign-out"):
                    flow(self)
            except HeldBack as held:
                self.report.notes.append(f"signing out was held back before: {held}")
            except (NvrflowError, PlaywrightError) as problem:
                self.report.notes.append(f"signing out failed: {str(problem).splitlines()[0]}")
        self.signed_in = self.steps.leaving = False

    def address(self, path: str) -> str:
        """The full address of a path on this recorder."""
        return urljoin(self.url + "/", path)

    @contextmanager
    def named(self, step_id: str) -> Iterator[None]:
        """Give the step of the block this id instead of the generated one."""
        outer, self.step_id = self.step_id, step_id
        try:
            yield
        finally:
            self.step_id = outer

    def refusal(self, said: str) -> NvrflowError:
        """The error for a sign-in that the screen refuses, with the page's own words; a recorder that is gone refuses nothing."""
        at = urlsplit(self.url)
        if not tls.listens(self.host, at.port or PORTS[at.scheme]):
            return Unreachable(f"{self.who}: nothing answers any more; the page, which is still shown, says {said!r}")
        return SignInRefused(f"{self.who}: the recorder says {said!r}; nvrflow does not try again")
