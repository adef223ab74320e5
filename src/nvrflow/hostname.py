"""The host in an address: whether there can be such a host, and how a browser writes it."""

from __future__ import annotations

import ipaddress
import re
import socket

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")  # RFC 1123, and the underscore that local names do have
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MOST_NAME = 253


def proper_host(name: str, bracketed: bool) -> str | None:
    """A host in its usual spelling, or None when there can be no such host (RFC 3986, RFC 1123; names by IDNA).

    `bracketed` says that it stood in brackets, as an IPv6 address does.
    """
    if bracketed:
        try:
            return str(ipaddress.IPv6Address(name)) if "%" not in name else None
        except ValueError:
            return None
    host = name.rstrip(".") if not name.endswith("..") else name
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):  # a name that ends in a number is read as an IPv4 address (WHATWG URL, 3.5)
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host if len(host) <= _MOST_NAME and all(map(_LABEL.fullmatch, labels)) else None


def at_host(host: str) -> str:
    """A host as written in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def is_host(typed: str) -> bool:
    """Whether this is a host alone, a name or an IP address, without port and path."""
    bare = typed.strip().removeprefix("[").removesuffix("]")
    return proper_host(bare, bracketed=":" in bare) is not None


def usual_host(host: str) -> str:
    """A host as a browser writes it: lower case, no last dot, names in ASCII, IP addresses in their one usual form."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    if re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}", bare):  # 127.1 and the like
        try:
            return socket.inet_ntoa(socket.inet_aton(bare))
        except OSError:
            return bare
    try:
        return bare.encode("idna").decode()
    except UnicodeError:
        return bare


def same_host(one: str, other: str) -> bool:
    """Whether a browser takes both for the same host, however they are written. No name is looked up."""
    return usual_host(one) == usual_host(other)


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer itself by a name or address that every computer has."""
    return usual_host(host) in ("localhost", "127.0.0.1", "::1")
