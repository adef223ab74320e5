"""A recorder that sends byte after byte and never ends keeps nobody longer than the time limit, nor fills the disk."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from loopback import LoopbackServer
from one_browser import one_browser

from nvrflow import tls
from nvrflow.browser.process import incoming_of
from nvrflow.browser.transfer import arrival_of
from nvrflow.errors import TimedOut
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import open_recorder

LIMIT = 2.0
PAGE = """<h1>Acme</h1><label>User <input></label><label>Password <input type=password></label>
<button onclick="fetch('/session', {method: 'POST'})">Log in</button><a href=/file>Save</a>"""
SELECTORS = """
vendor: Acme
firmware: "*"
answers:
  session: {url: /session$, accepted: {token: "*"}}
pages:
  sign_in:
    path: /
    shown_by: [{label: User}]
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: {find: [{role: button, name: Log in}], answered_by: session}
      save: [{role: link, name: Save}]
  home:
    shown_by: [{role: heading, name: Welcome}]
"""


class Dripping(BaseHTTPRequestHandler):
    """Its page comes at once, and everything else byte after byte, or with `/flood` as fast as it can."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/":
            self.answer("text/html", len(PAGE))
            self.wfile.write(PAGE.encode())
            return
        self.answer("application/octet-stream", 10**12, "attachment; filename=backup.bin")
        self.pour(bytes(1_000_000) if self.path == "/flood" else b"x")

    def do_POST(self) -> None:
        self.answer("application/json", 10**6)
        self.pour(b" ")

    def answer(self, kind: str, length: int, disposition: str = "inline") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Content-Disposition", disposition)
        self.end_headers()

    def pour(self, piece: bytes) -> None:
        self.close_connection = True
        for _ in count():
            try:
                self.wfile.write(piece)
            except OSError:
                return
            threading.Event().wait(0.2 if len(piece) == 1 else 0)


@contextmanager
def dripping(beginning: bytes) -> Iterator[int]:
    """The port of a server that begins so, and then sends one byte after the other."""

    def drip(connection: socket.socket) -> None:
        with connection:
            try:
                connection.sendall(beginning)
                while True:
                    connection.sendall(b"a")
                    threading.Event().wait(0.2)
            except OSError:
                return

    def work() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=work, daemon=True).start()
        yield int(server.getsockname()[1])


def test_a_header_that_drips_is_not_waited_for() -> None:
    began = time.monotonic()
    with dripping(b"HTTP/1.1 200 OK\r\nX-Long: ") as port:
        tls.front(f"http://127.0.0.1:{port}/", 1.0)
    assert time.monotonic() - began < 5


def test_a_handshake_that_drips_is_no_answer_in_time() -> None:
    began = time.monotonic()
    with dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc") as port:
        assert tls.served("127.0.0.1", port, 1.0).outcome == "timeout"
        assert not tls.offers("127.0.0.1", port, 0.5).versions
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("what", "says"), [("save", "the download did not end within 2 s"), ("submit", "no answer came within 2 s")]
)
def test_a_file_and_an_answer_that_drip_end_at_the_time_limit(tmp_path: Path, what: str, says: str) -> None:
    (tmp_path / "acme.yaml").write_text(SELECTORS, encoding="utf-8")
    began = time.monotonic()
    manner: dict[str, Any] = {
        "selectors": tmp_path,
        "firmware": "acme",
        "timeout": LIMIT,
        "screenshots": False,
        "running": one_browser(),
    }
    with (
        LoopbackServer(Dripping) as server,
        pytest.raises(TimedOut, match=says),
        open_recorder(f"http://{server.address}", "admin", "secret", downloads=tmp_path / "kept", **manner) as recorder,
    ):
        if what == "submit":
            sign_in(recorder)
        recorder.go_to("sign_in").download_file(what)
    assert time.monotonic() - began < LIMIT + 10
    assert not list(tmp_path.glob("kept/*"))


def test_a_download_that_is_too_large_is_broken_off_while_it_comes() -> None:
    browser = one_browser()
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    with LoopbackServer(Dripping) as server:
        page.goto(f"http://{server.address}/")
        with page.expect_download() as coming:
            page.evaluate("() => { location = '/flood' }")
        assert arrival_of(coming.value, 60.0, largest=20_000_000).broken_off == "large"
    context.close()
    folder = incoming_of(browser)
    assert folder is not None and sum(path.stat().st_size for path in folder.iterdir()) < 500_000_000
