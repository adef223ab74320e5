"""What a browser will object to, found on paper: from the certificates alone, before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from nvrflow.certificate.hosts import host_of, is_ip, names_host, permitted_by
from nvrflow.certificate.noun import Certificate, version_of

_BROKEN_HASHES = {"md2", "md4", "md5", "sha1"}
_CLOCK_SLACK = timedelta(hours=26)  # further apart than any mistake about time zones

Code = Literal[
    "no-san", "wrong-name", "expired", "not-yet-valid", "weak-signature", "weak-key", "not-issued", "names-differ",
    "not-a-ca", "wrong-usage", "not-covered", "long-life", "unreadable",
]  # fmt: skip


@dataclass(frozen=True)
class Objection:
    """One thing that is wrong with a certificate: `fatal` when browsers refuse, else a warning.

    `message` is a sentence for a person.
    """

    code: Code
    message: str
    fatal: bool = True

    def __str__(self) -> str:
        return self.message


def judge(
    device: Certificate,
    authority: Certificate | None,
    host: str,
    now: datetime,
    recorder_clock: datetime | None = None,
) -> list[Objection]:
    """What a browser would object to when `host` serves `device` and only `authority` (or `device` itself) is trusted.

    `now` is this computer's clock, `recorder_clock` the recorder's (its Date header), both aware. Fatal ones first.
    """
    found = [*_about_names(device, host_of(host)), *_about_dates(device, "device certificate", now, recorder_clock)]
    found += [*_about_device_strength(device), *_about_device_usage(device)]
    if authority is None or authority.der == device.der:
        if not device.self_signed:
            found.append(
                Objection(
                    "not-issued",
                    f"device certificate: was signed by {device.issuer!r}, whose certificate is not here;"
                    " the recorder's trusted CA certificate is needed too",
                )
            )
    else:
        found += _about_pair(device, authority)
        found += _about_dates(authority, "CA certificate", now, recorder_clock)
        found += [*_about_ca(authority), *_about_constraints(authority, device)]
    return sorted(found, key=lambda objection: not objection.fatal)


def warnings_for(certificate: Certificate, host: str, now: datetime) -> list[str]:
    """The sentences for one certificate alone: as a device certificate of `host`, or as a CA when it is one."""
    if certificate.is_ca and not names_host(certificate, host_of(host)):
        return [str(one) for one in (*_about_dates(certificate, "CA certificate", now, None), *_about_ca(certificate))]
    return [str(one) for one in judge(certificate, certificate, host, now) if one.code != "not-issued"]


def _about_names(device: Certificate, host: str) -> Iterator[Objection]:
    if names_host(device, host):
        return
    kind = "IP" if is_ip(host) else "DNS"
    mend = (
        f"on the recorder create a new device certificate for {host} (its name or IP field must say {host}), keep that"
        " address fixed, and run this again"
    )
    if device.unreadable_extensions:
        yield Objection("unreadable", f"device certificate: its extensions cannot be read, so no name is known; {mend}")
    elif not device.ip_names and not device.dns_names:
        said = f" (only the old common name {device.common_name!r})" if device.common_name else ""
        yield Objection(
            "no-san",
            f"device certificate: has no subject alternative name{said}, and browsers look at nothing else;"
            f" it should have {kind}:{host} - {mend}",
        )
    elif kind == "IP" and host in device.dns_names:
        yield Objection(
            "wrong-name",
            f"device certificate: gives the address as a DNS name (DNS:{host}), which browsers do not accept;"
            f" it should be IP:{host} - {mend}",
        )
    else:
        yield Objection(
            "wrong-name",
            f"device certificate: is for {', '.join(device.san)}; it should have {kind}:{host} - open the recorder"
            f" under a name that the certificate has, or {mend}",
        )


def _about_dates(certificate: Certificate, what: str, now: datetime, recorder_clock: datetime | None) -> Iterator[Objection]:
    early, late = now < certificate.not_before, now > certificate.not_after
    if not early and not late:
        return
    if early:
        fact = f"is valid only from {certificate.not_before:%Y-%m-%d %H:%M} UTC on"
    else:
        fact = f"expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC"
    clocks = f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC"
    if recorder_clock is None:
        mend = "check both clocks, then create a new certificate on the recorder"
    elif abs(recorder_clock - now) <= _CLOCK_SLACK:
        clocks += " and the recorder's agrees"
        mend = "create a new certificate on the recorder"
    else:
        clocks += f", the recorder's {recorder_clock:%Y-%m-%d %H:%M} UTC"
        mend = "set the clock that is wrong (on the recorder: automatic time, NTP), then create a new certificate on it"
    yield Objection("not-yet-valid" if early else "expired", f"{what}: {fact} ({clocks}); {mend}")


def _about_device_strength(device: Certificate) -> Iterator[Objection]:
    if device.odd:
        yield Objection(
            "unreadable",
            "device certificate: is encoded in a way that Chrome refuses (ERR_SSL_SERVER_CERT_BAD_FORMAT), though other"
            " programs read it; create a new one on the recorder with plain letters and digits in its names",
        )
    if device.key == "unknown":
        yield Objection("weak-key", "device certificate: has a kind of key that no browser knows; RSA 2048 is right")
    if device.signature in _BROKEN_HASHES:
        yield Objection(
            "weak-signature",
            f"device certificate: is signed with {device.signature.upper()}, which no browser accepts;"
            " create a new one on the recorder (SHA-256), or update its firmware",
        )
    kind, _, size = device.key.partition(" ")
    if kind in ("RSA", "DSA") and int(size) < 1024:
        yield Objection(
            "weak-key",
            f"device certificate: its key ({device.key}) is too short for every browser; RSA 2048 is right -"
            " create a new certificate on the recorder",
        )
    elif kind in ("RSA", "DSA") and int(size) < 2048:
        yield Objection(
            "weak-key",
            f"device certificate: its key ({device.key}) is short; Chrome and Firefox still take it, curl, Python and"
            " Apple do not - RSA 2048 is right",
            fatal=False,
        )
    if (device.not_after - device.not_before).days > 825:
        yield Objection(
            "long-life",
            f"device certificate: is valid for {(device.not_after - device.not_before).days} days; Chrome and Firefox"
            " take that, Safari and other Apple programs want 825 days at most",
            fatal=False,
        )


def _about_device_usage(device: Certificate) -> Iterator[Objection]:
    purposes = device.extension(x509.ExtendedKeyUsage)
    wanted = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    if purposes is not None and not wanted & set(purposes):
        yield Objection(
            "wrong-usage",
            "device certificate: its extended key usage does not allow a web server; serverAuth is needed - create a"
            " new certificate on the recorder",
        )
    usage = device.extension(x509.KeyUsage)
    if usage is None or usage.digital_signature:
        return
    useless = not usage.key_encipherment and not usage.key_agreement
    yield Objection(
        "wrong-usage",
        "device certificate: its key usage lacks digitalSignature, which today's TLS needs; create a new certificate"
        " on the recorder",
        fatal=useless,
    )


def _about_pair(device: Certificate, authority: Certificate) -> Iterator[Objection]:
    if not authority.issued(device):
        same_name = " although the names fit" if _same_name(device.x509.issuer, authority.x509.subject) else ""
        yield Objection(
            "not-issued",
            f"CA certificate: {authority.name!r} did not sign the device certificate{same_name} (issuer:"
            f" {device.issuer!r}); download both again, they must come from the same recorder and the same day",
        )
    elif not _same_name(device.x509.issuer, authority.x509.subject):
        yield Objection(
            "names-differ",
            f"CA certificate: its key signed the device certificate, but under another name ({device.issuer!r}, not"
            f" {authority.subject!r}); no browser connects the two - create both anew on the recorder",
        )


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    def plain(name: x509.Name) -> list[tuple[str, str]]:
        return [(part.oid.dotted_string, re.sub(r"\s+", " ", str(part.value)).strip().lower()) for part in name]

    return plain(one) == plain(other)


def _about_ca(authority: Certificate) -> Iterator[Objection]:
    constraints = authority.extension(x509.BasicConstraints)
    if constraints is not None and not constraints.ca:
        yield Objection(
            "not-a-ca",
            f"CA certificate: {authority.name!r} says of itself that it is no CA (CA:FALSE), so no browser takes it as"
            " one; the recorder's CA certificate is needed",
        )
    elif constraints is None:
        version = "is of the old X.509 version 1" if version_of(authority) == 1 else "does not say that it is a CA"
        yield Objection(
            "not-a-ca",
            f"CA certificate: {version}; taken in the limited form only, which says so itself",
            fatal=False,
        )
    usage = authority.extension(x509.KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        yield Objection("wrong-usage", "CA certificate: its key usage does not let it sign certificates; keyCertSign is needed")
    kind, _, size = authority.key.partition(" ")
    if kind in ("RSA", "DSA") and int(size) < 2048:
        yield Objection(
            "weak-key",
            f"CA certificate: its key ({authority.key}) is short enough to be broken; RSA 2048 is right"
            + ("" if int(size) < 1024 else " - taken in the limited form only"),
            fatal=int(size) < 1024,
        )
    if authority.signature in _BROKEN_HASHES and not authority.self_signed:
        yield Objection("weak-signature", f"CA certificate: is itself signed with {authority.signature.upper()}", fatal=False)


def _about_constraints(authority: Certificate, device: Certificate) -> Iterator[Objection]:
    """The limits that the recorder's CA carries itself."""
    limits = authority.extension(x509.NameConstraints)
    if limits is None:
        return
    outside = [name for name in device.san if not permitted_by(name, limits)]
    if outside:
        yield Objection("not-covered", f"CA certificate: may not sign for {', '.join(outside)} (its name constraints forbid it)")
