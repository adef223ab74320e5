"""What private data looks like: addresses, serial numbers, certificates, tokens; what everybody has is none."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from nvrflow.capture.announced import Spot, announced
from nvrflow.capture.meanings import Kind

_KEEP_V6 = tuple(map(ipaddress.IPv6Network, ("2001:db8::/32", "::/127", "ff00::/8")))
_DOCUMENTATION = tuple(map(ipaddress.IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
_EVERYBODYS = tuple(map(ipaddress.IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3")))
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_EXAMPLES = re.compile(r"(?:@|%40)(?:[\w-]+\.)*example(?:\.(?:com|net|org))?$", re.I)


def _is_private_v4(text: str) -> bool:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return not any(address in network for network in (*_DOCUMENTATION, *_EVERYBODYS))


def _is_private_v6(text: str) -> bool:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return False
    groups = [group for group in text.split(":") if group]
    is_like_one = len(groups) >= 4 or re.match("fe[89ab]|f[cd]|2[0-9a-f]{3}:", text, re.I)
    return bool(is_like_one) and not any(address in network for network in _KEEP_V6)


def _is_private_mac(text: str) -> bool:
    digits = re.sub("[^0-9a-f]", "", text.lower())
    return not digits.startswith("020000") and len(set(digits)) > 1


def _is_private_mail(text: str) -> bool:
    return _EXAMPLES.search(text) is None and not text.endswith((".js", ".css", ".map", ".json", ".png", ".svg", ".html"))


def _is_private_host(text: str) -> bool:
    return re.search(r"(^|\.)(w3|xmlsoap|xml|purl|mozilla|adobe|apache|jquery|onvif|example)\.(org|com|net)$", text, re.I) is None


def _is_mixed(text: str) -> bool:
    """Whether it is more than a number, a word or a sequence of equal signs."""
    return len(set(text)) > 4 and any(sign.isdigit() for sign in text)


def _is_varied(text: str) -> bool:
    """Whether letters and digits alternate in it, as in no word and no name of a model."""
    return sum(map(str.isdigit, text)) > 2 and len(re.findall(r"\d+|\D+", text)) > 4


def _is_hexadecimal(text: str) -> bool:
    """Whether it has digits and letters: neither a plain number nor a word."""
    return 2 <= sum(map(str.isalpha, text)) <= len(text) - 3 and len(set(text)) > 4


def _is_random(text: str) -> bool:
    return sum(map(str.isdigit, text)) > 2 and sum(map(str.isupper, text)) > 2 and sum(map(str.islower, text)) > 2


_LOCAL = "local|lan|internal|intranet|home|corp|test|localdomain|dyndns\\.org|ddns\\.net|no-ip\\.org|hopto\\.org|myds\\.me"
_HEX = "[0-9A-Fa-f]"
_BASE64 = "[A-Za-z0-9+/]"
_SERIAL = r"(?=[A-Z0-9-]*\d{5})(?=[\d-]*[A-Z][\d-]*[A-Z])[A-Z0-9][A-Z0-9-]{10,62}[A-Z0-9]"
_LIKE: tuple[tuple[Kind, str, Callable[[str], bool]], ...] = (
    ("key", r"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----(?s:.{20,}?)-----END \1-----", _is_mixed),
    ("certificate", r"-----BEGIN ([A-Z0-9 ]+)-----(?s:.{20,}?)-----END \1-----", _is_mixed),
    ("certificate", rf"(?<!{_BASE64})MI{_BASE64}(?:{_BASE64}|\\?[\r\n]|\\[rn]){{60,}}={{0,2}}", _is_mixed),
    ("token", r"(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*", _is_mixed),
    ("mail", r"(?<![\w.+%-])[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,24}(?![\w-])", _is_private_mail),
    ("host", r"(?<=://)(?!www\.)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}(?![\w.-])", _is_private_host),
    ("host", rf"(?<![\w.@/-])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:{_LOCAL})(?![\w.-])", _is_private_host),
    ("fingerprint", rf"(?<![0-9A-Fa-f:]){_HEX}{{2}}(?:[: ]{_HEX}{{2}}){{15,}}(?![0-9A-Fa-f:])", _is_mixed),
    (
        "mac",
        rf"(?<![0-9A-Za-z:-]){_HEX}{{2}}([:-])(?:{_HEX}{{2}}\1){{4}}{_HEX}{{2}}(?![0-9A-Za-z]|[:-]{_HEX}{{2}})",
        _is_private_mac,
    ),
    ("mac", r"(?<![0-9A-Za-z.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![0-9A-Za-z.])", _is_private_mac),
    ("address", rf"(?<![\w:.])(?:{_HEX}{{1,4}}|:)(?::{_HEX}{{0,4}}){{2,7}}(?![\w:])", _is_private_v6),
    ("address", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)", _is_private_v4),
    ("id", rf"(?<![0-9A-Za-z-]){_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?![0-9A-Za-z-])", _is_mixed),
    ("token", rf"(?<![0-9A-Za-z]){_HEX}{{32,}}(?![0-9A-Za-z])", _is_mixed),
    ("token", r"(?<![0-9A-Za-z_.#-])(?:[0-9a-f]{12,31}|[0-9A-F]{12,31})(?![0-9A-Za-z_.-])", _is_hexadecimal),
    ("serial", r"(?<![A-Za-z0-9_/+.-])[A-Z0-9]{12,24}(?![A-Za-z0-9_/=+-])", _is_varied),
    ("serial", rf"(?<![A-Za-z0-9_/+.-]){_SERIAL}(?![A-Za-z0-9_/=+-])", lambda text: len(set(text)) > 4),
    ("token", r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}={0,2}(?![A-Za-z0-9+/_=-])", _is_random),
)
# What stands in a pattern, and in every text in which the pattern can find anything: most texts are not searched for it.
_SIGNS = {
    "-----BEGIN": ("-----BEGIN",),
    "eyJ": ("eyJ",),
    ")MI": ("MI",),
    "(?:@|%40)": ("@", "%40"),
    "(?<=://)": ("://",),
    f"\\.(?:{_LOCAL})": tuple(f".{ending}" for ending in _LOCAL.replace("\\", "").split("|")),
}


def _signs_of(pattern: str) -> tuple[str, ...]:
    return next((signs for part, signs in _SIGNS.items() if part in pattern), ("",))


_PATTERNS = tuple((kind, re.compile(pattern), is_private, _signs_of(pattern)) for kind, pattern, is_private in _LIKE)


def without_unseen(text: str) -> str:
    """`text` without signs that take no room, which may stand within an address."""
    return _UNSEEN.sub("", text)


def without_secrets(text: str) -> str:
    """`text` with asterisks for passwords, tokens and keys that a name or an address announces; everything else stays."""
    found = [
        spot for spot in spots(text) if spot.kind in ("password", "key") or (spot.kind == "token" and spot in [*announced(text)])
    ]
    for spot in reversed(found):
        text = f"{text[: spot.start]}{'*' * 8}{text[spot.end :]}"
    return text


@lru_cache(maxsize=4096)
def spots(text: str) -> tuple[Spot, ...]:
    """Every place in `text` that looks like private data, from left to right; none overlaps another.

    A capture asks for the same text again whenever it has learned another value.
    """
    end, apart = 0, list[Spot]()
    for spot in sorted([*_all(text), *announced(text)], key=lambda spot: (spot.start, -spot.end)):
        if spot.start >= end:
            apart.append(spot)
            end = spot.end
    return tuple(apart)


def _all(text: str) -> Iterator[Spot]:
    for kind, pattern, is_private, signs in _PATTERNS:
        for match in pattern.finditer(text) if any(sign in text for sign in signs) else ():
            if is_private(match[0]):
                yield Spot(match.start(), match.end(), kind, match[0])
