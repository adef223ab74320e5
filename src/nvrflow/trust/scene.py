"""The facts before any client is asked: what the recorder serves, and what was imported for it on this computer."""

from __future__ import annotations

from dataclasses import dataclass

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.certificate import Certificate, host_of
from nvrflow.errors import InvalidFile
from nvrflow.problem import Problem
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.stores import Store, is_enough


@dataclass(frozen=True)
class Lying:
    """A certificate in a store that makes the recorder trusted; `enough` if its flags there are sufficient."""

    store: Store
    certificate: Certificate
    enough: bool


@dataclass(frozen=True)
class Scene:
    """A recorder and this computer. `url` is the HTTPS address, `typed` the address that the person typed.

    `offers` is None if the recorder does not speak TLS. `entries` are the ledger's entries for this recorder; `damage` says why
    the ledger cannot be read. `authority` is the recorder's CA certificate if the caller has it.
    """

    url: str
    typed: str
    computer: Computer
    served: tls.Served
    offers: tls.Offers | None = None
    entries: tuple[Entry, ...] = ()
    damage: Problem | None = None
    authority: Certificate | None = None

    @property
    def host(self) -> str:
        """The recorder's address, without port and brackets."""
        return host_of(self.url)

    @property
    def port(self) -> int:
        """The HTTPS port."""
        return place_of(self.url).port

    @property
    def anchors(self) -> tuple[Entry, ...]:
        """The entries that are trust anchors; an intermediate is not."""
        return tuple(entry for entry in self.entries if entry.use != "intermediate")

    @property
    def links(self) -> tuple[Certificate, ...]:
        """The certificates between an anchor and the recorder's own, sent by the recorder or imported as intermediate."""
        return self.served.chain[1:] + tuple(entry.certificate for entry in self.entries if entry.use == "intermediate")

    def vouches(self, certificate: Certificate) -> bool:
        """Whether trusting this certificate makes the served one trusted: it is the same, or signed it directly or indirectly."""
        leaf = self.served.leaf
        if leaf is None:
            return False
        if certificate.der == leaf.der or certificate.issued(leaf):
            return True
        return any(link.issued(leaf) and certificate.issued(link) for link in self.links)

    @property
    def issuer(self) -> Certificate | None:
        """The recorder's certificate that signed the served one (never nvrflow's limited anchor); None if it is not known."""
        leaf = self.served.leaf
        if leaf is None or leaf.self_signed:
            return leaf
        ours = (entry.certificate for entry in self.anchors if entry.sha256 == entry.source_sha256)
        known = (*([self.authority] if self.authority else []), *self.links, *ours)
        return next((one for one in known if one.issued(leaf)), None)

    def lying(self) -> list[Lying]:
        """All certificates in the stores that make the recorder trusted, whoever put them there."""
        uses = {entry.sha256: entry.use for entry in self.entries}
        known = [*(entry.certificate for entry in self.anchors), *self.served.chain, self.authority]
        fitting = {one.sha256: one for one in known if one is not None and self.vouches(one)}
        found = []
        for store in all_stores(self.computer):
            for certificate in fitting.values():
                lies = store.holds(certificate)
                if lies is not None:
                    leaf = self.served.leaf is not None and certificate.der == self.served.leaf.der
                    use = uses.get(certificate.sha256, "leaf" if leaf else "authority")
                    found.append(Lying(store, certificate, is_enough(store, lies, use)))
        return found


def look(url: str, typed: str, computer: Computer, timeout: float = 5.0, authority: Certificate | None = None) -> Scene:
    """Look at a recorder and at this computer. Changes nothing and never raises."""
    host, port = host_of(url), place_of(url).port
    served = tls.served(host, port, timeout)
    speaks = served.outcome in ("tls", "unreadable", "breaks-off", "old-tls-only", "no-common-cipher")
    offers = tls.offers(host, port, timeout) if speaks else None
    try:
        entries = Ledger(computer.state / "trust.json").of_host(host, {port})
    except InvalidFile as problem:
        damage = Problem("ledger-unreadable", "ledger", str(problem), level="warning")
        return Scene(url, typed, computer, served, offers, damage=damage, authority=authority)
    done = tuple(entry for entry in entries if entry.phase == "done")
    return Scene(url, typed, computer, served, offers, done, authority=authority)
