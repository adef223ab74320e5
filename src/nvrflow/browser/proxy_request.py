"""What a browser asks a proxy for: one request, read from the wire with limits, before a byte of it goes anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.address import link_of
from nvrflow.browser.wire import Wire

MOST_HEAD = 64 << 10  # bytes; Chromium's own servers and most others take less
MOST_BODY = 8 << 20  # bytes of a request that is read whole
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_HOP = re.compile(r"(?im)^proxy-[^\r\n]*\r\n")


@dataclass(frozen=True)
class Asked:
    """One request of the browser: `url` in full, `headers` by name in lower case, the whole `body`.

    `switches` says that the connection shall speak something else afterwards: a WebSocket.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""
    switches: bool = False

    @property
    def host(self) -> str:
        """The host alone, without port; an IPv6 address without brackets."""
        return link_of(self.url).host


@dataclass(frozen=True)
class Head:
    """The first lines of a request as they came: `target` is a path, a whole address, or for CONNECT a host with its port."""

    method: str
    target: str
    lines: str
    headers: dict[str, str]

    @property
    def length(self) -> int | None:
        """The length of the body in bytes; None if it comes in chunks. Raises ValueError for what is neither."""
        coding, length = self.headers.get("transfer-encoding"), self.headers.get("content-length", "0")
        if coding is None and re.fullmatch("[0-9]{1,15}", length):
            return int(length)
        if coding is not None and coding.lower() == "chunked" and "content-length" not in self.headers:
            return None
        raise ValueError("the length of the body is not clear")

    def sent_to(self, url: str) -> bytes:
        """The head as a server has it that is no proxy: the path alone, and no header that is meant for a proxy."""
        link = link_of(url)
        path = (link.path or "/") + (f"?{link.query}" if "?" in url.partition("#")[0] else "")
        return f"{self.method} {path} HTTP/1.1\r\n{_HOP.sub('', self.lines)}".encode("latin-1")


def read_head(wire: Wire) -> Head:
    """The next request's head. Raises ConnectionError at the end, ValueError for what is no HTTP/1.1 or too long."""
    text = wire.until(b"\r\n\r\n", MOST_HEAD).decode("latin-1")
    line, _, lines = text.partition("\r\n")
    method, target, version = line.split(" ")
    if not _TOKEN.fullmatch(method) or not re.fullmatch(r"[!-~]+", target) or version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError("is no HTTP/1.1 request")
    headers: dict[str, str] = {}
    for header in lines.removesuffix("\r\n").split("\r\n")[:-1]:
        name, colon, value = header.partition(":")
        if not colon or not _TOKEN.fullmatch(name) or "\n" in value or "\r" in value:
            raise ValueError("is no header")
        low = name.lower()
        if low in headers and low in ("content-length", "transfer-encoding", "host", "upgrade"):
            raise ValueError(f"{low} comes twice")
        headers[low] = f"{headers[low]}, {value.strip()}" if low in headers else value.strip()
    return Head(method, target, lines, headers)


def pieces(head: Head, wire: Wire) -> Iterator[tuple[bytes, bytes]]:
    """The body piece by piece: as it came, and what of that is content. Raises ValueError, ConnectionError."""
    left = head.length
    if left is not None:
        while left:
            piece = wire.up_to(left)
            left -= len(piece)
            yield piece, piece
        return
    while True:
        line = wire.until(b"\r\n", 32)
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", line[:-2]):
            raise ValueError("is no chunk")
        size = int(line[:-2], 16)
        yield line, b""
        while size:
            piece = wire.up_to(size)
            size -= len(piece)
            yield piece, piece
        end = wire.until(b"\r\n", 2)
        yield end, b""
        if int(line[:-2], 16) == 0:
            return


def whole(head: Head, wire: Wire) -> tuple[bytes, bytes]:
    """The whole body, as it came and as content; `MOST_BODY` bytes at most. Raises ValueError, ConnectionError."""
    raw, body = bytearray(), bytearray()
    for came, content in pieces(head, wire):
        raw += came
        body += content
        if len(raw) > MOST_BODY:
            raise ValueError(f"the body is longer than {MOST_BODY} bytes")
    return bytes(raw), bytes(body)
