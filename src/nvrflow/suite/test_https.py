"""HTTPS: turning it on and off, and how safe it is."""

from __future__ import annotations

from typing import Any

import pytest

from nvrflow import tls
from nvrflow.flows.disable_https import disable_https
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import Recorder
from nvrflow.regression.outside import Outside
from nvrflow.suite.applicable import leave_as_is, not_applicable

_GONE = 5.0  # seconds


@pytest.mark.recorder(writes=True)
def test_https_can_be_turned_on_off_and_on_again(secured: Recorder) -> None:
    """HTTPS can be turned on, off and on again, and each time the recorder answers as its page says."""
    for _ in range(2):
        enable_https(secured)
        host, port = secured.host, _port(secured)
        assert tls.served(host, port).leaf is not None, f"HTTPS is on, but no certificate is served at port {port}"
        disable_https(secured)
        assert tls.front(secured.url, _GONE) is not None, "HTTPS is off, but nothing answers by plain HTTP"
        sign_in(secured)
        assert not secured.go_to("https").is_checked("enable"), "HTTPS was turned off, and the page shows that it is on"
    enable_https(secured)


def _port(recorder: Recorder) -> int:
    from nvrflow.regression.outside import outside_of

    return outside_of(recorder).https_port


@pytest.mark.recorder(writes=True)
def test_turning_https_on_twice_changes_nothing(secured: Recorder) -> None:
    """Turning HTTPS on when it is on already changes nothing."""
    before = sum(step.effect == "write" for step in secured.report.steps)
    enable_https(secured)
    assert sum(step.effect == "write" for step in secured.report.steps) == before, "the page did not say that HTTPS is on"


@pytest.mark.recorder(writes=True)
def test_plain_http_leads_to_https(outside: Outside) -> None:
    """Plain HTTP at the recorder's old address leads to HTTPS."""
    if outside.redirect is None:
        return  # nothing answers by plain HTTP, which is as safe
    assert outside.redirect.startswith("https:"), f"{outside.plain_url} shows the pages without HTTPS"


@pytest.mark.recorder(writes=True)
def test_old_tls_versions_are_refused(outside: Outside) -> None:
    """TLS versions that browsers have dropped (before TLS 1.2) are refused."""
    assert outside.versions, "no TLS version is accepted"
    assert not outside.old_versions, f"accepted: {', '.join(outside.old_versions)}"


@pytest.mark.recorder(writes=True)
def test_weak_ciphers_are_refused(outside: Outside) -> None:
    """Ciphers that can be broken are refused."""
    assert not outside.weak_ciphers, f"accepted: {', '.join(outside.weak_ciphers)}"


@pytest.mark.recorder(writes=True)
def test_a_current_browser_can_connect(outside: Outside) -> None:
    """A current browser finds a TLS version and a cipher that both sides accept."""
    assert outside.offers.exchanges, f"no cipher of a current browser is accepted (best: {outside.offers.dropped or 'none'})"


@pytest.mark.recorder(writes=True)
def test_the_session_cookie_is_protected(secured: Recorder) -> None:
    """With HTTPS on, the session's cookie is never sent by plain HTTP."""
    cookies: list[Any] = [one for one in secured.page.context.cookies() if _is_of_a_session(one)]
    if not cookies:
        not_applicable("its pages keep the session in no cookie")
    bare = [str(one["name"]) for one in cookies if not one.get("secure")]
    assert not bare, f"sent by plain HTTP, too: {', '.join(bare)}"


def _is_of_a_session(cookie: Any) -> bool:
    """Whether a cookie ends with the browser, and its value is long enough for nobody to guess it."""
    return cookie.get("expires", -1) == -1 and len(str(cookie.get("value", ""))) >= _SHORTEST


_SHORTEST = 16


@pytest.mark.recorder(writes=True)
def test_a_browser_that_trusts_the_ca_opens_the_recorder(_https_is_on: None, recorder: Recorder, trust_store: Any) -> None:
    """A browser that trusts the recorder's CA opens the recorder without a warning."""
    from nvrflow.flows.secure import secure
    from nvrflow.trust.stages import Trusting

    recorder.restore_with(leave_as_is)
    secure(recorder, Trusting(yes=True, environment=trust_store.environment))
    assert recorder.report.https is not None and recorder.report.https.url is not None
    assert trust_store.error_at(recorder.report.https.url) == ""
