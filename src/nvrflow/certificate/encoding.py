"""The bytes of a certificate: its parts, and a readable copy of a certificate with small encoding errors.

Recorders write certificates that strict parsers refuse although browsers accept them: characters that are not allowed in a
PrintableString, a BOOLEAN TRUE that is not FF, dates in another spelling. These errors are corrected in a copy that is only
read; the certificate itself stays unchanged. asn1crypto reads values but does not say where they are in the bytes; `pieces` does.
"""

from __future__ import annotations

import string
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from asn1crypto.core import ObjectIdentifier
from asn1crypto.x509 import BasicConstraints, Extension

from nvrflow.certificate.dates import canonical, moment

_PRINTABLE = frozenset((string.ascii_letters + string.digits + " '()+,-./:=?").encode())
_BOOLEAN, _OCTETS, _PRINTABLE_STRING, _UTF8, _TELETEX = 0x01, 0x04, 0x13, 0x0C, 0x14
_CONSTRUCTED = 0x20
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_BASIC_CONSTRAINTS = "2.5.29.19"


@dataclass(frozen=True)
class Piece:
    """One DER element: its tag, the offset where it begins, and the offsets where its content begins and ends."""

    tag: int
    start: int
    inner: int
    end: int


def pieces(data: bytes | bytearray, start: int, end: int) -> Iterator[Piece]:
    """Yield the DER elements between two offsets. Raises ValueError when a length does not fit."""
    while start < end:
        if start + 2 > end:
            raise ValueError("cut off")
        size, inner = data[start + 1], start + 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4 or inner + count > end:
                raise ValueError("an impossible length")
            size, inner = int.from_bytes(data[inner : inner + count], "big"), inner + count
        if inner + size > end:
            raise ValueError("an element longer than the one around it")
        yield Piece(data[start], start, inner, inner + size)
        start = inner + size


@dataclass(frozen=True)
class RawExtension:
    """One extension as written: its OID as dotted text, whether it is critical, and the bytes of its value."""

    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True)
class Parts:
    """The raw parts of a certificate: the bytes exactly as they were signed, which a parser does not give.

    `version` is 1 to 3 (or whatever number was written). `serial` is the content of the INTEGER. `dates` holds tag and content of
    the two dates of the validity. `inner` and `outer` are the two AlgorithmIdentifiers, which must be equal.
    `first_version_written` is true when version 1 is written out, which DER forbids.
    """

    version: int
    serial: bytes
    inner: bytes
    outer: bytes
    subject: bytes
    dates: tuple[tuple[int, bytes], ...]
    public_key: bytes
    extensions: tuple[RawExtension, ...]
    signed: bytes
    first_version_written: bool


def parts(der: bytes) -> Parts:
    """Split a certificate into its parts. Raises ValueError for bytes that are not a certificate."""
    try:
        return _parts(der)
    except (IndexError, StopIteration, TypeError) as problem:
        raise ValueError("it does not have the structure of a certificate") from problem


def _parts(der: bytes) -> Parts:
    (whole,) = list(pieces(der, 0, len(der)))[:1]
    signed, outer = list(pieces(der, whole.inner, whole.end))[:2]
    fields = list(pieces(der, signed.inner, signed.end))
    explicit = fields[0].tag == _VERSION
    version = 1 + int.from_bytes(_contents(der, fields.pop(0))[0], "big") if explicit else 1
    if len(fields) < 6:
        raise ValueError("too few fields")
    serial, inner, _, validity, subject, key, *more = fields
    dates = tuple((one.tag, der[one.inner : one.end]) for one in pieces(der, validity.inner, validity.end))
    found = [_extension(der, one) for part in more if part.tag == _EXTENSIONS for one in _inside(der, part)]

    def of(piece: Piece) -> bytes:
        return der[piece.start : piece.end]

    return Parts(
        version=version,
        serial=der[serial.inner : serial.end],
        inner=of(inner),
        outer=of(outer),
        subject=of(subject),
        dates=dates,
        public_key=of(key),
        extensions=tuple(found),
        signed=of(signed),
        first_version_written=explicit and version == 1,
    )


def algorithm_of(public_key: bytes) -> bytes:
    """The AlgorithmIdentifier of a SubjectPublicKeyInfo, as DER. Raises ValueError when it cannot be read."""
    whole = next(pieces(public_key, 0, len(public_key)))
    first = next(pieces(public_key, whole.inner, whole.end))
    return public_key[first.start : first.end]


def _contents(der: bytes, piece: Piece) -> list[bytes]:
    return [der[one.inner : one.end] for one in pieces(der, piece.inner, piece.end)] or [b""]


def _inside(der: bytes, part: Piece) -> list[Piece]:
    """The extensions inside the explicit tag and its sequence."""
    return [one for list_ in pieces(der, part.inner, part.end) for one in pieces(der, list_.inner, list_.end)]


def _extension(der: bytes, piece: Piece) -> RawExtension:
    identifier, *rest = list(pieces(der, piece.inner, piece.end))
    if not rest:
        raise ValueError("an extension without a value")
    critical = any(one.tag == _BOOLEAN and any(der[one.inner : one.end]) for one in rest)
    dotted = ObjectIdentifier.load(der[identifier.start : identifier.end]).dotted
    return RawExtension(dotted, critical, der[rest[-1].inner : rest[-1].end])


def is_compressed(public_key: bytes) -> bool:
    """Whether the point of an EC key is compressed (its first byte is 02 or 03). Raises ValueError when it cannot be read."""
    whole = next(pieces(public_key, 0, len(public_key)))
    *_, bits = pieces(public_key, whole.inner, whole.end)
    return public_key[bits.inner + 1 : bits.inner + 2] in (b"\x02", b"\x03")


def readable(der: bytes, only: Collection[str] | None = None) -> bytes:
    """A copy of the certificate that strict parsers can read; equal to `der` when nothing is wrong.

    When something was corrected, the signature no longer matches: use the copy only for reading. Dates in a spelling that strict
    parsers do not know are written again in a known spelling. With `only`, all other extensions are left out. Raises ValueError
    when the bytes cannot be read at all.
    """
    copy = _corrected(der, _PRINTABLE)
    found = parts(copy)
    moments = [moment(tag, content) for tag, content in found.dates]
    if only is None and not any(one.oddity for one in moments):
        return copy
    whole = next(pieces(copy, 0, len(copy)))
    signed, *rest = pieces(copy, whole.inner, whole.end)
    fields = list(pieces(copy, signed.inner, signed.end))
    contents = [copy[one.start : one.end] for one in fields]
    contents[4 if fields[0].tag == _VERSION else 3] = sequence(*(canonical(one.meant) for one in moments))
    if only is not None and fields[-1].tag == _EXTENSIONS:
        listed = zip(found.extensions, _inside(copy, fields[-1]), strict=True)
        kept = sequence(*(_canonical(extension, copy[one.start : one.end]) for extension, one in listed if extension.oid in only))
        contents[-1] = bytes([_EXTENSIONS]) + sequence(kept)[1:]
    return sequence(sequence(*contents), *(copy[one.start : one.end] for one in rest))


def _canonical(extension: RawExtension, written: bytes) -> bytes:
    """The extension unchanged, but basicConstraints as strict DER: browsers forgive a written FALSE, and a length beside it."""
    if extension.oid != _BASIC_CONSTRAINTS:
        return written
    meant = BasicConstraints.load(extension.value, strict=True).native
    length = meant["path_len_constraint"] if meant["ca"] else None
    plain = BasicConstraints({"ca": meant["ca"], "path_len_constraint": length})
    return bytes(Extension({"extn_id": extension.oid, "critical": extension.critical, "extn_value": plain}).dump())


def is_odd(der: bytes) -> bool:
    """Whether the encoding has an error that Chrome does not forgive. Raises ValueError when the bytes cannot be read.

    Chrome forgives `*` in a PrintableString, and letters that are not UTF-8 in a TeletexString (`ParsePrintableString`,
    `ParseTeletexStringAsLatin1` in BoringSSL's pki/parse_values.cc).
    """
    return _corrected(der, _PRINTABLE | {ord("*")}, (_UTF8,)) != der


def sequence(*elements: bytes) -> bytes:
    """The elements as one DER SEQUENCE."""
    body = b"".join(elements)
    if len(body) < 0x80:
        return bytes([0x30, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(length)]) + length + body


def _corrected(der: bytes, printable: frozenset[int], utf8: tuple[int, ...] = (_UTF8, _TELETEX)) -> bytes:
    """A copy whose strings hold only allowed bytes: `printable` in a PrintableString, UTF-8 in strings of the tags `utf8`."""
    copy = bytearray(der)
    _correct(copy, (0, len(copy)), (printable, utf8), 0)
    return bytes(copy)


def _correct(data: bytearray, where: tuple[int, int], rules: tuple[frozenset[int], tuple[int, ...]], depth: int) -> None:
    printable, utf8 = rules
    for piece in pieces(data, *where):
        content = data[piece.inner : piece.end]
        if piece.tag == _PRINTABLE_STRING and not printable.issuperset(content):
            data[piece.start] = _UTF8
            piece = Piece(_UTF8, piece.start, piece.inner, piece.end)
        if piece.tag in utf8 and not _is_utf8(content):
            data[piece.start] = _UTF8
            data[piece.inner : piece.end] = bytes(byte if byte < 128 else ord("?") for byte in content)
        elif piece.tag == _BOOLEAN and content != b"\x00":
            data[piece.inner : piece.end] = b"\xff" * len(content)
        elif depth < 12 and (piece.tag & _CONSTRUCTED or (piece.tag == _OCTETS and _is_whole(content))):
            _correct(data, (piece.inner, piece.end), rules, depth + 1)


def _is_whole(content: bytearray) -> bool:
    """Whether the octets hold exactly one SEQUENCE, as the value of an extension does."""
    try:
        return content[:1] == b"\x30" and len(list(pieces(content, 0, len(content)))) == 1
    except ValueError:
        return False


def _is_utf8(content: bytearray) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
