"""Everything that can take long says what it waits for, and for how long at most."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from conftest import Opening
from loopback import LoopbackServer

from nvrflow.browser.entrance import locate
from nvrflow.errors import Unreachable
from nvrflow.firmware import identification
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.enable_https import enable_https
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import start_page
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report, Silence
from nvrflow.wait import Wait, heard_by, waiting

Simulated = Callable[..., Any]


class Ear(Silence):
    """Hears of waits; `heard` are those that began, `open` those that are not over."""

    def __init__(self) -> None:
        self.heard: list[Wait] = []
        self.open: list[Wait] = []

    def waits(self, wait: Wait) -> None:
        self.heard.append(wait)
        self.open.append(wait)

    def waited(self, wait: Wait) -> None:
        self.open.remove(wait)

    @property
    def limits(self) -> dict[str, float | None]:
        return {wait.what: wait.limit for wait in self.heard}


class Printer(BaseHTTPRequestHandler):
    """The start page of something else."""

    def do_GET(self) -> None:
        body = b"<title>Printer</title><h1>Ready to print</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def mute() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_an_address_that_does_not_answer_is_named_while_it_is_waited_for() -> None:
    ear = Ear()
    with mute() as address, heard_by(ear), pytest.raises(Unreachable):
        locate(f"http://{address}", 0.4)
    assert ear.limits == {f"an answer from http://{address}": 0.4, f"an answer from {address} with HTTPS": 0.4}
    assert not ear.open


def test_a_page_that_is_no_recorders_is_waited_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identification, "_PATIENCE", 0.6)
    ear = Ear()
    with LoopbackServer(Printer) as server, heard_by(ear):
        assert start_page.look_at(f"http://{server.address}").firmware is None
    assert ear.limits["the browser to start"] == 60
    assert ear.limits[f"the page at http://{server.address}/"] == 30
    assert ear.limits["a start page that a selector file knows"] == 0.6
    assert not ear.open


def test_every_part_of_a_run_says_what_it_waits_for(simulated: Simulated, opened: Opening) -> None:
    ear = Ear()
    recorder = simulated()
    steps = Steps(Report(flow="", recorder=recorder.url), ear)
    with opened(recorder, steps=steps) as page:
        sign_in(page)
        download_certificates(page)
        enable_https(page)
        sign_in(page)
    awaited = "\n".join(ear.limits)
    for what in (
        "an answer from http://127",
        "a start page that a selector file knows",
        "the page home",
        "Username on the page",
        "to be clickable",
        "the recorder's answer to the click",
        "the file",
        f"{recorder.https_url} to answer",
        "the sign-out",
    ):
        assert what in awaited
    assert ear.limits[f"{recorder.https_url} to answer"] == 90
    assert not ear.open


def test_signing_out_of_a_recorder_that_was_unplugged_says_what_is_waited_for(simulated: Simulated, opened: Opening) -> None:
    ear = Ear()
    recorder = simulated()
    steps = Steps(Report(flow="", recorder=recorder.url), ear)
    with opened(recorder, steps=steps, timeout=3.0) as page:
        sign_in(page)
        recorder.close()
        since = len(ear.heard)
    last = [wait.what for wait in ear.heard[since:]]
    assert last[0] == "the sign-out" and len(last) > 1
    assert not ear.open


def test_a_wait_that_fails_is_over() -> None:
    ear = Ear()
    with heard_by(ear), pytest.raises(ValueError, match="no"), waiting("a thing", 5):
        assert [wait.what for wait in ear.open] == ["a thing"]
        raise ValueError("no")
    assert not ear.open


def test_only_the_innermost_listener_hears_and_only_of_its_own_thread() -> None:
    outer, inner = Ear(), Ear()

    def elsewhere() -> None:
        with waiting("another thread's"):
            return

    with heard_by(outer):
        with heard_by(inner), waiting("inner"):
            other = threading.Thread(target=elsewhere)
            other.start()
            other.join(10)
        with waiting("outer"):
            pass
    with waiting("nobody's"):
        pass
    assert ([wait.what for wait in outer.heard], [wait.what for wait in inner.heard]) == (["outer"], ["inner"])


def test_a_wait_knows_how_long_it_has_lasted() -> None:
    assert Wait("a thing", None, time.monotonic() - 7).seconds == pytest.approx(7, abs=5)


def test_the_start_of_playwrights_driver_is_a_wait() -> None:
    code = (
        "from nvrflow.browser.driver import driver\nfrom nvrflow.wait import heard_by\n"
        "class Ear:\n    def waits(self, wait): print(wait.what)\n    def waited(self, wait): print('over')\n"
        "with heard_by(Ear()):\n    driver()\n    driver()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines() == ["Playwright's driver to start", "over"], "once in a process"
