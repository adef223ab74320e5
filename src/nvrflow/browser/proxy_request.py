"""A browser's request to a proxy, read from the wire with limits, before any byte of it is sent on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.address import link_of
from nvrflow.browser.wire import Wire

MOST_HEAD = 64 << 10  # bytes; most servers accept less
MOST_BODY = 8 << 20  # bytes of a request whose body is read completely
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
FILE = re.compile(r"/[^/]+\.(css|m?js|woff2?|ttf|otf|eot|svg|png|jpe?g|gif|webp|ico)$", re.I)
_HOP = re.compile(r"(?im)^proxy-[^\r\n]*\r\n")


@dataclass(frozen=True)
class Asked:
    """One request of the browser: `url` in full, `headers` by name in lower case, the whole `body`.

    `switches`: the connection changes its protocol afterwards, to a WebSocket.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""
    switches: bool = False

    @property
    def host(self) -> str:
        """The host without port; an IPv6 address without brackets."""
        return link_of(self.url).host

    @property
    def gets_a_file(self) -> bool:
        """Whether it only gets a file that no server runs, such as a picture, and says nothing that could be a password."""
        link = link_of(self.url)
        says = self.body or link.query or "authorization" in self.headers
        return self.method == "GET" and not says and FILE.search(link.path) is not None


@dataclass(frozen=True)
class Head:
    """The head of a request as received: `target` is a path, a full address, or for CONNECT a host with its port."""

    method: str
    target: str
    lines: str
    headers: dict[str, str]

    @property
    def length(self) -> int | None:
        """The length of the body in bytes; None if it comes in chunks. Raises ValueError if the head gives neither."""
        coding, length = self.headers.get("transfer-encoding"), self.headers.get("content-length", "0")
        if coding is None and re.fullmatch("[0-9]{1,15}", length):
            return int(length)
        if coding is not None and coding.lower() == "chunked" and "content-length" not in self.headers:
            return None
        raise ValueError("the length of the body is not clear")

    def sent_to(self, url: str) -> bytes:
        """The head for a server instead of a proxy: only the path, and no headers for a proxy."""
        link = link_of(url)
        path = (link.path or "/") + (f"?{link.query}" if "?" in url.partition("#")[0] else "")
        return f"{self.method} {path} HTTP/1.1\r\n{_HOP.sub('', self.lines)}".encode("latin-1")


def read_head(wire: Wire) -> Head:
    """Read the head of the next request. Raises ConnectionError at the end, ValueError if it is not HTTP/1.1 or too long."""
    text = wire.until(b"\r\n\r\n", MOST_HEAD).decode("latin-1")
    line, _, lines = text.partition("\r\n")
    method, target, version = line.split(" ")
    if not _TOKEN.fullmatch(method) or not re.fullmatch(r"[!-~]+", target) or version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError("not an HTTP/1.1 request")
    headers: dict[str, str] = {}
    for header in lines.removesuffix("\r\n").split("\r\n")[:-1]:
        name, colon, value = header.partition(":")
        if not colon or not _TOKEN.fullmatch(name) or "\n" in value or "\r" in value:
            raise ValueError("not a header")
        low = name.lower()
        if low in headers and low in ("content-length", "transfer-encoding", "host", "upgrade"):
            raise ValueError(f"{low} comes twice")
        headers[low] = f"{headers[low]}, {value.strip()}" if low in headers else value.strip()
    return Head(method, target, lines, headers)


def pieces(head: Head, wire: Wire) -> Iterator[tuple[bytes, bytes]]:
    """Read the body piece by piece: each piece as received, and its content. Raises ValueError, ConnectionError."""
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
            raise ValueError("not a chunk")
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
    """Read the whole body, as received and as content, at most `MOST_BODY` bytes. Raises ValueError, ConnectionError."""
    raw, body = bytearray(), bytearray()
    for came, content in pieces(head, wire):
        raw += came
        body += content
        if len(raw) > MOST_BODY:
            raise ValueError(f"the body is longer than {MOST_BODY} bytes")
    return bytes(raw), bytes(body)
