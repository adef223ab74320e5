"""What this computer has and what is missing for trusting recorders; each finding is a Problem with advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nvrflow.address import Place
from nvrflow.content import from_json
from nvrflow.problem import Problem
from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.overrides import override_problems
from nvrflow.trust.stores import State
from nvrflow.trust.stores.chrome_policy import FOLDERS
from nvrflow.trust.stores.chromium_database import NEW_RULE, installed_versions, shadowed

_EXTRA = "NODE_EXTRA_CA_CERTS"
PROFILES = (
    "chromium",
    "google-chrome",
    "google-chrome-beta",
    "microsoft-edge",
    "BraveSoftware/Brave-Browser",
    "vivaldi",
)


def examine(computer: Computer, ledger: Ledger | None = None, recorder_clock: datetime | None = None) -> list[Problem]:
    """Examine everything about trust on this computer; nothing is changed. `recorder_clock` is a recorder's Date header.

    Findings that are in order are notes. Codes: `store-ready`, `store-unusable`, those of `imports_ignored`, `old-browser`,
    `store-overridden`, `extra-bundle`, `windows-below`, `clock`, `expiring`.
    """
    found = [_store(store.name, store.readers, store.state()) for store in all_stores(computer)]
    found += imports_ignored(computer)
    if computer.system == "linux":
        found += _old_browsers(computer)
    found += [*override_problems(computer), *_extra_bundle(computer.environment), *_windows_below(computer.environment)]
    found += clock_problems(recorder_clock)
    if ledger is not None:
        found += _expiring(ledger)
    return found


def imports_ignored(computer: Computer) -> list[Problem]:
    """Find why a browser of this user would ignore imports; each finding has the `client` that it applies to.

    Codes: `hidden-database`, `imports-switched-off`, `policy-imports-off`; the note `policy-distrusts`.
    """
    if computer.system != "linux":
        return []
    return [*_hidden(computer), *_switched_off(computer), *_policies(computer)]


def _store(name: str, readers: str, state: State) -> Problem:
    well = state.usable or state.by_hand
    sentence = f"read by {readers}: {state.why}"
    if well:
        return Problem("store-ready", f"store {name}", sentence, "" if state.usable else state.advice, "note")
    return Problem("store-unusable", f"store {name}", sentence, state.advice, "warning")


def _hidden(computer: Computer) -> Iterator[Problem]:
    """Report an old folder that hides the new database."""
    hidden = shadowed(computer)
    if hidden:
        legacy = computer.home / ".pki" / "nssdb"
        yield Problem(
            "hidden-database",
            "folder ~/.pki/nssdb",
            f"{legacy} exists, so Chromium {NEW_RULE} and newer ignore the certificates in {hidden}",
            f"if {legacy} contains nothing that you need: mv {legacy} {legacy}.unused",
            "warning",
            "chromium",
        )
    legacy_firefox = computer.home / ".mozilla" / "firefox"
    new_firefox = computer.xdg("XDG_CONFIG_HOME", ".config") / "mozilla" / "firefox"
    if legacy_firefox.is_dir() and (new_firefox / "profiles.ini").is_file():
        yield Problem(
            "hidden-database",
            "folder ~/.mozilla/firefox",
            f"{legacy_firefox} exists, so Firefox ignores the profiles in {new_firefox}",
            f"if {legacy_firefox} contains nothing that you need: mv {legacy_firefox} {legacy_firefox}.unused",
            "warning",
            "firefox",
        )


def _old_browsers(computer: Computer) -> Iterator[Problem]:
    versions = installed_versions(computer)
    old = [f"{name} {version}" for name, version in versions.items() if version < NEW_RULE]
    if old and len(old) < len(versions) and not (computer.home / ".pki" / "nssdb").is_dir():
        yield Problem(
            "old-browser",
            "browser versions",
            f"{', '.join(old)} will make ~/.pki/nssdb at its next start, which hides the database of the newer browsers",
            f"update it to {NEW_RULE} or newer before starting it",
            "warning",
            "chromium",
        )


def _switched_off(computer: Computer) -> Iterator[Problem]:
    """Report the user's switch 'Use imported local certificates from your operating system' if it is off."""
    base = computer.xdg("XDG_CONFIG_HOME", ".config")
    for browser in PROFILES:
        for file in sorted((base / browser).glob("*/Preferences")):
            settings = _json(file).get("certificates")
            if isinstance(settings, dict) and settings.get("ca_platform_integration_enabled") is False:
                yield Problem(
                    "imports-switched-off",
                    f"browser profile {file.parent.name} of {browser}",
                    "'Use imported local certificates from your operating system' is off, so the browser ignores all imports",
                    "open chrome://certificate-manager/localcerts and turn it on",
                    "warning",
                    "chromium",
                )


def _policies(computer: Computer) -> Iterator[Problem]:
    """Report a company's policy that turns imports off or distrusts certificates."""
    for _, folder, browser, _ in FOLDERS:
        for file in sorted(computer.under(folder).glob("*.json")) if computer.under(folder).is_dir() else ():
            policy = _json(file)
            if policy.get("CAPlatformIntegrationEnabled") is False:
                yield Problem(
                    "policy-imports-off",
                    f"policy {file}",
                    f"CAPlatformIntegrationEnabled is false: {browser} ignores every certificate imported on this computer",
                    "ask this computer's administrator to set it to true, or to add the recorder to the policy",
                    "warning",
                    "chromium",
                )
            if policy.get("CADistrustedCertificates"):
                yield Problem(
                    "policy-distrusts",
                    f"policy {file}",
                    f"CADistrustedCertificates lists certificates that {browser} refuses even when they are imported",
                    level="note",
                    client="chromium",
                )


def _extra_bundle(environment: Mapping[str, str]) -> Iterator[Problem]:
    if environment.get(_EXTRA):
        yield Problem("extra-bundle", f"variable {_EXTRA}", f"Node.js trusts {environment[_EXTRA]} as well", level="note")


def _windows_below(environment: Mapping[str, str]) -> Iterator[Problem]:
    """Report Linux inside Windows, where people most likely use a browser of Windows."""
    if environment.get("WSL_DISTRO_NAME"):
        yield Problem(
            "windows-below",
            "Windows Subsystem for Linux",
            "the browsers of Windows do not use the trust stores of this Linux",
            "run nvrflow bundle FILE… --out FOLDER, then run install-windows.cmd from that folder in Windows",
            "warning",
        )


def clock_problems(recorder_clock: datetime | None, now: datetime | None = None) -> Iterator[Problem]:
    """Yield a warning if this computer's clock is surely wrong, or differs from the recorder's by more than five minutes."""
    now = now or datetime.now(UTC)
    if now < datetime(2024, 1, 1, tzinfo=UTC):
        yield Problem(
            "clock", "clock", f"this computer's clock says {now:%Y-%m-%d}", "set it: timedatectl set-ntp true", "warning"
        )
    elif recorder_clock is not None and abs(recorder_clock - now) > timedelta(minutes=5):
        yield Problem(
            "clock",
            "clock",
            f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC, the recorder's {recorder_clock:%Y-%m-%d %H:%M} UTC",
            "correct the wrong clock; on the recorder, turn on automatic time (NTP)",
            "warning",
        )


def _expiring(ledger: Ledger) -> Iterator[Problem]:
    soon = datetime.now(UTC) + timedelta(days=30)
    for entry in ledger.entries():
        if entry.certificate.not_after < soon:
            yield Problem(
                "expiring",
                f"recorder {entry.host}",
                f"its trust in {entry.store} ends on {entry.certificate.not_after:%Y-%m-%d}",
                f"make a new certificate on the recorder, then run: nvrflow secure {_address(entry)}",
                "warning",
            )


def _address(entry: Entry) -> str:
    """The recorder's address as a person types it: HTTP at the first of its two ports, or HTTPS if it has only one."""
    special = [port for port in entry.ports if port not in (80, 443)]
    if special and len(entry.ports) == 1:
        return Place("https", entry.host, special[0]).url
    return Place("http", entry.host, special[0] if special and 80 not in entry.ports else 80).url


def _json(file: Path) -> dict[str, Any]:
    try:
        document = from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
