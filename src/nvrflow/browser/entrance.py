"""The address at which a recorder answers now, and the key that it serves there."""

from __future__ import annotations

from dataclasses import dataclass

from nvrflow import tls
from nvrflow.address import PORTS, Link, Place, as_shown, joined, link_of, normalised, place_of
from nvrflow.browser.bounds import Bounds
from nvrflow.errors import ProductDefect, Unreachable
from nvrflow.hostname import at_host, same_host
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
    place = place_of(url)
    return Place("http", place.host, 80 if place.secure and place.port == PORTS["https"] else place.port).url


def redirected_to_https(answer: tls.Front | None, host: str, bounds: Bounds | None = None) -> Link | None:
    """The address to which a plain HTTP answer redirects, if that is HTTPS on the same host or on a host within `bounds`."""
    if answer is None or not answer.redirect:
        return None
    target = link_of(joined(f"http://{at_host(host)}/", answer.redirect))
    if target.scheme != "https":
        return None
    return target if same_host(target.host, host) or (bounds is not None and bounds.reaches(target.host)) else None


def locate(url: str, timeout: float = 5.0, bounds: Bounds | None = None) -> Address:
    """Find the recorder's web UI: a redirect to HTTPS on the same host is followed, and the key served there is read.

    A port that speaks TLS is opened with HTTPS even if HTTP was typed: some recorders have both on one port. Raises Unreachable,
    OtherHost for a redirect that leaves `bounds`, and ProductDefect for one that no browser can follow.
    """
    place = place_of(url)
    if not place.secure:
        secure = _secure_place(place, timeout, bounds)
        if secure is None:
            return Address(url)
        place = secure
    served = _served(place, timeout)
    if served.leaf is None:
        raise Unreachable(f"{url}: the recorder does not answer with HTTPS ({served.why}); check address, port and cable")
    return Address(place.url, served.leaf.spki_sha256)


def _secure_place(plain: Place, timeout: float, bounds: Bounds | None) -> Place | None:
    """Where the recorder speaks TLS although its plain address was given; None when it answers there with plain HTTP."""
    with waiting(f"an answer from {plain.url}", timeout):
        answer = tls.front(plain.url, timeout)
    if answer is None or answer.status == _SPEAKS_TLS:
        served = _served(plain, timeout)
        if served.leaf is not None:
            return Place("https", plain.host, plain.port)
        if answer is None:
            raise Unreachable(f"{plain.url}: the recorder does not answer ({served.why}); check address, cable and power")
    if answer.redirect:
        _must_lead_somewhere(plain, answer.redirect, bounds)
    target = redirected_to_https(answer, plain.host, bounds)
    return target.place if target else None


def _must_lead_somewhere(plain: Place, location: str, bounds: Bounds | None) -> None:
    url = joined(plain.url, location)
    if not url:
        raise ProductDefect(
            f"{plain.url}: the recorder redirects to {as_shown(location)}, which is not an address, so no browser gets further; "
            "restart the recorder, or open it by another address"
        )
    if bounds is not None:
        bounds.must_permit(url, f"{plain.url} redirects")


def _served(place: Place, timeout: float) -> tls.Served:
    with waiting(f"an answer from {place.netloc} with HTTPS", timeout):
        return tls.served(place.host, place.port, timeout)
