"""Everything that is read from the bytes of a certificate. It is read at once, so that no later access can fail."""

from __future__ import annotations

import ipaddress
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.oid import NameOID

from nvrflow.certificate.dates import Moment, moment
from nvrflow.certificate.encoding import Parts, is_odd, parts, readable
from nvrflow.errors import CertificateRefused

_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
# The extensions that browsers read; a wrong value in any other extension is harmless (measured: SCTs, comments, key periods).
_READ = {f"2.5.29.{number}" for number in (14, 15, 17, 19, 30, 31, 32, 33, 35, 36, 37, 54)} | {"1.3.6.1.5.5.7.1.1"}


@dataclass(frozen=True)
class Facts:
    """All facts about one certificate: `view` is a parsed, readable copy, `raw` holds the bytes as they were signed.

    `extensions` holds the extensions by type. `unreadable` is the reason why it is empty although the certificate has some.
    `public_key` is None for a kind of key that `cryptography` does not know; `key` names even such a key.
    """

    view: x509.Certificate
    raw: Parts
    begins: Moment
    ends: Moment
    serial: int
    subject: str
    issuer: str
    common_name: str
    public_key: Any
    key: str
    signature: str
    extensions: dict[type[x509.ExtensionType], x509.ExtensionType]
    unreadable: str
    san: tuple[str, ...]
    odd: bool


@lru_cache(maxsize=512)
def facts(der: bytes) -> Facts:
    """Read a certificate. Raises CertificateRefused, with the reason, for bytes that cannot be read as a certificate."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a serial number of 0 or below: vendors use it, every browser accepts it
        try:
            return _read(der)
        except Exception as problem:  # parsers raise many types, and all bytes come in here
            said = str(problem).strip().splitlines() or [type(problem).__name__]
            raise CertificateRefused(f"a certificate that cannot be read: {said[0][:200]}") from None


def _read(der: bytes) -> Facts:
    raw = parts(der)
    if len(raw.dates) != 2:
        raise ValueError("its validity does not have two dates")
    begins, ends = (moment(tag, content) for tag, content in raw.dates)
    view = x509.load_der_x509_certificate(readable(der))
    extensions, unreadable = _extensions(view)
    if unreadable:
        extensions, unreadable = _extensions(x509.load_der_x509_certificate(readable(der, _READ)))
    public_key = _public_key(view)
    names = extensions.get(x509.SubjectAlternativeName)
    return Facts(
        view=view,
        raw=raw,
        begins=begins,
        ends=ends,
        serial=view.serial_number,
        subject=_text(view.subject),
        issuer=_text(view.issuer),
        common_name=_common_name(view),
        public_key=public_key,
        key=_kind_of(public_key, view),
        signature=_signature(view),
        extensions=extensions,
        unreadable=unreadable,
        san=tuple(_san_texts(names)) if isinstance(names, x509.SubjectAlternativeName) else (),
        odd=is_odd(der),
    )


def _extensions(view: x509.Certificate) -> tuple[dict[type[x509.ExtensionType], x509.ExtensionType], str]:
    try:
        found = {type(one.value): one.value for one in view.extensions}
        for value in found.values():
            repr(value)
        return found, ""
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError, TypeError) as problem:
        return {}, printable(str(problem) or type(problem).__name__)


def _public_key(view: x509.Certificate) -> Any:
    try:
        return view.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _kind_of(key: Any, view: x509.Certificate) -> str:
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    if key is None:
        return "unknown"
    return type(key).__name__.removeprefix("_").removesuffix("PublicKey")


def _signature(view: x509.Certificate) -> str:
    try:
        algorithm = view.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return view.signature_algorithm_oid.dotted_string
    return algorithm.name if algorithm else view.signature_algorithm_oid._name


def _text(name: x509.Name) -> str:
    return printable(name.rfc4514_string({NameOID.EMAIL_ADDRESS: "E"}))


def _common_name(view: x509.Certificate) -> str:
    names = view.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return printable(_value(names[-1].value)) if names else ""


def _value(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("ascii", errors="replace")


def _san_texts(names: x509.SubjectAlternativeName) -> Iterator[str]:
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


def printable(text: str) -> str:
    """Text from a certificate, made safe for a terminal: without control characters and direction marks."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
