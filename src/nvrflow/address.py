"""Addresses: those that a person types are checked, those that a page or a recorder writes are read as a browser reads them.

The one door to Python's URL parser: no other module splits, joins or builds an address.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

from nvrflow.errors import WrongCall
from nvrflow.hostname import at_host, is_host, proper_host, usual_host

PORTS = {"http": 80, "https": 443}
_ALL_PORTS = {**PORTS, "ws": 80, "wss": 443}
_EXAMPLE = "give it like http://192.0.2.10, https://recorder.local or 192.0.2.10:8080"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.I)
_MOST_SHOWN = 120


@dataclass(frozen=True)
class Place:
    """The address of a web server: `http` or `https`, the host (IPv6 without brackets), and the port."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """Host and port as written in an address; the scheme's default port is left out."""
        return at_host(self.host) + ("" if self.port == _ALL_PORTS.get(self.scheme) else f":{self.port}")

    @property
    def url(self) -> str:
        """The address without path."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def secure(self) -> bool:
        """Whether its scheme is HTTPS."""
        return self.scheme == "https"


@dataclass(frozen=True)
class Link:
    """An address as a page, a browser or a recorder wrote it; it may be wrong in any way.

    `scheme` and `host` are in lower case, the host without brackets. Text that is not an address has no host and port 0.
    `path` and `query` are exactly as written. A user name or password in it is dropped.
    """

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""
    query: str = ""

    @property
    def place(self) -> Place:
        """The server alone, without path."""
        return Place(self.scheme, self.host, self.port)

    @property
    def is_web(self) -> bool:
        """Whether it is an address of HTTP or HTTPS that has a host."""
        return self.scheme in PORTS and self.host != ""


def place_of(typed: str) -> Place:
    """A recorder's address as a person typed it; without a scheme it is plain HTTP. Path, query and fragment are ignored.

    Raises WrongCall for text that is not an address. Its message never shows what is before an `@`, because that may be a
    password.
    """
    text = typed.strip()
    if "@" in text:
        raise WrongCall(
            "the address holds an @, as if a user name or password were in it (it is not shown here); "
            "give the address alone, the name with --user, and the password in NVRFLOW_PASSWORD"
        )
    _refuse_bare_ipv6(text)
    parts, port = _split(text)
    if parts is None or parts.scheme not in PORTS or not parts.hostname:
        raise WrongCall(f"{as_shown(text)}: this is not the address of a recorder; {_EXAMPLE}")
    if "[" in parts.netloc and "%" in parts.hostname:
        raise WrongCall(
            f"{as_shown(text)}: no browser opens an address with a zone ({parts.hostname.partition('%')[2]}); "
            f"use another address of the recorder; {_EXAMPLE}"
        )
    host = proper_host(parts.hostname, bracketed="[" in parts.netloc)
    if host is None:
        raise WrongCall(f"{as_shown(text)}: the host name in this address cannot exist; {_EXAMPLE}")
    if port == 0:
        # the text in place of the port is not repeated: in a bare `user:password` it would be the password
        raise WrongCall(f"{parts.scheme}://{at_host(host)}:…: the port must be a number from 1 to 65535; {_EXAMPLE}")
    return Place(parts.scheme, host, port or PORTS[parts.scheme])


def normalised(typed: str) -> str:
    """A typed address in one form: `192.0.2.10` and `http://192.0.2.10/` become `http://192.0.2.10`. Raises WrongCall."""
    return place_of(typed).url


def entrance_of(typed: str) -> str:
    """The page that a typed address names: its path, query and fragment; `/` for an address without any. Raises WrongCall."""
    place_of(typed)
    parts, _ = _split(typed.strip())
    assert parts is not None
    return urlunsplit(("", "", parts.path or "/", parts.query, parts.fragment))


def link_of(written: str) -> Link:
    """The parts of an address that a page, a browser or a recorder wrote. It never raises; see Link for unreadable text."""
    found = _SCHEME.match(written.strip())
    scheme = found[1].lower() if found else ""
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return Link(scheme)
    if port == 0 or re.search(r"\s", parts.netloc):
        return Link(scheme)
    return Link(scheme, usual_host(host), port or (_ALL_PORTS.get(scheme, 0) if host else 0), parts.path, parts.query)


def joined(base: str, written: str) -> str:
    """The address to which a browser goes from `base` for `written` in a page or Location header; empty if it is unreadable.

    As browsers do (WHATWG URL, "special schemes"), a backslash counts as a slash, and `https:/host` has a host
    where `base` is of another scheme.
    """
    head, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", written.strip(), re.S).groups()  # type: ignore[union-attr]
    found = re.match(r"(https?):([/\\]*)(.*)", head, re.I | re.S)
    if found:
        is_relative = len(found[2]) < 2 and found[1].lower() == link_of(base).scheme
        head = found[2] + found[3] if is_relative else f"{found[1]}://{found[3]}"
    is_plain = found is not None or not _SCHEME.match(head)
    if is_plain:
        head = re.sub("^//+", "//", head.replace("\\", "/"))
    try:
        url = urljoin(base, head + mark + rest)
    except ValueError:
        return ""
    return "" if link_of(url).scheme in PORTS and not link_of(url).host else url


def host_of(address: str) -> str:
    """The bare host of an address, or of a host name alone: `http://192.0.2.10:81/x` gives `192.0.2.10`, `[::1]` gives `::1`.

    Raises WrongCall for text that cannot be split into host and port.
    """
    text = address.strip()
    if "://" not in text:
        try:
            return str(ipaddress.ip_address(text.strip("[]")))
        except ValueError:
            text = f"//{text}"
    try:
        host = (urlsplit(text).hostname or "").rstrip(".").lower()
    except ValueError:
        raise WrongCall(f"{as_shown(text.rpartition('@')[2])}: this is not an address; {_EXAMPLE}") from None
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def port_in(typed: str) -> int | None:
    """The port that a person typed in an address; None for an address without a port.

    Raises WrongCall for text that is not an address.
    """
    if is_host(typed):
        return None
    place_of(typed)
    return _split(typed.strip())[1]


def is_like_an_address(text: str) -> bool:
    """Whether a person who typed this meant an address, even a wrong address, and not a file: it has a scheme, or a user name.

    Text like `user:password@host` counts as an address, so that no message about a missing file repeats the password.
    """
    return "://" in text or {"@", ":"} <= set(text)


def covered(message: str, arguments: list[str]) -> str:
    """`message` with each of the call's `arguments` that may hold a password shown only from its last `@` on."""
    for argument in arguments:
        if "@" in argument and ":" in argument:
            message = message.replace(argument, "…@" + argument.rpartition("@")[2])
    return message


def _refuse_bare_ipv6(text: str) -> None:
    """Raise WrongCall for an IPv6 address without brackets, and say how it is written."""
    scheme, mark, rest = text.rpartition("://")
    bare = re.split(r"[/?#]", rest, maxsplit=1)[0]
    try:
        address = ipaddress.IPv6Address(bare)
    except ValueError:
        return
    if not address.scope_id:
        typed = f"{scheme}://" if mark else "http://"
        raise WrongCall(f"{as_shown(text)}: write an IPv6 address in brackets, like {typed}[{address}]; {_EXAMPLE}")


def _split(text: str) -> tuple[SplitResult | None, int | None]:
    """The parts of an address and its port: None without a port, 0 for an impossible port."""
    schemeless = not re.match(r"[^/?#]*://", text)
    if re.search(r"[\t\r\n]", text):  # Python's parser drops them, and a host would be made of two lines
        return None, None
    try:
        parts = urlsplit(f"http://{text}" if schemeless else text)
    except ValueError:
        return None, None
    broken_scheme = schemeless and (parts.netloc.endswith(":") or parts.hostname in PORTS)  # `http:/x`, `http:x`
    if broken_scheme or re.search(r"\s", parts.netloc):
        return None, None
    try:
        port = parts.port
    except ValueError:
        return parts, 0
    return parts, port


def as_shown(text: str) -> str:
    """The written address for a message: in one line of at most 120 characters."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return (line if len(line) <= _MOST_SHOWN else line[:_MOST_SHOWN] + "…") or "(nothing)"
