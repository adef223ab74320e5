"""Real CAs and leaves, made for each test, and a real HTTPS server that shows them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nvrflow.trust import Computer
from trust.case_server import Page, Quiet
from trust.making import Made

Serving = Callable[..., str]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serving]:
    """Start an HTTPS server that shows a certificate; gives its URL."""
    running: list[Quiet] = []

    def start(made: Made, *chain: Made, host: str = "127.0.0.1", oldest: ssl.TLSVersion | None = None) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        if oldest is not None:
            context.minimum_version = context.maximum_version = oldest
        pem = tmp_path / f"served-{len(running)}.pem"
        pem.write_text(made.key_pem + made.certificate.pem + "".join(one.certificate.pem for one in chain))
        context.load_cert_chain(pem)
        server = Quiet((host, 0), Page)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        running.append(server)
        return f"https://{host}:{server.server_port}/"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def computer(home: Path) -> Computer:
    """This computer, as a user with an empty home sees it."""
    return Computer("linux", {"HOME": str(home), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
