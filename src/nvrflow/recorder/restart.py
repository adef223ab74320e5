"""The restart of the recorder's web service after HTTPS was switched: wait for it, check the result, and report it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from nvrflow import tls
from nvrflow.address import Place, place_of
from nvrflow.browser.entrance import plain_at, redirected_to_https
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import NvrflowError, ProductDefect, RestartNeeded
from nvrflow.recorder.manner import TIMEOUT
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.window import Window
from nvrflow.report import Https
from nvrflow.wait import waiting

PATIENCE = 90.0  # seconds that a restart may take (public manuals and forum reports: 60 to 90 s)
PATIENCE_WITH_A_PERSON = 600.0  # seconds that a person has to restart a recorder that does not restart by itself
_PAUSE = 200  # milliseconds between two looks
_GLANCE = 5.0
Found = TypeVar("Found")


def await_https(window: Window, port: int | None, patience: float | None = None) -> str | None:
    """Wait until the recorder speaks TLS on `port`; note it in the report. Returns the recorder's new address, if it has one.

    With None, for a page that shows no port, it tries the port to which plain HTTP sends browsers, then 443, then the port of
    plain HTTP. The address is computed here: recorders' own pages get it wrong when other ports are used. Pop-ups are answered
    meanwhile. Raises ProductDefect, which says in which state the recorder is now and how to undo the change.
    """
    https, is_there = state_of(window), place_of(window.session.url).secure
    with window.steps.step("await-https", "Wait until the recorder answers with HTTPS", verb="wait") as step:
        step.value = _secure(window, port) if port else _guessed(window)  # without a known port, no address is invented
        if window.steps.held:
            step.outcome = "would"
            return None
        limit = limit_of(window, patience)
        ask_for_a_restart(window, is_there, limit)
        with waiting(f"{step.value or 'HTTPS'} to answer", limit):
            found = until(window, limit, lambda left: _served(window, port, left))
        https.after = found is not None
        if found is None:
            raise ProductDefect(_not_up(window, step.value or _secure(window, 443), limit))
        number, served = found
        url = step.value = _secure(window, number)
        https.url, https.tls = url, served.version
        https.redirects = _redirects(window, await_front=not is_there)
        step.note = f"{url} speaks {served.version}" + ("; HTTP redirects to it" if https.redirects else "")
        _remember(window, number)
    return None if is_there else url


def await_http(window: Window, patience: float | None = None) -> str | None:
    """Wait until the recorder answers with plain HTTP again and does not send browsers to HTTPS; returns that address.

    Afterwards it checks whether TLS is closed, and notes a recorder that keeps it open. Raises ProductDefect.
    """
    https = state_of(window)
    with window.steps.step("await-http", "Wait until the recorder answers without HTTPS", verb="wait") as step:
        step.value = _plain(window).url
        if window.steps.held:
            step.outcome = "would"
            return None
        limit = limit_of(window, patience)
        ask_for_a_restart(window, False, limit)
        candidates = list(dict.fromkeys((window.session.plain_url, plain_at(window.session.url))))
        with waiting(f"{' or '.join(candidates)} to answer without HTTPS", limit):
            url = until(window, limit, lambda left: next((one for one in candidates if _answers_plainly(one, left)), None))
        if url is None:
            tried = " and ".join(candidates)
            https.after = _speaks_tls(window)
            raise ProductDefect(f"{tried}: no answer with plain HTTP {limit:g} s after HTTPS was switched off")
        step.value = url
        https.redirects = False
        https.after = _await_closed_tls(window, url)
        if https.after:
            step.note = (
                f"{https.url or _secure(window, 443)} still answers with TLS; the recorder keeps it open beside plain HTTP"
            )
            window.steps.report.notes.append(step.note)
        else:
            _remember(window, None)
    return url


def read_after_failure(window: Window) -> None:
    """After a failed run that changed something, the report has the state that is read now, not the one that was meant."""
    report = window.steps.report
    wrote = any(step.effect == "write" and step.outcome != "would" for step in report.steps)
    waited = any(step.id.startswith("await-http") for step in report.steps)
    if wrote and not waited and report.https is not None and any(step.outcome == "failed" for step in report.steps):
        read_state(window)


def read_state(window: Window) -> None:
    """Ask the recorder once more whether HTTPS is on, for the report of a run that wrote and did not wait for it."""
    https = state_of(window)
    https.after = _speaks_tls(window)


def _remember(window: Window, port: int | None) -> None:
    if window.https_memory is not None:
        window.https_memory.learn(_plain(window), port)


def state_of(window: Window) -> Https:
    """The report's entry about HTTPS on the recorder."""
    assert window.steps.report.https is not None
    return window.steps.report.https


def limit_of(window: Window, patience: float | None) -> float:
    """How many seconds a restart may take; `patience` is what the caller allows."""
    if patience is not None:
        return patience
    if window.file.restart == "by_hand":
        return PATIENCE_WITH_A_PERSON if window.timeout == TIMEOUT else window.timeout
    return max(PATIENCE, window.timeout)


def ask_for_a_restart(window: Window, is_so_already: bool, limit: float) -> None:
    """Ask a person to restart a recorder that does not do so by itself. Raises RestartNeeded if nobody is there."""
    if window.file.restart != "by_hand" or is_so_already:
        return
    host = window.session.host
    if not window.steps.attended:
        raise RestartNeeded(
            f"{host}: the new setting is stored, and this recorder uses it only after a restart by hand. Nobody is at this "
            "terminal, so nvrflow does not wait for it. Restart the recorder, then run the same command again"
        )
    minutes = f"{limit / 60:.0f} minutes" if limit >= 120 else f"{limit:.0f} seconds"
    window.steps.listener.says(
        f"Restart the recorder now ({host}); it does not do so by itself. nvrflow waits for it, at most {minutes}."
    )


def until(window: Window, seconds: float, look: Callable[[float], Found | None]) -> Found | None:
    """The first result of `look` within `seconds`; it is called repeatedly, each time with the seconds that one try may take."""
    end = time.monotonic() + seconds
    while True:
        found = look(min(_GLANCE, max(0.5, end - time.monotonic())))
        if found is not None or time.monotonic() >= end:
            return found
        _answer_meanwhile(window)


def _answer_meanwhile(window: Window) -> None:
    """Let the page run for a moment, and answer a pop-up in it, if its recorder can still be reached."""
    with suppress(PlaywrightError):
        window.happens("requestfinished", _PAUSE)
    with suppress(PlaywrightError, NvrflowError):
        Popups(window).answer_what_follows()


def _served(window: Window, port: int | None, timeout: float) -> tuple[int, tls.Served] | None:
    """The port on which the recorder speaks TLS, and what it serves there."""
    for number in (port,) if port else _likely_ports(window, timeout):
        served = tls.served(window.session.host, number, timeout)
        if served.leaf is not None:
            return number, served
    return None


def _likely_ports(window: Window, timeout: float) -> Iterator[int]:
    target = redirected_to_https(tls.front(_plain(window).url, timeout), window.session.host)
    if target is not None:
        yield target.port
    yield 443
    yield place_of(window.session.url).port


def _redirects(window: Window, await_front: bool) -> bool:
    plain = _plain(window)
    if await_front:
        with waiting(f"{plain.url} to answer", 10.0):
            tls.wait_until_listening(window.session.host, plain.port, 10.0)
    return redirected_to_https(tls.front(plain.url), window.session.host) is not None


def _plain(window: Window) -> Place:
    """The addresses at which the recorder was reached by plain HTTP."""
    session = window.session
    return place_of(session.plain_url if session.address.secure else session.url)


def _answers_plainly(url: str, timeout: float) -> bool:
    answer = tls.front(url, timeout)
    return answer is not None and answer.status != 400 and not (answer.location or "").startswith("https:")


def _speaks_tls(window: Window) -> bool:
    """Whether TLS still answers where the recorder was reached by it, or at the usual port."""
    session = window.session
    port = place_of(state_of(window).url or session.url).port if session.address.secure or state_of(window).url else 443
    return tls.served(session.host, port, _GLANCE).leaf is not None


def _await_closed_tls(window: Window, plain: str) -> bool:
    """Whether TLS is still open after a moment; a web service that restarts closes it in that time."""
    if state_of(window).url and place_of(state_of(window).url or plain).port == place_of(plain).port:
        return False  # plain HTTP answers there now
    closed = until(window, _GLANCE, lambda left: None if _speaks_tls(window) else True)
    return closed is None


def _secure(window: Window, port: int) -> str:
    return Place("https", window.session.host, port).url


def _guessed(window: Window) -> str:
    """The address where HTTPS is on already; empty if its port is not known."""
    return window.session.url if window.session.address.secure else ""


def _not_up(window: Window, url: str, patience: float) -> str:
    plain = _plain(window).url
    answer = tls.front(plain)
    why = tls.served(window.session.host, place_of(url).port).why
    stored = ""
    if answer is None:
        state = f"{plain} does not answer either"
    elif (answer.location or "").startswith("https:"):
        state = f"{plain} already sends browsers to {answer.location}"
    else:
        state = f"{plain} still answers without HTTPS"
        stored = "If this recorder only uses the new setting after a restart, restart it and run the same command again. "
    return (
        f"{url}: HTTPS was switched on, but does not answer within {patience:g} s ({why}); {state}. {stored}"
        f"To undo it: nvrflow run disable_https {plain}, or switch HTTPS off on the recorder's own screen and restart it"
    )
