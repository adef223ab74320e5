"""How a certificate is written: its version, the spelling of its dates, its extensions; what browsers do not read in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from nvrflow.certificate.accepted import KNOWN_CRITICAL, SAN
from nvrflow.certificate.certificate import Certificate
from nvrflow.certificate.findings import ANEW, AUTHORITY, DEVICE, refusal, warning
from nvrflow.problem import Problem

_SPELLING = "browsers read only YYMMDDHHMMSSZ and YYYYMMDDHHMMSSZ"
_MUST_STAPLE = "1.3.6.1.5.5.7.1.24"
_EMPTY = bytes.fromhex("3000")


def about_form(device: Certificate) -> Iterator[Problem]:
    """What browsers cannot read in the device certificate."""
    yield from _about_writing(device, DEVICE)
    raw = device.facts.raw
    if raw.subject == _EMPTY and any(one.oid == SAN and not one.critical for one in raw.extensions):
        sentence = (
            "has an empty subject, so its alternative names would have to be critical; Chrome refuses it (ERR_CERT_INVALID)"
        )
        yield refusal("unreadable", DEVICE, sentence, f"{ANEW} with a common name")
    if any(one.oid == _MUST_STAPLE for one in raw.extensions):
        sentence = "asks for a stapled answer about its revocation (tlsfeature), which Firefox insists on and no recorder sends"
        yield warning("unknown-extension", DEVICE, sentence, ANEW, "firefox")


def about_authoritys_form(authority: Certificate) -> Iterator[Problem]:
    """The same of the CA certificate, as warnings: a limited anchor is written anew, with the CA's key and name only."""
    for problem in _about_writing(authority, AUTHORITY):
        yield replace(problem, level="warning", advice="taken in the limited form only, which is written anew")


def _about_writing(certificate: Certificate, where: str) -> Iterator[Problem]:
    yield from _about_encoding(certificate, where)
    yield from _about_spelling(certificate, where)
    yield from _about_extensions(certificate, where)


def _about_encoding(certificate: Certificate, where: str) -> Iterator[Problem]:
    if certificate.odd:
        yield refusal(
            "unreadable",
            where,
            "is encoded in a way that Chrome refuses (ERR_SSL_SERVER_CERT_BAD_FORMAT), though other programs read it",
            "create a new one on the recorder with plain letters and digits in its names",
        )
    raw = certificate.facts.raw
    if raw.version not in (1, 2, 3) or (raw.extensions and raw.version != 3) or raw.first_version_written:
        sentence = f"says that it is of X.509 version {raw.version}, which does not go with how it is written; Chrome refuses it"
        yield refusal("unreadable", where, sentence, f"{ANEW} (version 3)")


def _about_spelling(certificate: Certificate, where: str) -> Iterator[Problem]:
    for which, moment in (("begins", certificate.facts.begins), ("ends", certificate.facts.ends)):
        if moment.oddity:
            sentence = f"the date on which it {which} is written with {moment.oddity} ({moment.written}); {_SPELLING}"
            yield refusal("date-encoding", where, sentence, f"update the recorder's firmware, then {ANEW}")


def _about_extensions(certificate: Certificate, where: str) -> Iterator[Problem]:
    extensions = certificate.facts.raw.extensions
    for one in extensions:
        if one.critical and one.oid not in KNOWN_CRITICAL:
            sentence = f"has an extension that browsers do not know ({one.oid}) and marks it as critical, so they refuse it"
            yield refusal("unknown-extension", where, sentence, f"{ANEW} without that extension")
    for oid, times in Counter(one.oid for one in extensions).items():
        if times > 1:
            sentence = f"has the extension {KNOWN_CRITICAL.get(oid, oid)} {times} times, and Chrome refuses that"
            yield refusal("unreadable", where, sentence, ANEW)
    if certificate.unreadable_extensions and where == AUTHORITY:  # the device has no readable name then, which is said already
        sentence = f"its extensions cannot be read, and browsers refuse what they cannot read ({certificate.facts.unreadable})"
        yield refusal("unreadable", where, sentence, ANEW)
