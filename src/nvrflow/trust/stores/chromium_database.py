"""The NSS databases of Chromium, Chrome, Edge and similar browsers on Linux; the rule for their place changed in version 146.

From 146 on: `~/.pki/nssdb` if that folder exists (even empty), else `$XDG_DATA_HOME/pki/nssdb`. Before: `~/.pki/nssdb`
always. So nvrflow never makes `~/.pki/nssdb` when a browser with the new rule is on the computer: it would hide everything that
the user has in the other place. (Chromium docs/linux/cert_management.md; measured with 156.)
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

from nvrflow.command import Command, run
from nvrflow.trust.computer import Computer
from nvrflow.trust.stores import Store
from nvrflow.trust.stores.nss_store import NssStore

NEW_RULE = 146
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "google-chrome-beta",
    "microsoft-edge-stable",
    "microsoft-edge",
    "brave-browser",
    "vivaldi",
    "opera",
)
_FLATPAKS = (
    "com.google.Chrome",
    "org.chromium.Chromium",
    "com.microsoft.Edge",
    "com.brave.Browser",
    "io.github.ungoogled_software.ungoogled_chromium",
)
_READERS = "Chromium, Chrome, Edge and other browsers built on Chromium"


def chromium_stores(computer: Computer) -> list[Store]:
    """Every NSS database that a Chromium of this user reads: the user's, snap's and flatpak's."""
    stores: list[Store] = [user_store(computer)]
    snap = computer.home / "snap" / "chromium" / "current"
    if snap.is_dir():
        folder = _legacy(snap) if _legacy(snap).is_dir() else snap / ".local/share/pki/nssdb"
        stores.append(NssStore(computer, "chromium-nss-snap", "chromium", folder, "Chromium from snap", creatable=True))
    for app in _FLATPAKS:
        base = computer.home / ".var" / "app" / app
        if base.is_dir():
            folder = _legacy(base) if _legacy(base).is_dir() else base / "data/pki/nssdb"
            name = f"chromium-nss-flatpak-{app}"
            stores.append(NssStore(computer, name, "chromium", folder, f"{app} from flatpak", creatable=True))
    return stores


def user_store(computer: Computer) -> NssStore:
    """The database of the browsers that use the user's own home."""
    legacy = _legacy(computer.home)
    store = NssStore(computer, "chromium-nss", "chromium", legacy, _READERS, creatable=True)
    if legacy.is_dir():
        return store
    versions = installed_versions(computer)
    if versions and all(version < NEW_RULE for version in versions.values()):
        return store
    old = [name for name, version in versions.items() if version < NEW_RULE]
    remark = (
        f"{', '.join(old)} is older than version {NEW_RULE}, reads only {legacy}, and at its first start makes that folder"
        " the place for all browsers: update it"
        if old
        else ""
    )
    return replace(store, folder=xdg_folder(computer), remark=remark)


def xdg_folder(computer: Computer) -> Path:
    """The place according to the rule since version 146."""
    return computer.xdg("XDG_DATA_HOME", ".local/share") / "pki" / "nssdb"


def shadowed(computer: Computer) -> Path | None:
    """The XDG database if the old folder hides it, so that its certificates have no effect."""
    hidden = xdg_folder(computer)
    return hidden if _legacy(computer.home).is_dir() and (hidden / "cert9.db").is_file() else None


def installed_versions(computer: Computer) -> dict[str, int]:
    """The major version of each Chromium-like browser in PATH, by the name of its command."""
    found = {name: path for name in BROWSERS if (path := computer.has(name))}
    versions = {name: _major(path) for name, path in found.items() if not path.startswith("/snap/")}
    return {name: version for name, version in versions.items() if version}


@cache
def _major(browser: str) -> int:
    ended = run(Command((browser, "--version"), timeout=10))
    match = re.search(r"(\d+)\.\d+\.\d+", ended.output)
    return int(match[1]) if match else 0


def _legacy(home: Path) -> Path:
    return home / ".pki" / "nssdb"
