"""The limited anchor: a replacement for the recorder's CA certificate that is valid for this recorder's names only.

The key of a recorder's CA may be in the firmware of every recorder sold. Whoever has it could impersonate any site towards a
computer that trusts the CA itself. The limited anchor has the CA's name and public key, so that the recorder's certificates
are valid under it, and name constraints that permit only the recorder. The key that signs it is destroyed at once.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nvrflow.certificate import Certificate
from nvrflow.certificate.encoding import parts, pieces, sequence
from nvrflow.trust.names import Names

_NO_NAME = "nothing.invalid"
_NO_ADDRESS = "255.255.255.255"
_EVERY_ADDRESS = tuple(ipaddress.ip_network(one) for one in ("0.0.0.0/0", "::/0"))
_SUBJECT = 5  # the index of the subject in a certificate of version 3


@dataclass(frozen=True)
class LimitedPair:
    """Both forms: browsers with NSS need only `clone`; OpenSSL, Windows and macOS need `root` as anchor and `clone` below it."""

    alone: Certificate
    root: Certificate
    clone: Certificate


def name_limits(names: Names) -> x509.NameConstraints:
    """The name constraints for the decided names: these are permitted, everything around them is excluded.

    A kind of name without a constraint is unlimited, so neither list is ever empty. A permitted DNS name also covers its
    subdomains (RFC 5280); they are excluded with a leading dot, unless a wildcard or another permitted name is among them.
    Chromium, Firefox, curl and Python read the leading dot as "subdomains only" (measured; RFC 5280 does not define it, and
    Apple's older code ignores it). Without a DNS name, or without an address of an IP version, all names of that kind are
    excluded.
    """
    networks = [ipaddress.ip_network(one) for one in names.addresses or (_NO_ADDRESS,)]
    trees = [name.removeprefix("*.") for name in names.names] or [_NO_NAME]
    permitted: list[x509.GeneralName] = [*map(x509.IPAddress, networks), *map(x509.DNSName, dict.fromkeys(trees))]
    versions = {ipaddress.ip_address(one).version for one in names.addresses}
    excluded: list[x509.GeneralName] = [x509.IPAddress(every) for every in _EVERY_ADDRESS if every.version not in versions]
    below = [f".{name}" for name in names.names if not _needs_what_is_below(name, names.names)]
    excluded += [x509.DNSName(one) for one in (below if names.names else [""])]
    return x509.NameConstraints(permitted, excluded or None)


def _needs_what_is_below(name: str, every: Sequence[str]) -> bool:
    """Whether another permitted name is a subdomain of this name, or this name is a subdomain of a wildcard."""
    wildcards = [other[1:] for other in every if other.startswith("*.")]
    return f".{name}".endswith(tuple(wildcards)) or any(other.endswith(f".{name}") for other in every)


def limited(authority: Certificate, device: Certificate, names: Names) -> LimitedPair:
    """Make new limited anchors for `authority`, which signed `device`; the keys that sign them never leave this call.

    `names` is the decision for `device`. Raises ValueError when that decision is not limited trust.
    """
    if names.kind != "limited":
        raise ValueError(f"no limited anchor may be made for {device.name!r}: {names.kind}")
    alone = _clone(authority, names, ec.generate_private_key(ec.SECP256R1()), _own_name(names), None)
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_named = _names_its_issuer(device)
    above = authority.x509.issuer if issuer_named else _own_name(names)
    root = _root(authority, names, key, above)
    clone = _clone(authority, names, key, above, authority.serial if issuer_named else None)
    return LimitedPair(alone, root, clone)


def _own_name(names: Names) -> x509.Name:
    text = f"nvrflow limited anchor for {names.shown}"[:64]
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _names_its_issuer(device: Certificate) -> bool:
    """Whether the device certificate contains the issuer and serial number of its issuer, which OpenSSL compares."""
    above = device.extension(x509.AuthorityKeyIdentifier)
    return bool(above and above.authority_cert_serial_number is not None)


def _clone(authority: Certificate, names: Names, key: Any, issuer: x509.Name, serial: int | None) -> Certificate:
    ours = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    theirs = authority.extension(x509.SubjectKeyIdentifier)
    subject_key = theirs or x509.SubjectKeyIdentifier.from_public_key(authority.x509.public_key())
    builder = (
        _beginning(authority, names)
        .issuer_name(issuer)
        .subject_name(authority.x509.subject)
        .public_key(authority.x509.public_key())
        .serial_number(x509.random_serial_number() if serial is None or serial <= 0 else serial)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(subject_key, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ours), critical=False)
    )
    return _with_exact_name(_signed(builder, key), authority, key)


def _root(authority: Certificate, names: Names, key: Any, name: x509.Name) -> Certificate:
    builder = (
        _beginning(authority, names)
        .issuer_name(name)
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(builder, key)


def _beginning(authority: Certificate, names: Names) -> x509.CertificateBuilder:
    """The part that root and clone have in common: the CA's dates and the limits."""
    usage = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    return (
        x509.CertificateBuilder()
        .not_valid_before(max(authority.not_before, datetime(1970, 1, 2, tzinfo=UTC)))
        .not_valid_after(max(authority.not_after, authority.not_before + timedelta(seconds=1)))
        .add_extension(name_limits(names), critical=True)
        .add_extension(
            x509.KeyUsage(**usage, key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )


def _signed(builder: x509.CertificateBuilder, key: Any) -> Certificate:
    return Certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER), format="der")


def _with_exact_name(made: Certificate, authority: Certificate, key: Any) -> Certificate:
    """Copy the CA's name byte for byte into the certificate: browsers compare names that they cannot read as bytes."""
    exact, ours = parts(authority.der).subject, parts(made.der).subject
    if exact == ours:
        return made
    whole = next(pieces(made.der, 0, len(made.der)))
    signed, algorithm, _ = pieces(made.der, whole.inner, whole.end)
    fields = [made.der[one.start : one.end] for one in pieces(made.der, signed.inner, signed.end)]
    fields[_SUBJECT] = exact
    named = sequence(*fields)
    signature = b"\x00" + key.sign(named, ec.ECDSA(hashes.SHA256()))
    bits = bytes([0x03, len(signature)]) + signature
    return Certificate(sequence(named, made.der[algorithm.start : algorithm.end], bits), format="der")
