"""A browser's NSS database as a trust store, for Chromium and for Firefox."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nvrflow.certificate import Certificate
from nvrflow.trust.actions import Action, Delete, MakeFolder, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, plain, short
from nvrflow.trust.stores.database import Database, settable, with_letter
from nvrflow.trust.stores.files import certificates_in

# A server's own certificate needs opposite flags in the two browsers (measured: docs/trust.md).
_LETTER: Mapping[Family, Mapping[Use, str]] = {
    "chromium": {"authority": "C", "leaf": "P", "intermediate": ""},
    "firefox": {"authority": "C", "leaf": "C", "intermediate": ""},
}
OURS = "nvrflow "  # the prefix of nvrflow's nicknames
PASSWORD = "import the certificate in Firefox itself (Settings > Certificates), or remove the primary password for the import"
CERTUTIL = (
    "apt-get install libnss3-tools   (Fedora: dnf install nss-tools; Arch: pacman -S nss;"
    " openSUSE: zypper install mozilla-nss-tools)"
)


@dataclass(frozen=True)
class NssStore:
    """One database of one browser; `creatable` if the browser itself would make it at its next start."""

    computer: Computer
    name: str
    family: Family
    folder: Path
    readers: str
    creatable: bool = False
    remark: str = ""
    scope: Scope = field(default="user", init=False)

    @property
    def place(self) -> str:
        """The database's folder."""
        return str(self.folder)

    @property
    def database(self) -> Database:
        """The database itself."""
        return Database(self.folder, self.computer.tool("certutil", "/usr/bin/certutil"))

    @property
    def _remark(self) -> str:
        return f"; {self.remark}" if self.remark else ""

    def state(self) -> State:
        """Whether the tool and the database exist, and the database can be read and written."""
        if self.computer.foreign_home:
            return State(False, self.computer.foreign_home, "run it as that user")
        if self.computer.system == "windows":
            said = "Firefox reads the store of Windows (since version 120), and NSS's certutil does not exist for Windows"
            return State(False, said)
        if not self.computer.has("certutil"):
            return State(False, "NSS's certutil is missing", CERTUTIL)
        if not self.database.exists:
            if not self.creatable:
                return State(False, f"{self.folder} has no certificate database", "start the browser once")
            return State(True, f"{self.folder} will be created, as the browser itself would do{self._remark}")
        rows = self.database.rows()
        if isinstance(rows, str):
            return State(False, f"{self.folder} cannot be read: {rows}", "close the browser, and check the file's access rights")
        if not (os.access(self.folder, os.W_OK) and os.access(self.folder / "cert9.db", os.W_OK)):
            return State(False, f"{self.folder} is read-only", f"chmod u+w {self.folder} {self.folder}/cert9.db")
        if self.database.locked_by_password:
            return State(False, f"{self.folder} is protected by a password (Firefox: primary password)", PASSWORD)
        return State(True, f"{self.folder} can be written{self._remark}")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The nickname. It has no colon, because NSS reads that as the end of a token's name and never finds the entry again."""
        return f"{OURS}{plain(host)} {use} {short(certificate)}"

    def flags(self, use: Use) -> str:
        """`C,,` or `P,,`, as this browser needs it."""
        return nss_flags(self.family, use)

    def holds(self, certificate: Certificate) -> Found | None:
        """Find exactly this certificate, under any nickname."""
        if not self.database.exists:
            return None
        row = self.database.find(certificate)
        return Found(row.nickname, row.flags, row.unique) if row else None

    def enough(self, found: Found, use: Use) -> bool:
        """Whether its TLS flags have the letter that this use needs."""
        letter = _LETTER[self.family][use]
        tls = found.flags.partition(",")[0]
        return letter in tls if letter else not set("pP") & set(tls) or "P" in tls

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Make the database if needed, write the certificate to a file, run certutil -A, and delete the file."""
        file = self.computer.state / f"anchor-{short(certificate)}.pem"
        making: list[Action] = []
        if not self.database.exists:
            making = [MakeFolder(self.folder, 0o700), self.database.making()]
        return [
            *making,
            MakeFolder(file.parent, 0o700),
            Write(file, certificate.pem.encode(), 0o600),
            self.database.adding(self.label(certificate, use, host), self.flags(use), file),
            Delete(file),
        ]

    def raising(self, certificate: Certificate, found: Found, use: Use) -> list[Action]:
        """Add one letter, unless the certificate is marked as distrusted (`p`) or shares its nickname with another."""
        tls = found.flags.partition(",")[0]
        if ("p" in tls and "P" not in tls) or not found.unique:
            return []
        return [self.database.flagging(found.label, with_letter(found.flags, _LETTER[self.family][use]))]

    def restoring(self, certificate: Certificate, found: Found, flags: str) -> list[Action]:
        """Set the earlier flags again."""
        return [self.database.flagging(found.label, settable(flags))]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Remove it by the nickname that exactly this certificate has now."""
        found = self.holds(certificate)
        return [self.database.removing(found.label)] if found and found.unique else []

    def ours(self) -> list[tuple[str, Certificate]]:
        """The certificates whose nicknames begin with nvrflow's prefix."""
        if not self.database.exists:
            return []
        mine = [(label, der) for label, der in self.database.held() if label.startswith(OURS)]
        return [(label, one) for label, der in mine for one in certificates_in(der)]


def nss_flags(family: Family, use: Use) -> str:
    """The trust flags (`C,,`, `P,,` or `,,`) that this use needs in a browser's database; empty for other families."""
    letters = _LETTER.get(family)
    return f"{letters[use]},," if letters else ""
