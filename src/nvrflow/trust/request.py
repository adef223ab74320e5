"""The request: which certificates to trust, for which recorder, to what extent, and in which stores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from nvrflow import tls
from nvrflow.address import PORTS, Place, joined, link_of, place_of
from nvrflow.certificate import Certificate, KeyExchange, host_of, read_certificate_file
from nvrflow.errors import CertificateRefused, Unreachable, WrongCall
from nvrflow.hostname import same_host
from nvrflow.https_memory import HttpsMemory
from nvrflow.state_folder import state_folder
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.ledger import Ledger, ledger_of
from nvrflow.trust.material import sort_out

Kind = Literal["limited", "pin", "ca", "as-guide"]
KINDS: tuple[Kind, ...] = ("limited", "pin", "ca", "as-guide")


@dataclass(frozen=True)
class Terms:
    """To what extent to trust, and where: the values of `--trust`, `--store`, `--scope` and `--also`.

    `stores` are names; if there are none, all stores of the scope are used. `also` are further public names that may be trusted.
    Raises WrongCall for a kind that does not exist.
    """

    kind: Kind = "limited"
    stores: tuple[str, ...] = ()
    scope: Scope = "user"
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WrongCall(f"--trust {self.kind}: this kind does not exist; use one of {', '.join(KINDS)}")


@dataclass(frozen=True)
class Request:
    """A request to trust the recorder at `host` by downloaded certificates (`device`, `authority`) or the `served` one.

    `ports` are the recorder's HTTP and HTTPS ports, because several recorders may share one address. `exchanges` are the key
    exchanges that it really serves (None: not known). `recorder_clock` is its Date header and `now` this computer's clock, both
    timezone-aware. `shown_at` says where on the recorder's own monitor the fingerprint can be read.
    Raises WrongCall for a request without a host or without any certificate of the recorder itself.
    """

    host: str
    device: Certificate | None = None
    authority: Certificate | None = None
    served: Certificate | None = None
    terms: Terms = field(default_factory=Terms)
    intermediates: tuple[Certificate, ...] = ()
    exchanges: frozenset[KeyExchange] | None = None
    ports: tuple[int, ...] = ()
    recorder_clock: datetime | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    computer: Computer = field(default_factory=Computer.this)
    shown_at: str = ""

    def __post_init__(self) -> None:
        if not self.host:
            raise WrongCall("the recorder's address is missing; add --for URL")
        if self.served is None and self.device is None:
            raise WrongCall(
                f"{self.host}: the recorder's own certificate is missing, and HTTPS is off; give the device certificate's file"
            )

    @property
    def leaf(self) -> Certificate:
        """The certificate that browsers will get: the served one, otherwise the downloaded one."""
        found = self.served or self.device
        assert found is not None
        return found

    @property
    def ledger(self) -> Ledger:
        """The ledger of the user whose stores are changed."""
        return ledger_of(self.computer)

    def serving(self, leaf: Certificate, exchanges: frozenset[KeyExchange] | None) -> Request:
        """This request, completed with what the recorder serves."""
        return replace(self, served=leaf, exchanges=exchanges)


def request_for_files(files: Sequence[Path], url: str | None, terms: Terms, computer: Computer | None = None) -> Request:
    """Make a request from certificate files; the recorder at `url` is asked what it serves.

    Without `url`, the device certificate must name the recorder. Raises InvalidFile, CertificateRefused, WrongCall.
    """
    certificates = [certificate for path in files for certificate in read_certificate_file(path)]
    computer = computer or Computer.this()
    if url is None:
        found = sort_out(certificates)
        names = (*found.device.ip_names, *found.device.dns_names) if found.device else ()
        if not names:
            raise WrongCall("trust: the files do not say which recorder they belong to; add --for URL")
        return Request(host_of(names[0]), found.device, found.authority, None, terms, found.intermediates, computer=computer)
    at = place_of(url)
    port = https_port(at)
    served = tls.served(at.host, port)
    if served.outcome == "unreadable":
        raise CertificateRefused(f"{served.why}; create a new certificate on the recorder")
    found = sort_out(certificates, served.leaf)
    return Request(
        at.host,
        found.device,
        found.authority,
        served.leaf,
        terms,
        found.intermediates,
        exchanges=tls.offers(at.host, port).picked if served.leaf else None,
        ports=tuple(dict.fromkeys((at.port, port))),
        recorder_clock=tls.date_header(at.url),
        computer=computer,
    )


def request_for_served(url: str, terms: Terms, computer: Computer | None = None) -> Request:
    """Make a request from what the recorder at `url` serves by HTTPS. Raises Unreachable when it serves no certificate."""
    at = place_of(url)
    port = https_port(at)
    served = tls.served(at.host, port)
    if served.leaf is None:
        raise Unreachable(f"{url}: {served.why}; turn HTTPS on first (nvrflow secure {url}), or give certificate files")
    found = sort_out(served.chain, served.leaf)
    if found.authority is None and not served.leaf.self_signed and terms.kind != "pin":
        raise CertificateRefused(
            f"{url}: the recorder does not send its CA certificate; give the files that an earlier run downloaded"
            " (nvrflow-runs/…/downloads) instead of the address, or add --trust pin"
        )
    return Request(
        at.host,
        served.leaf,
        found.authority,
        served.leaf,
        terms,
        found.intermediates,
        exchanges=tls.offers(at.host, port).picked,
        ports=tuple(dict.fromkeys((at.port, port))),
        recorder_clock=tls.date_header(at.url),
        computer=computer or Computer.this(),
    )


def https_port(at: Place) -> int:
    """The HTTPS port of the recorder at `url` (normalised): that of the address, the port to which HTTP redirects,
    the one that an earlier run learned, or 443.
    """
    if at.secure:
        return at.port
    target = link_of(joined(at.url, tls.redirect_of(at.url) or ""))
    if target.scheme == "https" and same_host(target.host, at.host):
        return target.port
    return HttpsMemory(state_folder()).port_of(at) or PORTS["https"]
