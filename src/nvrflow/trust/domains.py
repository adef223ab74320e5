"""Host names and IP addresses: what is valid, what is local, and which domains other people's sites are below."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import cache

from publicsuffixlist import PublicSuffixList

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")  # RFC 1123, and the underscore, which every measured client accepts
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a host whose last label is a number is an address (WHATWG URL, host parsing)
# Domains that never exist in the public DNS: RFC 6761, 6762 (with appendix G), 8375, and ICANN's reserved `internal`.
_LOCAL = ("corp", "home", "home.arpa", "internal", "intranet", "invalid", "lan", "local", "localdomain", "private", "test")
# Addresses that no public site has: RFC 1122, 1918, 2544, 3849, 3927, 4193, 4291, 5737, 6598; 224.0.0.0/3 belongs to no host.
_PRIVATE_V4 = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.168.0.0/16"
_PRIVATE_V6 = "198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 ::/127 fc00::/7 fe80::/10 ff00::/8 2001:db8::/32"
_PRIVATE = tuple(ipaddress.ip_network(one) for one in f"{_PRIVATE_V4} {_PRIVATE_V6}".split())


def plain(name: str) -> str:
    """Normalise a typed name or address: lower case, A-labels, without a dot at the end, brackets or zone."""
    text = name.strip().lower().removesuffix(".")
    address = as_address(text.strip("[]"))
    if address is not None:
        return str(address)
    try:
        return text if text.isascii() else text.encode("idna").decode("ascii")
    except UnicodeError:
        return text


def as_address(text: str) -> Address | None:
    """The text as an IP address; None for a name."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def inner(address: Address) -> Address:
    """The IPv4 address inside `::ffff:192.0.2.10`, which means the same host; any other address unchanged."""
    return getattr(address, "ipv4_mapped", None) or address


def is_private(address: Address) -> bool:
    """Whether an address is in the local network, on this computer or unused, so that no public site has it."""
    return any(inner(address) in network for network in _PRIVATE)


def is_host(text: str) -> bool:
    """Whether the text is a host name that every client accepts: RFC 1123 with underscores, valid A-labels, not an address."""
    labels = text.split(".")
    return len(text) <= 253 and all(_LABEL.fullmatch(one) and _decodes(one) for one in labels) and not is_number(text)


def is_number(text: str) -> bool:
    """Whether browsers read the text as an IP address, valid or not, because its last label is a number."""
    return bool(_NUMBER.fullmatch(text.rpartition(".")[2]))


def is_local(domain: str) -> bool:
    """Whether the domain is a single word, or below a domain that does not exist in the public DNS.

    A domain that is merely unregistered is not local, because somebody may register it tomorrow.
    """
    return "." not in domain or domain.endswith(tuple(f".{one}" for one in (*_LOCAL, "localhost")))


def too_wide(domain: str) -> bool:
    """Whether other people's sites or devices are directly below the domain: a top-level domain or a public suffix.

    The private section of the public suffix list counts too: `github.io` or a dynamic DNS service gives its names to strangers.
    """
    return domain in _LOCAL or bool(_suffixes().publicsuffix(domain, accept_unknown=False) == domain)


def domains_in(text: str) -> tuple[str, ...]:
    """The host names in a DNS name: the name itself, the domain of a wildcard, or names inside an invalid text.

    A single word in such a text (`NVR 4216`) is not a domain; neither is an address, nor the end of `(nvr).local`.
    """
    body = text.removeprefix("*.")
    if is_host(body):
        return (body,)
    runs = [run for run in re.split(r"[^a-z0-9._-]+", text) if "." in run]
    words = [re.sub(r"\.{2,}", ".", run).strip(".-") for run in runs]
    harmless = () if "*" in text or text.strip(". ") in _LOCAL else _LOCAL
    return tuple(word for word in words if word and not is_number(word) and word not in harmless)


def _decodes(label: str) -> bool:
    """Whether a label that looks like an A-label (RFC 5890) really encodes letters beyond ASCII."""
    if not label.startswith("xn--"):
        return True
    try:
        letters = label[4:].encode("ascii").decode("punycode")
        written = all(letter in "-_" or unicodedata.category(letter)[0] in "LMN" for letter in letters)
        return written and not letters.isascii() and letters.encode("punycode").decode("ascii") == label[4:]
    except UnicodeError:
        return False


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
