"""One connection of the browser to the gate: each request is judged before any byte is sent on; answers pass unread."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from nvrflow.address import link_of
from nvrflow.browser.proxy_request import Asked, Head, pieces, read_head, whole
from nvrflow.browser.upstream import dial, dial_secure
from nvrflow.browser.wire import Wire, await_any, relay

IDLE = 900.0  # seconds; some pages wait long for an answer that comes when something happens
_HELLO = 16384  # bytes of the longest ClientHello
_HTTP2 = b"\x02h2"  # the name of HTTP/2 in ALPN (RFC 7540 3.1)
_TLS = b"\x16"  # the first byte of a TLS handshake (RFC 8446 5.1)
# A 403 would look like the recorder's own answer. Two different lengths are a network error, which browsers do not try again.
_HELD = b"HTTP/1.1 403 Held back\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n"
_NO_TUNNEL = b"HTTP/1.1 403 Held back\r\nContent-Length: 0\r\n\r\n"
_NO_RECORDER = b"HTTP/1.1 502 No answer\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Refused:
    """Something that the gate stopped: a `request` or `websocket` to the recorder, or anything to another `host`.

    `told` describes it, or names the other host. With `trouble` the recorder could not be reached, and `told` says why.
    """

    kind: Literal["request", "websocket", "host", "trouble"]
    told: str
    body: bytes = b""


@dataclass(frozen=True)
class Rules:
    """What a gate lets pass. It is called from the gate's threads.

    `reaches` decides whether a host may be used at all. With `allows` every request is read and judged, including HTTPS; without
    it, HTTPS is not opened, and everything to such a host passes. `refused` is called with the rest. `pin` is the recorder's key
    (SHA-256 of its SPKI, base64). While `quiet` says so, a WebSocket that is open sends nothing more, and no new one is opened;
    connections that were open before end where the browser would send on them, because HTTPS hides which is a WebSocket.
    """

    reaches: Callable[[str], bool]
    allows: Callable[[Asked], bool] | None
    refused: Callable[[Refused], None]
    pin: str | None = None
    quiet: Callable[[], bool] = lambda: False


class Conversation:
    """The requests of one connection; `secure` opens the browser's TLS with the gate's own key, `ending` ends every wait."""

    def __init__(self, rules: Rules, sock: socket.socket, secure: ssl.SSLContext | None, ending: socket.socket) -> None:
        self._rules, self._secure, self._ending = rules, secure, ending
        self._client = Wire(sock, ending)
        self._recorder: Wire | None = None
        self._base = ""  # scheme and authority of a connection that was made by CONNECT
        self._at = ""  # where the recorder's side is connected to

    def run(self) -> None:
        """Serve until one side closes; anything that is not HTTP, or exceeds the limits, ends the connection."""
        try:
            while self._await_request() and self._answer(read_head(self._client)):
                continue
        except (OSError, ValueError):
            return
        finally:
            for wire in (self._client, self._recorder):
                if wire is not None:
                    wire.close()

    def cut(self) -> None:
        """End the connection from another thread, whatever it waits for."""
        for wire in (self._client, self._recorder):
            if wire is not None:
                wire.cut()

    def _await_request(self) -> bool:
        """Pass answers on until the browser sends more; False if the recorder closed the connection."""
        while not self._client.got:
            sides = [self._client] if self._recorder is None else [self._client, self._recorder]
            ready = await_any(sides, self._ending, IDLE)
            one = self._recorder if self._recorder in ready else self._client
            assert one is not None
            data = one.some()
            if data == b"":
                return False
            if one is self._client:
                one.got = data or b""
            elif data:
                self._client.send(data)
        return True

    def _answer(self, head: Head) -> bool:
        if head.method == "CONNECT":
            return self._connect(head.target)
        url = self._base + head.target
        link = link_of(url)
        if not link.is_web or (self._base and head.target[0] != "/"):
            raise ValueError("not an address")
        if not self._rules.reaches(link.host):
            return self._refuse(Refused("host", link.host), _HELD)
        switches = "upgrade" in head.headers
        if switches and self._rules.quiet():
            return self._refuse(Refused("websocket", url.replace("http", "ws", 1)), _HELD)
        if self._rules.allows is None:
            return self._forward(head, url, switches)
        raw, body = whole(head, self._client)
        asked = Asked(head.method, url, head.headers, body, switches)
        if not self._rules.allows(asked):
            kind: Literal["request", "websocket"] = "websocket" if switches else "request"
            told = url.replace("http", "ws", 1) if switches else f"{head.method} {url}"
            return self._refuse(Refused(kind, told, body), _HELD)
        return self._forward(head, url, switches, raw)

    def _forward(self, head: Head, url: str, switches: bool, raw: bytes | None = None) -> bool:
        """Send the request on, with its body `raw`, or piece by piece as it arrives."""
        recorder = self._connected(url)
        recorder.send(head.sent_to(url) + (raw or b""))
        if raw is None:
            for came, _ in pieces(head, self._client):
                recorder.send(came)
        if switches:
            relay(self._client, recorder, self._ending, IDLE, self._rules.quiet)
        return not switches

    def _connect(self, target: str) -> bool:
        found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/@]+):([0-9]{1,5})", target)
        if found is None or self._base or self._client.got:
            raise ValueError("not a host with a port, or more was sent with it")
        host = found[1].strip("[]")
        if not self._rules.reaches(host):
            return self._refuse(Refused("host", host), _NO_TUNNEL)
        if self._rules.allows is None:
            return self._tunnel(host, int(found[2]))
        self._client.send(b"HTTP/1.1 200 OK\r\n\r\n")
        opens_tls = self._client.peek() == _TLS  # for a WebSocket, plain HTTP uses CONNECT too
        if opens_tls and self._secure is not None:
            self._client = Wire(self._secure.wrap_socket(self._client.sock, server_side=True), self._ending)
        self._base = f"https://{target.removesuffix(':443')}" if opens_tls else f"http://{target.removesuffix(':80')}"
        return True

    def _tunnel(self, host: str, port: int) -> bool:
        try:
            self._recorder = Wire(dial(host, port, self._ending), self._ending)
        except OSError as problem:
            return self._refuse(Refused("trouble", f"{host}:{port}: {problem.strerror or problem}"), _NO_RECORDER)
        self._client.send(b"HTTP/1.1 200 OK\r\n\r\n")
        if not self._rules.quiet():
            relay(self._client, self._recorder, self._ending, IDLE, self._rules.quiet)
        elif self._is_for_requests():
            relay(self._client, self._recorder, self._ending, IDLE)
        else:
            self._rules.refused(Refused("websocket", f"to {host}:{port}"))
        return False

    def _is_for_requests(self) -> bool:
        """Whether a new tunnel is for requests: for a WebSocket, Chromium uses plain HTTP or does not offer HTTP/2 (ALPN)."""
        return self._client.peek() == _TLS and _HTTP2 in self._client.sock.recv(_HELLO, socket.MSG_PEEK)

    def _connected(self, url: str) -> Wire:
        place = link_of(url).place
        if self._recorder is not None and self._at == place.url:
            return self._recorder
        if self._recorder is not None:
            self._recorder.close()
        try:
            if place.secure:
                sock: socket.socket = dial_secure(place.host, place.port, self._rules.pin, self._ending)
            else:
                sock = dial(place.host, place.port, self._ending)
        except OSError as problem:
            self._rules.refused(Refused("trouble", problem.strerror or str(problem)))
            raise
        self._at, self._recorder = place.url, Wire(sock, self._ending)
        return self._recorder

    def _refuse(self, refused: Refused, answer: bytes) -> bool:
        self._rules.refused(refused)
        self._client.send(answer)
        if not isinstance(self._client.sock, ssl.SSLSocket):
            self._client.sock.shutdown(socket.SHUT_WR)
        return False
