"""Opening a recorder: reach it, start a browser, tell its firmware and language - and always close everything again."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from nvrflow.browser import Browser, find_browser
from nvrflow.errors import UnknownFirmware, WrongCall
from nvrflow.firmware import Firmware, SelectorFile, available, load_firmware
from nvrflow.recorder.address import locate, normalised
from nvrflow.recorder.bounds import Bounds, follow_to
from nvrflow.recorder.dry_run import allowed_by
from nvrflow.recorder.held_back import held_notes
from nvrflow.recorder.identify import Candidate, identify, the_one
from nvrflow.recorder.recorder import Recorder
from nvrflow.recorder.session import Session
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.studio import Studio
from nvrflow.report import Https, Report, Step

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Process


@dataclass(frozen=True)
class Manner:
    """How a recorder is driven: what the options that all commands share say. Times in seconds, `slow_mo` in milliseconds.

    `running` is a browser of Playwright's that is open already: it is used where that is safe, and stays open. `follow_to` are
    further hosts, beside that of the address, to which the recorder's pages may lead.
    """

    firmware: str | None = None
    selectors: Path | None = None
    language: str | None = None
    check: bool = False
    headed: bool = False
    slow_mo: float = 0
    screenshots: bool = True
    trace: Path | None = None
    browser: Browser | Path | None = None
    running: Process | None = None
    timeout: float = 30.0
    follow_to: tuple[str, ...] = ()


@contextmanager
def open_recorder(
    url: str,
    user: str = "admin",
    password: str | Callable[[], str] | None = None,
    *,
    manner: Manner | None = None,
    steps: Steps | None = None,
    downloads: Path | None = None,
    **options: object,
) -> Iterator[Recorder]:
    """The recorder at `url` in a browser of its own; signed out and closed at the end, whatever happens.

    `password` is text or a function that is called when the sign-in page wants it; None reads NVRFLOW_PASSWORD.
    Keyword options are those of `Manner`. Downloads go to `downloads`, else to a folder that is deleted at the end.
    Raises Unreachable, UnknownFirmware, PluginNeeded, NotInitialised, InvalidFile, WrongCall.
    """
    manner = manner or Manner(**options)  # type: ignore[arg-type]
    steps = steps or Steps(Report(flow="", recorder=normalised(url)))
    steps.check, steps.take_pictures = manner.check, manner.screenshots and steps.take_pictures
    named = load_firmware(manner.firmware, manner.selectors) if manner.firmware else None
    if named is None:
        available(manner.selectors)
    session = _session(normalised(url), user, password, manner, steps.studio)
    steps.bounds = session.bounds
    if manner.check:
        session.allowed = allowed_by([named.file] if named else _all_files(manner.selectors))
    address = session.address
    steps.report.https = steps.report.https or Https(
        before=address.secure, after=address.secure, url=address.url if address.secure else None
    )
    with tempfile.TemporaryDirectory(prefix="nvrflow-") as scratch:
        try:
            with steps.chapter("Connect"), steps.step("open", f"Open {address.url}", verb="open", value=address.url) as step:
                firmware = _known(session, named, manner, steps.report)
                if steps.studio is not None:
                    _equip(steps.studio, firmware, session)
                if manner.check:
                    session.allowed = allowed_by([firmware.file])
                    steps.report.enforced = True
                recorder = Recorder(session, firmware, steps, downloads or Path(scratch), manner.timeout)
                recorder.look_around()
                _enter(recorder, step)
                if steps.studio is not None:
                    steps.studio.firmware = recorder.firmware
                if not session.challenge:  # else the page is empty
                    steps.before_using(step, session.page, None)
            try:
                yield recorder
            finally:
                recorder.leave()
        finally:
            _close(session, steps.report)


def _close(session: Session, report: Report) -> None:
    """Close the browser, and only then tell what was held back: the cookies that it had are secrets, too."""
    try:
        session.close()
    finally:
        report.notes.extend([*held_notes(session.held, session.secrets), *session.bounds.notes()])


@dataclass(frozen=True)
class Seen:
    """What a recorder's start page shows: the firmware that fits, or why none does, and every candidate, best first."""

    url: str
    firmware: str | None
    why: str
    candidates: tuple[Candidate, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        ranked = [
            {"name": one.firmware.name, "score": round(one.score, 3), "found": list(one.found), "missing": list(one.missing)}
            for one in self.candidates
        ]
        return {"recorder": self.url, "firmware": self.firmware, "reason": self.why or None, "candidates": ranked}


def look_at(
    url: str,
    selectors: Path | None = None,
    browser: Path | None = None,
    timeout: float = 30.0,
    follow_to: tuple[str, ...] = (),
) -> Seen:
    """Which firmware the recorder at `url` has, by its start page alone.

    Raises Unreachable, InvalidFile, WrongCall, and OtherHost where the start page leads to another host.
    """
    session = _session(normalised(url), "", "", Manner(browser=browser, timeout=timeout, follow_to=follow_to), None)
    address = session.address
    try:
        candidates = tuple(identify(session.page, selectors, session.challenge))
        answered = session.answered()
        session.bounds.stop_if_moved()
    finally:
        session.close()
    try:
        return Seen(address.url, the_one(candidates, address.url, answered).name, "", candidates)
    except UnknownFirmware as problem:
        return Seen(address.url, None, str(problem).removeprefix(f"{address.url}: "), candidates)


def _session(url: str, user: str, password: str | Callable[[], str] | None, manner: Manner, studio: Studio | None) -> Session:
    browser = manner.browser if isinstance(manner.browser, Browser) else find_browser(manner.browser, full=manner.headed)
    bounds = Bounds(urlsplit(url).hostname or "", tuple(map(follow_to, manner.follow_to)))
    return Session(
        browser=browser,
        address=locate(url, min(manner.timeout, 10.0), bounds),
        bounds=bounds,
        plain_url=_plain(url),
        user=user,
        ask_password=_asking(password),
        headed=manner.headed,
        slow_mo=manner.slow_mo,
        trace=manner.trace,
        timeout=manner.timeout,
        running=manner.running,
        studio=studio,
        language=manner.language or (studio.language if studio else None),
    )


def _known(session: Session, named: Firmware | None, manner: Manner, report: Report) -> Firmware:
    firmware = named or _identified(session, manner.selectors)
    firmware = firmware.speaking(manner.language)
    report.firmware = {"name": firmware.name, "evidence": list(firmware.evidence) or ["named by --firmware"]}
    report.language = manner.language
    return firmware


def _all_files(selectors: Path | None) -> list[SelectorFile]:
    """Every selector file that may turn out to fit."""
    return [file for name in available(selectors) if (file := load_firmware(name, selectors).file).identify]


def _identified(session: Session, selectors: Path | None) -> Firmware:
    candidates = identify(session.page, selectors, session.challenge)
    if session.follow_to_https():
        candidates = identify(session.page, selectors, session.challenge)
    session.bounds.stop_if_moved()
    return the_one(candidates, session.url, session.answered())


def _equip(studio: Studio, firmware: Firmware, session: Session) -> None:
    """The studio learns what is volatile; the pages get its language as a cookie, if the selector file names one."""
    studio.firmware, language = firmware, firmware.file.language
    if language is None or language.cookie is None or studio.language is None:
        return
    name = next((name for name, code in language.names.items() if code == studio.language), None)
    if name is not None:
        session.speak(language.cookie, name)


def _enter(recorder: Recorder, step: Step) -> None:
    """Where the browser itself asks, a person opens the address of the sign-in page at once: nothing is shown before it."""
    page = recorder.firmware.file.pages.get("sign_in")
    if page is not None and page.asked_by_browser and page.path not in (None, "/"):
        recorder.session.entrance = page.path or "/"
        step.value = recorder.address(recorder.session.entrance)
        step.title = f"Open {step.value}"


def _plain(url: str) -> str:
    """The address of plain HTTP: the one typed, or for a typed HTTPS address port 80 of the same host."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return url if parts.scheme == "http" else f"http://{host}"


def _asking(password: str | Callable[[], str] | None) -> Callable[[], str]:
    if callable(password):
        return password
    given = password if password is not None else os.environ.get("NVRFLOW_PASSWORD")

    def answer() -> str:
        if not given:
            raise WrongCall("password: there is none; set NVRFLOW_PASSWORD, or store it in the keyring")
        return given

    return answer
