"""One X.509 certificate as it came from a recorder, a file or a TLS handshake, and what can be read off it."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID

from nvrflow.certificate.encoding import is_odd, parts, readable
from nvrflow.certificate.signatures import fits

Format = Literal["pem", "der", "pkcs7"]
Role = Literal["device", "trusted-ca", ""]
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True)
class Certificate:
    """One certificate: `der` is all of it; `file`, `format` and `role` say where and how it came.

    `format` is that of the file it was read from; `role` is what the recorder calls it, not what it turned out to be.
    """

    der: bytes
    file: Path | None = None
    format: Format = "der"
    role: Role = ""

    @cached_property
    def x509(self) -> x509.Certificate:
        """The parsed certificate, or that of its readable view. Raises ValueError for bytes that are none."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # serial number 0 or below: vendors do it, every browser takes it
            return x509.load_der_x509_certificate(readable(self.der))

    @property
    def odd(self) -> bool:
        """Whether it is encoded in a way that browsers refuse although it can be read."""
        return is_odd(self.der)

    @property
    def subject(self) -> str:
        """The subject in RFC 4514 form, `CN=192.0.2.10,O=…`."""
        return _name_text(self.x509, "subject")

    @property
    def issuer(self) -> str:
        """The issuer in RFC 4514 form."""
        return _name_text(self.x509, "issuer")

    @cached_property
    def common_name(self) -> str:
        """The last CN of the subject, or an empty string."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                names = self.x509.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        except ValueError:
            return ""
        return printable(str(names[-1].value)) if names else ""

    @property
    def serial(self) -> int:
        """The serial number; vendors use 0 and 1 a lot."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.x509.serial_number

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 fingerprint, `AA:BB:…`, as browsers and recorders show it."""
        return hashlib.sha256(self.der).digest().hex(":").upper()

    @cached_property
    def sha1(self) -> str:
        """The SHA-1 fingerprint, `AA:BB:…`: Windows and macOS still look certificates up by it."""
        return hashlib.sha1(self.der, usedforsecurity=False).digest().hex(":").upper()

    @cached_property
    def spki_sha256(self) -> str:
        """SHA-256 of the public key in base64: what Chromium's --ignore-certificate-errors-spki-list takes."""
        return base64.b64encode(hashlib.sha256(parts(self.der).public_key).digest()).decode()

    @property
    def not_before(self) -> datetime:
        """The first moment of validity, UTC."""
        return self.x509.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The last moment of validity, UTC."""
        return self.x509.not_valid_after_utc

    @cached_property
    def key(self) -> str:
        """Kind and size of the public key: `RSA 2048`, `EC P-256`, `Ed25519`."""
        try:
            key = self.x509.public_key()
        except (ValueError, UnsupportedAlgorithm):
            return "unknown"
        if isinstance(key, rsa.RSAPublicKey):
            return f"RSA {key.key_size}"
        if isinstance(key, ec.EllipticCurvePublicKey):
            curve = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
            return f"EC {curve.get(key.curve.name, key.curve.name)}"
        if isinstance(key, dsa.DSAPublicKey):
            return f"DSA {key.key_size}"
        return type(key).__name__.removeprefix("_").removesuffix("PublicKey")

    @cached_property
    def signature(self) -> str:
        """The hash that the issuer signed, `sha256`; for Ed25519 and the like the name of the scheme."""
        try:
            algorithm = self.x509.signature_hash_algorithm
        except UnsupportedAlgorithm:
            return self.x509.signature_algorithm_oid.dotted_string
        return algorithm.name if algorithm else self.x509.signature_algorithm_oid._name

    @cached_property
    def is_ca(self) -> bool:
        """Whether basicConstraints says CA:TRUE."""
        constraints = self.extension(x509.BasicConstraints)
        return bool(constraints and constraints.ca)

    @cached_property
    def self_signed(self) -> bool:
        """Whether its own key made its signature (verified)."""
        return self.issued(self)

    @cached_property
    def san(self) -> tuple[str, ...]:
        """The subject alternative names, `IP:192.0.2.10`, `DNS:nvr.local`, in the certificate's order."""
        names = self.extension(x509.SubjectAlternativeName)
        return tuple(_san_text(names)) if names else ()

    @property
    def ip_names(self) -> tuple[str, ...]:
        """The IP addresses among the names."""
        return tuple(name[3:] for name in self.san if name.startswith("IP:"))

    @property
    def dns_names(self) -> tuple[str, ...]:
        """The DNS names among the names; a wildcard stays `*.example`."""
        return tuple(name[4:] for name in self.san if name.startswith("DNS:"))

    @property
    def pem(self) -> str:
        """The certificate as one PEM block, newly encoded."""
        body = base64.encodebytes(self.der).decode().replace("\n", "")
        lines = (body[at : at + 64] for at in range(0, len(body), 64))
        return "\n".join(("-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""))

    @property
    def name(self) -> str:
        """A short name for sentences: the common name, else the subject, else the start of the fingerprint."""
        return self.common_name or self.subject or self.sha256[:23]

    def extension(self, kind: type[_Extension]) -> _Extension | None:
        """The extension of this kind, or None when it is absent or cannot be read."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self.x509.extensions.get_extension_for_class(kind).value
        except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
            return None

    @property
    def unreadable_extensions(self) -> bool:
        """Whether the extensions are encoded so oddly that they cannot be read."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return len(self.x509.extensions) < 0
        except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
            return True

    def issued(self, other: Certificate) -> bool:
        """Whether our key made the signature of `other`. Names play no part: they are what anyone can copy."""
        try:
            return fits(self.x509.public_key(), other.x509, parts(other.der).signed)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
            return False

    def as_dict(self, warnings: Iterable[str] = (), relative_to: Path | None = None) -> dict[str, Any]:
        """The contract's `certificates[]` entry; `file` is relative to `relative_to` where it lies below it."""
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


def _name_text(certificate: x509.Certificate, which: Literal["subject", "issuer"]) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            name: x509.Name = getattr(certificate, which)
            return printable(name.rfc4514_string({NameOID.EMAIL_ADDRESS: "E"}))
    except ValueError:
        return f"({which} in an encoding that cannot be read)"


def _san_text(names: x509.SubjectAlternativeName) -> Iterable[str]:
    for name in names:
        if isinstance(name, x509.IPAddress):
            if isinstance(name.value, ipaddress.IPv4Address | ipaddress.IPv6Address):
                yield f"IP:{name.value}"
        elif isinstance(name, x509.DNSName):
            yield f"DNS:{printable(name.value)}"
        elif isinstance(name, x509.UniformResourceIdentifier):
            yield f"URI:{printable(name.value)}"
        elif isinstance(name, x509.RFC822Name):
            yield f"email:{printable(name.value)}"


def _shown_path(file: Path | None, relative_to: Path | None) -> str | None:
    if file is None:
        return None
    if relative_to is not None and file.is_relative_to(relative_to):
        return file.relative_to(relative_to).as_posix()
    return str(file)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def printable(text: str) -> str:
    """Text from a certificate as it may go to a terminal: without control and direction characters."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def version_of(certificate: Certificate) -> int:
    """The X.509 version, 1 or 3 (2 is not met in practice)."""
    return certificate.x509.version.value + 1
