"""The outage of a recorder that restarts, and answers at the same address afterwards."""

from __future__ import annotations

import time
from contextlib import suppress

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import ProductDefect
from nvrflow.recorder.restart import ask_for_a_restart, limit_of, until
from nvrflow.recorder.window import Window
from nvrflow.wait import waiting

_STARTING = (502, 503, 504)  # what a web server says while the service behind it is not there


def await_restart(window: Window, patience: float | None = None) -> str | None:
    """Wait until the recorder has stopped answering and answers again; returns its address, or None if a check waits for nothing.

    Pop-ups are answered meanwhile. `patience` is in seconds, for both together. Raises ProductDefect, which says whether the
    recorder never stopped or did not come back.
    """
    steps, url = window.steps, window.session.url
    with steps.step("await-restart", "Wait until the recorder has restarted", verb="wait", value=url) as step:
        if steps.held or steps.check:
            step.outcome = "would"
            return None
        with suppress(PlaywrightError):
            steps.photograph(step, window.page, None)
        limit = limit_of(window, patience)
        ask_for_a_restart(window, False, limit)
        with waiting(f"{url} to restart", limit):
            step.note = _outage(window, url, limit)
    return url


def _outage(window: Window, url: str, limit: float) -> str:
    """Wait for both ends of the outage; returns what is known about it."""
    end = time.monotonic() + limit
    if until(window, limit, lambda left: _is_away(url, left) or None) is None:
        if window.shows_sign_in():
            return f"{url} was not seen to stop, but has ended the session, as a short restart does"
        raise ProductDefect(_never_stopped(url, limit))
    began = time.monotonic()
    if until(window, max(1.0, end - began), lambda left: _answers(url, left) or None) is None:
        raise ProductDefect(_not_back(url, limit))
    return f"{url} did not answer for {time.monotonic() - began:.1f} s"


def _is_away(url: str, timeout: float) -> bool:
    """Whether nothing listens at the address, or what answers there says that the service behind it is not there."""
    place = place_of(url)
    if not tls.listens(place.host, place.port, timeout):
        return True
    answer = tls.front(url, timeout)
    return answer is not None and answer.status in _STARTING


def _answers(url: str, timeout: float) -> bool:
    answer = tls.front(url, timeout)
    return answer is not None and answer.status not in _STARTING


def _never_stopped(url: str, limit: float) -> str:
    return (
        f"{url}: the recorder was expected to restart, and has answered all the time for {limit:g} s. Look at the last picture: "
        "a question may be open. Take `await_restart` out of the flow if this change needs no restart"
    )


def _not_back(url: str, limit: float) -> str:
    return (
        f"{url}: the recorder went away to restart, and does not answer again within {limit:g} s. Look whether it is on, and "
        "whether it has another address now. If it only takes longer, set `recorder.restart_patience` in the flow"
    )
