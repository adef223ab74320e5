"""The bytes of a certificate: its parts, and a readable view of one that is encoded a little wrongly.

Recorders write what strict parsers refuse and every browser's TLS library takes: characters in a PrintableString that do
not belong there, a BOOLEAN TRUE that is not FF. Each is mended in a copy of the same length; the certificate stays as it is.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass

_PRINTABLE = frozenset((string.ascii_letters + string.digits + " '()+,-./:=?").encode())
_BOOLEAN, _OCTETS, _PRINTABLE_STRING, _UTF8, _TELETEX = 0x01, 0x04, 0x13, 0x0C, 0x14
_CONSTRUCTED = 0x20


@dataclass(frozen=True)
class Piece:
    """One DER element: its tag, where it begins, where its content begins and ends."""

    tag: int
    start: int
    inner: int
    end: int


def pieces(data: bytes, start: int, end: int) -> Iterator[Piece]:
    """The elements that follow each other from start to end. Raises ValueError when they do not fit."""
    while start < end:
        if start + 2 > end:
            raise ValueError("cut off")
        size, inner = data[start + 1], start + 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4 or inner + count > end:
                raise ValueError("a length that cannot be")
            size, inner = int.from_bytes(data[inner : inner + count], "big"), inner + count
        if inner + size > end:
            raise ValueError("longer than its surroundings")
        yield Piece(data[start], start, inner, inner + size)
        start = inner + size


@dataclass(frozen=True)
class Parts:
    """The raw parts of a certificate that are needed when a parser does not give them."""

    signed: bytes
    subject: bytes
    public_key: bytes


def parts(der: bytes) -> Parts:
    """What was signed, and the public key. Raises ValueError for bytes that are no certificate."""
    (whole,) = list(pieces(der, 0, len(der)))[:1]
    signed = next(pieces(der, whole.inner, whole.end))
    fields = [piece for piece in pieces(der, signed.inner, signed.end) if piece.tag != 0xA0]
    if len(fields) < 6:
        raise ValueError("too few fields")
    subject, key = fields[4:6]
    return Parts(der[signed.start : signed.end], der[subject.start : subject.end], der[key.start : key.end])


def readable(der: bytes) -> bytes:
    """A copy of the same length without the usual mistakes; equal to `der` when there are none. Raises ValueError."""
    return _mended(der, _PRINTABLE)


def is_odd(der: bytes) -> bool:
    """Whether there is a mistake that Chrome does not forgive (it forgives `*` in a PrintableString). Raises ValueError."""
    return _mended(der, _PRINTABLE | {ord("*")}) != der


def sequence(*elements: bytes) -> bytes:
    """The elements as one DER SEQUENCE."""
    body = b"".join(elements)
    if len(body) < 0x80:
        return bytes([0x30, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([0x30, 0x80 | len(length)]) + length + body


def _mended(der: bytes, printable: frozenset[int]) -> bytes:
    copy = bytearray(der)
    _mend(copy, 0, len(copy), printable, 0)
    return bytes(copy)


def _mend(data: bytearray, start: int, end: int, printable: frozenset[int], depth: int) -> None:
    for piece in pieces(bytes(data), start, end):
        content = data[piece.inner : piece.end]
        if piece.tag == _PRINTABLE_STRING and not printable.issuperset(content):
            data[piece.start] = _UTF8
            piece = Piece(_UTF8, piece.start, piece.inner, piece.end)
        if piece.tag in (_UTF8, _TELETEX) and not _is_utf8(content):
            data[piece.start] = _UTF8
            data[piece.inner : piece.end] = bytes(byte if byte < 128 else ord("?") for byte in content)
        elif piece.tag == _BOOLEAN and content != b"\x00":
            data[piece.inner : piece.end] = b"\xff" * len(content)
        elif depth < 12 and (piece.tag & _CONSTRUCTED or (piece.tag == _OCTETS and _is_whole(content))):
            _mend(data, piece.inner, piece.end, printable, depth + 1)


def _is_whole(content: bytearray) -> bool:
    """Whether octets hold exactly one sequence, as the value of an extension does."""
    try:
        return content[:1] == b"\x30" and len(list(pieces(bytes(content), 0, len(content)))) == 1
    except ValueError:
        return False


def _is_utf8(content: bytearray) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
