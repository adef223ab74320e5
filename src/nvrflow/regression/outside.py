"""What a recorder answers from the outside once HTTPS is on: certificates, TLS versions, ciphers, the redirect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.recorder import Recorder

OLD_VERSIONS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1")  # RFC 8996
# Parts of OpenSSL's names of ciphers that no current guideline allows: RFC 7465 (RC4), RFC 8996, NIST SP 800-52 rev. 2.
_WEAK = ("NULL", "ADH-", "AECDH-", "EXP-", "RC4", "RC2", "DES-CBC-", "DES-CBC3", "IDEA", "SEED", "MD5")
_PATIENCE = 5.0  # seconds for one connection


@dataclass(frozen=True)
class Outside:
    """A recorder's host with its ports; everything is asked once."""

    host: str
    https_port: int
    plain_url: str

    @cached_property
    def served(self) -> tls.Served:
        """The certificates that are served."""
        return tls.served(self.host, self.https_port, _PATIENCE)

    @cached_property
    def versions(self) -> Mapping[str, Sequence[str]]:
        """Every TLS version that is accepted, with its ciphers."""
        return tls.spoken(self.host, self.https_port, _PATIENCE)

    @cached_property
    def offers(self) -> tls.Offers:
        """How a browser could connect."""
        return tls.offers(self.host, self.https_port, _PATIENCE)

    @cached_property
    def redirect(self) -> str | None:
        """Where plain HTTP leads; "" where it shows the pages itself, None where nothing answers."""
        front = tls.front(self.plain_url, _PATIENCE)
        return None if front is None else front.redirect

    @property
    def old_versions(self) -> list[str]:
        """The TLS versions that it accepts although browsers have dropped them."""
        return [name for name in self.versions if name in OLD_VERSIONS]

    @property
    def weak_ciphers(self) -> list[str]:
        """The weak ciphers that it accepts, in any version."""
        every = dict.fromkeys(cipher for ciphers in self.versions.values() for cipher in ciphers)
        return [cipher for cipher in every if any(part in cipher for part in _WEAK)]


def outside_of(recorder: Recorder) -> Outside:
    """The outside of a recorder whose HTTPS is on: `recorder` has its address there."""
    place = place_of(recorder.url)
    return Outside(place.host, place.port, recorder.session.plain_url)
