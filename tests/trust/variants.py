"""Certificates in which one thing is unusual: put together field by field, rightly signed, with a key that a server can use."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from trust.making import DAY, TODAY

UTC_TIME, GENERALIZED = 0x17, 0x18
RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def tlv(tag: int, *content: bytes) -> bytes:
    """One DER element."""
    body = b"".join(content)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*content: bytes) -> bytes:
    return tlv(0x30, *content)


def oid(dotted: str) -> bytes:
    return bytes(asn1.ObjectIdentifier(dotted).dump())


def extension(dotted: str, value: bytes, critical: bool | bytes = False) -> bytes:
    flag = critical if isinstance(critical, bytes) else (b"\x01\x01\xff" if critical else b"")
    return seq(oid(dotted), flag, tlv(0x04, value))


def name(common: str) -> bytes:
    return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(0x0C, common.encode()))))


def time(moment: str) -> bytes:
    """`240101000000Z` as UTCTime, with a four-digit year as GeneralizedTime."""
    return tlv(UTC_TIME if len(moment) <= 13 else GENERALIZED, moment.encode())


def utc(moment: Any) -> bytes:
    return time(f"{moment:%y%m%d%H%M%SZ}")


SAN = extension("2.5.29.17", seq(tlv(0x87, bytes([127, 0, 0, 1]))))
NOT_CA = extension("2.5.29.19", seq(), True)
IS_CA = extension("2.5.29.19", seq(b"\x01\x01\xff"), True)
SERVER = extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.1")))


def usage(*bits: int) -> bytes:
    """keyUsage with these bits: 0 digitalSignature, 2 keyEncipherment, 3 dataEncipherment, 4 keyAgreement, 5 keyCertSign."""
    value = 0
    for bit in bits:
        value |= 0x80 >> bit
    unused = 7 - max(bits) if bits else 0
    return extension("2.5.29.15", tlv(0x03, bytes([unused]), bytes([value]) if bits else b""), True)


def rsa_sign(hash_: Any = None, pad: Any = None) -> Callable[[Any, bytes], bytes]:
    return lambda key, data: bytes(key.sign(data, pad or padding.PKCS1v15(), hash_ or hashes.SHA256()))


def ec_sign(hash_: Any = None) -> Callable[[Any, bytes], bytes]:
    return lambda key, data: bytes(key.sign(data, ec.ECDSA(hash_ or hashes.SHA256())))


@dataclass(frozen=True)
class Odd:
    """The fields of a certificate as DER; the defaults make a good device certificate for 127.0.0.1."""

    key: Any
    version: bytes = bytes.fromhex("a003020102")
    serial: bytes = field(default_factory=lambda: tlv(0x02, b"\x11" + secrets.token_bytes(8)))
    algorithm: bytes = RSA_SHA256
    outer: bytes | None = None
    begins: bytes = field(default_factory=lambda: utc(TODAY - 10 * DAY))
    ends: bytes = field(default_factory=lambda: utc(TODAY + 300 * DAY))
    subject: bytes = field(default_factory=lambda: name("127.0.0.1"))
    public: bytes | None = None
    unique: bytes = b""
    extensions: Sequence[bytes] = (SAN, NOT_CA, SERVER)
    sign: Callable[[Any, bytes], bytes] = field(default_factory=rsa_sign)
    after: bytes = b""

    def der(self, issuer: bytes, signer: Any) -> bytes:
        """Signed by `signer` in the name of `issuer`."""
        public = self.public or public_of(self.key)
        more = tlv(0xA3, seq(*self.extensions)) if self.extensions else b""
        dates = seq(self.begins, self.ends)
        signed = seq(self.version, self.serial, self.algorithm, issuer, dates, self.subject, public, self.unique, more)
        return seq(signed, self.outer or self.algorithm, tlv(0x03, b"\x00", self.sign(signer, signed))) + self.after


def public_of(key: Any) -> bytes:
    return bytes(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def private_pem(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def signed_by(key: Any, common: str, **fields: Any) -> tuple[bytes, Any, bytes]:
    """A CA for variants: its name and key, and its own certificate."""
    made = Odd(key, subject=name(common), **{"extensions": (IS_CA, usage(5)), **fields})
    return name(common), key, made.der(name(common), key)
