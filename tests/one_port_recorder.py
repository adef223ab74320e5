"""A recorder of nobody's with one port for HTTP and HTTPS, a password without a user name, and no certificate to download."""

from __future__ import annotations

import html
import socket
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from loopback import LoopbackServer

from nvrflow.simulator.certificates import Names, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings

PASSWORD = "one word: 1"
_HELLO = 0x16  # the first byte of a TLS handshake


@dataclass
class OnePortRecorder:
    """`redirects`: once HTTPS is on, plain HTTP sends browsers to it; else it is not answered at all.

    `by_hand`: a new setting counts only after `restart()`. `asks`: its page asks in a dialog whether it may restart.
    """

    redirects: bool = True
    by_hand: bool = False
    asks: bool = False
    https: bool = False
    stored: bool = False
    tries: list[str] = field(default_factory=list)
    signed_in: bool = False

    def __enter__(self) -> OnePortRecorder:
        self.stored = self.https
        made = make("self_signed", Names({"CN": "Gate"}, {"CN": "{host}"}, "1", "127.0.0.1"))
        assert made.device is not None
        self.sha256 = made.device.sha256
        self.context = tls_context(made.device, None, Settings(), False)
        self._server = LoopbackServer(_Handler, recorder=self).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def url(self) -> str:
        return f"http://{self._server.address}"

    @property
    def https_url(self) -> str:
        return f"https://{self._server.address}"

    def save(self, on: bool) -> None:
        self.stored = on
        if not self.by_hand and not self.asks:
            self.restart()

    def restart(self) -> None:
        """What was stored counts from now on."""
        self.https, self.signed_in = self.stored, False


class _Handler(BaseHTTPRequestHandler):
    recorder: OnePortRecorder
    request: socket.socket

    def setup(self) -> None:
        self.request.settimeout(10)
        first = self.request.recv(1, socket.MSG_PEEK)
        self.secure = first == bytes((_HELLO,))
        if self.secure != self.recorder.https and not (self.recorder.redirects and self.recorder.https):
            raise ConnectionAbortedError("not the protocol of this port now")
        if self.secure:
            self.request = self.recorder.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({key: values[0] for key, values in parse_qs(sent, keep_blank_values=True).items()})

    def _answer(self, sent: dict[str, str]) -> None:
        recorder = self.recorder
        if recorder.https and not self.secure:
            self._send(301, "", Location=f"{recorder.https_url}{self.path}")
        elif "word" in sent:
            recorder.tries.append("form")
            recorder.signed_in = sent["word"] == PASSWORD
            self._send(302, "", Location="/")
        elif self.path == "/leave":
            recorder.signed_in = False
            self._send(302, "", Location="/")
        elif "again" in sent:
            self._send(200, "<p>Restarting")
            recorder.restart()
        elif "save" in sent:
            self._send(200, f"<p role=status>Kept.{_ASKS if recorder.asks else ''}")
            recorder.save("secure" in sent)
        else:
            self._send(200, self._home() if recorder.signed_in else _GATE)

    def _home(self) -> str:
        address = html.escape(self.recorder.url.removeprefix("http://"))
        return _HOME.format(address=address, on="checked" if self.recorder.stored else "")

    def _send(self, status: int, body: str, **headers: Any) -> None:
        data = f"<!doctype html><title>Gate</title>{body}".encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", "Content-Length": len(data), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)


_GATE = "<form method=post id=gate><label>Pass word <input type=password name=word></label><button>Open</button></form>"
_ASKS = """<div id=asks></div><script>setTimeout(() => { document.querySelector('#asks').innerHTML =
  '<form method=post role=dialog aria-label="Restart now?"><button name=again value=1>Restart</button></form>' }, 700)</script>"""
_HOME = """<p><a href=/leave>Leave</a><h1>Access</h1><form method=post><input type=hidden name=save>
<p><label>Listens at <input name=address value="{address}"></label>
<p><label><input type=checkbox name=secure {on}> Encrypted</label>
<p><button>Keep</button></form>"""
