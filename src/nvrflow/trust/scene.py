"""What is known before any client is asked: what the recorder serves, and what was imported for it on this computer."""

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
    """A certificate that vouches for the recorder, as it lies in a store; `enough` when its flags do there."""

    store: Store
    certificate: Certificate
    enough: bool


@dataclass(frozen=True)
class Scene:
    """A recorder and this computer. `url` is its HTTPS address, `typed` the address by which a person knows it.

    `offers` is None where no TLS is spoken. `entries` are the ledger's for this recorder; `damage` says that the ledger cannot be
    read. `authority` is the recorder's CA certificate where the caller has it.
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
        """The port of its HTTPS."""
        return place_of(self.url).port

    @property
    def anchors(self) -> tuple[Entry, ...]:
        """The entries that are trusted by themselves (an intermediate is not)."""
        return tuple(entry for entry in self.entries if entry.use != "intermediate")

    @property
    def links(self) -> tuple[Certificate, ...]:
        """The certificates between an anchor and the recorder's own: sent along, or imported as intermediate."""
        return self.served.chain[1:] + tuple(entry.certificate for entry in self.entries if entry.use == "intermediate")

    def vouches(self, certificate: Certificate) -> bool:
        """Whether trusting it trusts what is served: it is the served one, or signed it, directly or through a link."""
        leaf = self.served.leaf
        if leaf is None:
            return False
        if certificate.der == leaf.der or certificate.issued(leaf):
            return True
        return any(link.issued(leaf) and certificate.issued(link) for link in self.links)

    @property
    def issuer(self) -> Certificate | None:
        """The recorder's own certificate that signed the served one, never our limited stand-in; None when it is not known."""
        leaf = self.served.leaf
        if leaf is None or leaf.self_signed:
            return leaf
        ours = (entry.certificate for entry in self.anchors if entry.sha256 == entry.source_sha256)
        known = (*([self.authority] if self.authority else []), *self.links, *ours)
        return next((one for one in known if one.issued(leaf)), None)

    def lying(self) -> list[Lying]:
        """Everything that vouches for the recorder, store by store, whoever put it there."""
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
    """Look at a recorder and at this computer. Nothing is changed, and nothing raises."""
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
