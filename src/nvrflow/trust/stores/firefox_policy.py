"""Firefox's enterprise policy on Linux: a CA for every profile of every user.

Firefox copies the certificate into a profile at its next start, and taking the policy away does not take it out again
(measured with 153): removing therefore also takes it out of this user's profiles.
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
    """/etc/firefox/policies/policies.json, which all packages of Firefox read; our files lie beside it."""

    computer: Computer
    name: str = "policy-firefox"
    family: Family = "firefox-policy"
    scope: Scope = "machine"
    readers: str = "Firefox, every user of this computer"

    @property
    def folder(self) -> Path:
        """Where the policy lies."""
        return self.computer.under("/etc/firefox/policies")

    @property
    def file(self) -> Path:
        """The policy itself; there is only one, so others' keys in it are kept."""
        return self.folder / "policies.json"

    @property
    def place(self) -> str:
        """The folder as text."""
        return str(self.folder)

    def state(self) -> State:
        """Whether the policy can be read and written."""
        if self.file.exists() and self._document() is None:
            return State(False, f"{self.file} is not what Firefox reads as a policy", "mend or move the file")
        if not self.computer.admin:
            return State(False, f"{self.folder} is the administrator's", "run the printed commands as root", by_hand=True)
        return State(True, f"{self.file} can be written; Firefox copies the certificate at its next start")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The file's name."""
        return f"nvrflow-{plain(host)}-{short(certificate)}.pem"

    def holds(self, certificate: Certificate) -> Found | None:
        """A file that the policy installs and that holds exactly this certificate."""
        for name in self._installed():
            if any(one.der == certificate.der for one in held_by(Path(name))):
                return Found(Path(name).name)
        return None

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """The certificate's file, and the policy with one line more."""
        file = self.folder / self.label(certificate, use, host)
        lines = [one for one in self._installed() if one != str(file)]
        return [
            MakeFolder(self.folder),
            Write(file, certificate.pem.encode(), 0o644),
            self._policy([*lines, str(file)]),
        ]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """The line, the file, and what Firefox has copied into this user's profiles."""
        found = self.holds(certificate)
        file = self.folder / (found.label if found else label)
        lines = [one for one in self._installed() if one != str(file)]
        copies = [action for store in self._copies(certificate) for action in store.remove(certificate, label)]
        return [self._policy(lines), Delete(file), *copies]

    def remains(self, certificate: Certificate, label: str) -> str:
        """The policy or a profile that still has it."""
        if self.holds(certificate):
            return str(self.file)
        return ", ".join(store.name for store in self._copies(certificate))

    def ours(self) -> list[tuple[str, Certificate]]:
        """The files beside the policy whose name begins with ours."""
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
        """The policy with these lines; others' keys stay, and a file that would be empty goes."""
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
