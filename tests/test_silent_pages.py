"""A page whose script never ends, and a browser that stands still, end a run within its time limit; nothing of them stays."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from plain_recorder import PlainRecorder, serving

from nvrflow.recorder import Manner, Recorder
from nvrflow.running import Errand, Run

LIMIT = 2.0
SPARE = 10.0  # seconds after the limit
FREEZE = "<script>setTimeout(() => { while (true); }, {after})</script>"
HOME = "<h1>Acme home</h1><button onclick='setTimeout(() => { while (true); }, 0)'>Freeze</button><button>Other</button>"
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      freeze: [{role: button, name: Freeze}]
      other: [{role: button, name: Other}]
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops processes, and looks at /proc")


def browser_of(recorder: Recorder) -> int:
    """The process id of the browser."""
    browser = recorder.page.context.browser
    assert browser is not None
    told: dict[str, Any] = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    return next(int(one["id"]) for one in told["processInfo"] if one["type"] == "browser")


def freezes(recorder: Recorder) -> None:
    page = recorder.go_to("home")
    page.click("freeze")
    page.click("other")


def is_stopped(recorder: Recorder) -> None:
    os.killpg(os.getpgid(browser_of(recorder)), signal.SIGSTOP)
    recorder.go_to("home").click("other")


def freezes_at_the_end(recorder: Recorder) -> None:
    recorder.signed_in_until(freezes)


def looks_around(recorder: Recorder) -> None:
    recorder.go_to("home").click("other")


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize(
    ("flow", "page", "said"),
    [
        (freezes, HOME, "error"),
        (looks_around, HOME + FREEZE.replace("{after}", "0"), "error"),
        (is_stopped, HOME, "error"),
        (freezes_at_the_end, HOME, "note"),
    ],
    ids=["after a click", "on the start page", "the browser stands still", "while signing out"],
)
def test_it_ends_within_the_limit_and_leaves_a_report_and_no_process(tmp_path: Path, flow: Any, page: str, said: str) -> None:
    pids: list[int] = []

    def noted(recorder: Recorder) -> None:
        pids.append(browser_of(recorder))
        flow(recorder)

    plain = PlainRecorder(tmp_path, {"/": page}, SELECTORS)
    manner = Manner(firmware="plain", selectors=tmp_path / "selectors", timeout=LIMIT)
    began = time.monotonic()
    with serving(plain.pages, plain.requests) as url:
        run = Run("looks", url, "admin", "secret", manner, tmp_path / "out", errand=Errand(noted, lambda report: None))
        report, folder = run.go()
    assert time.monotonic() - began < LIMIT + SPARE + 5  # the browser has to start, too
    told = report.error["message"] if said == "error" and report.error else " ".join(report.notes)
    assert f"within {LIMIT:g} s" in told and ("did not answer" in told or flow is looks_around)
    assert (report.error or {}).get("kind") == ("timeout" if said == "error" else None)
    assert json.loads((folder.path / "report.json").read_text(encoding="utf-8"))["outcome"] == report.outcome
    assert (folder.path / "junit.xml").exists()
    assert all(map(is_gone, pids))


def test_a_long_call_goes_on_as_long_as_the_page_answers(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": HOME}, SELECTORS).opened(timeout=LIMIT) as recorder:
        recorder.go_to("home")
        took = recorder.page.evaluate(f"() => new Promise(done => setTimeout(() => done('there'), {(LIMIT + 4) * 1000}))")
        assert took == "there"


def test_a_page_that_is_busy_for_a_while_is_waited_for(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": HOME}, SELECTORS).opened(timeout=6.0) as recorder:
        recorder.go_to("home")
        recorder.page.evaluate("() => { setTimeout(() => { const end = Date.now() + 4500; while (Date.now() < end); }, 0) }")
        assert recorder.page.locator("h1").count() == 1
