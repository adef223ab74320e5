"""Carrying out a plan: each change is written into the ledger before and after it, and a failure undoes all changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nvrflow.errors import NotTrusted
from nvrflow.report import TrustChange
from nvrflow.trust.actions import perform_all
from nvrflow.trust.approval import Approval
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.plan import Item, Plan
from nvrflow.trust.removal import recover, take_back
from nvrflow.trust.stores import Flagged, Found, is_enough


def apply(approval: Approval) -> list[TrustChange]:
    """Carry out an approved plan, completely or not at all. Raises NotTrusted when a store could not be changed."""
    plan = approval.plan
    with plan.ledger.alone():
        recover(plan.ledger, plan.computer)
        return _apply(plan, approval.how)


@dataclass(frozen=True)
class _Put:
    """The result of one item: the entry that this run made (None when it changed nothing), and what went wrong."""

    entry: Entry | None = None
    problem: str = ""


def _apply(plan: Plan, approved_by: str) -> list[TrustChange]:
    done: list[Entry] = []
    changes: list[TrustChange] = []
    for item in plan.items:
        put = _put_in(item, _entry(item, plan, approved_by), plan.ledger)
        if put.entry is not None:
            done.append(put.entry)
        if put.problem:
            left = [sentence for one in reversed(done) if (sentence := take_back(one, plan.ledger, plan.computer))]
            undone = f"not everything could be undone: {'; '.join(left)}" if left else "nothing was changed"
            raise NotTrusted(f"{item.store.name}: {put.problem}; {undone}")
        changes.append(
            TrustChange(item.store.name, plan.kind, item.certificate.sha256, put.entry is not None, plan.judgement.reach)
        )
    return changes + [_replaced(entry, plan) for entry in plan.replaced]


def _replaced(entry: Entry, plan: Plan) -> TrustChange:
    """Remove what an earlier run imported for this recorder in another form, after the new import. Raises NotTrusted."""
    problem = take_back(entry, plan.ledger, plan.computer)
    if problem:
        raise NotTrusted(f"{problem}; an earlier run imported it as {entry.kind}, and it is still trusted that way")
    return TrustChange(entry.store, entry.kind, entry.sha256, True, f"removed; {plan.kind} replaces it")


def _entry(item: Item, plan: Plan, approved_by: str) -> Entry:
    return Entry(
        host=plan.host,
        kind=plan.kind,
        use=item.use,
        store=item.store.name,
        place=item.store.place,
        sha256=item.certificate.sha256,
        label=item.store.label(item.certificate, item.use, plan.host),
        flags=item.flags,
        source_sha256=plan.source.sha256,
        source_spki=plan.source.spki_sha256,
        device_sha256=plan.material.device.sha256,
        approval=approved_by,
        pem=item.certificate.pem,
        ports=plan.request.ports,
    )


def _put_in(item: Item, entry: Entry, ledger: Ledger) -> _Put:
    found = item.store.holds(item.certificate)
    if found is not None and is_enough(item.store, found, item.use):
        _note_present(replace(entry, label=found.label), ledger)
        return _Put()
    return _change(item, _with_owner(entry, found, ledger), found, ledger)


def _note_present(entry: Entry, ledger: Ledger) -> None:
    """Record that this recorder needs a certificate that is already there, and who put it there first."""
    entries = ledger.entries()
    own = next((one for one in entries if entry.replaces(one)), None)
    if own is not None:
        if own.kind != entry.kind:
            ledger.put(replace(own, kind=entry.kind))
        return
    shared = next((one for one in entries if one.spot == entry.spot), None)
    preexisting, flags = (shared.preexisting, shared.previous_flags) if shared else (True, "")
    ledger.put(replace(entry, phase="done", preexisting=preexisting, previous_flags=flags))


def _with_owner(entry: Entry, found: Found | None, ledger: Ledger) -> Entry:
    """Complete the entry: whether a certificate that is there with other flags was put there by a person."""
    if found is None:
        return entry
    shared = next((one for one in ledger.entries() if one.spot == entry.spot), None)
    theirs = shared is None or shared.preexisting
    return replace(entry, label=found.label, preexisting=theirs, previous_flags=found.flags if theirs else "")


def _change(item: Item, entry: Entry, found: Found | None, ledger: Ledger) -> _Put:
    """Make the change, recorded before and after it, and check that the certificate is really there."""
    store, certificate = item.store, item.certificate
    ledger.put(entry)
    actions = store.add(certificate, item.use, entry.host)
    if found is not None:
        actions = store.raising(certificate, found, item.use) if isinstance(store, Flagged) else []
    problem = perform_all(actions) if actions else _why_not(found)
    now = None if problem else store.holds(certificate)
    if not problem and (now is None or not is_enough(store, now, item.use)):
        problem = "the tool reported success, but the certificate is not there as it should be"
    if problem:
        return _Put(entry, problem)
    return _Put(ledger.put(replace(entry, phase="done", label=now.label if now else entry.label)))


def _why_not(found: Found | None) -> str:
    label = found.label if found else ""
    if found and not found.unique:
        return f"two certificates there have the name {label!r}; rename or delete one of them first"
    return f"{label!r} is marked as distrusted there; undo that first"
