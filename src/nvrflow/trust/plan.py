"""The plan: what would be trusted, where, and by which commands. Making it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

<<<<<<< HEAD
from nvrflow.certificate import Certificate
=======
from nvrflow.certificate import Certificate, host_of, judge
from nvrflow.errors import WrongCall
>>>>>>> certs
from nvrflow.problem import Problem
from nvrflow.trust.actions import Action, shown
from nvrflow.trust.choice import choose
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import chosen_stores
from nvrflow.trust.judgement import Judgement, judged
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.material import Material
from nvrflow.trust.request import Kind, Request
from nvrflow.trust.stores import Flagged, Store, Use, flags_of, is_enough


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
        return flags_of(self.store, self.use)

    @property
    def actions(self) -> list[Action]:
        """What will be done, in order; each has `.shown`, the same in shell."""
        if self.present:
            return []
        found = self.store.holds(self.certificate)
        if found is not None:
            return self.store.raising(self.certificate, found, self.use) if isinstance(self.store, Flagged) else []
        return self.store.add(self.certificate, self.use, self.host)

    @property
    def commands(self) -> list[str]:
        """The actions as text, for a dry run: POSIX shell, or PowerShell for Windows' stores."""
        return [shown(action, powershell=self.store.family == "windows") for action in self.actions]


@dataclass(frozen=True)
class Plan:
    """What would be done. `judgement.admit` says whether it may be done at all.

    `source` is the recorder's certificate whose `fingerprint` a person has to confirm. `skipped` are stores where
    nothing can be done, each with a Problem; `by_hand` the items that need an administrator, as commands to type.
    """

    judgement: Judgement
    items: tuple[Item, ...] = ()
    skipped: tuple[Problem, ...] = ()
    by_hand: tuple[Item, ...] = ()
<<<<<<< HEAD
=======
    warnings: tuple[str, ...] = ()
    objections: tuple[Problem, ...] = ()
    ports: tuple[int, ...] = ()
>>>>>>> certs

    @property
    def request(self) -> Request:
        """What was asked for."""
        return self.judgement.request

    @property
    def host(self) -> str:
        """The recorder's host."""
        return self.request.host

    @property
    def kind(self) -> Kind:
        """How much is trusted in the end."""
        return self.judgement.kind

    @property
    def material(self) -> Material:
        """The certificates, sorted."""
        return self.judgement.material

    @property
    def source(self) -> Certificate:
        """The certificate to confirm."""
        return self.judgement.source

    @property
    def computer(self) -> Computer:
        """The computer whose stores are meant."""
        return self.request.computer

    @property
    def ledger(self) -> Ledger:
        """Its ledger."""
        return self.request.ledger

    @property
    def fingerprint(self) -> str:
        """The SHA-256 to compare with the recorder's own screen."""
        return self.judgement.fingerprint

    @property
    def refusal(self) -> str:
        """Every reason not to import; empty when there is none."""
        return self.judgement.refusal

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person has to know before deciding."""
        return self.judgement.warnings

    @property
    def earlier(self) -> list[Entry]:
        """What the ledger says of this recorder."""
        return [one for one in self.ledger.of_host(self.host, self.request.ports) if one.phase == "done"]

    @property
    def shown(self) -> list[str]:
        """All commands in order, for a dry run."""
        return [line for item in (*self.items, *self.by_hand) for line in item.commands]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        names = self.material.names
        return {
            "host": self.host,
            "kind": self.kind,
            "asked": self.request.terms.kind,
            "situation": self.material.situation,
            "names": {"permitted": [*names.addresses, *names.names], "further": list(names.further)},
            "fingerprint": self.fingerprint,
            "refusal": self.refusal or None,
            "warnings": list(self.warnings),
            "problems": [problem.as_dict() for problem in self.judgement.problems],
            "items": [_item(item, by_hand=False) for item in self.items],
            "by_hand": [_item(item, by_hand=True) for item in self.by_hand],
            "skipped": [{"store": one.where, "why": str(one).partition(": ")[2], "code": one.code} for one in self.skipped],
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


<<<<<<< HEAD
def make_plan(request: Request) -> Plan:
    """What would be trusted for this request. Raises WrongCall for a store that this computer does not have."""
    return plan_for(judged(request))


def plan_for(judgement: Judgement) -> Plan:
    """What would be trusted after this judgement; nothing, if it refuses. Raises WrongCall for an unknown store."""
    request = judgement.request
    stores = chosen_stores(request.computer, request.terms.stores, request.terms.scope)
    made = Plan(judgement)
    if judgement.refused:
        return made
    return request.ledger.between_changes(lambda: _with_items(made, stores))
=======
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
    ledger: Ledger | None = None,
    now: datetime | None = None,
    recorder_clock: datetime | None = None,
    computer: Computer | None = None,
) -> Plan:
    """What would be trusted for the recorder at `host` (an address or URL).

    `device` and `authority` are the two downloads (either may be missing), `served_leaf` what TLS really shows, None
    when HTTPS is off. `stores` are names, None for all of the scope; `ports` are those at which the recorder is reached,
    if several may stand behind the address. Raises WrongCall for a call that cannot be meant.
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
    material = Material(leaf, authority, links)
    material = replace(material, earlier=earlier_anchors(ledger.of_host(host), material))
    clocks = (now or datetime.now(UTC), recorder_clock)
    objections = _objections(material, kind, host, *clocks)
    source = authority if authority is not None and material.situation == "issued" and kind != "pin" else leaf
    case = Case(host, kind, material, device, served_leaf, objections, ledger.entries())
    made = Plan(host, kind, material, source, computer, ledger, objections=objections, ports=tuple(ports))
    refused = refusals(case)
    if refused:
        return replace(made, refusal=". ".join(refused))
    made = replace(made, warnings=tuple(warnings(case)))
    return ledger.between_changes(lambda: _with_items(made, chosen_stores(computer, stores, scope)))


def _objections(material: Material, kind: Kind, host: str, now: datetime, recorder_clock: datetime | None) -> tuple[Problem, ...]:
    """A chain is judged by its last link: the CA that signed the device certificate has to be a fit one."""
    signer = material.signer if material.signer.der != material.device.der else material.authority
    found = judge(material.device, signer, host, now, recorder_clock)
    if kind == "pin" and material.authority is None:
        return tuple(problem for problem in found if problem.code != "not-issued")
    return found
>>>>>>> certs


def _with_items(made: Plan, stores: Sequence[Store]) -> Plan:
    items: list[Item] = []
    by_hand: list[Item] = []
    skipped: list[Problem] = []
    for store in stores:
        state = store.state()
        if not state.usable and not state.by_hand:
            skipped.append(Problem("store-not-usable", store.name, state.why, state.mend, "note"))
            continue
        for choice in choose(made.material, made.kind, store.family):
            if choice.certificate is None:
                skipped.append(Problem("nothing-for-store", store.name, choice.why, level="note"))
                continue
            item = Item(store, choice.certificate, choice.use, choice.why, made.host)
            found = store.holds(choice.certificate)
            item = replace(item, present=found is not None and is_enough(store, found, choice.use))
            (items if state.usable else by_hand).append(item)
    return replace(made, items=tuple(items), by_hand=tuple(by_hand), skipped=tuple(skipped))
