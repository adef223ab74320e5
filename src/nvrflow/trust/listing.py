"""What nvrflow imported into this computer's stores, compared with what is really there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores, store_of
from nvrflow.trust.ledger import Entry, Ledger, ledger_of
from nvrflow.trust.stores import Store, is_enough

ONE = "this one certificate only"


@dataclass(frozen=True)
class Held:
    """One entry of the ledger compared with the store; `note` says what has changed since."""

    entry: Entry
    there: bool
    note: str = ""

    @property
    def reach(self) -> str:
        """For what the certificate counts in its store: a recorder's own one only for itself."""
        entry = self.entry
        if entry.use == "leaf" or (entry.sha256 == entry.device_sha256 and not entry.certificate.acts_as_ca):
            return ONE
        return "this recorder's addresses only" if entry.kind == "limited" else "every site that its key signs for"


def status(ledger: Ledger, computer: Computer) -> list[Held]:
    """Compare every entry of the ledger with its store: is it still there, and still effective? Nothing is changed."""
    return [_held(entry, store_of(computer, entry)) for entry in ledger.entries()]


def listed(computer: Computer | None = None) -> list[dict[str, Any]]:
    """Every store that this computer can have, whether it can be used, and what nvrflow imported there, as plain data."""
    computer = computer or Computer.this()
    held = status(ledger_of(computer), computer)
    listing = []
    for store in all_stores(computer):
        state = store.state()
        own = [one for one in held if one.entry.store == store.name and one.entry.place == store.place]
        listing.append(
            {
                "name": store.name,
                "scope": store.scope,
                "place": store.place,
                "readers": store.readers,
                "usable": state.usable,
                "why": state.why,
                "mend": state.advice,
                "entries": [
                    {
                        "sha256": one.entry.sha256,
                        "kind": "pin" if one.reach == ONE and one.entry.kind == "limited" else one.entry.kind,
                        "host": one.entry.host,
                        "reach": one.reach,
                        "note": one.note,
                    }
                    for one in own
                ],
            }
        )
    return listing


def _held(entry: Entry, store: Store | None) -> Held:
    found = store.holds(entry.certificate) if store else None
    if store is None or found is None:
        return Held(entry, False, "is no longer there; somebody removed it")
    if entry.phase != "done":
        return Held(entry, True, "was left half done by an interrupted run; the next run undoes it")
    if not is_enough(store, found, entry.use):
        return Held(entry, True, f"has other flags now ({found.flags}), so it no longer has an effect")
    return Held(entry, True)
