"""Removing trust: exactly what the ledger lists or, without a ledger, what is in the stores under one of nvrflow's names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nvrflow.address import port_in
from nvrflow.certificate import Certificate, host_of
from nvrflow.errors import InvalidFile
from nvrflow.report import TrustChange
from nvrflow.trust.actions import perform_all
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores, store_of
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.stores import Flagged, Listing, Store, left_behind, plain

Outcome = Literal["taken-back", "gone", "kept", "failed", "found", "others"]
Target = str | Sequence[Certificate] | None


@dataclass(frozen=True)
class Removal:
    """The result for one certificate in one store, and a sentence about it.

    `outcome`: `taken-back`; `gone` (somebody had removed it earlier); `kept` (a person had put it there, or another recorder
    needs it); `failed` (it is still there); `found` and `others` (it has one of nvrflow's names but is not in this user's ledger;
    `found` in a store of the user, `others` in a store of the whole computer; nothing was changed).
    """

    store: str
    sha256: str
    host: str
    kind: str
    outcome: Outcome
    note: str

    @property
    def problem(self) -> str:
        """Why it is still there although it should be gone; otherwise empty."""
        return self.note if self.outcome == "failed" else ""

    @property
    def change(self) -> TrustChange:
        """The removal as a line of the report."""
        return TrustChange(self.store, self.kind, self.sha256, self.outcome == "taken-back", self.note)


def remove(target: Target, ledger: Ledger, computer: Computer) -> list[Removal]:
    """Remove imported trust: for one recorder (address or URL), by files (their certificates), or all of it (None).

    An address without a port means every recorder there. Certificates that are not in this user's ledger are looked for in the
    stores, by content and by nvrflow's names. For files they are removed; for an address they are only reported; for all, they
    are removed from the user's own stores and only reported in a store of the whole computer, where they can be another user's.
    If the ledger cannot be read, files and all work in this way; an address raises InvalidFile, because only the ledger knows
    what belongs to it.
    """
    try:
        known = ledger.entries()
    except InvalidFile:
        if isinstance(target, str):
            raise
        known = None
    done: list[Removal] = []
    if known:
        with ledger.alone():
            done = recover(ledger, computer)
            done += [_removed(entry, ledger, computer) for entry in reversed(ledger.entries()) if _is_meant(entry, target)]
    with ledger.alone_on_machine():
        return [*done, *_strays(target, [*(known or []), *(ledger.entries() if known else [])], all_stores(computer))]


def recover(ledger: Ledger, computer: Computer) -> list[Removal]:
    """Undo what an interrupted run left half done. The caller holds the ledger's lock."""
    for file in computer.state.glob("anchor-*") if computer.state.is_dir() else ():
        file.unlink(missing_ok=True)
    done = []
    for entry in [one for one in ledger.entries() if one.phase != "done"]:
        problem = take_back(entry, ledger, computer)
        note = problem or f"an earlier run was interrupted; what it had begun for {entry.host} was undone"
        done.append(Removal(entry.store, entry.sha256, entry.host, entry.kind, "failed" if problem else "taken-back", note))
    return done


def take_back(entry: Entry, ledger: Ledger, computer: Computer) -> str:
    """Undo one entry exactly; returns what could not be undone, or an empty string."""
    store = store_of(computer, entry)
    if _is_shared(entry, ledger) or (entry.preexisting and not entry.previous_flags):
        ledger.drop(entry)
        return ""
    if store is None:
        return f"{entry.store} at {entry.place} is no longer on this computer"
    ledger.put(replace(entry, phase="removing"))
    problem = _restored(entry, store) if entry.preexisting else _taken_out(entry.certificate, entry.label, store)
    if not problem:
        ledger.drop(entry)
    return problem


def _is_shared(entry: Entry, ledger: Ledger) -> bool:
    """Whether another recorder needs the same certificate in the same store."""
    return any(one.spot == entry.spot and not entry.replaces(one) for one in ledger.entries())


def _removed(entry: Entry, ledger: Ledger, computer: Computer) -> Removal:
    shared, store = _is_shared(entry, ledger), store_of(computer, entry)
    there = store is not None and store.holds(entry.certificate) is not None
    problem = take_back(entry, ledger, computer)
    if problem:
        return Removal(entry.store, entry.sha256, entry.host, entry.kind, "failed", problem)
    ledger.remember(entry)
    outcome: Outcome = "taken-back" if there else "gone"
    note = "removed" if there else "was no longer there; somebody had removed it"
    if shared or entry.preexisting:
        outcome = "kept"
        note = "kept, because another recorder needs it" if shared else "kept, because it was there before"
        note += ", with its earlier flags" if entry.previous_flags and not shared else ""
    return Removal(entry.store, entry.sha256, entry.host, entry.kind, outcome, note)


def _restored(entry: Entry, store: Store) -> str:
    """Restore the flags of a person's own entry, if they are still as nvrflow set them."""
    found = store.holds(entry.certificate)
    if found is None or found.flags == entry.previous_flags or not isinstance(store, Flagged):
        return ""
    return perform_all(store.restoring(entry.certificate, found, entry.previous_flags))


def _taken_out(certificate: Certificate, label: str, store: Store) -> str:
    problem = perform_all(store.remove(certificate, label))
    remains = left_behind(store, certificate, label)
    return f"{store.name}: {problem or 'the tool reported success'}, but {remains} is still there" if remains else ""


def _is_meant(entry: Entry, target: Target) -> bool:
    if target is None:
        return True
    if isinstance(target, str):
        port = port_in(target)
        return entry.is_of(host_of(target), () if port is None else (port,))
    wanted = {certificate.sha256 for certificate in target}
    return bool(wanted & {entry.sha256, entry.source_sha256, entry.device_sha256})


def _strays(target: Target, known: Sequence[Entry], stores: Sequence[Store]) -> Iterator[Removal]:
    """Handle certificates in these stores that have one of nvrflow's names, belong to the target, and are in no ledger."""
    spots = {entry.spot for entry in known}
    for store in stores:
        if not isinstance(store, Listing) or not store.state().usable:
            continue
        held = [(label, one) for label, one in store.ours() if (store.name, store.place, one.sha256) not in spots]
        for label, one in _wanted(held, target):
            others = store.scope == "machine" and target is None
            if isinstance(target, str) or others:
                outcome: Outcome = "others" if store.scope == "machine" else "found"
                note = f"{label!r} has one of nvrflow's names but is not in your ledger; to remove it: nvrflow untrust FILE…"
                yield Removal(store.name, one.sha256, "", "unknown", outcome, note)
                continue
            problem = _taken_out(one, label, store)
            note = problem or f"{label!r} was removed by its content; it was not in the ledger"
            yield Removal(store.name, one.sha256, "", "unknown", "failed" if problem else "taken-back", note)


def _wanted(held: Sequence[tuple[str, Certificate]], target: Target) -> list[tuple[str, Certificate]]:
    """The certificates that belong to the target: to an address by their name, to files by their content or key."""
    if target is None:
        return list(held)
    if isinstance(target, str):
        host = plain(host_of(target))
        return [(label, one) for label, one in held if label.startswith((f"nvrflow {host} ", f"nvrflow-{host}-"))]
    keys = {certificate.spki_sha256 for certificate in target}
    fitting = [one for _, one in held if one.spki_sha256 in keys or any(one.issued(below) for below in target)]
    return [(label, one) for label, one in held if one in fitting or any(one.issued(below) for below in fitting)]
