"""The gate: nvrflow's own proxy on this computer, through which one browser reaches only the recorder.

It works outside the browser, because no place inside sees everything: redirects, shared workers, WebSockets of workers, beacons
of a page that closes, prefetching and WebRTC all bypass Playwright's routing. With `Rules.allows` it reads every request (HTTPS
with a key that only this browser accepts) and sends on what is allowed. Without it, it is a tunnel that checks only hosts. In
both cases a refused request never becomes a connection.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nvrflow.browser.conversation import Conversation, Rules
from nvrflow.browser.gate_certificate import throw_away
from nvrflow.browser.wire import await_sockets
from nvrflow.errors import NvrflowError

MOST_CONNECTIONS = 256  # Chromium opens 32 to a proxy, and as many again for WebSockets
_FAREWELL = 5.0  # seconds in which each connection's thread must end; all of its waits end at once
# UDP bypasses a proxy. A headless shell obeys only the first of the two, a full browser only the second (seen with Chromium 156).
_NO_UDP = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)


class Gate:
    """A running gate: `address` is the proxy's address, `key` the SHA-256 of its key's SPKI if it opens HTTPS."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._secure: ssl.SSLContext | None = None
        self.key: str | None = None
        if rules.allows is not None:
            self._secure, self.key = throw_away()
        self._ending, self._end = socket.socketpair()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: dict[threading.Thread, Conversation] = {}
        self._lock = threading.Lock()
        self._accepting = threading.Thread(target=self._accept, name="nvrflow-gate", daemon=True)
        self._accepting.start()

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that make a browser use the gate for everything, including this computer's own addresses."""
        return (f"--proxy-server={self.address}", "--proxy-bypass-list=<-loopback>", *_NO_UDP)

    def close(self) -> None:
        """End the gate with all its connections and threads; nothing is sent afterwards."""
        with contextlib.suppress(OSError):
            self._end.send(b"\0")
        self._accepting.join(_FAREWELL)
        self._listener.close()
        with self._lock:
            left = dict(self._threads)
        for conversation in left.values():
            conversation.cut()
        for thread in left:
            thread.join(_FAREWELL)
        self._end.close()
        self._ending.close()

    def _accept(self) -> None:
        while True:
            try:
                await_sockets([self._listener], self._ending, 3600.0)
                sock, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with self._lock:
                if len(self._threads) >= MOST_CONNECTIONS:
                    sock.close()
                    continue
                conversation = Conversation(self._rules, sock, self._secure, self._ending)
                thread = threading.Thread(target=self._talk, args=(conversation,), name="nvrflow-gate-talk", daemon=True)
                self._threads[thread] = conversation
            thread.start()

    def _talk(self, conversation: Conversation) -> None:
        try:
            conversation.run()
        finally:
            with self._lock:
                self._threads.pop(threading.current_thread(), None)


@contextmanager
def open_gate(rules: Rules) -> Iterator[Gate]:
    """Open a gate for the duration of the block. Raises NvrflowError if this computer does not allow it."""
    try:
        gate = Gate(rules)
    except OSError as problem:
        why = problem.strerror or str(problem)
        raise NvrflowError(f"nvrflow cannot open its proxy on 127.0.0.1 ({why}); end other programs and try again") from None
    try:
        yield gate
    finally:
        gate.close()
