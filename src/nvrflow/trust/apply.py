"""Carrying a plan out and taking it back: each change stands in the ledger before and after, and a failure undoes all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from nvrflow.certificate import Certificate, host_of
from nvrflow.errors import CertificateRefused, NotTrusted
from nvrflow.report import TrustChange
from nvrflow.trust.actions import Action, perform
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import store_of
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.plan import Item, Plan
from nvrflow.trust.stores import Found, Store


def apply(plan: Plan, approved_by: str) -> list[TrustChange]:
    """Carry the plan out: all of it, or nothing. `approved_by` is what `approve` returned.

    Raises CertificateRefused for a refused plan and NotTrusted when a store could not be changed (all undone then).
    """
    if plan.refusal or not approved_by:
        raise CertificateRefused(f"{plan.host}: {plan.refusal or 'nobody confirmed the fingerprint'}")
    with plan.ledger.alone():
        _recover(plan.ledger, plan.computer)
        return _apply(plan, approved_by)


def _apply(plan: Plan, approved_by: str) -> list[TrustChange]:
    done: list[Entry] = []
    changes: list[TrustChange] = []
    for item in plan.items:
        entry, changed, problem = _put_in(item, plan, approved_by)
        if entry is not None:
            done.append(entry)
        if problem:
            left = [sentence for one in reversed(done) if (sentence := _take_back(one, plan.ledger, plan.computer))]
            undone = f"not all could be undone: {'; '.join(left)}" if left else "nothing was changed"
            raise NotTrusted(f"{item.store.name}: {problem}; {undone}")
        changes.append(TrustChange(item.store.name, plan.kind, item.certificate.sha256, changed, item.why))
    return changes


def _put_in(item: Item, plan: Plan, approved_by: str) -> tuple[Entry | None, bool, str]:
    """One item: the entry that this run made (None when it changed nothing new), whether it changed, what went wrong."""
    store, certificate = item.store, item.certificate
    found = store.find(certificate)
    entry = Entry(
        host=plan.host,
        kind=plan.kind,
        use=item.use,
        store=store.name,
        place=store.place,
        sha256=certificate.sha256,
        label=found.label if found else store.label(certificate, item.use, plan.host),
        flags=store.flags(item.use),
        source_sha256=plan.source.sha256,
        source_spki=plan.source.spki_sha256,
        device_sha256=plan.material.device.sha256,
        approval=approved_by,
        pem=certificate.pem,
        ports=plan.ports,
    )
    earlier = next((one for one in plan.ledger.entries() if one.key == entry.key), None)
    shared = next((one for one in plan.ledger.entries() if one.key[1:] == entry.key[1:]), None)
    if found and store.enough(found, item.use):
        if earlier is None:
            inherited = (shared.preexisting, shared.previous_flags) if shared else (True, "")
            plan.ledger.put(replace(entry, phase="done", preexisting=inherited[0], previous_flags=inherited[1]))
        return None, False, ""
    if found:
        theirs = shared is None or shared.preexisting
        entry = replace(entry, preexisting=theirs, previous_flags=found.flags if theirs else "")
    plan.ledger.put(entry)
    actions = store.raising(certificate, found, item.use) if found else store.adding(certificate, item.use, plan.host)
    problem = _all(actions) if actions else _why_not(found)
    now = None if problem else store.find(certificate)
    if not problem and (now is None or not store.enough(now, item.use)):
        problem = "the tool reported success, but the certificate is not there as it should be"
    if not problem:
        entry = plan.ledger.put(replace(entry, phase="done", label=now.label if now else entry.label))
    return entry, not problem, problem


def _why_not(found: Found | None) -> str:
    label = found.label if found else ""
    if found and not found.unique:
        return f"{label!r} is the name of two certificates there; rename or delete one of them first"
    return f"{label!r} is marked as distrusted there; undo that first"


def _all(actions: Sequence[Action]) -> str:
    for action in actions:
        if problem := perform(action):
            return problem
    return ""


def _take_back(entry: Entry, ledger: Ledger, computer: Computer) -> str:
    """Undo one entry exactly; returns what could not be undone, or an empty string."""
    others = [one for one in ledger.entries() if one.key[1:] == entry.key[1:] and one.host != entry.host]
    store = store_of(computer, entry)
    if others or (entry.preexisting and not entry.previous_flags):
        ledger.drop(entry)
        return ""
    if store is None:
        return f"{entry.store} at {entry.place} is not on this computer any more"
    ledger.put(replace(entry, phase="removing"))
    problem = _restore(entry, store) if entry.preexisting else _remove(entry, store)
    if not problem:
        ledger.drop(entry)
    return problem


def _restore(entry: Entry, store: Store) -> str:
    """Give a person's own entry its flags back, if they are still as we set them."""
    found = store.find(entry.certificate)
    if found is None or found.flags == entry.previous_flags:
        return ""
    return _all(store.restoring(entry.certificate, found, entry.previous_flags))


def _remove(entry: Entry, store: Store) -> str:
    certificate: Certificate = entry.certificate
    problem = _all(store.removing(certificate, entry.label))
    remains = store.remains(certificate, entry.label)
    return f"{store.name}: {problem or 'the tool reported success'}, but {remains} is still there" if remains else ""


def recover(ledger: Ledger, computer: Computer) -> list[str]:
    """Undo what an earlier run left half done (it crashed); returns a sentence for each."""
    if not ledger.entries():
        return []
    with ledger.alone():
        return _recover(ledger, computer)


def _recover(ledger: Ledger, computer: Computer) -> list[str]:
    said = []
    for file in computer.state.glob("anchor-*") if computer.state.is_dir() else ():
        file.unlink(missing_ok=True)
    for entry in [one for one in ledger.entries() if one.phase != "done"]:
        problem = _take_back(entry, ledger, computer)
        said.append(problem or f"{entry.store}: an earlier run was cut off; what it had begun for {entry.host} is undone")
    return said


@dataclass(frozen=True)
class Removal:
    """What `remove` did with one entry; `problem` when it is still there."""

    entry: Entry
    note: str
    problem: str = ""

    @property
    def change(self) -> TrustChange:
        """For the report."""
        return TrustChange(
            self.entry.store, self.entry.kind, self.entry.sha256, not self.problem and not self.entry.preexisting, self.note
        )


def remove(target: str | Sequence[Certificate] | None, ledger: Ledger, computer: Computer) -> list[Removal]:
    """Take back what the ledger says was put there: of one recorder (address or URL), of files, or all (None).

    An address without a port means every recorder there.
    """
    if not ledger.entries():
        return []
    with ledger.alone():
        return _removed(target, ledger, computer)


def _removed(target: str | Sequence[Certificate] | None, ledger: Ledger, computer: Computer) -> list[Removal]:
    done = []
    for entry in reversed([one for one in ledger.entries() if _meant(one, target)]):
        problem = _take_back(entry, ledger, computer)
        note = "taken back"
        if problem:
            note = problem
        elif entry.preexisting:
            note = "was there before and stays" + (", with its earlier flags" if entry.previous_flags else "")
        done.append(Removal(entry, note, problem))
    return done


def _meant(entry: Entry, target: str | Sequence[Certificate] | None) -> bool:
    if target is None:
        return True
    if isinstance(target, str):
        port = urlsplit(target if "://" in target else f"//{target}").port
        return entry.is_of(host_of(target), () if port is None else (port,))
    wanted = {certificate.sha256 for certificate in target}
    return bool(wanted & {entry.sha256, entry.source_sha256, entry.device_sha256})
