"""The two ports of a recorder's web service, which are really closed while it restarts, and its TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl
import tempfile
import warnings
from pathlib import Path
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nvrflow.errors import WrongCall
from nvrflow.simulator.certificates import Pair
from nvrflow.simulator.recorder_settings import Settings


def reserved(host: str, port: int) -> socket.socket:
    """A socket that holds the port (0: a free port) without listening. Raises WrongCall if another program listens there."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # otherwise nothing could listen on a port that is held
    try:
        held.bind((host, port))
    except OSError as problem:
        held.close()
        raise _taken(host, port, problem) from None
    return held


def _taken(host: str, port: int, problem: OSError) -> WrongCall:
    return WrongCall(f"simulate: port {port} on {host}: {problem.strerror or problem}; give another port, or 0 for a free one")


class Listener:
    """One port that serves an application until it is closed; everything runs in the present event loop."""

    def __init__(self, application: Any, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        config = uvicorn.Config(
            application,
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            headers=[("X-Simulated-By", "nvrflow")],  # a capture says that no real recorder was captured
            timeout_keep_alive=75,
        )
        config.load()
        config.ssl = tls
        self._server = uvicorn.Server(config)
        self._socket = reserved(host, port)
        self._task = asyncio.get_running_loop().create_task(self._server.serve([self._socket]))

    async def ready(self) -> None:
        """Wait until the port answers."""
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.005)
        if self._task.done():
            await self._task

    async def close(self) -> None:
        """Stop listening and drop every connection at once, as a recorder does when it restarts."""
        self._task.cancel()
        await asyncio.wait([self._task])
        for listening in self._server.servers if self._server.started else []:
            listening.close()
        self._socket.close()
        for answering in list(self._server.server_state.tasks):
            answering.cancel()
        for _ in range(3):  # rounds of the loop after which a connection that was just arriving is accepted
            await asyncio.sleep(0)
        while connections := list(self._server.server_state.connections):
            for connection in connections:
                if connection.transport is not None:
                    connection.transport.abort()
            await asyncio.sleep(0)


def tls_context(device: Pair, authority: Pair | None, settings: Settings, tls11: bool) -> ssl.SSLContext:
    """The TLS settings of the HTTPS port. The key is in a private file only while OpenSSL reads it."""
    chain = device.certificate.public_bytes(Encoding.PEM)
    if settings.send_chain and authority:
        chain += authority.certificate.public_bytes(Encoding.PEM)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # recorders have keys, digests and versions that OpenSSL refuses by default
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are wanted here
        context.minimum_version, context.maximum_version = _versions(settings, tls11)
    with tempfile.TemporaryDirectory(prefix="nvrflow-simulator-") as folder:
        file = Path(folder) / "device.pem"
        file.write_bytes(chain + device.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context.load_cert_chain(file)
    return context


def _versions(settings: Settings, tls11: bool) -> tuple[ssl.TLSVersion, ssl.TLSVersion]:
    if settings.tls == "old":
        return ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    if settings.tls == "compatible":
        return ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2
    lowest = ssl.TLSVersion.TLSv1_1 if tls11 else ssl.TLSVersion.TLSv1_2
    return lowest, ssl.TLSVersion.TLSv1_2 if settings.tls == "tls12" else ssl.TLSVersion.MAXIMUM_SUPPORTED
