"""The restart of the recorder's web service after HTTPS was switched: waited for, looked at, and reported as it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from nvrflow import tls
from nvrflow.browser.entrance import at_host, normalised, plain_at, redirected_to_https
from nvrflow.errors import ProductDefect
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder
    from nvrflow.report import Https

PATIENCE = 90.0  # seconds a recorder may take to come back (facts/recorder-ui.md 5.8: 60 to 90 s)
PATIENCE_WITH_A_PERSON = 600.0  # seconds in which a person has to restart it, where it does not do so by itself
_PAUSE = 0.2
_GLANCE = 5.0
Found = TypeVar("Found")


def await_https(recorder: Recorder, port: int | None) -> None:
    """Wait until TLS is spoken on `port` of the recorder; note it in the report.

    None: its page names no port; then where plain HTTP sends browsers, else 443, or the very port of plain HTTP. The address is
    computed here, not taken from the recorder's page, which gets it wrong behind other ports.
    Raises ProductDefect with the state the recorder was left in and how to undo it.
    """
    https = _state(recorder)
    with recorder.steps.step("await-https", "Wait until the recorder answers with HTTPS", verb="wait") as step:
        known = port or ((urlsplit(recorder.url).port or 443) if recorder.session.address.secure else None)
        if recorder.steps.held:
            step.outcome, step.value = "would", _secure(recorder, known) if known else ""  # nobody guesses a port
            return
        step.value = _secure(recorder, known or 443)
        patience = _patience(recorder)
        _ask_for_a_restart(recorder, bool(https.before))
        with waiting(f"{step.value} to answer", patience):
            found = _until(patience, lambda left: _served(recorder, port, left))
        https.after = found is not None
        if found is None:
            raise ProductDefect(_not_up(recorder, step.value, patience))
        number, served = found
        url = step.value = _secure(recorder, number)
        https.url, https.tls = url, served.version
        https.redirects = _redirects(recorder, await_front=not https.before)
        step.note = f"{url} speaks {served.version}" + ("; HTTP redirects to it" if https.redirects else "")
    if not https.before:
        recorder.moved(url)


def await_http(recorder: Recorder) -> None:
    """Wait until the recorder answers with plain HTTP again and no longer sends browsers to HTTPS. Raises ProductDefect."""
    https = _state(recorder)
    with recorder.steps.step("await-http", "Wait until the recorder answers without HTTPS", verb="wait") as step:
        step.value = _plain(recorder)
        if recorder.steps.held:
            step.outcome = "would"
            return
        patience = _patience(recorder)
        _ask_for_a_restart(recorder, False)
        candidates = list(dict.fromkeys((recorder.session.plain_url, plain_at(recorder.url))))
        with waiting(f"{' or '.join(candidates)} to answer without HTTPS", patience):
            url = _until(patience, lambda left: next((one for one in candidates if _answers_plainly(one, left)), None))
        if url is None:
            tried = " and ".join(candidates)
            raise ProductDefect(f"{tried}: no answer with plain HTTP {patience:g} s after HTTPS was switched off")
        step.value = url
        https.after, https.redirects = False, False
    recorder.moved(url)


def _state(recorder: Recorder) -> Https:
    assert recorder.report.https is not None
    return recorder.report.https


def _patience(recorder: Recorder) -> float:
    if recorder.restart_patience is not None:
        return recorder.restart_patience
    least = PATIENCE_WITH_A_PERSON if recorder.firmware.file.restart == "by_hand" else PATIENCE
    return max(least, recorder.timeout)


def _ask_for_a_restart(recorder: Recorder, is_so_already: bool) -> None:
    if recorder.firmware.file.restart == "by_hand" and not is_so_already:
        recorder.steps.listener.says(f"Restart the recorder now ({recorder.host}); it does not do so by itself. Waiting for it.")


def _until(seconds: float, look: Callable[[float], Found | None]) -> Found | None:
    """What `look` finds within `seconds`, asked again and again; it gets the seconds that one try may take."""
    end = time.monotonic() + seconds
    while True:
        found = look(min(_GLANCE, max(0.5, end - time.monotonic())))
        if found is not None or time.monotonic() >= end:
            return found
        threading.Event().wait(_PAUSE)


def _served(recorder: Recorder, port: int | None, timeout: float) -> tuple[int, tls.Served] | None:
    """The port on which TLS is spoken, and what is served there."""
    for number in (port,) if port else _likely_ports(recorder, timeout):
        served = tls.served(recorder.host, number, timeout)
        if served.leaf is not None:
            return number, served
    return None


def _likely_ports(recorder: Recorder, timeout: float) -> Iterator[int]:
    target = redirected_to_https(tls.front(_plain(recorder), timeout), recorder.host)
    if target is not None:
        yield target.port or 443
    yield 443
    own = urlsplit(recorder.url).port
    if own is not None:
        yield own


def _redirects(recorder: Recorder, await_front: bool) -> bool:
    plain = _plain(recorder)
    if await_front:
        with waiting(f"{plain} to answer", 10.0):
            tls.wait_until_listening(recorder.host, urlsplit(plain).port or 80, 10.0)
    return redirected_to_https(tls.front(plain), recorder.host) is not None


def _plain(recorder: Recorder) -> str:
    """Where the recorder was reached by plain HTTP."""
    return recorder.session.plain_url if recorder.session.address.secure else recorder.url


def _answers_plainly(url: str, timeout: float) -> bool:
    answer = tls.front(url, timeout)
    return answer is not None and answer.status != 400 and not (answer.location or "").startswith("https:")


def _secure(recorder: Recorder, port: int) -> str:
    return normalised(f"https://{at_host(recorder.host)}:{port}")


def _not_up(recorder: Recorder, url: str, patience: float) -> str:
    plain = _plain(recorder)
    answer = tls.front(plain)
    why = tls.served(recorder.host, urlsplit(url).port or 443).why
    stored = ""
    if answer is None:
        state = f"{plain} does not answer either"
    elif (answer.location or "").startswith("https:"):
        state = f"{plain} already sends browsers to {answer.location}"
    else:
        state = f"{plain} still answers without HTTPS"
        stored = "If this recorder only uses the new setting after a restart, restart it and run the same command again. "
    return (
        f"{url}: HTTPS was switched on, and does not come up within {patience:g} s ({why}); {state}. {stored}"
        f"To undo it: nvrflow run disable_https {plain}, or switch HTTPS off on the recorder's own screen and restart it"
    )
