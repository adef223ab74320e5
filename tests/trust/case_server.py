"""A recorder's TLS as a case of tests/cases has it, with the ciphers and versions named; on loopback, ended by the test."""

from __future__ import annotations

import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "cases"


class Page(BaseHTTPRequestHandler):
    """The page of every recorder here."""

    status = 200

    def do_GET(self) -> None:
        body = b"<!doctype html><title>recorder</title><h1>recorder</h1>"
        self.send_response(self.status)
        if self.status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="recorder"')
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        return


class Quiet(ThreadingHTTPServer):
    """A server that says nothing of handshakes that fail."""

    daemon_threads = True

    def handle_error(self, *arguments: object) -> None:
        return


@contextmanager
def serving(
    case: str,
    ciphers: str = "ALL",
    newest: ssl.TLSVersion | None = None,
    port: int = 0,
    status: int = 200,
    prefers_own: bool = False,
) -> Iterator[str]:
    """Serve the chain of `case`, a folder below tests/cases; gives the URL. `prefers_own`: its own order of ciphers counts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        if newest is not None:
            context.maximum_version = newest
    if prefers_own:
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.load_dh_params(str(CASES / "dh1024.pem"))
    context.load_cert_chain(CASES / case / "chain.pem", CASES / case / "key.pem")
    with answering(context, port, status) as url:
        yield url


@contextmanager
def answering(context: ssl.SSLContext, port: int = 0, status: int = 200) -> Iterator[str]:
    """An HTTPS server with that context; gives its URL."""
    server = Quiet(("127.0.0.1", port), type("Page", (Page,), {"status": status}))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
