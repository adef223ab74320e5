"""What we put where, held against what is really there."""

from __future__ import annotations

from dataclasses import dataclass

from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import store_of
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.stores import Store


@dataclass(frozen=True)
class Held:
    """One entry of the ledger against what is really there; `note` says what a person did since."""

    entry: Entry
    there: bool
    note: str = ""


def status(ledger: Ledger, computer: Computer) -> list[Held]:
    """What we put where, and whether it is still there and still enough; nothing is changed."""
    return [_held(entry, store_of(computer, entry)) for entry in ledger.entries()]


def _held(entry: Entry, store: Store | None) -> Held:
    found = store.find(entry.certificate) if store else None
    if store is None or found is None:
        return Held(entry, False, "is not there any more; somebody took it out")
    if entry.phase != "done":
        return Held(entry, True, "was left half done by a run that was cut off; the next run undoes it")
    if not store.enough(found, entry.use):
        return Held(entry, True, f"has other flags now ({found.flags}) and does no longer do")
    return Held(entry, True)
