"""The restart of the recorder's web service after HTTPS was switched: waited for, looked at, and reported as it is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nvrflow import tls
from nvrflow.errors import ProductDefect
from nvrflow.recorder.address import normalised

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder

PATIENCE = 90.0  # seconds a recorder may take to come back (facts/recorder-ui.md 5.8: 60 to 90 s)


def await_https(recorder: Recorder, port: str) -> None:
    """Wait until TLS is spoken on `port` of the recorder (443 if its page names none); note it in the report.

    The address is computed here, not taken from the recorder's page, which gets it wrong behind other ports.
    Raises ProductDefect with the state the recorder was left in and how to undo it.
    """
    https = recorder.report.https
    assert https is not None
    number = _port(recorder, port)
    host = recorder.session.host
    url = normalised(f"https://{f'[{host}]' if ':' in host else host}:{number}")
    with recorder.steps.step("await-https", "Wait until the recorder answers with HTTPS", verb="wait") as step:
        step.value = url
        if recorder.steps.held:
            step.outcome = "would"
            return
        patience = max(PATIENCE, recorder.timeout) if recorder.restart_patience is None else recorder.restart_patience
        served = tls.wait_until_served(host, number, patience)
        https.after = served.leaf is not None
        if served.leaf is None:
            raise ProductDefect(_not_up(recorder, url, served.why, patience))
        https.url, https.tls = url, served.version
        plain = urlsplit(recorder.session.plain_url)
        tls.wait_until_listening(host, plain.port or 80, 10.0)
        https.redirects = (tls.redirect_of(recorder.session.plain_url) or "").startswith("https://")
        step.note = f"{url} speaks {served.version}" + ("; HTTP redirects to it" if https.redirects else "")
    if not https.before:
        recorder.moved(url)


def await_http(recorder: Recorder) -> None:
    """Wait until the recorder answers with plain HTTP again and no longer sends browsers to HTTPS. Raises ProductDefect."""
    https = recorder.report.https
    assert https is not None
    url = recorder.session.plain_url
    with recorder.steps.step("await-http", "Wait until the recorder answers without HTTPS", verb="wait") as step:
        if recorder.steps.held:
            step.outcome = "would"
            return
        patience = max(PATIENCE, recorder.timeout) if recorder.restart_patience is None else recorder.restart_patience
        end = time.monotonic() + patience
        parts = urlsplit(url)
        while True:
            left = max(0.1, end - time.monotonic())
            if tls.wait_until_listening(parts.hostname or "", parts.port or 80, left):
                answer = tls.front(url)
                if answer and not (answer.location or "").startswith("https:"):
                    break
            if time.monotonic() > end:
                raise ProductDefect(f"{url}: does not answer with plain HTTP {patience:g} s after HTTPS was switched off")
        https.after, https.redirects = False, False
    recorder.moved(url)


def _port(recorder: Recorder, text: str) -> int:
    text = text or "443"
    if text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise ProductDefect(f"{recorder.firmware.name}: https.port: the page shows {text!r}; a port from 1 to 65535 was expected")


def _not_up(recorder: Recorder, url: str, why: str, patience: float) -> str:
    plain = recorder.session.plain_url
    answer = tls.front(plain)
    if answer is None:
        state = f"{plain} does not answer either"
    elif (answer.location or "").startswith("https:"):
        state = f"{plain} already sends browsers to {answer.location}"
    else:
        state = f"{plain} still answers without HTTPS"
    return (
        f"{url}: HTTPS was switched on, and does not come up within {patience:g} s ({why}); {state}. "
        f"To undo it: nvrflow run disable_https {plain}, or switch HTTPS off on the recorder's own screen and restart it"
    )
