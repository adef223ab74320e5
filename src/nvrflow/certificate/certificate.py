"""One X.509 certificate as it came from a recorder, a file or a TLS handshake, and what can be read from it."""

from __future__ import annotations

import base64
import hashlib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from cryptography import x509

from nvrflow.certificate.facts import Facts, facts
from nvrflow.certificate.signatures import fits

_NETSCAPE_TYPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
Format = Literal["pem", "der", "pkcs7"]
Role = Literal["device", "trusted-ca", ""]
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True)
class Certificate:
    """One certificate: `der` holds its bytes; `file`, `format` and `role` say where it came from.

    The constructor reads everything at once or raises CertificateRefused; no property or method raises afterwards. `format` is
    that of the file it was read from. `role` is what the recorder calls the certificate, which need not be true.
    """

    der: bytes
    file: Path | None = None
    format: Format = "der"
    role: Role = ""
    facts: Facts = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read all facts. Raises CertificateRefused for bytes that cannot be read as a certificate."""
        object.__setattr__(self, "facts", facts(self.der))

    @property
    def x509(self) -> x509.Certificate:
        """The parsed certificate, or its corrected copy when the bytes have errors; its names and key can always be read."""
        return self.facts.view

    @property
    def odd(self) -> bool:
        """Whether its encoding has an error that browsers refuse, although it can be read here."""
        return self.facts.odd

    @property
    def version(self) -> int:
        """The X.509 version, 1 or 3 (2 does not occur in practice)."""
        return self.facts.raw.version

    @property
    def subject(self) -> str:
        """The subject in RFC 4514 form, `CN=192.0.2.10,O=…`."""
        return self.facts.subject

    @property
    def issuer(self) -> str:
        """The issuer in RFC 4514 form."""
        return self.facts.issuer

    @property
    def common_name(self) -> str:
        """The last CN of the subject, or an empty string."""
        return self.facts.common_name

    @property
    def serial(self) -> int:
        """The serial number. It need not be unique: vendors often use 0 and 1."""
        return self.facts.serial

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 fingerprint, `AA:BB:…`, as browsers and recorders show it."""
        return hashlib.sha256(self.der).digest().hex(":").upper()

    @cached_property
    def sha1(self) -> str:
        """The SHA-1 fingerprint, `AA:BB:…`, by which Windows and macOS still look certificates up."""
        return hashlib.sha1(self.der, usedforsecurity=False).digest().hex(":").upper()

    @cached_property
    def spki_sha256(self) -> str:
        """SHA-256 of the public key in base64, as Chromium's --ignore-certificate-errors-spki-list expects it."""
        return base64.b64encode(hashlib.sha256(self.facts.raw.public_key).digest()).decode()

    @property
    def not_before(self) -> datetime:
        """The first moment of validity, UTC."""
        return self.facts.begins.meant

    @property
    def not_after(self) -> datetime:
        """The last moment of validity, UTC."""
        return self.facts.ends.meant

    @property
    def key(self) -> str:
        """Kind and size of the public key: `RSA 2048`, `EC P-256`, `Ed25519`."""
        return self.facts.key

    @property
    def signature(self) -> str:
        """The hash that the issuer signed, such as `sha256`; for Ed25519 and similar keys the name of the scheme."""
        return self.facts.signature

    @cached_property
    def is_ca(self) -> bool:
        """Whether basicConstraints says CA:TRUE."""
        constraints = self.extension(x509.BasicConstraints)
        return bool(constraints and constraints.ca)

    @cached_property
    def acts_as_ca(self) -> bool:
        """Whether a client would accept other certificates that it signed, once it is trusted.

        OpenSSL treats a certificate without basicConstraints as a CA when it is of version 1, when its key usage has keyCertSign,
        or when its Netscape certificate type says so (check_ca in crypto/x509/v3_purp.c; measured with curl and Python).
        """
        if self.extension(x509.BasicConstraints) is not None:
            return self.is_ca
        usage = self.extension(x509.KeyUsage)
        return self.version == 1 or bool(usage and usage.key_cert_sign) or self._has_netscape_type

    @property
    def _has_netscape_type(self) -> bool:
        try:
            self.facts.view.extensions.get_extension_for_oid(_NETSCAPE_TYPE)
        except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError, TypeError):
            return False
        return True

    @cached_property
    def self_signed(self) -> bool:
        """Whether its own key made its signature (verified)."""
        return self.issued(self)

    @property
    def san(self) -> tuple[str, ...]:
        """The subject alternative names, `IP:192.0.2.10`, `DNS:nvr.local`, in the certificate's order."""
        return self.facts.san

    @property
    def ip_names(self) -> tuple[str, ...]:
        """The IP addresses in the SAN."""
        return tuple(name[3:] for name in self.san if name.startswith("IP:"))

    @property
    def dns_names(self) -> tuple[str, ...]:
        """The DNS names in the SAN; a wildcard stays `*.example`."""
        return tuple(name[4:] for name in self.san if name.startswith("DNS:"))

    @property
    def pem(self) -> str:
        """The certificate as one PEM block, encoded from its DER bytes."""
        return ssl.DER_cert_to_PEM_cert(self.der)

    @property
    def name(self) -> str:
        """A short name for messages: the common name, else the subject, else the start of the fingerprint."""
        return self.common_name or self.subject or self.sha256[:23]

    def extension(self, kind: type[_Extension]) -> _Extension | None:
        """The extension of this type, or None when it is absent or cannot be read."""
        found = self.facts.extensions.get(kind)
        return found if isinstance(found, kind) else None

    @property
    def unreadable_extensions(self) -> bool:
        """Whether the certificate has extensions that cannot be read."""
        return bool(self.facts.unreadable)

    def issued(self, other: Certificate) -> bool:
        """Whether this certificate's key signed `other`. Names are not compared, because anyone can copy a name."""
        return fits(self.facts.public_key, other.facts.view, other.facts.raw.signed)

    def as_dict(self, warnings: Iterable[str] = (), relative_to: Path | None = None) -> dict[str, Any]:
        """The entry of `certificates` in report.json; `file` is relative to `relative_to` when it is inside that folder."""
        return {
            "file": _shown_path(self.file, relative_to),
            "role": self.role,
            "format": self.format,
            "subject": self.subject,
            "issuer": self.issuer,
            "sha256": self.sha256,
            "not_before": _iso(self.not_before),
            "not_after": _iso(self.not_after),
            "key": self.key,
            "signature": self.signature,
            "is_ca": self.is_ca,
            "san": list(self.san),
            "warnings": list(warnings),
        }


def _shown_path(file: Path | None, relative_to: Path | None) -> str | None:
    if file is None:
        return None
    if relative_to is not None and file.is_relative_to(relative_to):
        return file.relative_to(relative_to).as_posix()
    return str(file)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
