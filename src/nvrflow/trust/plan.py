"""The plan: what would be trusted, where, and by which commands. Making it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from nvrflow.certificate import Certificate
from nvrflow.problem import Problem, warnings
from nvrflow.report import TrustChange
from nvrflow.trust.actions import Action, shown
from nvrflow.trust.choice import choose
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import chosen_stores
from nvrflow.trust.judgement import Judgement, judged
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.material import Material
from nvrflow.trust.request import Kind, Request
from nvrflow.trust.stores import Flagged, Store, Use, flags_of, is_enough

# Measured with OpenSSL 3.0: it holds only common names that look like a host with dots to name constraints (X509_check_host then
# takes the others as well, where there is no alternative name). Browsers look at no common name.
_OPENSSL_GAP = Problem(
    "openssl-common-names",
    "system store",
    "programs that use OpenSSL (curl, Python) do not hold every certificate to the limits: one with a common name like *.example"
    " or of a single word, and without alternative names, still passes if somebody made it with the key of the recorder's CA",
    "browsers are not concerned; leave the system store out if those programs need not open the recorder",
    "warning",
)


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
    def problems(self) -> tuple[Problem, ...]:
        """All that is known against it: what the judgement found, and what is special about the stores."""
        gap = _OPENSSL_GAP if any(item.store.family == "openssl" for item in (*self.items, *self.by_hand)) else None
        limited = self.kind == "limited" and self.material.situation == "issued"
        return (*self.judgement.problems, *([gap] if gap and limited else []))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person has to know before deciding."""
        return tuple(str(problem) for problem in warnings(self.problems))

    @property
    def earlier(self) -> list[Entry]:
        """What the ledger says of this recorder."""
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
