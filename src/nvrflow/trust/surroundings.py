"""What this computer has and lacks for trusting recorders, as plain data: each finding with the command that mends it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nvrflow.trust.computer import Computer
from nvrflow.trust.discovery import all_stores
from nvrflow.trust.ledger import Entry, Ledger
from nvrflow.trust.stores import State
from nvrflow.trust.stores.chrome_policy import FOLDERS
from nvrflow.trust.stores.chromium import NEW_RULE, installed_versions, shadowed

_OVERRIDES = {
    "SSL_CERT_FILE": "OpenSSL and Python",
    "SSL_CERT_DIR": "OpenSSL and Python",
    "CURL_CA_BUNDLE": "curl",
    "REQUESTS_CA_BUNDLE": "Python's requests",
    "NODE_EXTRA_CA_CERTS": "Node.js",
}
_PROFILES = (
    "chromium",
    "google-chrome",
    "google-chrome-beta",
    "microsoft-edge",
    "BraveSoftware/Brave-Browser",
    "vivaldi",
)


@dataclass(frozen=True)
class Finding:
    """One thing: `what` it is about, whether it is well, a sentence, and the command or act that mends it."""

    what: str
    well: bool
    sentence: str
    mend: str = ""


def examine(computer: Computer, ledger: Ledger | None = None, recorder_clock: datetime | None = None) -> list[Finding]:
    """Everything about trust on this computer; nothing is changed. `recorder_clock` is a recorder's Date header."""
    findings = [_store(store.name, store.readers, store.state()) for store in all_stores(computer)]
    if computer.system == "linux":
        findings += [*_hidden(computer), *_old_browsers(computer), *_switched_off(computer), *_policies(computer)]
    findings += [*_overrides(computer.environment), *_windows_below(computer.environment), *_clock(recorder_clock)]
    if ledger is not None:
        findings += _expiring(ledger)
    return findings


def _store(name: str, readers: str, state: State) -> Finding:
    return Finding(f"store {name}", state.usable or state.by_hand, f"read by {readers}: {state.why}", state.mend)


def _hidden(computer: Computer) -> Iterator[Finding]:
    """The old folder hides the new database."""
    hidden = shadowed(computer)
    if hidden:
        legacy = computer.home / ".pki" / "nssdb"
        yield Finding(
            "folder ~/.pki/nssdb",
            False,
            f"{legacy} exists, so Chromium {NEW_RULE} and newer ignore the certificates in {hidden}",
            f"if {legacy} holds nothing of yours: mv {legacy} {legacy}.unused",
        )
    legacy_firefox = computer.home / ".mozilla" / "firefox"
    new_firefox = computer.xdg("XDG_CONFIG_HOME", ".config") / "mozilla" / "firefox"
    if legacy_firefox.is_dir() and (new_firefox / "profiles.ini").is_file():
        yield Finding(
            "folder ~/.mozilla/firefox",
            False,
            f"{legacy_firefox} exists, so Firefox ignores the profiles in {new_firefox}",
            f"if {legacy_firefox} holds nothing of yours: mv {legacy_firefox} {legacy_firefox}.unused",
        )


def _old_browsers(computer: Computer) -> Iterator[Finding]:
    versions = installed_versions(computer)
    old = [f"{name} {version}" for name, version in versions.items() if version < NEW_RULE]
    if old and len(old) < len(versions) and not (computer.home / ".pki" / "nssdb").is_dir():
        yield Finding(
            "browser versions",
            False,
            f"{', '.join(old)} will make ~/.pki/nssdb at its next start, and that hides what the newer browsers use",
            f"update it to {NEW_RULE} or newer before starting it",
        )


def _switched_off(computer: Computer) -> Iterator[Finding]:
    """The user's switch 'Use imported local certificates from your operating system'."""
    base = computer.xdg("XDG_CONFIG_HOME", ".config")
    for browser in _PROFILES:
        for file in sorted((base / browser).glob("*/Preferences")):
            settings = _json(file).get("certificates")
            if isinstance(settings, dict) and settings.get("ca_platform_integration_enabled") is False:
                yield Finding(
                    f"browser profile {file.parent.name} of {browser}",
                    False,
                    "'Use imported local certificates from your operating system' is switched off: all imports are ignored",
                    "open chrome://certificate-manager/localcerts and switch it on",
                )


def _policies(computer: Computer) -> Iterator[Finding]:
    """A company's policy that switches imports off, or distrusts."""
    for _, folder, browser, _ in FOLDERS:
        for file in sorted(computer.under(folder).glob("*.json")) if computer.under(folder).is_dir() else ():
            policy = _json(file)
            if policy.get("CAPlatformIntegrationEnabled") is False:
                yield Finding(
                    f"policy {file}",
                    False,
                    f"CAPlatformIntegrationEnabled is false: {browser} ignores every certificate imported on this computer",
                    "ask whoever administers this computer to set it to true, or to add the recorder to the policy",
                )
            if policy.get("CADistrustedCertificates"):
                yield Finding(
                    f"policy {file}",
                    True,
                    f"CADistrustedCertificates lists certificates that {browser} refuses even when they are imported",
                )


def _overrides(environment: Mapping[str, str]) -> Iterator[Finding]:
    for name, reader in _OVERRIDES.items():
        value = environment.get(name)
        if not value:
            continue
        if name == "NODE_EXTRA_CA_CERTS":
            yield Finding(f"variable {name}", True, f"{reader} trusts {value} as well")
        else:
            yield Finding(
                f"variable {name}",
                False,
                f"{reader} reads {value} instead of the system store, so what is imported there has no effect",
                f"unset {name}",
            )


def _windows_below(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Linux inside Windows: the browser in use is most likely Windows' own."""
    if environment.get("WSL_DISTRO_NAME"):
        yield Finding(
            "Windows Subsystem for Linux",
            False,
            "what is trusted here is not trusted by the browsers of Windows",
            "nvrflow bundle FILE… --out FOLDER, and run install-windows.cmd from that folder in Windows",
        )


def _clock(recorder_clock: datetime | None, now: datetime | None = None) -> Iterator[Finding]:
    now = now or datetime.now(UTC)
    if now < datetime(2024, 1, 1, tzinfo=UTC):
        yield Finding("clock", False, f"this computer's clock says {now:%Y-%m-%d}", "set it: timedatectl set-ntp true")
    elif recorder_clock is not None and abs(recorder_clock - now) > timedelta(minutes=5):
        yield Finding(
            "clock",
            False,
            f"this computer's clock says {now:%Y-%m-%d %H:%M} UTC, the recorder's {recorder_clock:%Y-%m-%d %H:%M} UTC",
            "set the wrong one; on the recorder switch on automatic time (NTP)",
        )


def _expiring(ledger: Ledger) -> Iterator[Finding]:
    soon = datetime.now(UTC) + timedelta(days=30)
    for entry in ledger.entries():
        if entry.certificate.not_after < soon:
            yield Finding(
                f"recorder {entry.host}",
                False,
                f"what is trusted for it in {entry.store} ends on {entry.certificate.not_after:%Y-%m-%d}",
                f"make a new certificate on the recorder, then: nvrflow secure {_address(entry)}",
            )


def _address(entry: Entry) -> str:
    """The recorder's address as a person types it: by HTTP at the first of its two ports, or by HTTPS at its only one."""
    host = f"[{entry.host}]" if ":" in entry.host else entry.host
    special = [port for port in entry.ports if port not in (80, 443)]
    if special and len(entry.ports) == 1:
        return f"https://{host}:{special[0]}"
    return f"http://{host}" + (f":{special[0]}" if special and 80 not in entry.ports else "")


def _json(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
