"""A capture as a recorder: its pages in a browser without network, for everything that only looks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from nvrflow.address import joined, link_of, place_of
from nvrflow.attempts.memory import SignInMemory
from nvrflow.attempts.tries import Tries
from nvrflow.browser import Browser, find_browser, open_browser
from nvrflow.browser.bounds import Bounds
from nvrflow.browser.entrance import Address
from nvrflow.browser.inquiry import Inquiry
from nvrflow.browser.motion import Motion
from nvrflow.browser.playwright_errors import translated
from nvrflow.browser.session import Session
from nvrflow.capture.archive import OK, Capture, CapturedPage
from nvrflow.capture.captured_file import text_in
from nvrflow.capture.question_book import Answering, QuestionBook
from nvrflow.capture.shelf import Shelf
from nvrflow.capture.vocabulary import answers_of
from nvrflow.errors import SelectorDrift, UnknownFirmware, WrongCall
from nvrflow.firmware import Firmware, load_firmware
from nvrflow.firmware.identification import Candidate, identify, the_one
from nvrflow.firmware.language import hear
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.recorder import Recorder
from nvrflow.recorder.start_page import Seen
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.target import facts_of
from nvrflow.recorder.window import Window, window_of
from nvrflow.report import Listener, Report, Silence

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext
    from playwright.sync_api import Page as BrowserPage

_REFUSAL = "a capture can only be looked at; use the recorder itself"
_SIZE = {"width": 1280, "height": 720}
_TIMEOUT = 10.0  # seconds; nothing on a captured page comes late


@dataclass(frozen=True)
class Viewer:
    """How captures are looked at: with which browser, and which selector files come before the shipped ones."""

    browser: Browser | Path | None = None
    headed: bool = False
    selectors: Path | None = None
    firmware: str | None = None
    listener: Listener | None = None


@contextmanager
def opened(folder: Path, language: str | None = None, viewer: Viewer | None = None) -> Iterator[Recorder]:
    """The capture in `folder` as a recorder whose `go_to` shows captured pages; whatever would use an element raises WrongCall.

    `language` is one of the capture's, and the first of them if it is not named. A page that was not captured raises
    SelectorDrift with the reason. Raises WrongCall, InvalidFile, and UnknownFirmware for a capture that no selector file fits.
    """
    viewer = viewer or Viewer()
    capture = Capture.open(folder)
    language = _language(capture, language)
    with _desk(capture, viewer) as desk, tempfile.TemporaryDirectory(prefix="nvrflow-") as scratch:
        firmware = _firmware(desk, viewer, language)
        steps = Steps(Report(flow="", recorder=desk.url), viewer.listener or Silence(), take_pictures=False, check=True)
        steps.refusal = _REFUSAL
        tries = Tries(SignInMemory(Path(scratch)), [place_of(desk.url)], "", False, steps.report.notes)
        window = Window(desk.session, firmware, steps, tries, Path(scratch), _TIMEOUT)
        window.shelf = lambda name: desk.show(window, name, language)
        report, summary = steps.report, capture.summary
        known = {"model": summary.model, "version": summary.version}
        evidence = list(firmware.evidence) or ["named by --firmware"]
        told = {key: value for key, value in known.items() if value}
        report.firmware = {"name": firmware.name, "evidence": evidence, **facts_of(firmware), **told}
        report.language = firmware.language
        report.notes.extend([firmware.contradiction] if firmware.contradiction else [])
        yield Recorder(window)


def look_at(folder: Path, viewer: Viewer | None = None) -> Seen:
    """Which selector file fits the start page in a capture, as `nvrflow identify` says it. Raises WrongCall, InvalidFile."""
    viewer = viewer or Viewer()
    capture = Capture.open(folder)
    with _desk(capture, viewer) as desk:
        candidates = tuple(desk.candidates(viewer.selectors))
        try:
            return Seen(str(folder), the_one(candidates, str(folder)).name, "", candidates)
        except UnknownFirmware as problem:
            return Seen(str(folder), None, str(problem).removeprefix(f"{folder}: "), candidates)


@dataclass
class _Desk:
    """A browser in which pages of one capture are shown."""

    capture: Capture
    session: Session
    shelf: Shelf

    @property
    def url(self) -> str:
        """The recorder's made-up address."""
        return self.session.url

    def show(self, window: Window, name: str, language: str) -> None:
        """Show the page `name` where it was shown live: in the recorder's window, or in one of its own."""
        state = self.capture.summary.pages.get(language, {}).get(name, "it was not captured")
        if state != OK:
            raise SelectorDrift(f"{self.capture.folder}: {name} ({language}): {state}")
        page = self.session.page
        for other in self.session.windows()[1:]:
            other.close()
        if window_of(window.file, name) is not None:
            page = self.session.page.context.new_page()
        self.put(page, self.capture.page(name, language))
        window.turn_to(name)

    def put(self, page: BrowserPage, shown: CapturedPage) -> None:
        """Show a captured page in the browser's page."""
        url = joined(self.url + "/", shown.path)
        files = {address: text_in(shown.folder / name) for address, name in shown.facts.frames.items()}
        with translated(str(shown.folder)):
            self.shelf.show(page, url, {url: shown.html, **files})

    def candidates(self, selectors: Path | None) -> list[Candidate]:
        """Every selector file with what of its evidence the start page shows."""
        device = self.capture.device
        book = QuestionBook(dict(device.get("answers", {})), dict(device.get("fetched", {})))
        start = next((page for page in self.capture.pages() if page.name == "sign_in"), None)
        if start is not None:
            self.put(self.session.page, start)
        page = Answering(Inquiry(self.session.page, str(self.capture.folder)), book)
        return identify(page, selectors, self.session.challenge)


@contextmanager
def _desk(capture: Capture, viewer: Viewer) -> Iterator[_Desk]:
    browser = viewer.browser if isinstance(viewer.browser, Browser) else find_browser(viewer.browser, full=viewer.headed)
    flags = Camera(still=True).flags
    with open_browser(browser, headed=viewer.headed, flags=flags) as process:
        context = process.new_context(viewport=_SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        shelf = Shelf(context, lambda name: _sheet(capture, name))
        yield _Desk(capture, _session(capture, browser, context), shelf)


def _session(capture: Capture, browser: Browser, context: BrowserContext) -> Session:
    """The browser as the engine knows it; nobody signs in there."""
    start = capture.device.get("start", {})
    link = link_of(str(start.get("url") or "http://192.0.2.1/"))
    page = context.new_page()
    session = Session(
        browser=browser,
        address=Address(link.place.url),
        bounds=Bounds(link.host),
        plain_url=link.place.url,
        user="",
        ask_password=_no_password,
        status=int(start.get("status") or 200),
        challenge=str(start.get("challenge") or ""),
        _page=page,
        _motion=Motion(context),
    )
    session.signed_in = True  # nothing asks for a sign-in that cannot be
    return session


def _no_password() -> NoReturn:
    raise WrongCall(f"password: {_REFUSAL}")


def _sheet(capture: Capture, name: str) -> str | None:
    file = capture.folder / "styles" / f"{name}.css"
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _language(capture: Capture, wanted: str | None) -> str:
    if wanted is not None and wanted not in capture.languages:
        known = ", ".join(capture.languages) or "no pages at all"
        raise WrongCall(f"{capture.folder}: has no pages in {wanted}; it has {known}")
    return wanted or next(iter(capture.languages), "")


def _firmware(desk: _Desk, viewer: Viewer, language: str) -> Firmware:
    """The selector file that was named, or with which it was captured, or that fits; with the words of the capture."""
    capture = desk.capture
    name = viewer.firmware or capture.firmware
    if name is not None:
        firmware = replace(load_firmware(name, viewer.selectors), evidence=() if viewer.firmware else ("named in the capture",))
    else:
        firmware = the_one(desk.candidates(viewer.selectors), str(capture.folder))
    if capture.summary.version:
        firmware = firmware.at(capture.summary.version)
    spoken = firmware.speaking(language if language != "und" else None)
    page = Answering(Inquiry(desk.session.page, str(capture.folder)), answers_of(capture, firmware, language))
    return hear(page, spoken, _TIMEOUT).firmware
