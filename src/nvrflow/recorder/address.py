"""A recorder's address as a person types it, and what is needed to reach it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from nvrflow import tls
from nvrflow.errors import Unreachable, WrongCall
from nvrflow.recorder.bounds import Bounds

_SPEAKS_TLS = 400  # what several servers answer to plain HTTP on a port that speaks TLS


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
    host = at_host(parts.hostname)
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")


def at_host(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def plain_at(url: str) -> str:
    """The same host and port by plain HTTP; port 80 for an HTTPS address without one."""
    parts = urlsplit(url)
    return normalised(f"http://{at_host(parts.hostname or '')}" + (f":{parts.port}" if parts.port else ""))


def redirected_to_https(answer: tls.Front | None, host: str, bounds: Bounds | None = None) -> SplitResult | None:
    """Where an answer of plain HTTP sends browsers, if that is HTTPS on the same host, or on one within `bounds`."""
    target = urlsplit(answer.location or "") if answer is not None and 300 <= answer.status < 400 else None
    if target is None or target.scheme != "https":
        return None
    return target if target.hostname == host or (bounds is not None and bounds.reaches(target.hostname or "")) else None


def locate(url: str, timeout: float = 5.0, bounds: Bounds | None = None) -> Address:
    """Ask the recorder where its web UI is: a redirect to HTTPS on the same host is followed, the key served there is noted.

    A port that speaks TLS is opened with HTTPS, however it was typed: some recorders have both on one port. Raises Unreachable,
    and OtherHost for a redirect that leaves `bounds`.
    """
    parts = urlsplit(url)
    if parts.scheme == "http":
        answer = tls.front(url, timeout)
        if bounds is not None and answer is not None and 300 <= answer.status < 400:
            bounds.must_permit(urljoin(url, answer.location or ""), f"{url} redirects")
        target = redirected_to_https(answer, parts.hostname or "", bounds)
        if answer is None or answer.status == _SPEAKS_TLS:
            served = tls.served(parts.hostname or "", parts.port or 80, timeout)
            target = parts if served.leaf is not None else None
            if answer is None and target is None:
                raise Unreachable(f"{url}: the recorder does not answer ({served.why}); check address, cable and power")
        if target is None:
            return Address(url)
        parts = target
    served = tls.served(parts.hostname or "", parts.port or 443, timeout)
    if served.leaf is None:
        raise Unreachable(f"{url}: the recorder does not answer with HTTPS ({served.why}); check address, port and cable")
    return Address(normalised(f"https://{parts.netloc}"), served.leaf.spki_sha256)
