"""What really answers at a recorder's ports: the certificates it serves, the TLS it speaks, where HTTP sends a browser.

Nothing here verifies or trusts anything, and nothing here sends a password: these are the eyes, not the judge.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused

Outcome = Literal["tls", "old-tls-only", "not-tls", "refused", "timeout", "unreachable", "unknown-name"]
_PAUSE = 0.2
_TODAY = ("TLSv1.2", "TLSv1.3")


@dataclass(frozen=True)
class Served:
    """What a port answers to a TLS client that accepts everything.

    `outcome`: `tls`; `old-tls-only` (TLS 1.0 or 1.1, or nothing newer than SSL 3: browsers refuse); `not-tls`
    (something answers, but no TLS); `refused`; `timeout`; `unreachable`; `unknown-name`. `why` says it for a person.
    `unreadable` says why the certificate that is served cannot be read: then there is no `leaf`, though TLS is spoken.
    """

    outcome: Outcome
    why: str = ""
    chain: tuple[Certificate, ...] = ()
    version: str = ""
    unreadable: str = ""

    @property
    def leaf(self) -> Certificate | None:
        """The certificate that the server shows as its own."""
        return self.chain[0] if self.chain else None


@dataclass(frozen=True)
class Front:
    """The first answer to a plain GET: status, Location as sent, and the Date header (UTC)."""

    status: int
    location: str | None = None
    date: datetime | None = None


def served(host: str, port: int = 443, timeout: float = 5.0) -> Served:
    """Shake hands without verifying, from TLS 1.0 on and with any cipher; no request is sent. Never raises."""
    at = f"{host}:{port}"
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=timeout) as plain:
            plain.settimeout(timeout)
            with _everything_accepted().wrap_socket(plain, server_hostname=_sni(host)) as secure:
                version = secure.version() or ""
                sent = _chain(secure)
    except ssl.SSLError as problem:
        return _handshake_failed(at, problem)
    except OSError as problem:
        return _no_connection(at, problem, timeout)
    chain, unreadable = _read(sent)
    if version not in _TODAY:
        why = f"{at} offers {version} at most; browsers want TLSv1.2 or newer"
        return Served("old-tls-only", why, chain, version, unreadable)
    return Served("tls", f"{at} serves {unreadable}" if unreadable else f"{at} speaks {version}", chain, version, unreadable)


def _read(sent: list[bytes]) -> tuple[tuple[Certificate, ...], str]:
    """The certificates as far as they can be read, and why the first one, the server's own, cannot."""
    chain: list[Certificate] = []
    for place, der in enumerate(sent):
        try:
            chain.append(Certificate(der))
        except CertificateRefused as problem:
            if place == 0:
                return (), str(problem)
    return tuple(chain), ""


def listens(host: str, port: int, timeout: float = 2.0) -> bool:
    """Whether anything accepts a connection there."""
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=timeout):
            return True
    except OSError:
        return False


def wait_until_listening(host: str, port: int, seconds: float) -> bool:
    """Wait until the port accepts a connection, `seconds` at most; False when it never did."""
    end = time.monotonic() + seconds
    while not listens(host, port, timeout=min(2.0, max(0.1, end - time.monotonic()))):
        if not _pause_before(end):
            return False
    return True


def wait_until_served(host: str, port: int, seconds: float) -> Served:
    """Wait until TLS is spoken there (also an old one), `seconds` at most; else how the last try ended."""
    end = time.monotonic() + seconds
    while True:
        now = served(host, port, timeout=min(5.0, max(0.5, end - time.monotonic())))
        if now.outcome in ("tls", "old-tls-only") or not _pause_before(end):
            return now


def front(url: str, timeout: float = 5.0) -> Front | None:
    """What the address answers to one GET without cookies, redirects not followed; None when nothing usable answers."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection: http.client.HTTPConnection
    if secure:
        connection = http.client.HTTPSConnection(parts.hostname or "", port, timeout=timeout, context=_everything_accepted())
    else:
        connection = http.client.HTTPConnection(parts.hostname or "", port, timeout=timeout)
    with contextlib.closing(connection):
        try:
            connection.request("GET", parts.path or "/", headers={"Connection": "close"})
            answer = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return None
        return Front(answer.status, answer.getheader("Location"), _date(answer.getheader("Date")))


def redirect_of(http_url: str, timeout: float = 5.0) -> str | None:
    """Where plain HTTP sends a browser (the Location of a 3xx answer), or None."""
    answer = front(http_url, timeout)
    return answer.location if answer and 300 <= answer.status < 400 else None


def date_header(url: str, timeout: float = 5.0) -> datetime | None:
    """The recorder's clock by its Date header, in UTC; None when it does not say."""
    answer = front(url, timeout)
    return answer.date if answer else None


def _pause_before(end: float) -> bool:
    """A short pause between two tries; False when the time is over."""
    left = end - time.monotonic()
    if left <= 0:
        return False
    threading.Event().wait(min(_PAUSE, left))
    return True


def _everything_accepted() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    with contextlib.suppress(ValueError), warnings.catch_warnings():  # ValueError: an OpenSSL built without TLS 1.0
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def _sni(host: str) -> str | None:
    """The name for SNI; addresses have none (RFC 6066)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    return None


def _chain(secure: ssl.SSLSocket) -> list[bytes]:
    """The certificates as sent, leaf first; Python before 3.13 has no public way to more than the leaf."""
    public: Any = getattr(secure, "get_unverified_chain", None)
    if public is not None:
        return [bytes(der) for der in public()]
    inner: Any = getattr(getattr(secure, "_sslobj", None), "get_unverified_chain", None)
    if inner is not None:
        return [bytes(ssl.PEM_cert_to_DER_cert(one.public_bytes())) for one in inner() or ()]
    leaf = secure.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def _handshake_failed(at: str, problem: ssl.SSLError) -> Served:
    reason = (problem.reason or "").upper()
    if any(word in reason for word in ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "WRONG_SSL_VERSION")):
        return Served("old-tls-only", f"{at} offers nothing newer than SSL 3; browsers want TLSv1.2 or newer")
    if any(
        word in reason for word in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER", "UNEXPECTED_EOF")
    ):
        return Served("not-tls", f"{at} answers, but not with TLS; plain HTTP perhaps, or the recorder is still starting")
    return Served("not-tls", f"{at} breaks the TLS handshake off ({(problem.reason or str(problem)).lower().replace('_', ' ')})")


def _no_connection(at: str, problem: OSError, timeout: float) -> Served:
    if isinstance(problem, ConnectionRefusedError):
        return Served("refused", f"{at} is closed: nothing listens there")
    if isinstance(problem, TimeoutError):
        return Served("timeout", f"{at} did not answer within {round(timeout, 1):g} seconds")
    if isinstance(problem, socket.gaierror):
        return Served("unknown-name", f"{at}: this computer cannot find that name")
    if isinstance(problem, ConnectionResetError | BrokenPipeError):
        return Served("not-tls", f"{at} accepts the connection and drops it; the recorder may be restarting")
    return Served("unreachable", f"{at} cannot be reached: {problem.strerror or problem}")


def _date(header: str | None) -> datetime | None:
    if not header:
        return None
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except (ValueError, TypeError):
        return None
