"""One end of a connection through the gate: it reads with size and time limits, and never longer than the gate exists."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
from collections.abc import Callable, Sequence

_PIECE = 65536
PATIENCE = 30.0  # seconds in which a peer must continue with what it began


class Wire:
    """A socket and the bytes read but not used yet; `ending` becomes readable when the gate ends, and ends every wait."""

    def __init__(self, sock: socket.socket, ending: socket.socket) -> None:
        self.sock, self._ending = sock, ending
        self.got = b""
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def some(self) -> bytes | None:
        """The bytes that are there now; None for TLS's own messages (a ticket), for which a blocking read would never return."""
        self.sock.settimeout(0)
        try:
            return self.sock.recv(_PIECE)
        except (ssl.SSLWantReadError, BlockingIOError):
            return None
        finally:
            self.sock.settimeout(PATIENCE)

    def until(self, mark: bytes, most: int) -> bytes:
        """Read up to and including `mark`, at most `most` bytes. Raises ConnectionError at the end, ValueError for more."""
        while mark not in self.got:
            if len(self.got) > most:
                raise ValueError(f"more than {most} bytes")
            self._more()
        end = self.got.index(mark) + len(mark)
        if end > most:
            raise ValueError(f"more than {most} bytes")
        return self._cut(end)

    def up_to(self, number: int) -> bytes:
        """Read at least one byte and at most `number`. Raises ConnectionError at the end."""
        if not self.got:
            self._more()
        return self._cut(min(number, len(self.got)))

    def peek(self) -> bytes:
        """The next byte, which is not used up. Raises ConnectionError at the end."""
        await_any([self], self._ending, PATIENCE)
        first = self.sock.recv(1, socket.MSG_PEEK)
        if not first:
            raise ConnectionError("closed")
        return first

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self.sock.sendall(data)

    def cut(self) -> None:
        """End every read and write on the socket, in every thread, without TLS's closing message."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the socket; it may be closed already."""
        self.sock.close()

    def _more(self) -> None:
        await_any([self], self._ending, PATIENCE)
        data = self.some()
        if data == b"":
            raise ConnectionError("closed")
        self.got += data or b""

    def _cut(self, end: int) -> bytes:
        part, self.got = self.got[:end], self.got[end:]
        return part


def await_any(wires: Sequence[Wire], ending: socket.socket, seconds: float) -> list[Wire]:
    """Wait for data; returns the wires that have some. Raises TimeoutError, and ConnectionError when the gate ends."""
    waiting = [wire for wire in wires if isinstance(wire.sock, ssl.SSLSocket) and wire.sock.pending()]
    if waiting:
        return waiting
    ready = await_sockets([wire.sock for wire in wires], ending, seconds)
    return [wire for wire in wires if wire.sock in ready]


def await_sockets(sockets: Sequence[socket.socket], ending: socket.socket, seconds: float) -> list[socket.socket]:
    """Wait for data on one of the sockets; returns those that have some. Raises as `await_any` does."""
    with selectors.DefaultSelector() as selector:
        for one in (*sockets, ending):
            selector.register(one, selectors.EVENT_READ, one)
        ready = [key.data for key, _ in selector.select(seconds)]
    if not ready:
        raise TimeoutError("no data arrived")
    if ending in ready:
        raise ConnectionError("the gate is closing")
    return ready


def relay(client: Wire, recorder: Wire, ending: socket.socket, idle: float, stopped: Callable[[], bool] = lambda: False) -> None:
    """Pass on every byte in both directions, unread, until one side closes or no data arrived for `idle` seconds.

    Once `stopped` says so, the first byte that the client would send ends it, and is not sent.
    """
    for one, other in ((client, recorder), (recorder, client)):
        if one.got:
            other.send(one.got)
            one.got = b""
    while True:
        for one in await_any([client, recorder], ending, idle):
            data = one.some()
            if data == b"":
                return
            if data and one is client and stopped():
                return
            if data:
                (recorder if one is client else client).send(data)
