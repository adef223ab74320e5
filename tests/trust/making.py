"""Certificates of every kind that recorders have, made with real keys."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nvrflow import trust
from nvrflow.certificate import Certificate
from nvrflow.certificate.encoding import parts
from nvrflow.report import TrustChange

TODAY = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
    "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A certificate and its private key."""

    certificate: Certificate
    key: Any

    @property
    def key_pem(self) -> str:
        pem: bytes = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return pem.decode()


def name(common: str, **more: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    parts += [x509.NameAttribute(getattr(NameOID, oid), value) for oid, value in more.items()]
    return x509.Name(parts)


def new_key(kind: str = "EC") -> Any:
    if kind == "EC":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, int(kind.removeprefix("RSA ")))


def san_of(*names: str) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for one in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(one)))
        except ValueError:
            found.append(x509.DNSName(one.removeprefix("DNS:")))
    return found


class Options(TypedDict, total=False):
    """What can be said of a certificate; `ca` None: no basicConstraints; `names` the SAN; `key` or else `key_kind`."""

    names: tuple[str, ...]
    ca: bool | None
    key: Any
    key_kind: str
    begins: datetime | None
    ends: datetime | None
    hash_: Any
    purposes: list[Any] | None
    usage: tuple[str, ...] | None
    serial: int | None
    issuer_name: x509.Name | None
    limits: x509.NameConstraints | None
    names_issuer: bool
    identifiers: bool


def make(common: str, issuer: Made | None = None, **chosen: Unpack[Options]) -> Made:
    """One certificate; `issuer` None: self-signed."""
    key = chosen.get("key") or new_key(chosen.get("key_kind", "EC"))
    above = issuer.certificate.x509.subject if issuer else name(common)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(common))
        .issuer_name(chosen.get("issuer_name") or above)
        .public_key(key.public_key())
        .serial_number(chosen.get("serial") or x509.random_serial_number())
        .not_valid_before(chosen.get("begins") or TODAY - 10 * DAY)
        .not_valid_after(chosen.get("ends") or TODAY + 300 * DAY)
    )
    extensions = [*_about_itself(key, chosen), *(_about(issuer, chosen) if issuer else [])]
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(issuer.key if issuer else key, chosen.get("hash_") or hashes.SHA256())
    return Made(Certificate(signed.public_bytes(Encoding.DER)), key)


def _about_itself(key: Any, chosen: Options) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """Each extension that says what this certificate is, and whether it is critical."""
    if chosen.get("identifiers", True):
        yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
    if names := chosen.get("names"):
        yield x509.SubjectAlternativeName(san_of(*names)), False
    if (ca := chosen.get("ca")) is not None:
        yield x509.BasicConstraints(ca=ca, path_length=None), True
    if purposes := chosen.get("purposes"):
        yield x509.ExtendedKeyUsage(purposes), False
    if (usage := chosen.get("usage")) is not None:
        yield x509.KeyUsage(**{one: one in usage for one in USAGES}), True
    if limits := chosen.get("limits"):
        yield limits, True


def _about(issuer: Made, chosen: Options) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """The extension that says who signed, if it is wanted."""
    names_issuer = chosen.get("names_issuer", False)
    if chosen.get("identifiers", True) or names_issuer:
        above, ski = issuer.certificate.x509, issuer.certificate.extension(x509.SubjectKeyIdentifier)
        issuers = [x509.DirectoryName(above.issuer)] if names_issuer else None
        yield x509.AuthorityKeyIdentifier(ski.digest if ski else None, issuers, above.serial_number if issuers else None), False


def make_ca(common: str = "Recorder CA", **more: Any) -> Made:
    return make(common, ca=True, **{"usage": ("key_cert_sign", "crl_sign"), **more})


def make_device(issuer: Made | None, *names: str, **more: Any) -> Made:
    """The recorder's own certificate; `names` 127.0.0.1 if none are given."""
    defaults: dict[str, Any] = {
        "ca": False,
        "usage": ("digital_signature", "key_encipherment"),
        "purposes": [ExtendedKeyUsageOID.SERVER_AUTH],
        "names": names or ("127.0.0.1",),
    }
    common = more.pop("common", defaults["names"][0])
    return make(common.removeprefix("DNS:"), issuer, **{**defaults, **more})


def with_old_hash(made: Made, issuer: Made, old: Any) -> Made:
    """The same RSA-signed certificate, signed again with SHA-1 or MD5, which `cryptography` no longer does by itself."""
    oid = bytes.fromhex("06092a864886f70d0101")
    last = bytes([{"sha1": 5, "md5": 4}[old.name]])
    return signed_again(made, issuer, lambda data: data.replace(oid + b"\x0b", oid + last, 1), old)


def with_odd_names(made: Made, issuer: Made) -> Made:
    """The same RSA-signed certificate with its names as PrintableString, whatever letters they have."""
    return signed_again(made, issuer, lambda data: data.replace(b"\x06\x03\x55\x04\x03\x0c", b"\x06\x03\x55\x04\x03\x13"))


def with_odd_booleans(made: Made, issuer: Made) -> Made:
    """The same RSA-signed certificate with TRUE as 01 instead of FF."""
    return signed_again(made, issuer, lambda data: data.replace(b"\x01\x01\xff", b"\x01\x01\x01"))


def signed_again(made: Made, issuer: Made, edit: Callable[[bytes], bytes], hash_: Any = None) -> Made:
    """An RSA-signed certificate with other bytes of the same length, rightly signed."""
    der, tbs = made.certificate.der, parts(made.certificate.der).signed
    new = edit(tbs)
    signature = issuer.key.sign(new, padding.PKCS1v15(), hash_ or hashes.SHA256())
    start = der.index(tbs)
    rest = edit(der[start + len(tbs) : -len(signature)])
    return Made(Certificate(der[:start] + new + rest + signature), made.key)


def planned(
    device: Certificate | None,
    authority: Certificate | None,
    served: Certificate | None,
    host: str,
    kind: trust.Kind = "limited",
    stores: Iterable[str] = (),
    **more: Any,
) -> trust.Plan:
    """The plan for these certificates; `more` are `scope` and `also`, and further fields of a Request."""
    terms = trust.Terms(kind, tuple(stores), more.pop("scope", "user"), more.pop("also", ()))
    return trust.make_plan(trust.Request(host, device, authority, served, terms, **more))


def applied(plan: trust.Plan, **more: Any) -> list[TrustChange]:
    """Carry a plan out; `more` says who confirms (nothing: accepted unseen)."""
    return trust.apply(trust.approve(plan, trust.Approver(**(more or {"yes": True}))))
