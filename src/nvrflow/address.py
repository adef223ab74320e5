"""Addresses: what a person types, checked, and what a page or a recorder writes, read as a browser reads it.

The one door to Python's URL parser: no other module splits, joins or builds an address.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from nvrflow.errors import WrongCall
from nvrflow.hostname import at_host, is_host, proper_host, usual_host

PORTS = {"http": 80, "https": 443}
_ALL_PORTS = {**PORTS, "ws": 80, "wss": 443}
_EXAMPLE = "give it like http://192.0.2.10, https://recorder.local or 192.0.2.10:8080"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.I)
_MOST_SHOWN = 120


@dataclass(frozen=True)
class Place:
    """Where a web server is reached: `http` or `https`, the host (IPv6 without brackets), and the port."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """Host and port as they stand in an address; the scheme's own port is left out."""
        return at_host(self.host) + ("" if self.port == _ALL_PORTS.get(self.scheme) else f":{self.port}")

    @property
    def url(self) -> str:
        """The address without path."""
        return f"{self.scheme}://{self.netloc}"

    @property
    def secure(self) -> bool:
        """Whether it is reached by HTTPS."""
        return self.scheme == "https"


@dataclass(frozen=True)
class Link:
    """An address as a page, a browser or a recorder wrote it. Nothing about it can be relied on.

    `scheme` and `host` are in lower case, the host without brackets. What cannot be read as an address has no host and port 0.
    `path` and `query` are letter for letter what was written. A user name or password in it is dropped.
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
    """What a person typed as a recorder's address; without a scheme it is plain HTTP. Path, query and fragment do not count.

    Raises WrongCall for what cannot be an address. Its message never holds what stands before an `@`, because that may be a
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
        # what stands at the port's place is not repeated: `user:password` without the rest of an address looks like that
        raise WrongCall(f"{parts.scheme}://{at_host(host)}:…: the port must be a number from 1 to 65535; {_EXAMPLE}")
    return Place(parts.scheme, host, port or PORTS[parts.scheme])


def normalised(typed: str) -> str:
    """`192.0.2.10` and `http://192.0.2.10/` alike as `http://192.0.2.10`. Raises WrongCall for what cannot be an address."""
    return place_of(typed).url


def link_of(written: str) -> Link:
    """An address that a page, a browser or a recorder wrote, taken apart. It never raises: see Link for what cannot be read."""
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
    """Where a browser goes from `base` when a page or a Location header says `written`; empty for what it cannot read.

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

    Raises WrongCall for what cannot be split into host and port at all.
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
    """The port that a person typed in an address; None when it leaves the port to the scheme, as a host alone does.

    Raises WrongCall for what cannot be an address.
    """
    if is_host(typed):
        return None
    place_of(typed)
    return _split(typed.strip())[1]


def is_like_an_address(text: str) -> bool:
    """Whether somebody who typed this meant an address, even a wrong one, and not a file: it has a scheme, or a user's name.

    What looks like `user:password@host` counts as an address, so that no message about a missing file repeats the password.
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
        raise WrongCall(f"{as_shown(text)}: an IPv6 address stands in brackets, like {typed}[{address}]; {_EXAMPLE}")


def _split(text: str) -> tuple[SplitResult | None, int | None]:
    """The parts of an address and its port: None when there is none, 0 when it cannot be one."""
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
    """What was written as an address, for a message: in one line, and of at most 120 characters."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return (line if len(line) <= _MOST_SHOWN else line[:_MOST_SHOWN] + "…") or "(nothing)"
