"""What a browser would object to, found from the certificates alone, before anything is changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from cryptography import x509

from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import AUTHORITY, DEVICE, KeyExchange, refusal
from nvrflow.certificate.form import about_authoritys_form, about_form
from nvrflow.certificate.hosts import host_of, is_ip, names_host, permitted_by
from nvrflow.certificate.lifetime import about_dates
from nvrflow.certificate.purposes import about_authority_purposes, about_device_purposes
from nvrflow.certificate.strength import about_authority_strength, about_device_strength
from nvrflow.problem import Problem


def judge(
    device: Certificate,
    authority: Certificate | None,
    host: str,
    now: datetime,
    recorder_clock: datetime | None = None,
    exchanges: frozenset[KeyExchange] | None = None,
) -> tuple[Problem, ...]:
    """Find what a browser would object to when `host` serves `device` and only `authority` (or `device` itself) is trusted.

    `now` is this computer's clock and `recorder_clock` the recorder's (its Date header), both timezone-aware. `exchanges` are the
    key exchanges that the recorder really serves, None if that was not tested. Refusals come first. The `where` of each problem
    is DEVICE or AUTHORITY, its `code` is a nvrflow.certificate.findings.Code.
    """
    found = [*_about_names(device, host_of(host)), *about_form(device), *about_dates(device, DEVICE, now, recorder_clock)]
    found += [*about_device_strength(device), *about_device_purposes(device, exchanges)]
    if authority is None or authority.der == device.der:
        if not device.self_signed:
            sentence = f"was signed by {device.issuer!r}, and that certificate was not given"
            found.append(refusal("not-issued", DEVICE, sentence, "add the recorder's trusted CA certificate"))
    else:
        found += [*_about_pair(device, authority), *about_authoritys_form(authority)]
        found += about_dates(authority, AUTHORITY, now, recorder_clock)
        found += [*about_authority_purposes(authority), *about_authority_strength(authority)]
        found += _about_constraints(authority, device)
    return tuple(sorted(found, key=lambda problem: not problem.fatal))


def _about_names(device: Certificate, host: str) -> Iterator[Problem]:
    if names_host(device, host):
        return
    kind = "IP" if is_ip(host) else "DNS"
    advice = (
        f"on the recorder, create a new device certificate for {host} (its name or IP field must be {host}), keep that"
        " address fixed, and run this again"
    )
    if device.unreadable_extensions:
        yield refusal("unreadable", DEVICE, "its extensions cannot be read, so its names are not known", advice)
    elif not device.ip_names and not device.dns_names:
        said = f" (it has only the old common name {device.common_name!r})" if device.common_name else ""
        sentence = f"has no subject alternative name, and browsers look at no other{said}"
        yield refusal("no-san", DEVICE, sentence, f"it should have {kind}:{host} - {advice}")
    elif kind == "IP" and host in device.dns_names:
        sentence = f"gives the address as a DNS name (DNS:{host}), which browsers do not accept"
        yield refusal("wrong-name", DEVICE, sentence, f"it should be IP:{host} - {advice}")
    else:
        advice = f"it should have {kind}:{host} - open the recorder under a name that the certificate has, or {advice}"
        yield refusal("wrong-name", DEVICE, f"is for {', '.join(device.san)}", advice)


def _about_pair(device: Certificate, authority: Certificate) -> Iterator[Problem]:
    if not authority.issued(device):
        same_name = " although the names fit" if _same_name(device.x509.issuer, authority.x509.subject) else ""
        yield refusal(
            "not-issued",
            AUTHORITY,
            f"{authority.name!r} did not sign the device certificate{same_name} (issuer: {device.issuer!r})",
            "download both certificates again, from the same recorder on the same day",
        )
    elif not _same_name(device.x509.issuer, authority.x509.subject):
        yield refusal(
            "names-differ",
            AUTHORITY,
            f"its key signed the device certificate, but under another name ({device.issuer!r}, not"
            f" {authority.subject!r}), so browsers do not connect the two",
            "create both certificates again on the recorder",
        )


def _same_name(one: x509.Name, other: x509.Name) -> bool:
    def plain(name: x509.Name) -> list[tuple[str, str]]:
        return [(part.oid.dotted_string, re.sub(r"\s+", " ", str(part.value)).strip().lower()) for part in name]

    return plain(one) == plain(other)


def _about_constraints(authority: Certificate, device: Certificate) -> Iterator[Problem]:
    """Check the name constraints that the recorder's CA certificate has of its own."""
    limits = authority.extension(x509.NameConstraints)
    if limits is None:
        return
    outside = [name for name in device.san if not permitted_by(name, limits)]
    if outside:
        sentence = f"may not sign for {', '.join(outside)} (its name constraints forbid it)"
        yield refusal("not-covered", AUTHORITY, sentence, "create both certificates again on the recorder")
