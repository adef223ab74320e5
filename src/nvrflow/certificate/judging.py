"""What a browser will object to, found on paper: from the certificates alone, before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from nvrflow.certificate.hosts import host_of, is_ip, names_host, permitted_by
from nvrflow.certificate.noun import Certificate
from nvrflow.problem import Problem

_BROKEN_HASHES = {"md2", "md4", "md5", "sha1"}
_CLOCK_SLACK = timedelta(hours=26)  # further apart than any mistake about time zones

Code = Literal[
    "no-san", "wrong-name", "expired", "not-yet-valid", "weak-signature", "weak-key", "not-issued", "names-differ",
    "not-a-ca", "wrong-usage", "not-covered", "long-life", "unreadable",
]  # fmt: skip
DEVICE, AUTHORITY = "device certificate", "CA certificate"


def judge(
    device: Certificate,
    authority: Certificate | None,
    host: str,
    now: datetime,
    recorder_clock: datetime | None = None,
) -> tuple[Problem, ...]:
    """What a browser would object to when `host` serves `device` and only `authority` (or `device` itself) is trusted.

    `now` is this computer's clock, `recorder_clock` the recorder's (its Date header), both aware. Refusals come first; each
    problem's `where` is DEVICE or AUTHORITY, its `code` one of Code.
    """
    found = [*_about_names(device, host_of(host)), *_about_dates(device, DEVICE, now, recorder_clock)]
    found += [*_about_device_strength(device), *_about_device_usage(device)]
    if authority is None or authority.der == device.der:
        if not device.self_signed:
            found.append(
                _refusal(
                    "not-issued",
                    DEVICE,
                    f"was signed by {device.issuer!r}, whose certificate is not here",
                    "the recorder's trusted CA certificate is needed too",
                )
            )
    else:
        found += _about_pair(device, authority)
        found += _about_dates(authority, AUTHORITY, now, recorder_clock)
        found += [*_about_ca(authority), *_about_constraints(authority, device)]
    return tuple(sorted(found, key=lambda problem: not problem.fatal))


def _refusal(code: Code, where: str, sentence: str, advice: str = "") -> Problem:
    return Problem(code, where, sentence, advice)


def _warning(code: Code, where: str, sentence: str, advice: str = "") -> Problem:
    return Problem(code, where, sentence, advice, "warning")


def _about_names(device: Certificate, host: str) -> Iterator[Problem]:
    if names_host(device, host):
        return
    kind = "IP" if is_ip(host) else "DNS"
    advice = (
        f"on the recorder create a new device certificate for {host} (its name or IP field must say {host}), keep that"
        " address fixed, and run this again"
    )
    if device.unreadable_extensions:
        yield _refusal("unreadable", DEVICE, "its extensions cannot be read, so no name is known", advice)
    elif not device.ip_names and not device.dns_names:
        said = f" (only the old common name {device.common_name!r})" if device.common_name else ""
        sentence = f"has no subject alternative name{said}, and browsers look at nothing else"
        yield _refusal("no-san", DEVICE, sentence, f"it should have {kind}:{host} - {advice}")
    elif kind == "IP" and host in device.dns_names:
        sentence = f"gives the address as a DNS name (DNS:{host}), which browsers do not accept"
        yield _refusal("wrong-name", DEVICE, sentence, f"it should be IP:{host} - {advice}")
    else:
        advice = f"it should have {kind}:{host} - open the recorder under a name that the certificate has, or {advice}"
        yield _refusal("wrong-name", DEVICE, f"is for {', '.join(device.san)}", advice)


def _about_dates(certificate: Certificate, where: str, now: datetime, recorder_clock: datetime | None) -> Iterator[Problem]:
    early, late = now < certificate.not_before, now > certificate.not_after
    if not early and not late:
        return
    if early:
        fact = f"is valid only from {certificate.not_before:%Y-%m-%d %H:%M} UTC on"
    else:
        fact = f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC"
    clocks = f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC"
    if recorder_clock is None:
        advice = "check both clocks, then create a new certificate on the recorder"
    elif abs(recorder_clock - now) <= _CLOCK_SLACK:
        clocks += " and the recorder's agrees"
        advice = "create a new certificate on the recorder"
    else:
        clocks += f", the recorder's {recorder_clock:%Y-%m-%d %H:%M} UTC"
        advice = "set the clock that is wrong (on the recorder: automatic time, NTP), then create a new certificate on it"
    yield _refusal("not-yet-valid" if early else "expired", where, f"{fact} ({clocks})", advice)


def _about_device_strength(device: Certificate) -> Iterator[Problem]:
    if device.odd:
        yield _refusal(
            "unreadable",
            DEVICE,
            "is encoded in a way that Chrome refuses (ERR_SSL_SERVER_CERT_BAD_FORMAT), though other programs read it",
            "create a new one on the recorder with plain letters and digits in its names",
        )
    if device.key == "unknown":
        yield _refusal("weak-key", DEVICE, "has a kind of key that no browser knows", "RSA 2048 is right")
    if device.signature in _BROKEN_HASHES:
        yield _refusal(
            "weak-signature",
            DEVICE,
            f"is signed with {device.signature.upper()}, which no browser accepts",
            "create a new one on the recorder (SHA-256), or update its firmware",
        )
    kind, _, size = device.key.partition(" ")
    if kind in ("RSA", "DSA") and int(size) < 1024:
        yield _refusal(
            "weak-key",
            DEVICE,
            f"its key ({device.key}) is too short for every browser",
            "RSA 2048 is right - create a new certificate on the recorder",
        )
    elif kind in ("RSA", "DSA") and int(size) < 2048:
        sentence = f"its key ({device.key}) is short; Chrome and Firefox still take it, curl, Python and Apple do not"
        yield _warning("weak-key", DEVICE, sentence, "RSA 2048 is right")
    days = (device.not_after - device.not_before).days
    if days > 825:
        sentence = f"is valid for {days} days; Chrome and Firefox take that, Safari and other Apple programs want 825 at most"
        yield _warning("long-life", DEVICE, sentence)


def _about_device_usage(device: Certificate) -> Iterator[Problem]:
    purposes = device.extension(x509.ExtendedKeyUsage)
    wanted = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if purposes is not None and not wanted & set(purposes):
        yield _refusal(
            "wrong-usage",
            DEVICE,
            "its extended key usage does not allow a web server; serverAuth is needed",
            "create a new certificate on the recorder",
        )
    usage = device.extension(x509.KeyUsage)
    if usage is None or usage.digital_signature:
        return
    useless = not usage.key_encipherment and not usage.key_agreement
    yield (_refusal if useless else _warning)(
        "wrong-usage",
        DEVICE,
        "its key usage lacks digitalSignature, which today's TLS needs",
        "create a new certificate on the recorder",
    )


def _about_pair(device: Certificate, authority: Certificate) -> Iterator[Problem]:
    if not authority.issued(device):
        same_name = " although the names fit" if _same_name(device.x509.issuer, authority.x509.subject) else ""
        yield _refusal(
            "not-issued",
            AUTHORITY,
            f"{authority.name!r} did not sign the device certificate{same_name} (issuer: {device.issuer!r})",
            "download both again, they must come from the same recorder and the same day",
        )
    elif not _same_name(device.x509.issuer, authority.x509.subject):
        yield _refusal(
            "names-differ",
            AUTHORITY,
            f"its key signed the device certificate, but under another name ({device.issuer!r}, not"
            f" {authority.subject!r}); no browser connects the two",
            "create both anew on the recorder",
        )


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    def plain(name: x509.Name) -> list[tuple[str, str]]:
        return [(part.oid.dotted_string, re.sub(r"\s+", " ", str(part.value)).strip().lower()) for part in name]

    return plain(one) == plain(other)


def _about_ca(authority: Certificate) -> Iterator[Problem]:
    constraints = authority.extension(x509.BasicConstraints)
    if constraints is not None and not constraints.ca:
        yield _refusal(
            "not-a-ca",
            AUTHORITY,
            f"{authority.name!r} says of itself that it is no CA (CA:FALSE), so no browser takes it as one",
            "the recorder's CA certificate is needed",
        )
    elif constraints is None:
        version = "is of the old X.509 version 1" if authority.version == 1 else "does not say that it is a CA"
        yield _warning("not-a-ca", AUTHORITY, version, "taken in the limited form only, which says so itself")
    usage = authority.extension(x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        yield _refusal("wrong-usage", AUTHORITY, "its key usage does not let it sign certificates", "keyCertSign is needed")
    kind, _, size = authority.key.partition(" ")
    if kind in ("RSA", "DSA") and int(size) < 2048:
        useless = int(size) < 1024
        yield (_refusal if useless else _warning)(
            "weak-key",
            AUTHORITY,
            f"its key ({authority.key}) is short enough to be broken",
            "RSA 2048 is right" + ("" if useless else "; taken in the limited form only"),
        )
    if authority.signature in _BROKEN_HASHES and not authority.self_signed:
        yield _warning("weak-signature", AUTHORITY, f"is itself signed with {authority.signature.upper()}")


def _about_constraints(authority: Certificate, device: Certificate) -> Iterator[Problem]:
    """The limits that the recorder's CA carries itself."""
    limits = authority.extension(x509.NameConstraints)
    if limits is None:
        return
    outside = [name for name in device.san if not permitted_by(name, limits)]
    if outside:
        sentence = f"may not sign for {', '.join(outside)} (its name constraints forbid it)"
        yield _refusal("not-covered", AUTHORITY, sentence, "create both certificates anew on the recorder")
