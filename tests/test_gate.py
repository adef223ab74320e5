"""The gate itself: what it passes on, byte for byte; what it refuses before there is a connection; its limits and its ends."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from nvrflow.browser import find_browser, gate, open_browser, proxy_request
from nvrflow.browser.conversation import Refused, Rules
from nvrflow.browser.gate import Gate, open_gate
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.browser.proxy_request import Asked
from nvrflow.simulator.certificates import Names, make
from nvrflow.simulator.listeners import tls_context
from nvrflow.simulator.recorder_settings import Settings
from nvrflow.tls import served

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<b>hi</b>"


@dataclass
class Peer:
    """A server that answers with given bytes, and keeps what it got; `arrived` is set with the first; `connections` counts."""

    answer: Callable[[bytes], bytes | None] = lambda _: PLAIN
    context: ssl.SSLContext | None = None
    got: list[bytes] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    def __enter__(self) -> Peer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        sock.settimeout(20)
        with contextlib.suppress(OSError), sock:
            talk = self.context.wrap_socket(sock, server_side=True) if self.context else sock
            while head := _read_head(talk):
                length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
                body = b""
                while len(body) < length:
                    body += talk.recv(65536)
                self.got.append(head + body)
                self.arrived.set()
                answer = self.answer(head)
                if answer is None:
                    return
                talk.sendall(answer)
                if answer is not PLAIN:
                    return


def _read_head(sock: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        more = sock.recv(1)
        if not more:
            return b""
        head += more
    return head


@dataclass
class Opened:
    """A running gate, and what it was told."""

    gate: Gate
    asked: list[Asked]
    refused: list[Refused]

    def say(self, *parts: bytes, seconds: float = 10.0) -> bytes:
        """Send the parts over a connection of its own, and read until the gate closes or has said nothing for a while."""
        with self.connection() as sock:
            sock.settimeout(seconds)
            answer = b""
            for part in parts:
                sock.sendall(part)
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                while data := sock.recv(65536):
                    answer += data
                    if answer.endswith(b"<b>hi</b>"):
                        break
            return answer

    def connection(self) -> socket.socket:
        host, port = self.gate.address.removeprefix("http://").split(":")
        return socket.create_connection((host, int(port)), 10)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with Peer() as running:
        yield running


@contextlib.contextmanager
def opened(dry: bool = True, allow: Callable[[Asked], bool] = lambda _: True, pin: str | None = None) -> Iterator[Opened]:
    seen: list[Asked] = []
    refused: list[Refused] = []

    def allows(one: Asked) -> bool:
        seen.append(one)
        return allow(one)

    with open_gate(Rules(lambda host: host == "127.0.0.1", allows if dry else None, refused.append, pin)) as running:
        yield Opened(running, seen, refused)


def request(peer: Peer, method: str = "GET", path: str = "/a?1", more: str = "", body: bytes = b"") -> bytes:
    at = f"127.0.0.1:{peer.port}"
    return f"{method} http://{at}{path} HTTP/1.1\r\nHost: {at}\r\nProxy-Connection: keep-alive\r\n{more}\r\n".encode() + body


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "tunnel"])
def test_a_recorder_gets_the_request_as_from_a_browser_without_a_proxy(peer: Peer, dry: bool) -> None:
    with opened(dry) as run:
        assert run.say(request(peer, "POST", more="Content-Length: 3\r\nX-Odd:  two  spaces \r\n", body=b"abc")) == PLAIN
    at = f"127.0.0.1:{peer.port}".encode()
    expected = b"POST /a?1 HTTP/1.1\r\nHost: " + at + b"\r\nContent-Length: 3\r\nX-Odd:  two  spaces \r\n\r\nabc"
    assert peer.got == [expected]
    if dry:
        headers = {"host": at.decode(), "proxy-connection": "keep-alive", "content-length": "3", "x-odd": "two  spaces"}
        assert run.asked == [Asked("POST", f"http://{at.decode()}/a?1", headers, b"abc")]


def test_a_held_request_ends_in_an_answer_that_no_browser_takes_and_reaches_nobody(peer: Peer) -> None:
    with opened(allow=lambda one: False) as run:
        answer = run.say(request(peer, "POST", more="Content-Length: 3\r\n", body=b"abc"))
    assert answer.count(b"Content-Length: ") == 2
    assert (peer.connections, run.refused) == (0, [Refused("request", f"POST http://127.0.0.1:{peer.port}/a?1", b"abc")])


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "tunnel"])
def test_another_host_gets_no_connection(peer: Peer, dry: bool) -> None:
    with opened(dry) as run:
        first = run.say(f"GET http://127.0.0.2:{peer.port}/ HTTP/1.1\r\n\r\n".encode())
        second = run.say(f"CONNECT 127.0.0.2:{peer.port} HTTP/1.1\r\n\r\n".encode())
        third = run.say(f"CONNECT 127.0.0.1.example.org:{peer.port} HTTP/1.1\r\n\r\n".encode())
    assert first.startswith(b"HTTP/1.1 403") and second.startswith(b"HTTP/1.1 403") and third.startswith(b"HTTP/1.1 403")
    assert [one.told for one in run.refused] == ["127.0.0.2", "127.0.0.2", "127.0.0.1.example.org"]
    assert peer.connections == 0


def test_requests_inside_a_connection_that_was_allowed_are_judged_one_by_one(peer: Peer) -> None:
    with opened(allow=lambda one: one.method == "GET") as run:
        with run.connection() as sock:
            sock.settimeout(10)
            sock.sendall(request(peer) + request(peer, "DELETE"))
            answer = b""
            while b" 403 " not in answer and (data := sock.recv(65536)):
                answer += data
        inside = f"CONNECT 127.0.0.1:{peer.port} HTTP/1.1\r\n\r\n".encode()
        with run.connection() as sock:
            sock.sendall(inside)
            assert _read_head(sock).startswith(b"HTTP/1.1 200")
            sock.sendall(b"DELETE /b HTTP/1.1\r\nHost: x\r\n\r\n")
            assert _read_head(sock).startswith(b"HTTP/1.1 403")
    assert [one.method for one in run.asked] == ["GET", "DELETE", "DELETE"]
    assert peer.arrived.wait(10), "the gate sent it on before it refused the next, but nobody waits for its answer"
    assert [got[:4] for got in peer.got] == [b"GET "]


@pytest.mark.parametrize(
    "broken",
    [
        b"GET / HTTP/1.1\r\n\r\n",  # no host
        b"GET http://127.0.0.1:@/a b HTTP/1.1\r\n\r\n",
        b"GET http://127.0.0.1:@/ HTTP/2\r\n\r\n",
        b"GET http://127.0.0.1:@/ HTTP/1.1\r\nno header\r\n\r\n",
        b"GET http://127.0.0.1:@/ HTTP/1.1\r\nX-A : b\r\n\r\n",
        b"GET http://127.0.0.1:@/ HTTP/1.1\r\nX-A: b\nContent-Length: 3\r\n\r\nabc",
        b"POST http://127.0.0.1:@/ HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST http://127.0.0.1:@/ HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST http://127.0.0.1:@/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST http://127.0.0.1:@/ HTTP/1.1\r\nContent-Length: +3\r\n\r\nabc",
        b"POST http://127.0.0.1:@/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST http://127.0.0.1:@/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n0\r\n\r\n",
        b"GET ftp://127.0.0.1:@/ HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\x00\x03\x00\x08\r\n\r\n",
    ],
)
def test_what_is_no_clear_request_goes_nowhere(peer: Peer, broken: bytes) -> None:
    with opened() as run:
        assert run.say(broken.replace(b"@", str(peer.port).encode())) == b""
    assert (peer.connections, run.asked) == (0, [])


def test_a_body_in_chunks_is_judged_as_a_whole_and_passed_on_as_it_came(peer: Peer) -> None:
    chunks = b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    with opened() as run:
        run.say(request(peer, "POST", more="Transfer-Encoding: chunked\r\n", body=chunks), seconds=3)
    assert run.asked[0].body == b"abc"


def test_heads_and_bodies_have_a_limit(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_request, "MOST_BODY", 1000)
    with opened() as run:
        assert run.say(request(peer, more=f"X-Long: {'x' * proxy_request.MOST_HEAD}\r\n")) == b""
        assert run.say(request(peer, "POST", more="Content-Length: 2000\r\n", body=b"x" * 2000)) == b""
        assert run.say(request(peer, "POST", more="Content-Length: 900\r\n", body=b"x" * 900)) == PLAIN
    assert [len(one.body) for one in run.asked] == [900]


def test_connections_have_a_limit_and_come_free_again(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_CONNECTIONS", 3)
    with opened() as run:
        taken = [run.connection() for _ in range(3)]
        for sock in taken:
            sock.sendall(request(peer))
            assert sock.recv(1) == b"H"
        assert run.say(request(peer)) == b""
        for sock in taken:
            sock.close()
        end = time.monotonic() + 10
        while (answer := run.say(request(peer))) == b"" and time.monotonic() < end:
            continue
        assert answer == PLAIN


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "tunnel"])
def test_its_threads_end_with_it_also_in_the_middle_of_something(dry: bool) -> None:
    def own() -> list[threading.Thread]:
        return [one for one in threading.enumerate() if one.name.startswith("nvrflow-gate")]

    with Peer(lambda _: b"HTTP/1.1 200 OK\r\n") as slow, pytest.raises(ZeroDivisionError), opened(dry) as run:
        waiting = [run.connection() for _ in range(4)]
        waiting[0].sendall(request(slow))  # half an answer
        waiting[1].sendall(b"GET http://")  # half a request
        waiting[2].sendall(f"CONNECT 127.0.0.1:{slow.port} HTTP/1.1\r\n\r\n".encode())
        waiting[3].sendall(f"CONNECT 127.0.0.1:{slow.port} HTTP/1.1\r\n\r\n\x16\x03".encode())  # half a handshake
        assert waiting[2].recv(12) == b"HTTP/1.1 200"
        assert own()
        raise ZeroDivisionError
    assert own() == []
    with pytest.raises(ConnectionRefusedError):
        run.connection()


def made() -> Any:
    certificates = make("self_signed", Names({"O": "Acme"}, {"O": "Acme", "CN": "{host}"}, "1", "127.0.0.1"))
    assert certificates.device is not None
    return tls_context(certificates.device, None, Settings(), False)


def test_a_dry_run_goes_on_to_the_pinned_key_only() -> None:
    with Peer(context=made()) as recorder, Peer(context=made()) as other:
        key = served("127.0.0.1", recorder.port).leaf
        assert key is not None
        with opened(pin=key.spki_sha256) as run:
            assert _over_tls(run, recorder.port) == PLAIN
            assert _over_tls(run, other.port) == b""
            assert run.refused[-1].kind == "trouble"
            assert "a different key" in run.refused[-1].told
        with opened() as run:
            assert _over_tls(run, recorder.port) == b""
            assert "does not trust" in run.refused[-1].told
    assert [got[:5] for got in recorder.got] == [b"GET /"]
    assert other.got == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_dry_run_opens_no_tls_that_browsers_refuse(version: ssl.TLSVersion) -> None:
    context = made()
    context.minimum_version = context.maximum_version = version
    with Peer(context=context) as old:
        key = served("127.0.0.1", old.port).leaf
        assert key is not None, "the server itself speaks it"
        with opened(pin=key.spki_sha256) as run:
            assert _over_tls(run, old.port) == b""
    assert old.got == []


def test_a_tunnel_leaves_tls_closed() -> None:
    with Peer(context=made()) as recorder, opened(dry=False) as run:
        leaf = served("127.0.0.1", recorder.port).leaf
        with run.connection() as sock:
            sock.sendall(f"CONNECT 127.0.0.1:{recorder.port} HTTP/1.1\r\n\r\n".encode())
            assert _read_head(sock).startswith(b"HTTP/1.1 200")
            with _any_key().wrap_socket(sock) as secure:
                shown = secure.getpeercert(binary_form=True)
        assert leaf is not None and shown == leaf.der


def test_a_recorder_that_is_not_there_is_told_with_the_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    for dry in (True, False):
        with opened(dry) as run:
            run.say(f"GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n".encode())
            run.say(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode(), seconds=1)
        assert {one.kind for one in run.refused} == {"trouble"}


def _any_key() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _over_tls(run: Opened, port: int) -> bytes:
    """One GET by CONNECT and TLS with the gate's own key; empty if nothing comes back."""
    with run.connection() as sock:
        sock.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
        assert _read_head(sock).startswith(b"HTTP/1.1 200")
        with _any_key().wrap_socket(sock) as secure:
            secure.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                return secure.recv(65536)
            except OSError:
                return b""


# Odd answers

BIG = os.urandom(300_000)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_TEN = _HEAD.replace(b"/1.1", b"/1.0")
ODD = {
    "no-length-1.0": _TEN + b"\r\n<b>hi</b>",
    "no-length-1.1": _HEAD + b"\r\n<b>hi</b>",
    "bare-lf": b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 9\n\n<b>hi</b>",
    "mixed-lf": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\nContent-Length: 9\r\n\n<b>hi</b>",
    "length-twice": _HEAD + b"Content-Length: 9\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "lengths-differ": _HEAD + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n<b>hi</b>",
    "length-and-chunks": _HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<b>hi</b>\r\n0\r\n\r\n",
    "headers-twice": _HEAD + b"Content-Type: text/html\r\nServer: a\r\nServer: b\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "no-reason": b"HTTP/1.1 200\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "no-colon": _HEAD + b"this is no header\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "space-in-name": _HEAD + b"X Y: 1\r\nContent-Length : 9\r\n\r\n<b>hi</b>",
    "folded": b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=utf-8\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "latin-1": _HEAD + b"X-Name: \xe9\xff\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "too-short": _HEAD + b"Content-Length: 20\r\n\r\n<b>hi</b>",
    "too-long": _HEAD + b"Content-Length: 5\r\nConnection: close\r\n\r\n<b>hi</b>",
    "gzip-length": _HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n" + gzip.compress(b"<b>hi</b>"),
    "gzip-cut": _HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"<b>hi</b>" * 30)[:-6],
    "gzip-not": _HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "chunks-without-end": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n<b>hi</b>\r\n",
    "chunks-sloppy": _HEAD + b"Transfer-Encoding: chunked\r\n\r\n9 \n<b>hi</b>\n0\n\n",
    "lower-case": b"http/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "leading-crlf": b"\r\n" + PLAIN,
    "http-0.9": b"<html><b>hi</b></html>",
    "204-with-body": b"HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n<b>hi</b>",
    "100-first": b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN,
    "nothing": None,
    "download": b"HTTP/1.0 200 OK\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Type: a/b\r\n\r\n" + BIG,
}  # fmt: skip


def _odd(head: bytes) -> bytes | None:
    return ODD.get(head.split(b" ")[1].decode().strip("/"), PLAIN)


def _shown(process: Any, base: str) -> dict[str, str]:
    """What a browser makes of each odd answer."""
    context = process.new_context(ignore_https_errors=True)
    context.set_default_timeout(3000)
    found = {}
    for name in ODD:
        page = context.new_page()
        try:
            if name == "download":
                with page.expect_download(timeout=10_000) as coming, contextlib.suppress(PlaywrightError):
                    page.goto(f"{base}/{name}")
                found[name] = "the same bytes" if coming.value.path().read_bytes() == BIG else "other bytes"
            else:
                response = page.goto(f"{base}/{name}")
                found[name] = f"{response.status if response else None} {page.inner_text('body')}"
        except PlaywrightError as problem:
            found[name] = "error"
            assert "net::ERR" in problem.message or "Timeout" in problem.message, problem.message
        page.close()
    context.close()
    return found


@pytest.mark.parametrize(
    ("secure", "dry"),  # a tunnel reads nothing of HTTPS
    [
        pytest.param(False, True, id="http"),
        pytest.param(False, False, id="tunnel", marks=pytest.mark.slow),
        pytest.param(True, True, id="https", marks=pytest.mark.slow),
    ],
)
def test_broken_answers_look_as_they_do_without_a_gate(secure: bool, dry: bool) -> None:
    with Peer(_odd, context=made() if secure else None) as recorder:
        base = f"http{'s' if secure else ''}://127.0.0.1:{recorder.port}"
        leaf = served("127.0.0.1", recorder.port).leaf if secure else None
        with open_browser(find_browser()) as process:
            directly = _shown(process, base)
        with (
            opened(dry, pin=leaf.spki_sha256 if leaf else None) as run,
            open_browser(find_browser(), pin=run.gate.key, flags=run.gate.flags) as process,
        ):
            assert _shown(process, base) == directly
    assert sum(shown.startswith("200") for shown in directly.values()) > 15
