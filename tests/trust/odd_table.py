"""A table of certificates for 127.0.0.1 in each of which one thing is unusual; what becomes of them is not written here."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nvrflow.certificate import KeyExchange, read_certificate_file
from trust.making import DAY, TODAY
from trust.variants import (
    ECDSA_SHA256,
    GENERALIZED,
    IS_CA,
    NOT_CA,
    SAN,
    SERVER,
    UTC_TIME,
    Odd,
    ec_sign,
    extension,
    name,
    oid,
    private_pem,
    public_of,
    rsa_sign,
    seq,
    signed_by,
    tlv,
    usage,
)

CASES = Path(__file__).resolve().parent.parent / "cases"
_ADDRESS = tlv(0x87, bytes([127, 0, 0, 1]))
_ECDHE, _RSA = "ECDHE+AESGCM:@SECLEVEL=0", "AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0"


@dataclass(frozen=True)
class Row:
    """What is served: a certificate, its key, the CA's certificate, and how keys are agreed on."""

    der: bytes
    key_pem: str
    authority: bytes
    ciphers: str = "ALL:@SECLEVEL=0"
    exchanges: frozenset[KeyExchange] = frozenset({"tls13", "ecdhe", "rsa"})


def _keyed(*arguments: str) -> tuple[str, bytes]:
    """A private key as PEM and its public key, of kinds that `cryptography` does not make."""
    private = subprocess.run(["openssl", "genpkey", *arguments], capture_output=True, check=True).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout", "-outform", "DER"], input=private, capture_output=True, check=True)
    return private.decode(), public.stdout


def _rsa_key(bits: int, *more: str) -> tuple[str, bytes]:
    return _keyed("-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", *more)


def rows() -> dict[str, Row]:
    """Every row by its name."""
    key, curve = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    issuer = signed_by(rsa.generate_private_key(65537, 2048), "Odd CA")
    ec_issuer = signed_by(curve, "Odd EC CA", algorithm=ECDSA_SHA256, sign=ec_sign())
    odd = {
        "plain": Odd(key),
        **_keys(key, curve),
        **_signatures(key),
        **_dates(key),
        **_extensions(key),
        **_forms(key),
    }
    found = {title: Row(made.der(*issuer[:2]), private_pem(made.key), issuer[2]) for title, made in odd.items()}
    for title, made in _ec_signatures(key).items():
        found[title] = Row(made.der(*ec_issuer[:2]), private_pem(key), ec_issuer[2])
    for title, (pem, public) in _foreign_keys().items():
        found[title] = Row(Odd(None, public=public).der(*issuer[:2]), pem, issuer[2])
    for title, authority in _authorities(key).items():
        odd_one = Odd(key) if isinstance(authority[1], rsa.RSAPrivateKey) else Odd(key, algorithm=ECDSA_SHA256, sign=ec_sign())
        found[title] = Row(odd_one.der(*authority[:2]), private_pem(key), authority[2])
    return found | _usages(key, curve, issuer) | _cases()


def _cases() -> dict[str, Row]:
    """The cases from public reports that have keys of their own."""
    found = {}
    for number in (6, 7, 8, 9, 20, 24):
        (folder,) = CASES.glob(f"{number}-*")
        for file in sorted(folder.rglob("device.crt")):
            der, authority = (read_certificate_file(file.with_name(name))[0].der for name in ("device.crt", "ca.crt"))
            title = f"case {file.parent.relative_to(CASES)}"
            found[title] = row = Row(der, file.with_name("key.pem").read_text(), authority)
            if number == 8:
                found[f"{title}, RSA"] = replace(row, ciphers=_RSA, exchanges=frozenset({"rsa"}))
    return found


def _keys(key: Any, curve: Any) -> dict[str, Odd]:
    compressed = curve.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    kind = seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))
    spki = public_of(key)
    curves = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1, ec.SECP256K1, ec.BrainpoolP256R1, ec.SECP224R1)
    return {
        **{f"key on {one.name}": Odd(ec.generate_private_key(one())) for one in curves},
        **{f"key of {bits} bits": Odd(rsa.generate_private_key(65537, bits)) for bits in (1024, 4096)},
        "key with exponent 3": Odd(rsa.generate_private_key(3, 2048)),
        "key as compressed point": Odd(curve, public=seq(kind, tlv(3, b"\0", compressed))),
        "key without NULL": Odd(key, public=seq(seq(oid("1.2.840.113549.1.1.1")), spki[spki.index(b"\x03\x82") :])),
        "key Ed25519": Odd(ed25519.Ed25519PrivateKey.generate()),
        "key DSA": Odd(dsa.generate_private_key(2048)),
    }


def _foreign_keys() -> dict[str, tuple[str, bytes]]:
    return {
        "key of 768 bits": _rsa_key(768),
        "key of 1016 bits": _rsa_key(1016),
        "key with exponent 2^32+1": _rsa_key(2048, "-pkeyopt", "rsa_keygen_pubexp:4294967297"),
        "key with exponent 2^33+3": _rsa_key(2048, "-pkeyopt", "rsa_keygen_pubexp:8589934595"),
        "key for PSS only": _keyed("-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
    }


def _signatures(key: Any) -> dict[str, Odd]:
    def rsa_with(number: int, hash_: Any, *parameters: bytes) -> Odd:
        return Odd(key, algorithm=seq(oid(f"1.2.840.113549.1.1.{number}"), *parameters), sign=rsa_sign(hash_))

    null = b"\x05\x00"
    return {
        "signed with sha384": rsa_with(12, hashes.SHA384(), null),
        "signed with sha512": rsa_with(13, hashes.SHA512(), null),
        "signed with sha224": rsa_with(14, hashes.SHA224(), null),
        "signed with sha1": rsa_with(5, hashes.SHA1(), null),
        "signed with md5": rsa_with(4, hashes.MD5(), null),
        "signed without NULL": rsa_with(11, hashes.SHA256()),
        "signed with odd parameters": rsa_with(11, hashes.SHA256(), b"\x04\x00"),
        "signed as two kinds": Odd(key, outer=seq(oid("1.2.840.113549.1.1.12"), null)),
        "signed with PSS, salt 32": _pss(key, hashes.SHA256(), "1", 32),
        "signed with PSS, sha512": _pss(key, hashes.SHA512(), "3", 64),
        "signed with PSS, salt 20": _pss(key, hashes.SHA256(), "1", 20),
        "signed with PSS, no NULL": _pss(key, hashes.SHA256(), "1", 32, b""),
    }


def _pss(key: Any, hash_: Any, last: str, salt: int, null: bytes = b"\x05\x00") -> Odd:
    one = seq(oid(f"2.16.840.1.101.3.4.2.{last}"), null)
    mask = seq(oid("1.2.840.113549.1.1.8"), one)
    parameters = seq(tlv(0xA0, one), tlv(0xA1, mask), tlv(0xA2, tlv(2, bytes([salt]))))
    algorithm = seq(oid("1.2.840.113549.1.1.10"), parameters)
    return Odd(key, algorithm=algorithm, sign=rsa_sign(hash_, padding.PSS(padding.MGF1(hash_), salt)))


def _ec_signatures(key: Any) -> dict[str, Odd]:
    hashes_ = {"3.2": hashes.SHA256(), "3.3": hashes.SHA384(), "3.4": hashes.SHA512(), "3.1": hashes.SHA224(), "1": hashes.SHA1()}
    found = {
        f"signed with ecdsa {hash_.name}": Odd(key, algorithm=seq(oid(f"1.2.840.10045.4.{last}")), sign=ec_sign(hash_))
        for last, hash_ in hashes_.items()
    }
    with_null = seq(oid("1.2.840.10045.4.3.2"), b"\x05\x00")
    return {**found, "signed with ecdsa and NULL": Odd(key, algorithm=with_null, sign=ec_sign())}


def _dates(key: Any) -> dict[str, Odd]:
    begins, ends = f"{TODAY - 10 * DAY:%y%m%d}".encode(), f"{TODAY + 300 * DAY:%Y%m%d}".encode()

    def from_(text: bytes, tag: int = UTC_TIME) -> Odd:
        return Odd(key, begins=tlv(tag, text))

    def until(text: bytes) -> Odd:
        return Odd(key, ends=tlv(GENERALIZED, text))

    return {
        "dates as GeneralizedTime": Odd(
            key, begins=tlv(GENERALIZED, b"20" + begins + b"000000Z"), ends=until(ends + b"000000Z").ends
        ),
        "date without seconds": from_(begins + b"0000Z"),
        "date without Z": from_(begins + b"000000"),
        "date with small z": from_(begins + b"000000z"),
        "date with offset": from_(begins + b"000000+0200"),
        "date with fraction": until(ends + b"000000.123Z"),
        "date with offset at the end": until(ends + b"000000+0100"),
        "date in 9999": until(b"99991231235959Z"),
        "date in 1970": from_(b"19700101000000Z", GENERALIZED),
        "date in 1969": from_(b"19691231235959Z", GENERALIZED),
        "date in 1950": from_(b"500101000000Z"),
        "ends before it begins": until(b"19020101000000Z"),
    }


def _extensions(key: Any) -> dict[str, Odd]:
    base = (SAN, NOT_CA, SERVER)
    unknown, ski = extension("1.2.3.4", b"\x05\x00"), tlv(4, b"a" * 20)
    any_use = extension("2.5.29.37", seq(oid("2.5.29.37.0")))
    client = extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.2")))
    policies = seq(seq(oid("1.2.3.4.5")))
    sets = {
        "names only": (SAN,),
        "unknown extension": (*base, unknown),
        "unknown critical extension": (*base, extension("1.2.3.4", b"\x05\x00", True)),
        "extension twice": (*base, unknown, unknown),
        "critical subject key": (*base, extension("2.5.29.14", ski, True)),
        "critical policies": (*base, extension("2.5.29.32", policies, True)),
        "critical use": (SAN, NOT_CA, extension("2.5.29.37", seq(oid("1.3.6.1.5.5.7.3.1")), True)),
        "critical names": (extension("2.5.29.17", seq(_ADDRESS), True), NOT_CA, SERVER),
        "critical policy mapping": (*base, extension("2.5.29.33", seq(seq(oid("1.2.3.4"), oid("1.2.3.5"))), True)),
        "critical policy constraints": (*base, extension("2.5.29.36", seq(tlv(0x80, b"\x05")), True)),
        "critical inhibit": (*base, extension("2.5.29.54", b"\x02\x01\x05", True)),
        "critical Netscape type": (*base, extension("2.16.840.1.113730.1.1", b"\x03\x02\x06\x40", True)),
        "Netscape comment": (*base, extension("2.16.840.1.113730.1.13", tlv(0x16, b"hi"))),
        "must staple": (*base, extension("1.3.6.1.5.5.7.1.24", seq(b"\x02\x01\x05"))),
        "odd unread extension": (*base, extension("2.5.29.16", b"\x99\x07")),
        "unreadable access": (*base, extension("1.3.6.1.5.5.7.1.1", b"\x99\x07")),
        "any use": (SAN, NOT_CA, any_use),
        "client use only": (SAN, NOT_CA, client),
        "is a CA": (SAN, IS_CA, SERVER),
        "CA:FALSE written": (SAN, extension("2.5.29.19", seq(b"\x01\x01\x00"), True)),
        "TRUE as 01": (SAN, extension("2.5.29.19", seq(b"\x01\x01\x01"), True), SERVER),
        "CA:FALSE with path length": (SAN, extension("2.5.29.19", seq(b"\x02\x01\x00"), True)),
        "mail and URI names": (
            extension("2.5.29.17", seq(_ADDRESS, tlv(0x81, b"a@b.example"), tlv(0x86, b"http://a.example/"))),
        ),
        "directory and other names": (extension("2.5.29.17", seq(_ADDRESS, tlv(0xA4, name("x")), tlv(0x88, b"\x2a\x03"))),),
        "address of five bytes": (extension("2.5.29.17", seq(_ADDRESS, tlv(0x87, b"\x01\x02\x03\x04\x05"))),),
        "name not in ASCII": (extension("2.5.29.17", seq(_ADDRESS, tlv(0x82, b"\xff"))),),
    }
    return {title: Odd(key, extensions=extensions) for title, extensions in sets.items()}


def _forms(key: Any) -> dict[str, Odd]:
    def called(tag: int, content: bytes) -> bytes:
        return seq(tlv(0x31, seq(oid("2.5.4.3"), tlv(tag, content))))

    critical = (extension("2.5.29.17", seq(_ADDRESS), True), NOT_CA)
    numbers = {"0": "00", "-1": "ff", "of 21 bytes": "55" * 21}
    return {
        **{f"serial {title}": Odd(key, serial=tlv(2, bytes.fromhex(number))) for title, number in numbers.items()},
        "version 1 with extensions": Odd(key, version=b""),
        "version 4": Odd(key, version=bytes.fromhex("a003020103")),
        "unique identifier": Odd(key, unique=tlv(0x81, b"\x00abc")),
        "no subject, names critical": Odd(key, subject=seq(), extensions=critical),
        "no subject, names not critical": Odd(key, subject=seq()),
        "subject with underscore as PrintableString": Odd(key, subject=called(0x13, b"a_b")),
        "subject with star as PrintableString": Odd(key, subject=called(0x13, b"*")),
        "subject as Latin-1 TeletexString": Odd(key, subject=called(0x14, b"\xe4")),
        "subject as BMPString": Odd(key, subject=called(0x1E, b"\x00a")),
    }


def _authorities(key: Any) -> dict[str, tuple[bytes, Any, bytes]]:
    curves = {"P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "secp256k1": ec.SECP256K1()}
    found = {}
    for title, curve in curves.items():
        signer = ec.generate_private_key(curve)
        found[f"CA with {title}"] = signed_by(signer, f"CA {title}", algorithm=ECDSA_SHA256, sign=ec_sign())
    no_ca_below = extension("2.5.29.19", seq(b"\x01\x01\xff\x02\x01\x00"), True)
    sha1 = {"algorithm": seq(oid("1.2.840.113549.1.1.5"), b"\x05\x00"), "sign": rsa_sign(hashes.SHA1())}
    return {
        **found,
        "CA with 1024 bits": signed_by(rsa.generate_private_key(65537, 1024), "CA 1024"),
        "CA that signed itself with sha1": signed_by(key, "CA SHA-1", **sha1),
        "CA that may not sign": signed_by(key, "CA unsigning", extensions=(IS_CA, usage(0))),
        "CA with path length 0": signed_by(key, "CA 0", extensions=(no_ca_below,)),
    }


def _usages(key: Any, curve: Any, issuer: tuple[bytes, Any, bytes]) -> dict[str, Row]:
    """Every key usage that matters, with every way to agree on keys."""
    sets = {"signing": (0,), "both": (0, 2), "encipherment": (2, 3), "data only": (3,), "agreement": (4,), "CA's": (5,)}
    served: dict[str, tuple[str, frozenset[KeyExchange]]] = {
        "TLS 1.3": ("ALL:@SECLEVEL=0", frozenset({"tls13", "ecdhe", "rsa"})),
        "ECDHE": (_ECDHE, frozenset({"ecdhe"})),
        "RSA": (_RSA, frozenset({"rsa"})),
        "ECDHE and RSA": (f"{_ECDHE}:{_RSA}", frozenset({"ecdhe", "rsa"})),
    }
    found: dict[str, Row] = {}
    for title, bits in sets.items():
        for how, (ciphers, exchanges) in served.items():
            made = Odd(key, extensions=(SAN, NOT_CA, usage(*bits)))
            found[f"usage {title}, {how}"] = Row(made.der(*issuer[:2]), private_pem(key), issuer[2], ciphers, exchanges)
        made = Odd(curve, extensions=(SAN, NOT_CA, usage(*bits)))
        found[f"usage {title}, EC key"] = Row(made.der(*issuer[:2]), private_pem(curve), issuer[2])
    return found
