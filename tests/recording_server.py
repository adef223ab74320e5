"""A recorder of nobody's that writes down what reaches it, and a page that tries every way out of a browser.

Every way has a name, which it sends along as `w=NAME`, `/w/NAME` or in its body. Loopback only: 127.0.0.1 is the recorder,
127.0.0.2 another host.
"""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from nvrflow.simulator.certificates import Names, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings

PAGES = Path(__file__).parent / "ways_out"
_NAME = re.compile(r'(?:[?&;]w=|/w/|"w": ?")([\w-]+)')
_TYPES = {".html": "text/html", ".js": "text/javascript", ".xml": "text/xml", ".xsl": "text/xsl"}
SECURITY = {  # what asks a browser to send reports
    "Content-Security-Policy-Report-Only": "img-src 'none'; report-uri /w/csp-report-uri",
    "Reporting-Endpoints": 'ep="/w/reporting-endpoint", default="/w/reporting-endpoint"',
    "NEL": '{"report_to":"ep","max_age":600,"success_fraction":1.0}',
    "Report-To": '{"group":"ep","max_age":600,"endpoints":[{"url":"/w/report-to"}]}',
    "Link": "</set?action=reboot&w=link-header>; rel=preload; as=script",
}


@dataclass
class RecordingServer:
    """What reached it: `lines` on the recorder's host, `elsewhere` on the other one; datagrams are lines as well."""

    lines: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    connections: list[str] = field(default_factory=list)
    plain: int = 0
    secure: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.plain}"

    @property
    def https_url(self) -> str:
        return f"https://127.0.0.1:{self.secure}"

    @property
    def ways(self) -> set[str]:
        """The names of all ways by which something came."""
        return {name for line in self.lines + self.elsewhere for name in _NAME.findall(line)}


def named_ways() -> set[str]:
    """Every way that the pages try."""
    texts = [path.read_text(encoding="utf-8") for path in PAGES.iterdir()]
    said = [name for text in texts for name in _NAME.findall(text) + re.findall(r"\b(?:way|post|get|set)\('([\w-]+)'", text)]
    return {name for name in said if name} | {name for value in SECURITY.values() for name in _NAME.findall(value)}


@contextmanager
def recording_server() -> Iterator[RecordingServer]:
    """The two hosts, each with HTTP, HTTPS and UDP on the same two ports."""
    server = RecordingServer()
    made = make("self_signed", Names({"O": "Acme"}, {"O": "Acme", "CN": "{host}"}, "1", "127.0.0.1"))
    assert made.device is not None
    context = tls_context(made.device, None, Settings(), False)
    with ExitStack() as running:
        for host, lines in (("127.0.0.1", server.lines), ("127.0.0.2", server.elsewhere)):
            server.plain = _start(running, server, (host, server.plain), lines, None)
            server.secure = _start(running, server, (host, server.secure), lines, context)
        yield server


def _start(
    running: ExitStack, server: RecordingServer, at: tuple[str, int], lines: list[str], context: ssl.SSLContext | None
) -> int:
    handler = type("Handler", (_Handler,), {"server_of": server, "lines": lines})
    tcp = _Server(at, handler)
    tcp.context, tcp.seen = context, server.connections
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((at[0], tcp.server_port))
    threading.Thread(target=tcp.serve_forever, args=(0.05,), daemon=True).start()
    threading.Thread(target=_hear, args=(udp, lines), daemon=True).start()
    running.callback(udp.close)
    running.callback(tcp.server_close)
    running.callback(tcp.shutdown)
    return tcp.server_port


def _hear(udp: socket.socket, lines: list[str]) -> None:
    try:
        while True:
            lines.append(f"UDP {udp.recvfrom(2048)[0][:2].hex()} /w/udp")
    except OSError:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    context: ssl.SSLContext | None = None
    seen: list[str]

    def get_request(self) -> tuple[Any, Any]:
        sock, address = super().get_request()
        self.seen.append(str(self.server_address[0]))
        sock.settimeout(20)
        if self.context is not None:
            sock = self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return sock, address

    def handle_error(self, *_: object) -> None:
        return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: RecordingServer
    lines: list[str]

    def log_message(self, *_: object) -> None:
        return

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        self.lines.append(f"{self.command} {self.path} {body.decode('latin-1')}")
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self._websocket()
        path = self.path.partition("?")[0]
        if path.startswith("/redirect/"):
            return self._redirect(path)
        file = PAGES / (path.strip("/") or "page.html")
        if path.startswith("/w/") or not file.is_file():
            return self._send(200, b"//ok", "text/javascript")
        text = file.read_text(encoding="utf-8").replace("@OTHER", f"127.0.0.2:{self.server_of.plain}")
        text = text.replace("@PLAIN", str(self.server_of.plain)).replace("@SECURE", str(self.server_of.secure))
        more = SECURITY if file.name == "page.html" else {"Service-Worker-Allowed": "/"}
        return self._send(200, text.encode(), _TYPES[file.suffix], **more)

    def _redirect(self, path: str) -> None:
        _, _, status, name = path.split("/")
        host = f"http://127.0.0.2:{self.server_of.plain}" if "host" in name else ""
        self._send(int(status), b"", "text/plain", Location=f"{host}/set?action=reboot&w={name}")

    def _websocket(self) -> None:
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 1.3
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def _send(self, status: int, data: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
