"""A look at one recorder from outside, without a sign-in and without a browser: who answers on HTTP, and what TLS serves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nvrflow import tls
from nvrflow.address import PORTS, Place, place_of
from nvrflow.certificate import Certificate, read_certificate_file
from nvrflow.errors import CertificateRefused, InvalidFile
from nvrflow.https_memory import HttpsMemory
from nvrflow.state_folder import state_folder

_PATIENCE = 5.0  # seconds for each connection


def surveyed(url: str, downloads: Path | None = None) -> dict[str, Any]:
    """What a recorder at `url` shows to everybody; `downloads` may hold its CA certificate. Never raises.

    The keys: `http` (`open`, `redirects` or `closed`; not there where the list names HTTPS), `https` (whether a current browser
    could connect; not there if nothing answers), `tls` (the best version, or nothing), `certificates` (as it serves them, the
    device's own first, and those in `downloads`), each with `key_id`, the SHA-256 of its public key in base64.
    """
    place = place_of(url)
    served = tls.served(place.host, _https_port(place), _PATIENCE)
    found: dict[str, Any] = {}
    if place.scheme == "http":
        found["http"] = _http(url)
    if served.version or found.get("http") in ("open", "redirects"):  # otherwise the recorder may only be switched off
        found |= {"https": served.outcome == "tls", "tls": served.version}
    known = [_facts(one, "served") for one in served.chain]
    seen = {one["sha256"] for one in known}
    known += [one for one in map(_downloaded, _read(downloads)) if one["sha256"] not in seen]
    if known or "https" in found:
        found["certificates"] = known
    return found


def _https_port(place: Place) -> int:
    if place.scheme == "https":
        return place.port
    return HttpsMemory(state_folder()).port_of(place) or PORTS["https"]


def _http(url: str) -> str:
    answer = tls.front(url, _PATIENCE)
    if answer is None:
        return "closed"
    return "redirects" if answer.redirect.lower().startswith("https:") else "open"


def _read(downloads: Path | None) -> Iterable[Certificate]:
    for file in sorted(downloads.iterdir()) if downloads is not None and downloads.is_dir() else ():
        try:
            yield from read_certificate_file(file)
        except (CertificateRefused, InvalidFile):
            continue


def _downloaded(one: Certificate) -> dict[str, Any]:
    return _facts(one, "downloaded")


def _facts(one: Certificate, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "subject": one.subject,
        "issuer": one.issuer,
        "sha256": one.sha256,
        "key_id": one.spki_sha256,
        "not_before": f"{one.not_before:%Y-%m-%dT%H:%M:%SZ}",
        "not_after": f"{one.not_after:%Y-%m-%dT%H:%M:%SZ}",
        "key": one.key,
        "signature": one.signature,
        "is_ca": one.is_ca,
        "self_signed": one.self_signed,
    }
