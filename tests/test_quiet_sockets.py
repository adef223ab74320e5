"""While a recorder is only looked at, its page sends nothing over a WebSocket: neither over an open one nor over a new one."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nvrflow.recorder import open_recorder
from nvrflow.recorder.read_only import read_only
from nvrflow.simulator.certificates import Names, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings

pytestmark = pytest.mark.browser
PAGE = "<!doctype html><title>Acme</title><h1>Welcome</h1>"
SELECTORS = 'vendor: Acme\nfirmware: "*"\npages:\n  home:\n    path: /\n    shown_by: [{role: heading, name: Welcome}]\n'
# Says what became of a message: that it was sent on a socket that stayed open, or that the socket was closed.
SAY = """([word, fresh]) => new Promise(done => {
  if (fresh || !window.socket) window.socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket');
  const one = window.socket;
  one.onclose = () => done('closed');
  one.onmessage = () => done('heard');
  if (one.readyState > 1) done('closed');
  if (one.readyState === 1) one.send(word); else one.onopen = () => one.send(word);
})"""


@contextmanager
def recorder_with_a_socket(secure: bool, heard: list[str]) -> Iterator[str]:
    """A recorder that answers on a WebSocket, and writes down what it hears there; with its address."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            if "Upgrade" not in self.headers:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(PAGE.encode())
                return
            key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3
            self.send_response(101)
            accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
            for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            while len(head := self.rfile.read(6)) == 6 and head[0] & 15 == 1:
                text = self.rfile.read(head[1] & 127)
                heard.append(bytes(byte ^ head[2 + at % 4] for at, byte in enumerate(text)).decode())
                self.wfile.write(b"\x81\x02ok")

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            return

    with Server(("127.0.0.1", 0), Handler) as server:
        if secure:
            made = make("self_signed", Names({"CN": "Gate"}, {"CN": "{host}"}, "1", "127.0.0.1"))
            assert made.device is not None
            server.socket = tls_context(made.device, None, Settings(), False).wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http{'s' if secure else ''}://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "TLS"])
def test_a_page_writes_over_no_websocket_while_it_is_only_looked_at(secure: bool, tmp_path: Path) -> None:
    (tmp_path / "plain.yaml").write_text(SELECTORS, encoding="utf-8")
    heard: list[str] = []
    options = {"firmware": "plain", "selectors": tmp_path, "screenshots": False, "timeout": 8.0}
    with recorder_with_a_socket(secure, heard) as url, open_recorder(url, password="none", **options) as recorder:  # type: ignore[arg-type]
        page = recorder.page
        assert page.evaluate(SAY, ["before", False]) == "heard"
        with read_only(recorder, 20):
            assert page.evaluate(SAY, ["over the open one", False]) == "closed"
            assert page.evaluate(SAY, ["over a new one", True]) == "closed"
            page.reload()
            assert page.title() == "Acme", "pages are still read"
            assert page.evaluate(SAY, ["after a new page", True]) == "closed"
        assert page.evaluate(SAY, ["afterwards", True]) == "heard"
        held = recorder.session.held
    assert heard == ["before", "afterwards"] and any(one.startswith("WebSocket ") for one in held), (heard, held)
