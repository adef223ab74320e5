"""How a current browser could connect to a TLS port: tested with the browsers' own ciphers, one handshake after the other."""

from __future__ import annotations

import socket
import ssl
import warnings
from dataclasses import dataclass

from nvrflow.certificate import KeyExchange
from nvrflow.tls.cut_off import cut_off_after
from nvrflow.tls.handshake import ANY_CIPHER, everything_accepted, sni

_WITHOUT_CERTIFICATE = "aNULL"
# The ciphers that browsers offer below TLS 1.3, by OpenSSL's names: from the ClientHello of Chromium 156 and of Firefox 153
# (which also offers ECDHE-ECDSA-AES256-SHA).
_CIPHERS: dict[KeyExchange, str] = {
    "ecdhe": "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
    ":ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA",
    "rsa": "AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA",
}


@dataclass(frozen=True)
class Offers:
    """How a current browser could connect to a port.

    `versions` are the TLS versions of the server, `exchanges` the key exchanges that are possible with a browser's ciphers, and
    `chosen` the key exchange that the server picks when a browser offers all of them. `dropped` is the server's best cipher if it
    has only ciphers that browsers have dropped (`DHE-RSA-AES128-SHA`, `NULL-SHA256`).
    """

    versions: frozenset[str] = frozenset()
    exchanges: frozenset[KeyExchange] = frozenset()
    chosen: KeyExchange | None = None
    dropped: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether the dropped cipher works without any certificate."""
        return self.dropped.startswith(("ADH-", "AECDH-"))

    @property
    def picked(self) -> frozenset[KeyExchange] | None:
        """The key exchange that browsers will use, for judging a certificate's key usage; None if it is not known."""
        return frozenset({self.chosen}) if self.chosen else None


def offers(host: str, port: int = 443, timeout: float = 5.0) -> Offers:
    """Try the ciphers of browsers, one key exchange after the other; most servers need three handshakes. Never raises."""
    at = (host, port, timeout)
    newest = agreed(at, ssl.TLSVersion.TLSv1_2, None, ":".join(_CIPHERS.values()))
    found: set[KeyExchange] = {"tls13"} if newest is not None and newest[0] == "TLSv1.3" else set()
    for exchange, ciphers in _CIPHERS.items():
        if newest is not None and agreed(at, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, ciphers):
            found.add(exchange)
    if newest is not None:
        versions = {newest[0]} | ({"TLSv1.2"} if found - {"tls13"} else set())
        return Offers(frozenset(versions), frozenset(found), _exchange(*newest))
    other = agreed(at, ssl.TLSVersion.TLSv1_2, None, ANY_CIPHER)
    if other is None:
        other = agreed(at, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2, _WITHOUT_CERTIFICATE)
    old = agreed(at, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ANY_CIPHER)
    return Offers(frozenset(one[0] for one in (other, old) if one), dropped=other[1] if other else "")


def _exchange(version: str, cipher: str) -> KeyExchange:
    if version == "TLSv1.3":
        return "tls13"
    return "ecdhe" if cipher.startswith("ECDHE-") else "rsa"


def agreed(
    at: tuple[str, int, float], oldest: ssl.TLSVersion, newest: ssl.TLSVersion | None, ciphers: str
) -> tuple[str, str] | None:
    """The version and cipher that the server at host, port picks within a time limit; None if the handshake fails."""
    host, port, timeout = at
    context = everything_accepted(ciphers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = oldest
        context.maximum_version = newest or ssl.TLSVersion.MAXIMUM_SUPPORTED
    try:
        with socket.create_connection((host.strip("[]"), port), timeout=timeout) as plain:
            plain.settimeout(timeout)
            with context.wrap_socket(plain, server_hostname=sni(host), do_handshake_on_connect=False) as secure:
                with cut_off_after(secure, timeout):
                    secure.do_handshake()
                cipher = secure.cipher()
                return secure.version() or "", cipher[0] if cipher else ""
    except OSError:
        return None
