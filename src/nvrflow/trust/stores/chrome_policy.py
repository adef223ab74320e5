"""Chrome's enterprise policy on Linux: a CA for every user of the computer, limited by the policy itself.

Both lists must be given: a kind of name without a limit is unlimited. An address needs its `/32`. The file is read at the next
start; chromium-headless-shell does not read policies. (Measured with Chromium 156.)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from nvrflow.certificate import Certificate
from nvrflow.content import from_json
from nvrflow.trust.actions import Action, Delete, MakeFolder, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, plain, short
from nvrflow.trust.stores.files import certificates_in

LIMITED, UNLIMITED = "CACertificatesWithConstraints", "CACertificates"
FOLDERS = (
    ("policy-chromium", "/etc/chromium/policies/managed", "Chromium", ("chromium", "chromium-browser")),
    ("policy-chrome", "/etc/opt/chrome/policies/managed", "Google Chrome", ("google-chrome-stable", "google-chrome")),
    ("policy-edge", "/etc/opt/edge/policies/managed", "Microsoft Edge", ("microsoft-edge-stable", "microsoft-edge")),
)
_FILE = "nvrflow-recorders.json"


@dataclass(frozen=True)
class ChromePolicy:
    """One browser's folder of managed policies; nvrflow has one file there for all recorders.

    If several files set the same policy, only the last counts. So a file of somebody else that sets it is respected.
    """

    computer: Computer
    name: str
    place: str
    browser: str
    family: Family = "chrome-policy"
    scope: Scope = "machine"

    @property
    def readers(self) -> str:
        """The programs that read it."""
        return f"{self.browser}, every user of this computer"

    @property
    def file(self) -> Path:
        """nvrflow's file."""
        return Path(self.place) / _FILE

    def state(self) -> State:
        """Whether no other file sets the policy, and whether the folder is writable."""
        for other in sorted(Path(self.place).glob("*.json")) if Path(self.place).is_dir() else ():
            taken = {LIMITED, UNLIMITED} & set(_document(other)) if other != self.file else set()
            if taken:
                said = f"{other} already sets {', '.join(sorted(taken))}, and only one file counts"
                return State(False, said, "add the recorder to that file by hand")
        if not self.computer.admin:
            return State(False, f"only root can write {self.place}", "run the printed commands as root", by_hand=True)
        return State(True, f"{self.file} can be written")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The name of the entry in the ledger; the policy itself has no names."""
        return f"{plain(host)} {short(certificate)}"

    def holds(self, certificate: Certificate) -> Found | None:
        """Find an entry of nvrflow's file with exactly this certificate."""
        limited, unlimited = self._entries()
        wanted = _base64(certificate)
        return Found(str(self.file)) if wanted in unlimited or any(one["certificate"] == wanted for one in limited) else None

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Write nvrflow's file with one more entry; the limits of a limited anchor are repeated in the policy."""
        limited, unlimited = self._entries()
        limits = certificate.extension(x509.NameConstraints)
        if limits is None:
            return [MakeFolder(self.file.parent), self._write(limited, [*unlimited, _base64(certificate)])]
        trees = limits.permitted_subtrees or ()
        constraints = {
            "permitted_cidrs": [str(tree.value) for tree in trees if isinstance(tree, x509.IPAddress)],
            "permitted_dns_names": [tree.value for tree in trees if isinstance(tree, x509.DNSName)],
        }
        entry = {"certificate": _base64(certificate), "constraints": constraints}
        return [MakeFolder(self.file.parent), self._write([*limited, entry], unlimited)]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Write nvrflow's file without the entry; the file is deleted with its last entry."""
        wanted = _base64(certificate)
        limited, unlimited = self._entries()
        kept = [one for one in limited if one["certificate"] != wanted], [one for one in unlimited if one != wanted]
        return [self._write(*kept) if any(kept) else Delete(self.file)]

    def ours(self) -> list[tuple[str, Certificate]]:
        """Every entry of nvrflow's file."""
        limited, unlimited = self._entries()
        texts = [*(str(one.get("certificate")) for one in limited if isinstance(one, dict)), *map(str, unlimited)]
        return [(str(self.file), one) for text in texts for one in certificates_in(text.encode())]

    def _entries(self) -> tuple[list[dict[str, Any]], list[str]]:
        document = _document(self.file)
        return list(document.get(LIMITED, [])), list(document.get(UNLIMITED, []))

    def _write(self, limited: list[dict[str, Any]], unlimited: list[str]) -> Write:
        document = {name: value for name, value in ((LIMITED, limited), (UNLIMITED, unlimited)) if value}
        return Write(self.file, (json.dumps(document, indent=1) + "\n").encode(), 0o644)


def chrome_policies(computer: Computer) -> Iterator[ChromePolicy]:
    """Yield a store for each installed browser of the family."""
    for name, folder, browser, commands in FOLDERS:
        if any(computer.has(command) for command in commands) or computer.under(folder).is_dir():
            yield ChromePolicy(computer, name, str(computer.under(folder)), browser)


def _document(file: Path) -> dict[str, Any]:
    try:
        document = from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return document if isinstance(document, dict) else {}


def _base64(certificate: Certificate) -> str:
    return base64.b64encode(certificate.der).decode()
