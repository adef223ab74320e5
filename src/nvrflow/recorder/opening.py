"""Opening a recorder: reach it, start a browser, identify firmware and language - and always close everything again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nvrflow.address import Place, entrance_of, normalised, place_of
from nvrflow.attempts.memory import SignInMemory
from nvrflow.attempts.tries import Tries
from nvrflow.browser import Browser, find_browser
from nvrflow.browser.bounds import Bounds, follow_to
from nvrflow.browser.entrance import locate
from nvrflow.browser.inquiry import Inquiry
from nvrflow.browser.playwright_errors import answering
from nvrflow.browser.response import answer_in_words
from nvrflow.browser.session import Session
from nvrflow.environment import password as password_of_environment
from nvrflow.errors import HeldBack, NvrflowError, WrongCall
from nvrflow.firmware import Firmware, SelectorFile, available, load_firmware
from nvrflow.firmware.identification import identify, the_one
from nvrflow.firmware.loading import read_ahead
from nvrflow.https_memory import HttpsMemory
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.dry_run import policy
from nvrflow.recorder.held_back import blamed, held_notes
from nvrflow.recorder.manner import Manner
from nvrflow.recorder.recorder import Recorder
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
        session = session_for(url, user, password, manner, steps.camera)
    shown = session.at(session.first) if session.first != "/" else session.url
    _note_start(session, named, manner, steps)
    with heard_by(steps.listener), tempfile.TemporaryDirectory(prefix="nvrflow-") as scratch, blamed(session):
        try:
            tries = _tries(place_of(url), session, manner, steps.report)
            with steps.chapter("Connect"), steps.step("open", f"Open {shown}", verb="open", value=shown) as step:
                firmware = _known(session, named, manner, steps)
                window = Window(session, firmware, steps, tries, Path(downloads or scratch), manner.timeout)
                window.https_memory = HttpsMemory(manner.state or state_folder())
                steps.before_first_write = lambda: _may_write(manner, window)
                recorder = Recorder(window)
                recorder.look_around()
                _enter(recorder, step)
                if not session.challenge:  # otherwise the page is empty
                    steps.before_using(step, session.page, None)
            with _at_work(recorder):
                yield recorder
        finally:
            _close(session, steps.report)


def _note_start(session: Session, named: Firmware | None, manner: Manner, steps: Steps) -> None:
    """What the steps and the report have to know before the browser starts; a dry run gets its rules."""
    steps.bounds, steps.attended = session.bounds, manner.attended
    steps.shown, steps.silences = lambda: session.bounds.page, session.silences
    if manner.check:
        session.policy = policy([named.file] if named else _all_files(manner.selectors), session.bounds.reaches)
    address = session.address
    steps.report.https = steps.report.https or Https(
        before=address.secure, after=address.secure, url=address.url if address.secure else None
    )


@contextmanager
def _at_work(recorder: Recorder) -> Iterator[Recorder]:
    """The recorder for a block of work: what fails between two steps is pictured, and it is left at the end in any case."""
    try:
        with answering(recorder.url, recorder.session.silences):
            yield recorder
    except NvrflowError as problem:
        if problem.step is None and not isinstance(problem, HeldBack):
            recorder.steps.photograph_failure(recorder.report.steps[-1])
        raise
    finally:
        recorder.leave()


def _close(session: Session, report: Report) -> None:
    """Close the browser, and then note what was held back: the cookies that the browser had count as secrets, too."""
    try:
        session.close()
    finally:
        report.notes.extend([*held_notes(session.held, session.secrets), *session.bounds.notes()])


def session_for(
    typed: str, user: str, password: str | Callable[[], str] | None, manner: Manner, camera: Camera | None
) -> Session:
    """A browser on the recorder at the address that was typed, not started yet. Raises Unreachable, OtherHost, WrongCall."""
    url = normalised(typed)
    browser = manner.browser if isinstance(manner.browser, Browser) else find_browser(manner.browser, full=manner.headed)
    bounds = Bounds(place_of(url).host, tuple(map(follow_to, manner.follow_to)))
    return Session(
        browser=browser,
        address=locate(url, min(manner.timeout, 10.0), bounds),
        bounds=bounds,
        plain_url=_plain(url),
        first=entrance_of(typed),
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
    """The memory of sign-ins to this recorder, by the address that was typed and the address where it answers now."""
    reached = list(dict.fromkeys((typed, place_of(session.url))))
    again = manner.options(session.user)
    memory = SignInMemory(manner.state or state_folder())
    traffic = lambda: (len(session.held), session.let_out)  # noqa: E731
    return Tries(memory, reached, session.user, manner.last_try, report.notes, again, traffic)


def _may_write(manner: Manner, window: Window) -> None:
    """Check that the selector file is for this recorder, and that there is room for what the run writes.

    Raises NoRoom, UnknownFirmware.
    """
    if window.version_refusal is not None:
        raise window.version_refusal
    ensure_room(
        {"nvrflow's memory": manner.state or state_folder(), "the results of this run": manner.out or window.downloads.parent}
    )


def _known(session: Session, named: Firmware | None, manner: Manner, steps: Steps) -> Firmware:
    """The recorder's firmware; from it come the language that the pages are asked for and what a dry run may send."""
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
    """Every selector file that may fit."""
    return [file for name in available(selectors) if (file := load_firmware(name, selectors).file).identify]


def _identified(session: Session, selectors: Path | None) -> Firmware:
    with read_ahead(selectors):
        page = session.page
    candidates = identify(Inquiry(page, session.url), selectors, session.challenge)
    if session.follow_to_https():
        candidates = identify(Inquiry(session.page, session.url), selectors, session.challenge)
    session.bounds.stop_if_moved()
    return the_one(candidates, session.url, answer_in_words(session.page, session.status, session.challenge))


def _ask_to_speak(spoken: str | None, firmware: Firmware, session: Session) -> None:
    """Set the language as a cookie of the pages, if the selector file names the cookie."""
    language = firmware.file.language
    if language is None or language.cookie is None or spoken is None:
        return
    name = next((name for name, code in language.names.items() if code == spoken), None)
    if name is not None:
        session.speak(language.cookie, name)


def _enter(recorder: Recorder, step: Step) -> None:
    """Note that a person opens the sign-in page's address at once, if the browser itself asks there for user and password."""
    page = recorder.firmware.file.pages.get("sign_in")
    if page is not None and page.asked_by_browser and page.path not in (None, "/"):
        recorder.session.entrance = page.path or "/"
        step.value = recorder.session.at(recorder.session.entrance)
        step.title = f"Open {step.value}"


def _plain(url: str) -> str:
    """The address for plain HTTP: the typed address, or port 80 of its host if that was HTTPS."""
    place = place_of(url)
    return url if place.scheme == "http" else Place("http", place.host, 80).url


def _asking(password: str | Callable[[], str] | None) -> Callable[[], str]:
    if callable(password):
        return password
    given = password if password is not None else password_of_environment()

    def answer() -> str:
        if not given:
            raise WrongCall("password: none was given; set NVRFLOW_PASSWORD, or store it in the keyring")
        return given

    return answer
