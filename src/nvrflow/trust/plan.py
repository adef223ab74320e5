"""The plan: what would be trusted, where, by which commands, and what a person has to confirm. Nothing is changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from nvrflow.certificate import Certificate, Objection, host_of, judge
from nvrflow.errors import WrongCall
from nvrflow.trust.actions import Action, shown
from nvrflow.trust.choosing import KINDS, Kind, Material, choose
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.discovery import chosen_stores
from nvrflow.trust.earlier import earlier_anchors
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.names import decide
from nvrflow.trust.safety import Case, refusals, warnings
from nvrflow.trust.stores import Store, Use


@dataclass(frozen=True)
class Item:
    """One certificate for one store; `present` when it is there already and does."""

    store: Store
    certificate: Certificate
    use: Use
    why: str
    host: str
    present: bool = False

    @property
    def flags(self) -> str:
        """The trust flags there, empty where a store knows none."""
        return self.store.flags(self.use)

    @property
    def actions(self) -> list[Action]:
        """What will be done, in order; each has `.shown`, the same in shell."""
        if self.present:
            return []
        found = self.store.find(self.certificate)
        if found is not None:
            return self.store.raising(self.certificate, found, self.use)
        return self.store.adding(self.certificate, self.use, self.host)

    @property
    def commands(self) -> list[str]:
        """The same as text, for a dry run: POSIX shell, or PowerShell for Windows' stores."""
        return [shown(action, powershell=self.store.family == "windows") for action in self.actions]


@dataclass(frozen=True)
class Plan:
    """What would be done. With a `refusal` nothing may be done, and it says what to change.

    `source` is the recorder's certificate whose `fingerprint` a person has to confirm. `skipped` are stores where
    nothing can be done, with the reason; `by_hand` the items that need an administrator, as commands to type.
    """

    host: str
    kind: Kind
    material: Material
    source: Certificate
    computer: Computer
    ledger: Ledger
    refusal: str = ""
    items: tuple[Item, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    by_hand: tuple[Item, ...] = ()
    warnings: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    ports: tuple[int, ...] = ()

    @property
    def known(self) -> bool:
        """Whether this very fingerprint was confirmed for this recorder before, so that nobody is asked again."""
        return any(self.fingerprint in (one.source_sha256, one.device_sha256) for one in self._earlier)

    @property
    def changed_from(self) -> str:
        """The fingerprint that was trusted for this recorder before, when neither it nor the device's is the same now."""
        devices = {one.device_sha256 for one in self._earlier}
        if self.known or not devices or self.material.device.sha256 in devices:
            return ""
        return self._earlier[-1].source_sha256

    @property
    def _earlier(self) -> list[Entry]:
        return [one for one in self.ledger.of_host(self.host, self.ports) if one.phase == "done"]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 to compare with the recorder's own screen."""
        return self.source.sha256

    @property
    def question(self) -> str:
        """What a person is asked."""
        return (
            f"{self.host}: the files came over the network, where anyone could have exchanged them. Is this the"
            f" SHA-256 of the certificate {self.source.name!r} on the recorder's own screen?\n  {self.fingerprint}\n"
            f"This computer will then trust it {self.reach}."
        )

    @property
    def reach(self) -> str:
        """What is trusted, in a few words."""
        if self.kind in ("ca", "as-guide") and self.material.situation == "issued":
            return "for every site in the world"
        if self.kind == "pin" or self.material.situation != "issued":
            return "as this one device certificate"
        return f"for {self.material.names.shown}"

    @property
    def shown(self) -> list[str]:
        """All commands in order, for a dry run."""
        return [line for item in (*self.items, *self.by_hand) for line in item.commands]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "host": self.host,
            "kind": self.kind,
            "situation": self.material.situation,
            "fingerprint": self.fingerprint,
            "refusal": self.refusal or None,
            "known": self.known,
            "warnings": list(self.warnings),
            "items": [_item(item, by_hand=False) for item in self.items],
            "by_hand": [_item(item, by_hand=True) for item in self.by_hand],
            "skipped": [{"store": name, "why": why} for name, why in self.skipped],
        }


def _item(item: Item, *, by_hand: bool) -> dict[str, Any]:
    return {
        "store": item.store.name,
        "place": item.store.place,
        "certificate": item.certificate.sha256,
        "subject": item.certificate.subject,
        "use": item.use,
        "flags": item.flags,
        "why": item.why,
        "present": item.present,
        "by_hand": by_hand,
        "commands": item.commands,
    }


def plan(
    device: Certificate | None,
    authority: Certificate | None,
    served_leaf: Certificate | None,
    host: str,
    kind: Kind = "limited",
    stores: Sequence[str] | None = None,
    scope: Scope = "user",
    environment: Mapping[str, str] | None = None,
    *,
    intermediates: Sequence[Certificate] = (),
    ports: Sequence[int] = (),
    also: Collection[str] = (),
    ledger: Ledger | None = None,
    now: datetime | None = None,
    recorder_clock: datetime | None = None,
    computer: Computer | None = None,
) -> Plan:
    """What would be trusted for the recorder at `host` (an address or URL).

    `device` and `authority` are the two downloads (either may be missing), `served_leaf` what TLS really shows, None
    when HTTPS is off. `stores` are names, None for all of the scope; `ports` are those at which the recorder is reached,
    if several may stand behind the address; `also` are further public names that the person says are the recorder's.
    Raises WrongCall for a call that cannot be meant.
    """
    if kind not in KINDS:
        raise WrongCall(f"--trust {kind}: there is no such kind; it is one of {', '.join(KINDS)}")
    host = host_of(host)
    leaf = served_leaf or device
    if not host:
        raise WrongCall("the recorder's address is missing; say --for URL")
    if leaf is None:
        raise WrongCall(f"{host}: no device certificate, and no HTTPS to see it by; give the device certificate's file")
    computer = computer or Computer.this(environment if environment is not None else os.environ)
    ledger = ledger or ledger_of(computer)
    if authority is not None and leaf.self_signed and not authority.issued(leaf):
        authority = None  # a recorder that lists some CA beside its self-signed certificate
    known_links = {leaf.der, authority.der if authority else b""}
    links = tuple(one for one in intermediates if one.der not in known_links and not one.self_signed)
    material = Material(leaf, authority, links, names=decide(leaf, host, also))
    if kind == "limited" and material.names.kind == "pin":
        kind = "pin"
    material = replace(material, earlier=earlier_anchors(ledger.of_host(host), material))
    clocks = (now or datetime.now(UTC), recorder_clock)
    objections = _objections(material, kind, host, *clocks)
    source = authority if authority is not None and material.situation == "issued" and kind != "pin" else leaf
    case = Case(host, kind, material, device, served_leaf, objections, ledger.entries())
    made = Plan(host, kind, material, source, computer, ledger, objections=tuple(objections), ports=tuple(ports))
    refused = refusals(case)
    if refused:
        return replace(made, refusal=". ".join(refused))
    made = replace(made, warnings=tuple(warnings(case)))
    return ledger.between_changes(lambda: _with_items(made, chosen_stores(computer, stores, scope)))


def _objections(material: Material, kind: Kind, host: str, now: datetime, recorder_clock: datetime | None) -> list[Objection]:
    """A chain is judged by its last link: the CA that signed the device certificate has to be a fit one."""
    signer = material.signer if material.signer.der != material.device.der else material.authority
    found = judge(material.device, signer, host, now, recorder_clock)
    if kind == "pin" and material.authority is None:
        return [objection for objection in found if objection.code != "not-issued"]
    return found


def _with_items(made: Plan, stores: Sequence[Store]) -> Plan:
    items: list[Item] = []
    by_hand: list[Item] = []
    skipped: list[tuple[str, str]] = []
    for store in stores:
        state = store.state()
        if not state.usable and not state.by_hand:
            skipped.append((store.name, f"{state.why}; {state.mend}" if state.mend else state.why))
            continue
        for choice in choose(made.material, made.kind, store.family):
            if choice.certificate is None:
                skipped.append((store.name, choice.why))
                continue
            item = Item(store, choice.certificate, choice.use, choice.why, made.host)
            found = store.find(choice.certificate)
            item = replace(item, present=found is not None and store.enough(found, choice.use))
            (items if state.usable else by_hand).append(item)
    return replace(made, items=tuple(items), by_hand=tuple(by_hand), skipped=tuple(skipped))


def ledger_of(computer: Computer) -> Ledger:
    """The ledger of this user."""
    return Ledger(computer.state / "trust.json")
