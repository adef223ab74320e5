"""The certificate that a camera makes on its Create Server Certificate page, signed by its own root."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nvrflow.simulator.certificates import Pair
from nvrflow.simulator.protocols.rpc2.answers import Body

_FIELDS = {"Country": NameOID.COUNTRY_NAME, "State": NameOID.STATE_OR_PROVINCE_NAME, "Organization": NameOID.ORGANIZATION_NAME}
_LONGEST = 3650  # days


def issue(authority: Pair, host: str, serial: str, form: Body) -> Pair:
    """A server certificate for `host`, an address or a name, signed by `authority`.

    `form` is what the person filled in: Country (two letters), State, Organization, Validity in days.
    """
    key = rsa.generate_private_key(65537, 2048)
    today = datetime.now(UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_subject(host, serial, form))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=_days(form)))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return Pair(certificate, key)


def _subject(host: str, serial: str, form: Body) -> x509.Name:
    filled = [(oid, str(form.get(field, "")).strip()) for field, oid in _FIELDS.items()]
    parts = [
        x509.NameAttribute(oid, text[:60]) for oid, text in filled if text and (oid != NameOID.COUNTRY_NAME or len(text) == 2)
    ]
    own = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, serial), x509.NameAttribute(NameOID.COMMON_NAME, host[:60])]
    return x509.Name([*parts, *own])


def _days(form: Body) -> int:
    asked = form.get("Validity")
    return min(asked, _LONGEST) if isinstance(asked, int) and asked > 0 else _LONGEST


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
