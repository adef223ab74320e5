"""Many small HTTPS servers in one thread, each with a certificate of its own: a hundred threads that poll are too many."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from trust.odd_table import Row

_BODY = b"<!doctype html><title>recorder</title><h1>recorder</h1>"
_HEADS = b"Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\nAccess-Control-Allow-Origin: *" % len(_BODY)
_ANSWER = b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (_HEADS, _BODY)


@contextmanager
def served(rows: Mapping[str, Row], folder: Path) -> Iterator[dict[str, str]]:
    """An HTTPS server on loopback for each row; gives their addresses by the rows' names."""
    with selectors.DefaultSelector() as listening, contextlib.ExitStack() as stack:
        addresses = {}
        for title, row in rows.items():
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            listening.register(server, selectors.EVENT_READ, _context(row, folder / "served.pem"))
            addresses[title] = f"https://127.0.0.1:{server.getsockname()[1]}/"
        ours, theirs = (stack.enter_context(one) for one in socket.socketpair())
        listening.register(theirs, selectors.EVENT_READ)
        thread = threading.Thread(target=_serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield addresses
        finally:
            ours.send(b"end")
            thread.join()


def _context(row: Row, file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(row.ciphers)
    if "tls13" not in row.exchanges:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    file.write_text(row.key_pem + ssl.DER_cert_to_PEM_cert(row.der))
    context.load_cert_chain(file)
    return context


def _serve(listening: selectors.BaseSelector) -> None:
    while True:
        for key, _ in listening.select():
            if key.data is None:
                return
            assert isinstance(key.fileobj, socket.socket)
            connection, _ = key.fileobj.accept()
            threading.Thread(target=_answer, args=(connection, key.data), daemon=True).start()


def _answer(connection: socket.socket, context: ssl.SSLContext) -> None:
    connection.settimeout(20)
    with contextlib.suppress(OSError), connection, context.wrap_socket(connection, server_side=True) as secure:
        asked = b""
        while b"\r\n\r\n" not in asked:
            more = secure.recv(4096)
            if not more:
                return
            asked += more
        secure.sendall(_ANSWER)
