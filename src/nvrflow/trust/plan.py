"""The plan: what would be imported, into which stores, and by which commands. Making a plan changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nvrflow.certificate import Certificate
from nvrflow.errors import CertificateRefused
from nvrflow.problem import Problem, warnings
from nvrflow.report import TrustChange
from nvrflow.trust.actions import Action, shown
from nvrflow.trust.choice import choose
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import chosen_stores
from nvrflow.trust.judgement import WHOLE, Judgement, judged
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.material import Material
from nvrflow.trust.request import Kind, Request
from nvrflow.trust.store_findings import OPENSSL_GAP, authority_there, others_of_its_ca, replaces
from nvrflow.trust.stores import Flagged, Store, Use, flags_of, is_enough


@dataclass(frozen=True)
class Item:
    """One certificate for one store; `present` if it is there already with the flags that it needs."""

    store: Store
    certificate: Certificate
    use: Use
    why: str
    host: str
    present: bool = False

    @property
    def flags(self) -> str:
        """The trust flags in that store; empty if the store has none."""
        return flags_of(self.store, self.use)

    @property
    def actions(self) -> list[Action]:
        """What will be done, in order; `.shown` of each is the shell command."""
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
    """What would be done. `judgement.admit` decides whether it may be done.

    `source` is the recorder's certificate whose `fingerprint` a person must confirm. `replaced` is what an earlier run imported
    for this recorder in another form; it is removed afterwards. `around` are problems with the stores themselves. `skipped` has
    a Problem for each store that cannot be changed; `by_hand` are the items that an administrator must do.
    """

    judgement: Judgement
    items: tuple[Item, ...] = ()
    replaced: tuple[Entry, ...] = ()
    around: tuple[Problem, ...] = ()
    skipped: tuple[Problem, ...] = ()
    by_hand: tuple[Item, ...] = ()

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
        """The kind of trust that results."""
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
        """The computer whose stores are changed."""
        return self.request.computer

    @property
    def ledger(self) -> Ledger:
        """The ledger of the computer's user."""
        return self.request.ledger

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint to compare with the recorder's own screen."""
        return self.judgement.fingerprint

    @property
    def refusal(self) -> str:
        """Every reason not to import; empty when there is none."""
        return ". ".join(str(problem) for problem in self.problems if problem.fatal)

    def admit(self, consequence: str) -> None:
        """Raise CertificateRefused if the plan may not be carried out; `consequence` is the last sentence of the message."""
        if self.refusal:
            problem = CertificateRefused(f"{self.host}: {self.refusal}. {consequence}")
            problem.facts = self.as_dict()
            raise problem

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every known problem: those of the judgement, and those of the stores."""
        gap = OPENSSL_GAP if any(item.store.family == "openssl" for item in (*self.items, *self.by_hand)) else None
        limited = self.kind == "limited" and self.material.situation == "issued"
        return (*self.judgement.problems, *self.around, *([gap] if gap and limited else []))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person must know before deciding."""
        return tuple(str(problem) for problem in warnings(self.problems))

    @property
    def earlier(self) -> list[Entry]:
        """The ledger's entries for this recorder."""
        return [one for one in self.ledger.of_host(self.host, self.request.ports) if one.phase == "done"]

    @property
    def wanted(self) -> list[TrustChange]:
        """What carrying it out would change, for a dry run: each with the commands that would be run."""
        reach, missing = self.judgement.reach, [item for item in self.items if not item.present]
        return [TrustChange(one.store.name, self.kind, one.certificate.sha256, False, reach, one.commands) for one in missing]

    @property
    def shown(self) -> list[str]:
        """All commands in order, for a dry run."""
        return [line for item in (*self.items, *self.by_hand) for line in item.commands]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            **self.judgement.as_dict(),
            "refusal": self.refusal or None,
            "replaced": [{"store": one.store, "kind": one.kind, "sha256": one.sha256} for one in self.replaced],
            "warnings": list(self.warnings),
            "problems": [problem.as_dict() for problem in self.problems],
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


def make_plan(request: Request) -> Plan:
    """Plan what would be imported for this request. Raises WrongCall for a store that this computer does not have."""
    return plan_for(judged(request))


def plan_for(judgement: Judgement) -> Plan:
    """Plan the import after this judgement; the plan is empty if it refuses. Raises WrongCall for an unknown store."""
    request = judgement.request
    stores = chosen_stores(request.computer, request.terms.stores, request.terms.scope)
    made = Plan(judgement)
    if judgement.refused:
        return made
    return request.ledger.between_changes(lambda: _with_items(made, stores))


def _with_items(made: Plan, stores: Sequence[Store]) -> Plan:
    items: list[Item] = []
    by_hand: list[Item] = []
    skipped: list[Problem] = []
    around: list[Problem] = []
    for store in stores:
        state = store.state()
        if not state.usable and not state.by_hand:
            skipped.append(Problem("store-not-usable", store.name, state.why, state.advice, "note"))
            continue
        about_it = list(_about_store(store, made))
        around += [problem for problem in about_it if problem.level != "note"]
        skipped += [problem for problem in about_it if problem.level == "note"]
        if any(problem.fatal for problem in around) or any(problem in skipped for problem in about_it):
            continue
        for choice in choose(made.material, made.kind, store.family):
            if choice.certificate is None:
                skipped.append(Problem("nothing-for-store", store.name, choice.why, level="note"))
                continue
            item = Item(store, choice.certificate, choice.use, choice.why, made.host)
            found = store.holds(choice.certificate)
            item = replace(item, present=found is not None and is_enough(store, found, choice.use))
            (items if state.usable else by_hand).append(item)
    names = {item.store.name for item in items}
    kept = {(item.store.name, item.store.place, item.certificate.sha256) for item in items}
    others = [one for one in made.earlier if one.store in names and one.spot not in kept]
    outdated = _outdated(others, made)
    replaced = tuple(one for one in others if one.kind != made.kind or one in outdated)
    return replace(
        made, items=tuple(items), replaced=replaced, around=tuple(around), by_hand=tuple(by_hand), skipped=tuple(skipped)
    )


def _about_store(store: Store, made: Plan) -> Iterator[Problem]:
    """What the certificates in the store mean for the import; a note means that this store is left out."""
    if made.kind in WHOLE:
        return
    yield from authority_there(store, made.material.authority, made.earlier)
    if made.material.situation == "issued":
        yield from others_of_its_ca(store, made.material.signer, made.kind, made.earlier)


def _outdated(entries: Sequence[Entry], made: Plan) -> list[Entry]:
    """The limited anchors of the same CA for this recorder that have other names, for example its earlier address."""
    if made.kind != "limited":
        return []
    clones = [one.certificate for one in entries if replaces(one.certificate, made.material.signer)]
    return [one for one in entries if any(one.sha256 == clone.sha256 or one.certificate.issued(clone) for clone in clones)]
