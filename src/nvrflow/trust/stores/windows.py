"""Windows' certificate stores, which Internet Explorer, Edge, Chrome, curl and (since 120) Firefox read there.

Not run by us on Windows: the command lists are tested against recorded ones, the outcome by a handshake on the user's
own computer (`nvrflow verify`). Adding to a user's Root store shows Windows' Security Warning (the guide's step 4j).
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
    """Root (and CA for what is no root) of the current user or of the computer."""

    computer: Computer
    scope: Scope = "user"
    family: Family = "windows"

    @property
    def name(self) -> str:
        """`windows-user` or `windows-machine`."""
        return f"windows-{self.scope}"

    @property
    def place(self) -> str:
        """As PowerShell writes it."""
        return "Cert:\\CurrentUser" if self.scope == "user" else "Cert:\\LocalMachine"

    @property
    def readers(self) -> str:
        """Who looks there."""
        who = "this user" if self.scope == "user" else "every user"
        return f"Internet Explorer, Edge, Chrome, Firefox, curl of {who}"

    @property
    def certutil(self) -> str:
        """Windows' own certutil by its absolute path; NSS has a tool of the same name."""
        root = self.computer.environment.get("SystemRoot", "C:\\Windows")
        return f"{root}\\System32\\certutil.exe"

    def state(self) -> State:
        """Whether we may write there."""
        if self.scope == "machine" and not self.computer.admin:
            return State(
                False,
                "the computer's own store is the administrator's",
                "run the printed commands as administrator",
                by_hand=True,
            )
        return State(True, f"{self.place}\\Root can be written" + ("; Windows asks for a Yes" if self.scope == "user" else ""))

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The store within and Windows' own name for it, the SHA-1."""
        return f"{_within(use)}\\{_sha1(certificate)}"

    def flags(self, use: Use) -> str:
        """The store within."""
        return _within(use)

    def holds(self, certificate: Certificate) -> Found | None:
        """Exactly this certificate: looked up by SHA-1, saved to a file, compared by its whole content."""
        with tempfile.TemporaryDirectory() as folder:
            for within in ("Root", "CA"):
                file = Path(folder) / f"{within}.cer"
                run(self._certutil("-store", within, _sha1(certificate), str(file)))
                if any(one.der == certificate.der for one in held_by(file)):
                    return Found(f"{within}\\{_sha1(certificate)}", within)
        return None

    def enough(self, found: Found, use: Use) -> bool:
        """A certificate in Root does for everything, one in CA only as a link."""
        return found.flags == "Root" or found.flags == _within(use)

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """The certificate as a file, certutil -addstore, the file gone again."""
        file = self.computer.state / f"anchor-{short(certificate)}.cer"
        return [
            MakeFolder(file.parent, 0o700),
            Write(file, certificate.der, 0o600),
            self._certutil("-f", "-addstore", _within(use), str(self.computer.shown(file))),
            Delete(file),
        ]

    def raising(self, certificate: Certificate, found: Found, use: Use) -> list[Action]:
        """Into Root as well; the entry in CA stays."""
        return self.add(certificate, use, "")

    def restoring(self, certificate: Certificate, found: Found, flags: str) -> list[Action]:
        """Out of Root again; the entry in CA was there before."""
        return [self._certutil("-delstore", found.flags, _sha1(certificate))]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """By SHA-1, which is how Windows names a certificate; never by name or serial number."""
        within = label.partition("\\")[0]
        return [self._certutil("-delstore", within, _sha1(certificate))]

    def _certutil(self, *arguments: str) -> Command:
        user = ("-user",) if self.scope == "user" else ()
        return Command((self.certutil, *user, *arguments), timeout=_PATIENCE)


def windows_stores(computer: Computer) -> Iterator[WindowsStore]:
    """The user's and the computer's."""
    yield WindowsStore(computer, "user")
    yield WindowsStore(computer, "machine")


def _within(use: Use) -> str:
    return "CA" if use == "intermediate" else "Root"


def _sha1(certificate: Certificate) -> str:
    return certificate.sha1.replace(":", "")
