"""Firefox's profiles, each with its own NSS database; their place on Linux changed in version 147.

From 147 on: `~/.config/mozilla/firefox` (XDG_CONFIG_HOME) unless `~/.mozilla/firefox` exists (measured with 153).
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nvrflow.trust.computer import Computer
from nvrflow.trust.stores import Store
from nvrflow.trust.stores.nss_store import NssStore

REMARK = "a running Firefox uses a new CA at once, but a pin or a removal only after a restart"


@dataclass(frozen=True)
class Place:
    """A folder with `profiles.ini`, and the prefix of the store names made from it."""

    folder: Path
    prefix: str
    what: str


def firefox_stores(computer: Computer) -> list[Store]:
    """One store for each profile that has been used at least once."""
    return [store for place in places(computer) for store in _profiles(computer, place)]


def places(computer: Computer) -> list[Place]:
    """The existing folders in which Firefox keeps its list of profiles."""
    found = [place for place in _candidates(computer) if (place.folder / "profiles.ini").is_file()]
    legacy = computer.home / ".mozilla" / "firefox"
    if legacy.is_dir():
        found = [place for place in found if place.prefix != "firefox:" or place.folder == legacy]
    return found


def _candidates(computer: Computer) -> Iterator[Place]:
    home = computer.home
    if computer.system == "macos":
        yield Place(home / "Library" / "Application Support" / "Firefox", "firefox:", "Firefox")
        return
    if computer.system == "windows":
        roaming = Path(computer.environment.get("APPDATA") or home / "AppData" / "Roaming")
        yield Place(roaming / "Mozilla" / "Firefox", "firefox:", "Firefox")
        return
    yield Place(home / ".mozilla" / "firefox", "firefox:", "Firefox")
    yield Place(computer.xdg("XDG_CONFIG_HOME", ".config") / "mozilla" / "firefox", "firefox:", "Firefox")
    snap = home / "snap" / "firefox" / "common"
    flatpak = home / ".var" / "app" / "org.mozilla.firefox"
    yield Place(snap / ".mozilla" / "firefox", "firefox-snap:", "Firefox from snap")
    yield Place(flatpak / ".mozilla" / "firefox", "firefox-flatpak:", "Firefox from flatpak")
    yield Place(flatpak / "config" / "mozilla" / "firefox", "firefox-flatpak:", "Firefox from flatpak")


def _profiles(computer: Computer, place: Place) -> Iterator[Store]:
    listing = configparser.RawConfigParser(strict=False)
    try:
        listing.read(place.folder / "profiles.ini", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return
    for section in listing.sections():
        path = listing.get(section, "Path", fallback="")
        if not section.startswith("Profile") or not path:
            continue
        relative = listing.get(section, "IsRelative", fallback="1") == "1"
        folder = place.folder / path if relative else Path(path)
        if (folder / "cert9.db").is_file():
            yield NssStore(
                computer, f"{place.prefix}{folder.name}", "firefox", folder, f"{place.what}, profile {folder.name}", remark=REMARK
            )
