"""Every TLS version that a port speaks, old ones too, and the ciphers that it accepts in each."""

from __future__ import annotations

import ssl

from nvrflow.tls.exchange import agreed
from nvrflow.tls.handshake import ANY_CIPHER

_VERSIONS = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
_MOST = 40  # ciphers of one version


def spoken(host: str, port: int = 443, timeout: float = 5.0) -> dict[str, tuple[str, ...]]:
    """The ciphers by version, by OpenSSL's names, in the server's order if it has one of its own. Never raises.

    It takes one handshake for each cipher. Of TLS 1.3 only the cipher that the server picks is known.
    """
    found: dict[str, tuple[str, ...]] = {}
    for version in _VERSIONS:
        ciphers: list[str] = []
        while len(ciphers) < _MOST:
            wanted = ":".join([ANY_CIPHER, *(f"!{cipher}" for cipher in ciphers)])
            answer = agreed((host, port, timeout), version, version, wanted)
            if answer is None or answer[1] in ciphers:
                break
            found[answer[0]] = (*found.get(answer[0], ()), answer[1])
            ciphers.append(answer[1])
            if version is ssl.TLSVersion.TLSv1_3:
                break
    return found
