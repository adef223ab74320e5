"""When a session begins and ends. Only reads are sent, which the pages had sent themselves."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from nvrflow.browser import use_driver
from nvrflow.flows.sign_in import sign_in
from nvrflow.flows.sign_out import sign_out
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.regression.replayed_requests import Ear, Probe, cookies_of, facts, probes
from nvrflow.suite.applicable import not_applicable

_PAGES = ("https", "device_certificate", "menu", "home")  # a few that make requests
_LATER = 5.0  # seconds that a session may last longer than promised


@dataclass(frozen=True)
class _Held:
    """A copied session: what it allows, and whether it still does."""

    recorder: Recorder
    asking: Any
    cookies: dict[str, str]
    probes: list[Probe]

    def works(self) -> list[str]:
        """The addresses that still answer as they did to somebody who is signed in."""
        return [one.asked.url for one in self.probes if facts(self.asking, one.asked, self.cookies) == one.with_session]


@contextmanager
def _copied_session(under_test: Any, manner: Manner) -> Iterator[_Held]:
    quiet = replace(manner, check=True)
    with open_recorder(under_test.url, under_test.user, under_test.password, manner=quiet) as recorder:
        if not recorder.has("sign_in") or recorder.firmware.file.pages["sign_in"].asked_by_browser:
            not_applicable("it has no sessions, because no page of it asks who somebody is")
        ear = Ear()
        sign_in(recorder)
        stop = ear.listen(recorder.page)
        for name in _PAGES:
            if recorder.has(name):
                recorder.go_to(name)
        stop()
        context = recorder.page.context
        assert context.browser is not None
        nobody = context.browser.new_context()
        try:
            cookies = cookies_of(context)
            telling = probes(nobody.request, ear.asked, cookies)
            if not telling:
                not_applicable("its pages ask nothing that only somebody who is signed in may know")
            yield _Held(recorder, nobody.request, cookies, telling)
        finally:
            nobody.close()


def test_signing_out_ends_the_session(recorder_under_test: Any, manner: Manner, playwright: Any) -> None:
    """A copy of the session is worth nothing after the sign-out."""
    use_driver(playwright)
    with _copied_session(recorder_under_test, manner) as held:
        if not held.recorder.has("account"):
            not_applicable("it has no way to sign out")
        sign_out(held.recorder)
        alive = held.works()
    assert not alive, f"the session still works after the sign-out: {alive[0]} answers as before"


def test_an_idle_session_ends_by_itself(
    recorder_under_test: Any, manner: Manner, playwright: Any, pytestconfig: pytest.Config
) -> None:
    """A session that nobody uses ends after the time that the maker promises."""
    promised: float | None = pytestconfig.getoption("--idle-session")
    if promised is None:
        not_applicable("the promised time is not known; --idle-session SECONDS says it")
    use_driver(playwright)
    with _copied_session(recorder_under_test, manner) as held:
        held.recorder.page.goto("about:blank")  # the pages would keep the session alive
        threading.Event().wait(promised + _LATER)
        began = time.monotonic()
        alive = held.works()
        held.recorder.signed_out()
    assert not alive, f"the session still works {promised + _LATER + time.monotonic() - began:.0f} s after its last use"
