"""The two ports of a recorder's web service, really closed while it restarts, and its TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nvrflow.errors import WrongCall
from nvrflow.simulator.certificates import Pair
from nvrflow.simulator.recorder_settings import Settings


def reserved(host: str, port: int) -> socket.socket:
    """A socket that holds the port (0: a free one) without listening there. Raises WrongCall when it is taken."""
    held = _bound(host, port)
    try:
        if port:  # two sockets may hold one port as long as nobody listens: a first listener tells whether somebody does
            with _bound(host, port) as probe:
                probe.listen(1)
    except OSError as problem:
        held.close()
        raise _taken(host, port, problem) from None
    return held


def _bound(host: str, port: int) -> socket.socket:
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError as problem:
        held.close()
        raise _taken(host, port, problem) from None
    return held


def _taken(host: str, port: int, problem: OSError) -> WrongCall:
    return WrongCall(f"simulate: port {port} on {host}: {problem.strerror or problem}; another port, or 0 for a free one")


class Listener:
    """One port that serves an application until it is closed; everything happens in the running event loop."""

    def __init__(self, application: Any, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=75,
        )
        config.load()
        config.ssl = tls
        self._server = uvicorn.Server(config)
        self._task = asyncio.get_running_loop().create_task(self._server.serve([_bound(host, port)]))

    async def ready(self) -> None:
        """Wait until the port answers."""
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.005)
        if self._task.done():
            await self._task

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        self._server.should_exit = True
        for listening in self._server.servers:
            listening.close()
        for connection in list(self._server.server_state.connections):
            transport = connection.transport
            if transport is not None:
                transport.abort()
        await self._task


def tls_context(device: Pair, authority: Pair | None, settings: Settings, folder: Path) -> ssl.SSLContext:
    """What the HTTPS port presents; the key's file lies in `folder`, which must be private, only while it is read."""
    chain = device.certificate.public_bytes(Encoding.PEM)
    if settings.send_chain and authority:
        chain += authority.certificate.public_bytes(Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # recorders take keys and digests that OpenSSL has long refused
    if settings.tls == "old":
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    elif settings.tls == "tls12":
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    else:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    file = folder / "device.pem"
    key = device.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.touch(mode=0o600)
    try:
        file.write_bytes(chain + key)
        context.load_cert_chain(file)
    finally:
        file.unlink()
    return context
