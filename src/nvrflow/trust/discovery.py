"""The trust stores of this computer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nvrflow.errors import WrongCall
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.ledger import Entry
from nvrflow.trust.stores import Store
from nvrflow.trust.stores.anchors_folder import anchors_folders
from nvrflow.trust.stores.chrome_policy import chrome_policies
from nvrflow.trust.stores.chromium_database import chromium_stores
from nvrflow.trust.stores.debian import DebianStore
from nvrflow.trust.stores.firefox_policy import FirefoxPolicy, has_firefox
from nvrflow.trust.stores.firefox_profiles import firefox_stores
from nvrflow.trust.stores.macos import mac_keychains
from nvrflow.trust.stores.nss_store import NssStore
from nvrflow.trust.stores.windows import windows_stores


def all_stores(computer: Computer) -> list[Store]:
    """Every store that this kind of computer can have, usable or not."""
    if computer.system == "windows":
        return [*windows_stores(computer), *firefox_stores(computer)]
    if computer.system == "macos":
        return [*mac_keychains(computer), *firefox_stores(computer)]
    stores = [*chromium_stores(computer), *firefox_stores(computer)]
    stores += list(anchors_folders(computer)) or [DebianStore(computer)]
    stores += chrome_policies(computer)
    if has_firefox(computer):
        stores.append(FirefoxPolicy(computer))
    return stores


def chosen_stores(computer: Computer, names: Sequence[str] | None, scope: Scope) -> list[Store]:
    """The named stores (by name, or by a common beginning up to a dash or colon), or all stores of the scope."""
    there = all_stores(computer)
    if not names:
        return [store for store in there if store.scope == scope]
    chosen: list[Store] = []
    for name in names:
        fits = [store for store in there if store.name == name or store.name.startswith((f"{name}-", f"{name}:"))]
        if not fits:
            known = ", ".join(store.name for store in there) or "none"
            raise WrongCall(f"--store {name}: this computer does not have this store; it has {known}")
        chosen += [store for store in fits if store not in chosen]
    return chosen


def store_of(computer: Computer, entry: Entry) -> Store | None:
    """The store of an entry of the ledger; None when this computer no longer has it."""
    for store in all_stores(computer):
        if store.name == entry.store and store.place == entry.place:
            return store
    if entry.store.startswith("chromium-nss"):
        return NssStore(computer, entry.store, "chromium", Path(entry.place), "Chromium")
    if entry.store.startswith(("firefox:", "firefox-")):
        return NssStore(computer, entry.store, "firefox", Path(entry.place), "Firefox")
    return None
