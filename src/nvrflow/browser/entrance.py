"""The address at which a recorder answers now, and the key that it serves there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from nvrflow import tls
from nvrflow.address import at_host, normalised, place_of
from nvrflow.browser.bounds import Bounds
from nvrflow.errors import Unreachable
from nvrflow.wait import waiting

__all__ = ["Address", "at_host", "locate", "normalised", "plain_at", "redirected_to_https"]


_SPEAKS_TLS = 400  # several servers answer this to plain HTTP on a TLS port


@dataclass(frozen=True)
class Address:
    """The recorder's current address: `url` without path, and for HTTPS the served key (SHA-256 of its SPKI, base64).

    A browser pinned to that key can open a recorder that is not trusted yet, and no other untrusted server.
    """

    url: str
    pin: str | None = None

    @property
    def host(self) -> str:
        """The host without port; an IPv6 address without brackets."""
        return place_of(self.url).host

    @property
    def secure(self) -> bool:
        """Whether the address is HTTPS."""
        return self.url.startswith("https:")


def plain_at(url: str) -> str:
    """The plain HTTP address with this host and port; port 80 for an HTTPS address without a port."""
    parts = urlsplit(url)
    return normalised(f"http://{at_host(parts.hostname or '')}" + (f":{parts.port}" if parts.port else ""))


def redirected_to_https(answer: tls.Front | None, host: str, bounds: Bounds | None = None) -> SplitResult | None:
    """The address to which a plain HTTP answer redirects, if that is HTTPS on the same host or on a host within `bounds`."""
    target = urlsplit(answer.location or "") if answer is not None and 300 <= answer.status < 400 else None
    if target is None or target.scheme != "https":
        return None
    return target if target.hostname == host or (bounds is not None and bounds.reaches(target.hostname or "")) else None


def locate(url: str, timeout: float = 5.0, bounds: Bounds | None = None) -> Address:
    """Find the recorder's web UI: a redirect to HTTPS on the same host is followed, and the key served there is read.

    A port that speaks TLS is opened with HTTPS even if HTTP was typed: some recorders have both on one port. Raises Unreachable,
    and OtherHost for a redirect that leaves `bounds`.
    """
    parts = urlsplit(url)
    if parts.scheme == "http":
        with waiting(f"an answer from {url}", timeout):
            answer = tls.front(url, timeout)
        if bounds is not None and answer is not None and 300 <= answer.status < 400:
            bounds.must_permit(urljoin(url, answer.location or ""), f"{url} redirects")
        target = redirected_to_https(answer, parts.hostname or "", bounds)
        if answer is None or answer.status == _SPEAKS_TLS:
            with waiting(f"an answer from {parts.netloc} with HTTPS", timeout):
                served = tls.served(parts.hostname or "", parts.port or 80, timeout)
            target = parts if served.leaf is not None else None
            if answer is None and target is None:
                raise Unreachable(f"{url}: the recorder does not answer ({served.why}); check address, cable and power")
        if target is None:
            return Address(url)
        parts = target
    with waiting(f"an answer from {parts.netloc} with HTTPS", timeout):
        served = tls.served(parts.hostname or "", parts.port or 443, timeout)
    if served.leaf is None:
        raise Unreachable(f"{url}: the recorder does not answer with HTTPS ({served.why}); check address, port and cable")
    return Address(normalised(f"https://{parts.netloc}"), served.leaf.spki_sha256)
