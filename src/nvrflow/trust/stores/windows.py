"""The certificate stores of Windows, which Internet Explorer, Edge, Chrome, curl and (since 120) Firefox read.

nvrflow's makers do not run this on Windows: the command lists are tested against recorded lists, and `nvrflow verify` checks the
result on the user's own computer. Adding to a user's Root store shows Windows' Security Warning.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nvrflow.certificate import Certificate
from nvrflow.command import Command, run
from nvrflow.trust.actions import Action, Delete, MakeFolder, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, short
from nvrflow.trust.stores.files import held_by

_PATIENCE = 300.0  # a person reads the Security Warning


@dataclass(frozen=True)
class WindowsStore:
    """The Root store (and the CA store, for intermediates) of the current user or of the computer."""

    computer: Computer
    scope: Scope = "user"
    family: Family = "windows"

    @property
    def name(self) -> str:
        """`windows-user` or `windows-machine`."""
        return f"windows-{self.scope}"

    @property
    def place(self) -> str:
        """The store's path in PowerShell."""
        return "Cert:\\CurrentUser" if self.scope == "user" else "Cert:\\LocalMachine"

    @property
    def readers(self) -> str:
        """The programs that read it."""
        who = "this user" if self.scope == "user" else "every user"
        return f"Internet Explorer, Edge, Chrome, Firefox, curl of {who}"

    @property
    def certutil(self) -> str:
        """The absolute path of Windows' certutil; NSS has another tool with this name."""
        root = self.computer.environment.get("SystemRoot", "C:\\Windows")
        return f"{root}\\System32\\certutil.exe"

    def state(self) -> State:
        """Whether this user may write there."""
        if self.scope == "machine" and not self.computer.admin:
            return State(
                False,
                "only an administrator can write the computer's own store",
                "run the printed commands as administrator",
                by_hand=True,
            )
        remark = "; Windows asks for confirmation" if self.scope == "user" else ""
        return State(True, f"{self.place}\\Root can be written{remark}")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The store (Root or CA), and the SHA-1 by which Windows identifies the certificate."""
        return f"{_within(use)}\\{_sha1(certificate)}"

    def flags(self, use: Use) -> str:
        """The store that this use needs: Root or CA."""
        return _within(use)

    def holds(self, certificate: Certificate) -> Found | None:
        """Find exactly this certificate: looked up by SHA-1, saved to a file, and compared by its whole content."""
        with tempfile.TemporaryDirectory() as folder:
            for within in ("Root", "CA"):
                file = Path(folder) / f"{within}.cer"
                run(self._certutil("-store", within, _sha1(certificate), str(file)))
                if any(one.der == certificate.der for one in held_by(file)):
                    return Found(f"{within}\\{_sha1(certificate)}", within)
        return None

    def enough(self, found: Found, use: Use) -> bool:
        """Whether the store is sufficient: Root is for every use, CA only for an intermediate."""
        return found.flags == "Root" or found.flags == _within(use)

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Write the certificate to a file, run certutil -addstore, and delete the file."""
        file = self.computer.state / f"anchor-{short(certificate)}.cer"
        return [
            MakeFolder(file.parent, 0o700),
            Write(file, certificate.der, 0o600),
            self._certutil("-f", "-addstore", _within(use), str(self.computer.shown(file))),
            Delete(file),
        ]

    def raising(self, certificate: Certificate, found: Found, use: Use) -> list[Action]:
        """Add it to Root as well; the entry in CA stays."""
        return self.add(certificate, use, "")

    def restoring(self, certificate: Certificate, found: Found, flags: str) -> list[Action]:
        """Remove it from Root again; the entry in CA was there before."""
        return [self._certutil("-delstore", found.flags, _sha1(certificate))]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Remove it by SHA-1, never by name or serial number."""
        within = label.partition("\\")[0]
        return [self._certutil("-delstore", within, _sha1(certificate))]

    def _certutil(self, *arguments: str) -> Command:
        user = ("-user",) if self.scope == "user" else ()
        return Command((self.certutil, *user, *arguments), timeout=_PATIENCE)


def windows_stores(computer: Computer) -> Iterator[WindowsStore]:
    """Yield the user's stores and the computer's stores."""
    yield WindowsStore(computer, "user")
    yield WindowsStore(computer, "machine")


def _within(use: Use) -> str:
    return "CA" if use == "intermediate" else "Root"


def _sha1(certificate: Certificate) -> str:
    return certificate.sha1.replace(":", "")
