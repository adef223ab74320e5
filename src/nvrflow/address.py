"""Addresses of recorders as people type them: read once, checked, and never repeated with a password in them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from nvrflow.errors import WrongCall

PORTS = {"http": 80, "https": 443}
_EXAMPLE = "give it like http://192.0.2.10, https://recorder.local or 192.0.2.10:8080"
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")  # RFC 1123, and the underscore that local names do have
_MOST_NAME = 253
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
        return at_host(self.host) + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    @property
    def url(self) -> str:
        """The address without path."""
        return f"{self.scheme}://{self.netloc}"


def place_of(typed: str) -> Place:
    """What a person typed as a recorder's address; without a scheme it is plain HTTP. Path, query and fragment do not count.

    Raises WrongCall for what is no address. Its message never holds what stands before an `@`, because that may be a password.
    """
    text = typed.strip()
    if "@" in text:
        raise WrongCall(
            "the address holds an @, as if a user name or password were in it (it is not shown here); "
            "give the address alone, the name with --user, and the password in NVRFLOW_PASSWORD"
        )
    parts, port = _split(text)
    if parts is None or parts.scheme not in PORTS or not parts.hostname:
        raise WrongCall(f"{_shown(text)}: this is not the address of a recorder; {_EXAMPLE}")
    host = _host(parts.hostname, bracketed="[" in parts.netloc)
    if host is None:
        raise WrongCall(f"{_shown(text)}: the host name in this address cannot exist; {_EXAMPLE}")
    if port == 0:
        # what stands at the port's place is not repeated: `user:password` without the rest of an address looks like that
        raise WrongCall(f"{parts.scheme}://{at_host(host)}:…: the port must be a number from 1 to 65535; {_EXAMPLE}")
    return Place(parts.scheme, host, port or PORTS[parts.scheme])


def normalised(typed: str) -> str:
    """`192.0.2.10` and `http://192.0.2.10/` alike as `http://192.0.2.10`. Raises WrongCall for what is no address."""
    return place_of(typed).url


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
        raise WrongCall(f"{_shown(text.rpartition('@')[2])}: this is not an address; {_EXAMPLE}") from None
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def at_host(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def covered(message: str, arguments: list[str]) -> str:
    """`message` with each of the call's `arguments` that may hold a password shown only from its last `@` on."""
    for argument in arguments:
        if "@" in argument and ":" in argument:
            message = message.replace(argument, "…@" + argument.rpartition("@")[2])
    return message


def _split(text: str) -> tuple[SplitResult | None, int | None]:
    """The parts of an address and its port: None when there is none, 0 when it cannot be one."""
    schemeless = not re.match(r"[^/?#]*://", text)
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


def _host(name: str, bracketed: bool) -> str | None:
    """The host in its usual spelling, or None when there can be no such host (RFC 3986, RFC 1123; names by IDNA)."""
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
    if labels[-1].isdigit():  # a name that ends in a number is read as an IPv4 address (WHATWG URL, 3.5 "ends in a number")
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host if len(host) <= _MOST_NAME and all(map(_LABEL.fullmatch, labels)) else None


def _shown(text: str) -> str:
    """A wrong address for a message: in one line, and not endless."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    return (line if len(line) <= _MOST_SHOWN else line[:_MOST_SHOWN] + "…") or "(nothing)"
