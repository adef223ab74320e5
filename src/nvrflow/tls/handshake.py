"""A TLS handshake that accepts everything, to see which certificates a port serves and which TLS version it uses."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
import time
import warnings
from dataclasses import dataclass
from typing import Any, Literal

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused
from nvrflow.tls.cut_off import cut_off_after
from nvrflow.tls.odd_curves import leaf_on_odd_curve

Outcome = Literal[
    "tls", "old-tls-only", "no-common-cipher", "breaks-off", "unreadable", "not-tls", "refused", "timeout", "unreachable",
    "unknown-name",
]  # fmt: skip
ANY_CIPHER = "ALL:eNULL:!aNULL"
_PAUSE = 0.2
_TODAY = ("TLSv1.2", "TLSv1.3")


@dataclass(frozen=True)
class Served:
    """The answer of a port to a TLS client that accepts everything.

    `outcome`: `tls`; `old-tls-only` (TLS 1.1 or older, which browsers refuse); `no-common-cipher` (it speaks TLS, but has no
    cipher that OpenSSL still has); `breaks-off` (it speaks TLS, but ends the handshake for another reason); `unreadable` (the
    served certificate cannot be read); `not-tls` (something answers, but not with TLS); `refused`; `timeout`; `unreachable`;
    `unknown-name`. `why` is the explanation for a person. Unreadable certificates after the first are left out.
    """

    outcome: Outcome
    why: str = ""
    chain: tuple[Certificate, ...] = ()
    version: str = ""

    @property
    def leaf(self) -> Certificate | None:
        """The server's own certificate."""
        return self.chain[0] if self.chain else None

    @property
    def unreadable(self) -> str:
        """Why the served certificate cannot be read; empty if it can."""
        return self.why if self.outcome == "unreadable" else ""


def served(host: str, port: int = 443, timeout: float = 5.0) -> Served:
    """Do a handshake without verification, from TLS 1.0 on and with any cipher; no request is sent. Never raises."""
    at = f"{host}:{port}"
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=timeout) as plain:
            plain.settimeout(timeout)
            with everything_accepted().wrap_socket(plain, server_hostname=sni(host), do_handshake_on_connect=False) as secure:
                try:
                    with cut_off_after(secure, timeout):
                        secure.do_handshake()
                except ssl.SSLError as problem:
                    return _handshake_failed((host, port, timeout), problem, agreed=secure.cipher() is not None)
                version = secure.version() or ""
                sent = _chain(secure)
    except OSError as problem:
        return _no_connection(at, problem, timeout)
    return _of(at, sent, version)


def _of(at: str, sent: list[bytes], version: str) -> Served:
    chain, unreadable = _read(sent)
    if unreadable or not chain:
        return Served("unreadable", f"{at} serves {unreadable or 'no certificate at all'}", (), version)
    if version in _TODAY:
        return Served("tls", f"{at} speaks {version}", chain, version)
    return Served("old-tls-only", f"{at} offers at most {version}; browsers need TLSv1.2 or newer", chain, version)


def _read(sent: list[bytes]) -> tuple[tuple[Certificate, ...], str]:
    """The readable certificates, and the reason if the first one, the server's own, cannot be read."""
    chain: list[Certificate] = []
    for place, der in enumerate(sent):
        try:
            chain.append(Certificate(der))
        except CertificateRefused as problem:
            if place == 0:
                return (), str(problem)
    return tuple(chain), ""


def listens(host: str, port: int, timeout: float = 2.0) -> bool:
    """Whether the port accepts a connection."""
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=timeout):
            return True
    except OSError:
        return False


def wait_until_listening(host: str, port: int, seconds: float) -> bool:
    """Wait until the port accepts a connection, at most `seconds`; False if it never did."""
    end = time.monotonic() + seconds
    while not listens(host, port, timeout=min(2.0, max(0.1, end - time.monotonic()))):
        if not _pause_before(end):
            return False
    return True


def _pause_before(end: float) -> bool:
    """Pause briefly between two tries; False if the time is over."""
    left = end - time.monotonic()
    if left <= 0:
        return False
    threading.Event().wait(min(_PAUSE, left))
    return True


def everything_accepted(ciphers: str = ANY_CIPHER) -> ssl.SSLContext:
    """A client context that accepts any certificate, from TLS 1.0 on, with these ciphers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    with contextlib.suppress(ValueError), warnings.catch_warnings():  # ValueError: an OpenSSL built without TLS 1.0
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def sni(host: str) -> str | None:
    """The name for SNI; None for an IP address (RFC 6066)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    return None


def _chain(secure: ssl.SSLSocket) -> list[bytes]:
    """The certificates as sent, the leaf first; before 3.13, Python has a public method only for the leaf."""
    public: Any = getattr(secure, "get_unverified_chain", None)
    if public is not None:
        return [bytes(der) for der in public()]
    inner: Any = getattr(getattr(secure, "_sslobj", None), "get_unverified_chain", None)
    if inner is not None:
        return [bytes(ssl.PEM_cert_to_DER_cert(one.public_bytes())) for one in inner() or ()]
    leaf = secure.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def _handshake_failed(place: tuple[str, int, float], problem: ssl.SSLError, agreed: bool) -> Served:
    """Explain a failed handshake from OpenSSL's name for the error; `agreed`: server and client had agreed on a cipher."""
    host, port, timeout = place
    at = f"{host}:{port}"
    reason = (problem.reason or "").upper()
    if any(word in reason for word in ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "WRONG_SSL_VERSION")):
        return Served("old-tls-only", f"{at} offers nothing newer than SSL 3; browsers need TLSv1.2 or newer")
    if not agreed and any(word in reason for word in ("ALERT_HANDSHAKE_FAILURE", "ALERT_INSUFFICIENT_SECURITY")):
        odd = leaf_on_odd_curve(host, port, timeout, sni(host))
        if odd is not None:
            return _of(at, [odd], _TODAY[0])
        return Served("no-common-cipher", f"{at} speaks TLS, but refuses every cipher that this computer has")
    if "ALERT" in reason:
        return Served("breaks-off", f"{at} speaks TLS, but ends the handshake early ({_plain(reason)})")
    if any(
        word in reason for word in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER", "UNEXPECTED_EOF")
    ):
        return Served("not-tls", f"{at} answers, but not with TLS; it may speak plain HTTP, or the recorder is still starting")
    return Served("breaks-off", f"{at} ends the TLS handshake early ({_plain(problem.reason or str(problem))})")


def _plain(reason: str) -> str:
    return reason.lower().replace("_", " ")


def _no_connection(at: str, problem: OSError, timeout: float) -> Served:
    if isinstance(problem, ConnectionRefusedError):
        return Served("refused", f"{at} is closed: nothing listens there")
    if isinstance(problem, TimeoutError):
        return Served("timeout", f"{at} did not answer within {round(timeout, 1):g} seconds")
    if isinstance(problem, socket.gaierror):
        return Served("unknown-name", f"{at}: this computer cannot find that name")
    if isinstance(problem, ConnectionResetError | BrokenPipeError):
        return Served("not-tls", f"{at} accepts the connection and then drops it; the recorder may be restarting")
    return Served("unreachable", f"{at} cannot be reached: {problem.strerror or problem}")
