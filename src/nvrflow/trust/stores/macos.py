"""The keychains and trust settings of macOS, which Safari, Chrome, Edge, curl and (since 120) Firefox read.

nvrflow's makers do not run this on macOS: the command lists are tested against recorded lists, and `nvrflow verify` checks the
result on the user's own computer. Every change shows a password dialog; over ssh it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nvrflow.certificate import Certificate
from nvrflow.command import Command, run
from nvrflow.trust.actions import Action, Delete, MakeFolder, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, short

SECURITY = "/usr/bin/security"
_PATIENCE = 300.0  # a person types a password


@dataclass(frozen=True)
class MacKeychain:
    """The login keychain with the user's trust settings, or the System keychain with the administrator's."""

    computer: Computer
    scope: Scope = "user"
    family: Family = "macos"

    @property
    def name(self) -> str:
        """`macos-user` or `macos-machine`."""
        return f"macos-{self.scope}"

    @property
    def place(self) -> str:
        """The file of the keychain."""
        if self.scope == "machine":
            return "/Library/Keychains/System.keychain"
        return f"{self.computer.home}/Library/Keychains/login.keychain-db"

    @property
    def readers(self) -> str:
        """The programs that read it."""
        who = "this user" if self.scope == "user" else "every user"
        return f"Safari, Chrome, Edge, Firefox, curl of {who}"

    def state(self) -> State:
        """Whether this user may write there."""
        if self.scope == "machine" and not self.computer.admin:
            return State(False, f"only root can write {self.place}", "run the printed commands with sudo", by_hand=True)
        if self.scope == "user" and self.computer.foreign_home:
            return State(False, self.computer.foreign_home, "run it as that user")
        return State(True, f"{self.place} can be written; macOS asks for the password")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The use, and the SHA-1 by which keychains identify a certificate."""
        return f"{use} {_sha1(certificate)}"

    def holds(self, certificate: Certificate) -> Found | None:
        """Find exactly this certificate in the keychain, by its SHA-256."""
        ended = run(Command((SECURITY, "find-certificate", "-a", "-Z", self.place)))
        wanted = certificate.sha256.replace(":", "")
        return Found(wanted) if ended.ok and wanted in ended.output.upper() else None

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Write the certificate to a file, add it to the keychain with trust for TLS only, and delete the file."""
        file = self.computer.state / f"anchor-{short(certificate)}.pem"
        return [
            MakeFolder(file.parent, 0o700),
            Write(file, certificate.pem.encode(), 0o600),
            self._adding(certificate, use, str(file)),
            Delete(file),
        ]

    def _adding(self, certificate: Certificate, use: Use, file: str) -> Command:
        if use == "intermediate":
            return _security("add-certificates", "-k", self.place, file)
        result = "trustRoot" if certificate.self_signed else "trustAsRoot"
        domain = ("-d",) if self.scope == "machine" else ()
        return _security("add-trusted-cert", *domain, "-r", result, "-p", "ssl", "-p", "basic", "-k", self.place, file)

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Remove the trust rule (a trusted certificate cannot be deleted), then the certificate by its SHA-1."""
        file = self.computer.state / f"anchor-{short(certificate)}.pem"
        domain = ("-d",) if self.scope == "machine" else ()
        rule: list[Action] = []
        if not label.startswith("intermediate"):
            untrusting = Command((SECURITY, "remove-trusted-cert", *domain, str(file)), timeout=_PATIENCE, may_fail=True)
            rule = [MakeFolder(file.parent, 0o700), Write(file, certificate.pem.encode(), 0o600), untrusting, Delete(file)]
        return [*rule, _security("delete-certificate", "-Z", _sha1(certificate), self.place)]


def mac_keychains(computer: Computer) -> Iterator[MacKeychain]:
    """Yield the user's keychain and the computer's keychain."""
    yield MacKeychain(computer, "user")
    yield MacKeychain(computer, "machine")


def _security(*arguments: str) -> Command:
    return Command((SECURITY, *arguments), timeout=_PATIENCE)


def _sha1(certificate: Certificate) -> str:
    return certificate.sha1.replace(":", "")
