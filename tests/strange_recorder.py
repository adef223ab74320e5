"""A recorder of nobody's: plain HTML without a framework, and all that the shipped firmwares do not have.

Its pages are made for the tests of what a selector file can say; their selector files lie in tests/strange/.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nvrflow.simulator.certificates import Certificates, Names, exported, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings

REALM = "Acme NVR-16"
USER, PASSWORD = "admin", "pass word:1"


@dataclass
class StrangeRecorder:
    """One with the face `door` (Basic or Digest, frameset, drop-down) or `windows` (a window of its own, shadow root)."""

    face: str = "door"
    scheme: str = "Basic"
    closed: bool = False  # the window's controls lie in a closed shadow root
    https: bool = False
    tries: list[str] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    certificates: Certificates | None = None

    def __enter__(self) -> StrangeRecorder:
        names = Names({"O": "Acme", "CN": "Acme root"}, {"O": "Acme", "CN": "{host}"}, "1", "127.0.0.1")
        self.made = make("san_ip" if self.face == "door" else "self_signed", names)
        self.certificates = self.made if self.face == "door" else None
        self._plain = self._server()
        self._secure = self._server()
        assert self.made.device is not None
        context = tls_context(self.made.device, None, Settings(), False)
        self._secure.socket = context.wrap_socket(self._secure.socket, server_side=True, do_handshake_on_connect=False)
        self._start(self._plain)
        if self.https:
            self._start(self._secure)
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self._plain, self._secure):
            if server in self._running:
                server.shutdown()
            server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._plain.server_port}"

    @property
    def https_url(self) -> str:
        return f"https://127.0.0.1:{self._secure.server_port}"

    _running: list[ThreadingHTTPServer] = field(default_factory=list)

    def _server(self) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"recorder": self}), bind_and_activate=False)
        server.daemon_threads = True
        server.server_bind()
        return server

    def _start(self, server: ThreadingHTTPServer) -> None:
        server.server_activate()
        self._running.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def switch(self, on: bool) -> None:
        """HTTPS on or off, as from the page; the port listens from then on."""
        if on and self._secure not in self._running:
            self._start(self._secure)
        self.https = on


class _Handler(BaseHTTPRequestHandler):
    recorder: StrangeRecorder
    protocol_version = "HTTP/1.0"

    def log_message(self, *_: object) -> None:
        return

    def handle(self) -> None:
        try:
            if isinstance(self.connection, ssl.SSLSocket):
                self.connection.settimeout(10)
                self.connection.do_handshake()
            super().handle()
        except (ssl.SSLError, ConnectionError, TimeoutError):
            return

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({key: values[0] for key, values in parse_qs(sent).items()})

    def _answer(self, sent: dict[str, str]) -> None:
        recorder = self.recorder
        recorder.requests.append(f"{self.command} {self.path}")
        if recorder.https and not isinstance(self.connection, ssl.SSLSocket):
            self._send(301, "", Location=f"{recorder.https_url}{self.path}")
        elif recorder.face == "door" and not self._let_in():
            nonce = ', algorithm=MD5, qop="auth", nonce="0a4f113b"' if recorder.scheme == "Digest" else ""
            self._send(401, "<h1>401</h1>", **{"WWW-Authenticate": f'{recorder.scheme} realm="{REALM}"{nonce}'})
        else:
            path = urlsplit(self.path).path
            pages = _door(recorder, sent) if recorder.face == "door" else _windows(recorder, path, sent, self.headers)
            body, more = pages.get(path, ("", {}))
            self._send(int(more.pop("status", 200)) if body or more else 404, body, **more)

    def _let_in(self) -> bool:
        given = self.headers.get("Authorization", "")
        if not given:
            return False
        self.recorder.tries.append(given.split()[0])
        if given.startswith("Basic "):
            return base64.b64decode(given[6:]).decode() == f"{USER}:{PASSWORD}"
        told = dict(re.findall(r'(\w+)="?([^",]+)"?', given))
        first = _md5(f"{USER}:{REALM}:{PASSWORD}")
        second = _md5(f"{self.command}:{told.get('uri', '')}")
        parts = [first, *(told.get(key, "") for key in ("nonce", "nc", "cnonce", "qop")), second]
        return told.get("response") == _md5(":".join(parts))

    def _send(self, status: int, body: str, **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


Pages = dict[str, tuple[str, dict[str, Any]]]


def _door(recorder: StrangeRecorder, sent: dict[str, str]) -> Pages:
    """A frameset; the certificates stand on the page as text, HTTPS is a drop-down, and there are two Save buttons."""
    if sent.get("mode"):
        recorder.switch(sent["mode"] == "https")
    assert recorder.certificates and recorder.certificates.device and recorder.certificates.authority
    chosen = ("", " selected") if recorder.https else (" selected", "")
    links = [("Network", "network"), ("Certificates", "certificates")]
    menu = "".join(f'<p><a target=main href="/{page}">{words}</a>' for words, page in links)
    texts = [(name, exported(pair.certificate, "pem").decode()) for name, pair in _both(recorder)]
    boxes = "".join(f"<h3>{name}</h3><pre aria-label='{name}' role=region>{html.escape(text)}</pre>" for name, text in texts)
    network = f"""<h2>Network</h2>
      <fieldset><legend>Address</legend><form><label>Name <input value=NVR></label><button>Save</button></form></fieldset>
      <fieldset><legend>Web access</legend><form method=post><label>Access by <select name=mode>
      <option value=http{chosen[0]}>HTTP<option value=https{chosen[1]}>HTTPS</select></label>
      <label>Secure port <input value={urlsplit(recorder.https_url).port}></label><button>Save</button></form></fieldset>"""
    saved = "<p role=status>Stored.</p>" if sent else ""
    return {
        "/": ('<title>Acme</title><frameset cols="150,*"><frame name=menu src=/menu><frame name=main src=/live></frameset>', {}),
        "/menu": (menu, {}),
        "/live": ("<h2>Live</h2>", {}),
        "/network": (network + saved, {}),
        "/certificates": (f"<h2>Certificates</h2>{boxes}", {}),
    }


def _both(recorder: StrangeRecorder) -> list[tuple[str, Any]]:
    assert recorder.certificates
    return [("Own certificate", recorder.certificates.device), ("Issuer", recorder.certificates.authority)]


def _windows(recorder: StrangeRecorder, path: str, sent: dict[str, str], headers: Any) -> Pages:
    """The user on one page, the password on the next; the settings in a window of their own, drawn into a shadow root."""
    cookie = re.search(r"sid=(\w+)", headers.get("Cookie", ""))
    known = bool(cookie and cookie[1] in recorder.sessions)
    form = "<form method=post action=/password><label>Account <input name=user></label><button>Continue</button></form>"
    user = html.escape(sent.get("user", ""))
    second = f"""<form method=post action=/enter><input type=hidden name=user value="{user}">
      <label>Secret word <input type=text name=word></label><button>Enter</button></form>"""
    home = """<h1>Acme wall</h1><p><button onclick="window.open('/setup', 'setup', 'width=500,height=400')">Set up</button>
      <p><a href="/leave">Leave</a>"""
    pages: Pages = {
        "/": (f"<title>Acme wall</title><div id=gate>{form}</div>" if not known else home, {}),
        "/password": (f"<title>Acme wall</title>{second}", {}),
        "/enter": _entered(recorder, sent) if path == "/enter" else ("", {}),
        "/leave": ("<p>Bye", {"status": 302, "Location": "/"}),
    }
    if not known:
        return pages
    if path == "/make":
        recorder.certificates = recorder.made
        pages["/make"] = ("made", {})
    pages["/setup"] = (_setup(recorder), {})
    pages["/own.crt"] = (
        exported(recorder.made.device.certificate, "pem").decode() if recorder.certificates and recorder.made.device else "",
        {"Content-Disposition": "attachment; filename=own.crt", "Content-Type": "application/x-x509-ca-cert"},
    )
    if "secure" in sent:
        recorder.switch(sent["secure"] == "yes")
        pages["/apply"] = ("<p role=status>Applied", {})
    return pages


def _entered(recorder: StrangeRecorder, sent: dict[str, str]) -> tuple[str, dict[str, Any]]:
    recorder.tries.append("form")
    if (sent.get("user"), sent.get("word")) != (USER, PASSWORD):
        return "<p class=no>Wrong secret word", {}
    name = hashlib.sha256(str(len(recorder.sessions)).encode()).hexdigest()[:16]
    recorder.sessions.add(name)
    return "<p>Welcome", {"status": 302, "Location": "/", "Set-Cookie": f"sid={name}; path=/"}


def _setup(recorder: StrangeRecorder) -> str:
    has, mode = bool(recorder.certificates), "closed" if recorder.closed else "open"
    start = json.dumps({"has": has, "on": recorder.https, "port": urlsplit(recorder.https_url).port})
    return f"""<title>Set up</title><acme-panel></acme-panel><script>
      const state = {start};
      customElements.define('acme-panel', class extends HTMLElement {{
        connectedCallback() {{ this.root = this.attachShadow({{mode: '{mode}'}}); this.draw(''); }}
        draw(said) {{
          this.root.innerHTML = `<h2>Secure access</h2><p>
            <span>${{state.has ? 'A certificate is there.' : 'No certificate yet.'}}</span>
            <button id=make ${{state.has ? 'hidden' : ''}}>Make a certificate</button>
            <a href=/own.crt ${{state.has ? '' : 'hidden'}}>Fetch it</a>
            <p><span id=switch role=img aria-label="${{state.on ? 'Secure access is on' : 'Secure access is off'}}">
            ${{state.on ? '\\u25c9' : '\\u25cb'}}</span> <button id=flip>Secure access</button>
            <p>Port <output aria-label="Secure port">${{state.port}}</output> <button id=apply>Apply and close</button>
            <p role=status>${{said}}`;
          this.root.querySelector('#make').onclick = async () => {{
            await fetch('/make', {{method: 'POST'}}); state.has = true; this.draw('Made.'); }};
          this.root.querySelector('#flip').onclick = () => {{ state.on = !state.on; this.draw(''); }};
          this.root.querySelector('#apply').onclick = async () => {{
            await fetch('/apply', {{method: 'POST', body: new URLSearchParams({{secure: state.on ? 'yes' : 'no'}})}});
            window.close(); }};
        }}
      }});</script>"""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
