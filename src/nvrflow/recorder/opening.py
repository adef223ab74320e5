"""Opening a recorder: reach it, start a browser, tell its firmware and language - and always close everything again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.address import Place, normalised, place_of
from nvrflow.attempts.memory import SignInMemory
from nvrflow.attempts.tries import Tries
from nvrflow.browser import Browser, find_browser
from nvrflow.browser.bounds import Bounds, follow_to
from nvrflow.browser.entrance import locate
from nvrflow.browser.inquiry import Inquiry
from nvrflow.browser.response import answer_in_words
from nvrflow.browser.session import Session
from nvrflow.environment import password as password_of_environment
from nvrflow.errors import UnknownFirmware, WrongCall
from nvrflow.firmware import Firmware, SelectorFile, available, load_firmware
from nvrflow.firmware.identification import Candidate, identify, the_one
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.dry_run import policy
from nvrflow.recorder.held_back import held_notes
from nvrflow.recorder.manner import Manner
from nvrflow.recorder.recorder import Recorder, left_at_the_end
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.target import facts_of
from nvrflow.recorder.window import Window
from nvrflow.report import Https, Report, Step
from nvrflow.room import ensure_room
from nvrflow.state_folder import state_folder
from nvrflow.wait import heard_by


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
    with heard_by(steps.listener):
        session = _session(normalised(url), user, password, manner, steps.camera)
    steps.bounds, steps.attended = session.bounds, manner.attended
    if manner.check:
        session.policy = policy([named.file] if named else _all_files(manner.selectors), session.bounds.reaches)
    address = session.address
    steps.report.https = steps.report.https or Https(
        before=address.secure, after=address.secure, url=address.url if address.secure else None
    )
    with heard_by(steps.listener), tempfile.TemporaryDirectory(prefix="nvrflow-") as scratch:
        try:
            tries = _tries(place_of(url), session, manner, steps.report)
            with steps.chapter("Connect"), steps.step("open", f"Open {address.url}", verb="open", value=address.url) as step:
                firmware = _known(session, named, manner, steps)
                window = Window(session, firmware, steps, tries, Path(downloads or scratch), manner.timeout)
                steps.before_first_write = lambda: _may_write(manner, window)
                recorder = Recorder(window)
                recorder.look_around()
                _enter(recorder, step)
                if not session.challenge:  # else the page is empty
                    steps.before_using(step, session.page, None)
            with left_at_the_end(recorder):
                yield recorder
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
        candidates = tuple(identify(Inquiry(session.page, session.url), selectors, session.challenge))
        answered = answer_in_words(session.page, session.status, session.challenge)
        session.bounds.stop_if_moved()
    finally:
        session.close()
    try:
        return Seen(address.url, the_one(candidates, address.url, answered).name, "", candidates)
    except UnknownFirmware as problem:
        return Seen(address.url, None, str(problem).removeprefix(f"{address.url}: "), candidates)


def _session(url: str, user: str, password: str | Callable[[], str] | None, manner: Manner, camera: Camera | None) -> Session:
    browser = manner.browser if isinstance(manner.browser, Browser) else find_browser(manner.browser, full=manner.headed)
    bounds = Bounds(place_of(url).host, tuple(map(follow_to, manner.follow_to)))
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
        stage=camera,
        language=manner.language or manner.spoken,
    )


def _tries(typed: Place, session: Session, manner: Manner, report: Report) -> Tries:
    """What is remembered of sign-ins to this recorder, by the address that was typed and the one where it answers now."""
    reached = list(dict.fromkeys((typed, place_of(session.url))))
    again = manner.options(session.user)
    return Tries(SignInMemory(manner.state or state_folder()), reached, session.user, manner.last_try, report.notes, again)


def _may_write(manner: Manner, window: Window) -> None:
    """Whether the recorder is what the selector file is for, and what has to be written down has room.

    Raises NoRoom, UnknownFirmware.
    """
    if window.version_refusal is not None:
        raise window.version_refusal
    ensure_room(
        {"the memory of nvrflow": manner.state or state_folder(), "what comes of this run": manner.out or window.downloads.parent}
    )


def _known(session: Session, named: Firmware | None, manner: Manner, steps: Steps) -> Firmware:
    """The recorder's firmware, with which its pages are asked to speak a language, and a dry run knows what only reads."""
    report = steps.report
    firmware = named or _identified(session, manner.selectors)
    firmware = firmware.speaking(manner.language)
    evidence = list(firmware.evidence) or ["named by --firmware"]
    report.firmware = {"name": firmware.name, "evidence": evidence, **facts_of(firmware)}
    report.language = manner.language
    _ask_to_speak(manner.spoken, firmware, session)
    if manner.check:
        session.policy = policy([firmware.file], session.bounds.reaches)
        report.enforced = True
    return firmware


def _all_files(selectors: Path | None) -> list[SelectorFile]:
    """Every selector file that may turn out to fit."""
    return [file for name in available(selectors) if (file := load_firmware(name, selectors).file).identify]


def _identified(session: Session, selectors: Path | None) -> Firmware:
    candidates = identify(Inquiry(session.page, session.url), selectors, session.challenge)
    if session.follow_to_https():
        candidates = identify(Inquiry(session.page, session.url), selectors, session.challenge)
    session.bounds.stop_if_moved()
    return the_one(candidates, session.url, answer_in_words(session.page, session.status, session.challenge))


def _ask_to_speak(spoken: str | None, firmware: Firmware, session: Session) -> None:
    """The pages get the language as a cookie, if the selector file names one."""
    language = firmware.file.language
    if language is None or language.cookie is None or spoken is None:
        return
    name = next((name for name, code in language.names.items() if code == spoken), None)
    if name is not None:
        session.speak(language.cookie, name)


def _enter(recorder: Recorder, step: Step) -> None:
    """Where the browser itself asks, a person opens the address of the sign-in page at once: nothing is shown before it."""
    page = recorder.firmware.file.pages.get("sign_in")
    if page is not None and page.asked_by_browser and page.path not in (None, "/"):
        recorder.session.entrance = page.path or "/"
        step.value = recorder.session.at(recorder.session.entrance)
        step.title = f"Open {step.value}"


def _plain(url: str) -> str:
    """The address of plain HTTP: the one typed, or for a typed HTTPS address port 80 of the same host."""
    place = place_of(url)
    return url if place.scheme == "http" else Place("http", place.host, 80).url


def _asking(password: str | Callable[[], str] | None) -> Callable[[], str]:
    if callable(password):
        return password
    given = password if password is not None else password_of_environment()

    def answer() -> str:
        if not given:
            raise WrongCall("password: there is none; set NVRFLOW_PASSWORD, or store it in the keyring")
        return given

    return answer
