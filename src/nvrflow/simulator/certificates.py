"""The certificates of a simulated recorder: its own CA, the device certificate, and all their possible faults."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from nvrflow.errors import InvalidFile
from nvrflow.simulator.recorder_settings import CertificateFormat, CertificateProfile

_NAMES = {
    "C": NameOID.COUNTRY_NAME,
    "ST": NameOID.STATE_OR_PROVINCE_NAME,
    "L": NameOID.LOCALITY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "CN": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def sha256(self) -> str:
        """The certificate's fingerprint, `AA:BB:…`."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()


@dataclass(frozen=True)
class Certificates:
    """A recorder's certificates: the CA certificate that it offers for download, and the device certificate that it serves."""

    authority: Pair | None
    device: Pair | None


@dataclass(frozen=True)
class _Recipe:
    """The properties of a new device certificate; days count from today."""

    san: bool = True
    from_day: float = -30
    to_day: float = 3650
    bits: int = 2048
    sha1: bool = False
    issuer: str = "own"


_RECIPES: dict[CertificateProfile, _Recipe] = {
    "san_ip": _Recipe(),
    "cn_only": _Recipe(san=False),
    "expired": _Recipe(from_day=-800, to_day=-35),
    "not_yet_valid": _Recipe(from_day=35),
    "sha1": _Recipe(sha1=True),
    "weak_key": _Recipe(bits=1024),
    "wrong_ca": _Recipe(issuer="other"),
    "regenerated_ca": _Recipe(issuer="regenerated"),
    "shared_ca": _Recipe(issuer="shared"),
    "twin_ca": _Recipe(issuer="twin"),
    "self_signed": _Recipe(issuer="self"),
}


@dataclass(frozen=True)
class Names:
    """The subjects of CA and device, with places for {serial} and {host}, and the values for these places."""

    authority: Mapping[str, str]
    device: Mapping[str, str]
    serial: str
    host: str

    def of_authority(self) -> x509.Name:
        """The CA's subject."""
        return self._filled(self.authority)

    def of_device(self) -> x509.Name:
        """The device certificate's subject."""
        return self._filled(self.device)

    def _filled(self, parts: Mapping[str, str]) -> x509.Name:
        unknown = sorted(parts.keys() - _NAMES.keys())
        if unknown:
            raise InvalidFile(
                f"{unknown[0]!r} is not a part of a certificate's name; the parts are {', '.join(_NAMES)}", "recorder.yaml"
            )
        values = {key: value.replace("{serial}", self.serial).replace("{host}", self.host) for key, value in parts.items()}
        return x509.Name([x509.NameAttribute(_NAMES[key], value) for key, value in values.items()])


def make(profile: CertificateProfile, names: Names) -> Certificates:
    """The certificates of one recorder; each call makes new certificates, except for the CA of `shared_ca`."""
    if profile == "none":
        return Certificates(authority(names.of_authority()), None)
    recipe = _RECIPES[profile]
    if recipe.issuer == "self":
        return Certificates(None, _device(recipe, names, None))
    nobody = replace(names, serial="")
    if recipe.issuer == "shared":
        offered = _shared(nobody.of_authority())
    elif recipe.issuer == "twin":
        offered = authority(nobody.of_authority(), number=1)
    else:
        offered = authority(names.of_authority())
    if recipe.issuer == "other":
        signer = authority(replace(names, serial="0").of_authority())
    else:
        signer = authority(names.of_authority()) if recipe.issuer == "regenerated" else offered
    return Certificates(offered, _device(recipe, names, signer))


def exported(certificate: x509.Certificate, form: CertificateFormat) -> bytes:
    """The content of the file that a person downloads."""
    if form == "pkcs7_der":
        return pkcs7.serialize_certificates([certificate], Encoding.DER)
    if form == "pkcs7_pem":
        return pkcs7.serialize_certificates([certificate], Encoding.PEM)
    return certificate.public_bytes(Encoding.DER if form == "der" else Encoding.PEM)


def authority(subject: x509.Name, number: int | None = None) -> Pair:
    """A new CA with that subject; `number` is the certificate's serial number, None for a random one."""
    key = rsa.generate_private_key(65537, 2048)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        _dated(-400, 7300)
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(number or x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate, key)


@functools.lru_cache
def _shared(subject: x509.Name) -> Pair:
    return authority(subject)


def _dated(from_day: float, to_day: float) -> x509.CertificateBuilder:
    today = datetime.now(UTC).replace(microsecond=0)
    builder = x509.CertificateBuilder()
    return builder.not_valid_before(today + timedelta(days=from_day)).not_valid_after(today + timedelta(days=to_day))


def _device(recipe: _Recipe, names: Names, issuer: Pair | None) -> Pair:
    key = rsa.generate_private_key(65537, recipe.bits)
    signing = issuer.key if issuer else key
    usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
    builder = (
        _dated(recipe.from_day, recipe.to_day)
        .subject_name(names.of_device())
        .issuer_name(issuer.certificate.subject if issuer else names.of_device())
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
    )
    if recipe.san:
        addresses = dict.fromkeys([names.host, "127.0.0.1"])
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address)) for address in addresses])
        builder = builder.add_extension(alternative, critical=False)
    certificate = builder.sign(signing, hashes.SHA256())
    return Pair(_signed_with_sha1(certificate, signing) if recipe.sha1 else certificate, key)


def _signed_with_sha1(certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """A copy of the certificate that is signed with SHA-1, which no library does any more; all lengths stay as they are."""
    body = certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = key.sign(body, padding.PKCS1v15(), hashes.SHA1())
    whole = certificate.public_bytes(Encoding.DER).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    return x509.load_der_x509_certificate(whole[: -len(signature)] + signature)
