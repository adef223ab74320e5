"""A session that the recorder ends in the middle of the work is named as that, and nobody signs in a second time for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Opening
from test_team_tests import own_tests

from nvrflow import Recorder
from nvrflow.errors import SelectorDrift, SignedOut
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder.page import Page
from nvrflow.report.advice import advice, heading
from nvrflow.simulator import simulate

pytestmark = pytest.mark.browser


WAITS: dict[str, Callable[[Recorder], object]] = {
    "on the way to a page": lambda recorder: recorder.go_to("https"),
    "for a page": lambda recorder: recorder.arrive("trusted_ca"),
    "for an element to be clicked": lambda recorder: Page(recorder.window, "https").click("ok"),
    "for an element to be read": lambda recorder: Page(recorder.window, "https").read("port"),
}


def test_a_session_that_the_recorder_ends_is_named_in_every_wait(simulated: Callable[..., Any], opened: Opening) -> None:
    device = simulated()
    with opened(device, timeout=3.0) as recorder:
        sign_in(recorder)
        device.advance(24 * 3600)
        recorder.page.goto(recorder.url)  # as a page does by itself when it notices
        for go_on in WAITS.values():
            recorder.session.signed_in = True
            with pytest.raises(SignedOut) as raised:
                go_on(recorder)
            said = str(raised.value)
            assert said.startswith(f"{recorder.host}: admin: the recorder shows its sign-in page again")
            assert "does not sign in a second time by itself" in said and not recorder.signed_in
    assert [entry.event for entry in device.log if entry.event.startswith("log")] == ["login"], "it signed in once"
    assert (raised.value.kind, raised.value.exit_code) == ("signed-out", 1)
    assert heading("signed-out") == "The recorder has ended the session"
    assert advice("signed-out").startswith("Look whether it restarts, or who else uses this account, then run")


def test_a_missing_page_while_somebody_is_signed_in_stays_drift(simulated: Callable[..., Any], opened: Opening) -> None:
    with opened(simulated(), timeout=3.0) as recorder:
        sign_in(recorder)
        with pytest.raises(SelectorDrift, match="trusted_ca: not shown"):
            recorder.arrive("trusted_ca")
        assert recorder.signed_in


OWN = """
from pathlib import Path

def test_first(signed_in):
    (Path(__file__).parent / "now").touch()
    while (Path(__file__).parent / "now").exists():
        signed_in.page.wait_for_timeout(100)
    signed_in.page.goto(signed_in.url)
    signed_in.arrive("trusted_ca")

def test_second(signed_in):
    signed_in.go_to("https")
"""


def test_the_next_test_signs_in_anew_after_a_session_was_ended(tmp_path: Path, home: Path) -> None:
    def ends_the_session(over: threading.Event) -> None:
        while not over.wait(0.1):
            if (tmp_path / "now").exists():
                recorder.advance(24 * 3600)
                (tmp_path / "now").unlink()

    with simulate("dahua/nvr_v4", restart_seconds=0.3) as recorder:
        over = threading.Event()
        (watch := threading.Thread(target=ends_the_session, args=(over,))).start()
        ended = own_tests(tmp_path, home, OWN, "--recorder", recorder.url, NVRFLOW_PASSWORD=recorder.password)
        over.set()
        watch.join()
        told = ended.stdout
        assert "1 failed, 1 passed" in told and "signed-out dahua/nvr_v4" in told, told + ended.stderr
        assert [entry.event for entry in recorder.log if entry.event.startswith("login")] == ["login", "login"]
