"""The gate's connection to the recorder, which for HTTPS verifies the recorder's own key."""

from __future__ import annotations

import errno
import selectors
import socket
import ssl
from functools import cache

from nvrflow.certificate import Certificate

_PATIENCE = 10.0  # seconds in which a connection must be made
# Chromium's ciphers for TLS 1.2 (BoringSSL's list without those that Chromium disables), so that a dry run opens the same sites.
# Source: chromium net/socket/ssl_client_socket_impl.cc and BoringSSL's ssl_cipher.cc.
_CIPHERS = (
    "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:"
    "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA"
)


class WrongKey(OSError):
    """The server has a different key from the recorder's, and this computer does not trust its certificate."""


def dial(host: str, port: int, ending: socket.socket) -> socket.socket:
    """Make a TCP connection within 10 seconds. Raises OSError, also if `ending` becomes readable meanwhile."""
    problem: OSError = ConnectionError(f"{host}: this name has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            _connect(sock, address, ending)
        except OSError as found:
            sock.close()
            problem = found
        else:
            return sock
    raise problem


def dial_secure(host: str, port: int, pin: str | None, ending: socket.socket) -> ssl.SSLSocket:
    """Make a TLS connection (1.2 or newer) to a server with the key `pin` (SHA-256 of its SPKI, base64), or a trusted server.

    A browser that ignores certificate errors for this one key accepts the same servers. Raises WrongKey, OSError.
    """
    if pin is not None:
        secure = _shaken(dial(host, port, ending), _any_key(), host)
        shown = secure.getpeercert(binary_form=True)
        if shown and Certificate(shown, format="der").spki_sha256 == pin:
            return secure
        secure.close()
    try:
        return _shaken(dial(host, port, ending), _trusted(), host)
    except ssl.SSLCertVerificationError as problem:
        if pin is not None:
            raise WrongKey(f"{host}:{port} has a different key now from when this run began") from None
        raise WrongKey(f"{host}:{port} has a certificate that this computer does not trust ({problem.verify_message})") from None


def _connect(sock: socket.socket, address: object, ending: socket.socket) -> None:
    sock.setblocking(False)
    code = sock.connect_ex(address)  # type: ignore[arg-type]
    if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
        raise OSError(code, errno.errorcode.get(code, "unknown"))
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_WRITE)
        selector.register(ending, selectors.EVENT_READ)
        ready = [key.fileobj for key, _ in selector.select(_PATIENCE)]
    if ending in ready:
        raise ConnectionError("the gate is closing")
    if not ready:
        raise TimeoutError(f"no connection within {_PATIENCE:g} s")
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, errno.errorcode.get(code, "unknown"))
    sock.settimeout(_PATIENCE)


def _shaken(sock: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(sock, server_hostname=host)
    except OSError:
        sock.close()
        raise


@cache
def _any_key() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return _as_chromium(context, f"{_CIPHERS}:@SECLEVEL=0")  # the pin identifies the key, however short that is


def _trusted() -> ssl.SSLContext:
    return _as_chromium(ssl.create_default_context(), _CIPHERS)


def _as_chromium(context: ssl.SSLContext, ciphers: str) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    return context
