"""Problems with how a certificate is written: its version, the spelling of its dates, its extensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from nvrflow.certificate.accepted import KNOWN_CRITICAL, SAN
from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import AUTHORITY, DEVICE, RENEW, refusal, warning
from nvrflow.problem import Problem

_SPELLING = "browsers read only YYMMDDHHMMSSZ and YYYYMMDDHHMMSSZ"
_MUST_STAPLE = "1.3.6.1.5.5.7.1.24"
_EMPTY = bytes.fromhex("3000")


def about_form(device: Certificate) -> Iterator[Problem]:
    """Yield what browsers cannot read in the device certificate."""
    yield from _about_writing(device, DEVICE)
    raw = device.facts.raw
    if raw.subject == _EMPTY and any(one.oid == SAN and not one.critical for one in raw.extensions):
        sentence = (
            "has an empty subject but its alternative names are not marked as critical; Chrome refuses that (ERR_CERT_INVALID)"
        )
        yield refusal("unreadable", DEVICE, sentence, f"{RENEW} with a common name")
    if any(one.oid == _MUST_STAPLE for one in raw.extensions):
        sentence = "requires a stapled revocation answer (tlsfeature); Firefox insists on it, and recorders do not send it"
        yield warning("unknown-extension", DEVICE, sentence, RENEW, "firefox")


def about_authoritys_form(authority: Certificate) -> Iterator[Problem]:
    """Yield what browsers cannot read in the CA certificate, as warnings: a limited anchor holds only its key and name."""
    for problem in _about_writing(authority, AUTHORITY):
        yield replace(problem, level="warning", advice="only a limited anchor can be imported, because that is written new")


def _about_writing(certificate: Certificate, where: str) -> Iterator[Problem]:
    yield from _about_encoding(certificate, where)
    yield from _about_spelling(certificate, where)
    yield from _about_extensions(certificate, where)


def _about_encoding(certificate: Certificate, where: str) -> Iterator[Problem]:
    if certificate.odd:
        yield refusal(
            "unreadable",
            where,
            "is encoded in a way that Chrome refuses (ERR_SSL_SERVER_CERT_BAD_FORMAT), although other programs can read it",
            "create a new certificate on the recorder, with plain letters and digits in its names",
        )
    raw = certificate.facts.raw
    if raw.version not in (1, 2, 3) or (raw.extensions and raw.version != 3) or raw.first_version_written:
        sentence = f"claims to be of X.509 version {raw.version}, but its content does not match that version; Chrome refuses it"
        yield refusal("unreadable", where, sentence, f"{RENEW} (version 3)")


def _about_spelling(certificate: Certificate, where: str) -> Iterator[Problem]:
    for which, moment in (("begins", certificate.facts.begins), ("ends", certificate.facts.ends)):
        if moment.oddity:
            sentence = f"the date on which it {which} is written with {moment.oddity} ({moment.written}); {_SPELLING}"
            yield refusal("date-encoding", where, sentence, f"update the recorder's firmware, then {RENEW}")


def _about_extensions(certificate: Certificate, where: str) -> Iterator[Problem]:
    extensions = certificate.facts.raw.extensions
    for one in extensions:
        if one.critical and one.oid not in KNOWN_CRITICAL:
            sentence = f"has a critical extension that browsers do not know ({one.oid}), so they refuse the certificate"
            yield refusal("unknown-extension", where, sentence, f"{RENEW} without that extension")
    for oid, times in Counter(one.oid for one in extensions).items():
        if times > 1:
            sentence = f"has the extension {KNOWN_CRITICAL.get(oid, oid)} {times} times; Chrome refuses that"
            yield refusal("unreadable", where, sentence, RENEW)
    if certificate.unreadable_extensions and where == AUTHORITY:  # of a device certificate `judging` reports it, with its names
        sentence = f"its extensions cannot be read, so browsers refuse the certificate ({certificate.facts.unreadable})"
        yield refusal("unreadable", where, sentence, RENEW)
