"""Reading certificates from files in any format that recorders use. The content decides, never the file's name."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_private_key

from nvrflow.certificate.certificate import Certificate, Format, Role
from nvrflow.certificate.encoding import parts
from nvrflow.errors import CertificateRefused, InvalidFile

MOST_BYTES = 64 * 1024
MOST_CERTIFICATES = 16

_BLOCK = re.compile(rb"-----BEGIN ([A-Za-z0-9 #/._]+?)-----(.*?)-----END \1-----", re.DOTALL)
_CERTIFICATE_LABELS = {"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"}
_PKCS7_LABELS = {"PKCS7", "PKCS #7 SIGNED DATA", "CMS"}
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # the OID of PKCS#7 signedData, which holds certificates
_PKCS12_CONTENT = (bytes.fromhex("06092a864886f70d0107"), bytes.fromhex("020103"))
_LOOKS = (
    (b"<!doctype html", "a web page (a login or error page instead of the file)"),
    (b"<html", "a web page (a login or error page instead of the file)"),
    (b"<?xml", "an XML document"),
    (b"%pdf", "a PDF"),
    (b"{", "a JSON answer"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7felf", "a program"),
    (b"mz", "a Windows program"),
    (b"ssh-", "an SSH public key"),
)


def read_certificates(data: bytes, source: str) -> list[Certificate]:
    """Read every certificate in `data`: PEM, DER, PKCS#7 (PEM or DER), bundles of them, or a ZIP of such files.

    `source` (a file's name) is used in messages. At most 64 KiB per file and 16 certificates are read. Raises CertificateRefused
    for private keys, PKCS#12, too much data, and data that is not a certificate (the message says what it looks like).
    """
    found = _from_zip(data, source) if data.startswith(b"PK\x03\x04") else _from_file(data, source)
    unique = list({certificate.der: certificate for certificate in found}.values())
    if len(unique) > MOST_CERTIFICATES:
        raise CertificateRefused(
            f"{source}: this file holds {len(unique)} certificates, and at most {MOST_CERTIFICATES} are read; a recorder's"
            " download has one or two, so give that file"
        )
    return unique


def read_certificate_file(path: Path, role: Role = "") -> list[Certificate]:
    """Read the certificates of one file; each gets that `file` and `role`. Raises InvalidFile when it cannot be opened."""
    try:
        if path.exists() and not path.is_file():
            raise InvalidFile("this is not a file; give the file that holds the certificate", path)
        with path.open("rb") as file:
            data = file.read(MOST_BYTES * MOST_CERTIFICATES + 1)
        if len(data) > MOST_BYTES * MOST_CERTIFICATES:
            raise CertificateRefused(_too_big(str(path), path.stat().st_size))
    except OSError as problem:
        raise InvalidFile(problem.strerror or str(problem), path) from None
    return [replace(certificate, file=path, role=role) for certificate in read_certificates(data, path.name)]


def _from_zip(data: bytes, source: str) -> list[Certificate]:
    found: list[Certificate] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) > MOST_CERTIFICATES:
                raise CertificateRefused(
                    f"{source}: this ZIP holds {len(members)} files, and at most {MOST_CERTIFICATES} are read;"
                    " give a ZIP with the certificates only"
                )
            for member in members:
                with archive.open(member) as file:
                    content = file.read(MOST_BYTES + 1)
                found += _from_file(content, f"{source}/{member.filename}")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as problem:
        raise CertificateRefused(f"{source}: this ZIP cannot be unpacked ({problem}); download it again") from None
    if not found:
        raise CertificateRefused(f"{source}: this ZIP is empty, but it should hold a certificate; download it again")
    return found


def _from_file(data: bytes, source: str) -> list[Certificate]:
    if len(data) > MOST_BYTES:
        raise CertificateRefused(_too_big(source, len(data)))
    if data[:3] == b"\xef\xbb\xbf":
        data = data[3:]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", errors="replace").encode("utf-8")
    _refuse_private_parts(data, source)
    blocks = _BLOCK.findall(data)
    found = _from_pem(blocks, source) if blocks else _from_der(data, source) or _from_bare_base64(data, source)
    if found:
        return found
    raise CertificateRefused(f"{source}: this is {_looks_like(data)}, not a certificate; give a PEM, DER or PKCS#7 file")


def _from_pem(blocks: list[tuple[bytes, bytes]], source: str) -> list[Certificate]:
    found: list[Certificate] = []
    for label, body in blocks:
        name = label.decode()
        if name not in _CERTIFICATE_LABELS | _PKCS7_LABELS:
            continue  # parameters, requests, revocation lists: harmless, and not needed
        inner = _from_der(_decoded(body), source)
        if not inner:
            raise CertificateRefused(f"{source}: its {name} block cannot be read; download the file again")
        kind: Format = "pem" if name in _CERTIFICATE_LABELS else "pkcs7"
        found += [replace(certificate, format=kind) for certificate in inner]
    return found


def _from_bare_base64(data: bytes, source: str) -> list[Certificate]:
    """Read a certificate in base64 without BEGIN and END lines, as some firmwares write it."""
    text = b"".join(data.split())
    if not re.fullmatch(rb"MI[A-Za-z0-9+/]+={0,2}", text):
        return []
    der = _decoded(text)
    if not der:
        return []
    _refuse_private_parts(der, source)
    return [replace(certificate, format="pem") for certificate in _from_der(der, source)]


def _decoded(body: bytes) -> bytes:
    text = b"".join(line for line in body.splitlines() if b":" not in line)
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return b""


def _from_der(data: bytes, source: str) -> list[Certificate]:
    """Read one certificate in DER, or all certificates of a PKCS#7. Bytes after the end of the structure are ignored.

    Returns an empty list for other data. Raises CertificateRefused for a damaged certificate.
    """
    data = data[: _der_length(data)]
    if _SIGNED_DATA in data[:32]:
        return [_certificate(der, source, "pkcs7") for der in _listed(data)]
    data = _definite(data)
    try:
        parts(data)
    except ValueError:
        return []
    return [_certificate(data, source, "der")]


def _certificate(der: bytes, source: str, format_: Format) -> Certificate:
    try:
        return Certificate(_definite(der), format=format_)
    except CertificateRefused as problem:
        raise CertificateRefused(f"{source}: {problem}; create a new certificate on the recorder, or download it again") from None


def _listed(data: bytes) -> Iterator[bytes]:
    """Yield the certificates of a PKCS#7 as DER, also of BER with indefinite lengths, which `cryptography` does not read."""
    try:
        listed = cms.ContentInfo.load(data)["content"]["certificates"]
        yield from [bytes(one.chosen.dump()) for one in listed if one.name == "certificate"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return


def _definite(data: bytes) -> bytes:
    """The data as DER, if it is a certificate in BER with an indefinite length; a certificate is signed as DER."""
    if data[:2] != b"\x30\x80":
        return data
    try:
        return bytes(asn1.Certificate.load(data).dump(force=True))
    except (ValueError, TypeError, KeyError):
        return data


def _der_length(data: bytes) -> int:
    """The length of the outermost DER structure in bytes; the length of `data` when it cannot be determined."""
    if len(data) < 2 or data[0] != 0x30 or data[1] == 0x80:
        return len(data)
    if data[1] < 0x80:
        return 2 + data[1]
    size = data[1] & 0x7F
    return 2 + size + int.from_bytes(data[2 : 2 + size], "big")


def _refuse_private_parts(data: bytes, source: str) -> None:
    """Raise CertificateRefused for a private key, alone or beside a certificate, and for a PKCS#12 store."""
    if re.search(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----", data) or _is_private_key(data):
        raise CertificateRefused(
            f"{source}: contains a private key, which only the recorder may have, so the file is not kept or"
            " imported; download the certificate without its key"
        )
    head = data[:40]
    if head[:1] == b"\x30" and _PKCS12_CONTENT[0] in head and _PKCS12_CONTENT[1] in head[:8]:
        raise CertificateRefused(
            f"{source}: is a PKCS#12 store (.p12, .pfx), which contains a private key, so the file is not kept or"
            " imported; download the certificate alone (PEM, DER or PKCS#7)"
        )


def _is_private_key(data: bytes) -> bool:
    if data[:1] != b"\x30":
        return False
    try:
        load_der_private_key(data[: _der_length(data)], password=None)
    except TypeError:
        return True  # encrypted, but still a private key
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _looks_like(data: bytes) -> str:
    if not data.strip():
        return "an empty file"
    begins = data.lstrip()[:64]
    head = begins.lower()
    for start, what in _LOOKS:
        if head.startswith(start):
            return what
    if b"-----begin certificate request" in head or b"-----begin new certificate request" in head:
        return "a certificate request"
    if b"-----begin" in head:
        return "a PEM file without a certificate, or a certificate that is cut off"
    if all(byte in b"\t\n\r" or 32 <= byte < 127 for byte in head):
        return f"text that begins with {begins[:24].decode()!r}"
    return "binary data"


def _too_big(source: str, size: int) -> str:
    return (
        f"{source}: this file has {size} bytes or more, and at most {MOST_BYTES} are read; a recorder's certificate file has a"
        " few thousand bytes, so give that file"
    )
