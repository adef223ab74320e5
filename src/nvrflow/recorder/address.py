"""A recorder's address as a person types it, and what is needed to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from nvrflow import tls
from nvrflow.errors import Unreachable, WrongCall


@dataclass(frozen=True)
class Address:
    """Where the recorder answers now: `url` without path, and for HTTPS the key it serves (SHA-256 of its SPKI, base64).

    A browser that is pinned to that key can open a recorder that nobody trusts yet, and no other server.
    """

    url: str
    pin: str | None = None

    @property
    def host(self) -> str:
        """The host alone, without port; an IPv6 address without brackets."""
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        """Whether the recorder is reached by HTTPS."""
        return self.url.startswith("https:")


def normalised(typed: str) -> str:
    """`192.0.2.10` and `http://192.0.2.10/` alike as `http://192.0.2.10`. Raises WrongCall for what is no address."""
    text = typed.strip()
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        port = parts.port
    except ValueError:
        raise WrongCall(f"{typed}: the port is no number from 1 to 65535") from None
    if parts.username is not None or parts.password is not None:
        raise WrongCall("the address holds a user name or password; give the address alone, --user, and NVRFLOW_PASSWORD")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongCall(f"{typed}: is no recorder's address; for example http://192.0.2.10")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def locate(url: str, timeout: float = 5.0) -> Address:
    """Ask the recorder where its web UI is: a redirect to HTTPS on the same host is followed, the key served there is noted.

    Raises Unreachable.
    """
    parts = urlsplit(url)
    if parts.scheme == "http":
        answer = tls.front(url, timeout)
        if answer is None:
            why = tls.served(parts.hostname or "", parts.port or 80, timeout).why
            raise Unreachable(f"{url}: the recorder does not answer ({why}); check address, cable and power")
        target = urlsplit(answer.location or "") if 300 <= answer.status < 400 else None
        if target is None or target.scheme != "https" or target.hostname != parts.hostname:
            return Address(url)
        parts = target
    served = tls.served(parts.hostname or "", parts.port or 443, timeout)
    if served.leaf is None:
        raise Unreachable(f"{url}: the recorder does not answer with HTTPS ({served.why}); check address, port and cable")
    return Address(normalised(f"https://{parts.netloc}"), served.leaf.spki_sha256)
