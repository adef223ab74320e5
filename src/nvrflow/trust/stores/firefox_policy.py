"""Firefox's enterprise policy on Linux: a CA for every profile of every user.

Firefox copies the certificate into a profile at its next start, and removing the policy does not remove that copy (measured with
153). So removing it here also removes it from this user's profiles.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.certificate import Certificate
from nvrflow.content import from_json
from nvrflow.trust.actions import Action, Delete, MakeFolder, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, plain, short
from nvrflow.trust.stores.files import held_by, ours_in
from nvrflow.trust.stores.firefox_profiles import firefox_stores


@dataclass(frozen=True)
class FirefoxPolicy:
    """The file /etc/firefox/policies/policies.json, which all packages of Firefox read; nvrflow's files are beside it."""

    computer: Computer
    name: str = "policy-firefox"
    family: Family = "firefox-policy"
    scope: Scope = "machine"
    readers: str = "Firefox, every user of this computer"

    @property
    def folder(self) -> Path:
        """The folder of the policy."""
        return self.computer.under("/etc/firefox/policies")

    @property
    def file(self) -> Path:
        """The policy file; there is only one, so the keys of others in it are kept."""
        return self.folder / "policies.json"

    @property
    def place(self) -> str:
        """The folder as text."""
        return str(self.folder)

    def state(self) -> State:
        """Whether the policy file can be read and written."""
        if self.file.exists() and self._document() is None:
            return State(False, f"Firefox cannot read {self.file} as a policy", "correct or move that file")
        if not self.computer.admin:
            return State(False, f"only root can write {self.folder}", "run the printed commands as root", by_hand=True)
        return State(True, f"{self.file} can be written; Firefox copies the certificate at its next start")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The file's name."""
        return f"nvrflow-{plain(host)}-{short(certificate)}.pem"

    def holds(self, certificate: Certificate) -> Found | None:
        """Find a file that the policy installs and that holds exactly this certificate."""
        for name in self._installed():
            if any(one.der == certificate.der for one in held_by(Path(name))):
                return Found(Path(name).name)
        return None

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Write the certificate's file, and the policy with one more line."""
        file = self.folder / self.label(certificate, use, host)
        lines = [one for one in self._installed() if one != str(file)]
        return [
            MakeFolder(self.folder),
            Write(file, certificate.pem.encode(), 0o644),
            self._policy([*lines, str(file)]),
        ]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Remove the line, the file, and the copies that Firefox made in this user's profiles."""
        found = self.holds(certificate)
        file = self.folder / (found.label if found else label)
        lines = [one for one in self._installed() if one != str(file)]
        copies = [action for store in self._copies(certificate) for action in store.remove(certificate, label)]
        return [self._policy(lines), Delete(file), *copies]

    def remains(self, certificate: Certificate, label: str) -> str:
        """The policy, or a profile that still has a copy."""
        if self.holds(certificate):
            return str(self.file)
        return ", ".join(store.name for store in self._copies(certificate))

    def ours(self) -> list[tuple[str, Certificate]]:
        """The files beside the policy whose names begin with nvrflow's."""
        return ours_in(self.folder, "nvrflow-*.pem")

    def _copies(self, certificate: Certificate) -> list[Any]:
        return [store for store in firefox_stores(self.computer) if store.holds(certificate)]

    def _document(self) -> dict[str, Any] | None:
        try:
            document = from_json(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            return None
        policies = document.get("policies", {}) if isinstance(document, dict) else None
        return document if isinstance(policies, dict) else None

    def _installed(self) -> list[str]:
        certificates = (self._document() or {}).get("policies", {}).get("Certificates", {})
        lines = certificates.get("Install", []) if isinstance(certificates, dict) else []
        return [line for line in lines if isinstance(line, str)]

    def _policy(self, lines: list[str]) -> Action:
        """Write the policy with these lines; the keys of others are kept, and a file that would be empty is deleted."""
        document = self._document() or {}
        policies = dict(document.get("policies", {}))
        certificates = {key: value for key, value in dict(policies.get("Certificates", {})).items() if key != "Install"}
        if lines:
            certificates["Install"] = lines
        policies = {key: value for key, value in policies.items() if key != "Certificates"}
        if certificates:
            policies["Certificates"] = certificates
        others = {key: value for key, value in document.items() if key != "policies"}
        if not policies and not others:
            return Delete(self.file)
        return Write(self.file, (json.dumps({**others, "policies": policies}, indent=1) + "\n").encode(), 0o644)


def has_firefox(computer: Computer) -> bool:
    """Whether a Firefox is installed, or its policy folder is there."""
    return bool(computer.has("firefox") or computer.has("firefox-esr")) or computer.under("/etc/firefox").is_dir()
