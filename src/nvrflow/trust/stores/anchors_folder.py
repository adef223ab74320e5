"""The system stores with p11-kit (Fedora, Arch) and of openSUSE: a file in a folder, and a command that reads it in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nvrflow.certificate import Certificate
from nvrflow.command import Command
from nvrflow.trust.actions import Action, Delete, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, plain, short
from nvrflow.trust.stores.files import held_by, ours_in


@dataclass(frozen=True)
class Distribution:
    """Where a distribution keeps an administrator's anchors, and the command that reads them in."""

    name: str
    marker: str
    folder: str
    tool: str
    default: str
    arguments: tuple[str, ...]
    readers: str
    package: str


DISTRIBUTIONS = (
    Distribution(
        "fedora-system", "/etc/pki/ca-trust/source", "/etc/pki/ca-trust/source/anchors", "update-ca-trust",
        "/usr/bin/update-ca-trust", ("extract",), "curl, OpenSSL, Python, Java and Firefox", "dnf install ca-certificates",
    ),
    Distribution(
        "arch-system", "/etc/ca-certificates/trust-source", "/etc/ca-certificates/trust-source/anchors", "trust",
        "/usr/bin/trust", ("extract-compat",), "curl, OpenSSL, Python and Firefox", "pacman -S ca-certificates-utils p11-kit",
    ),
    Distribution(
        "suse-system", "/usr/share/pki/trust", "/etc/pki/trust/anchors", "update-ca-certificates",
        "/usr/sbin/update-ca-certificates", (), "curl, OpenSSL, Python and Firefox", "zypper install p11-kit-tools",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class AnchorsFolder:
    """The system store of one of these distributions."""

    computer: Computer
    distribution: Distribution
    family: Family = "openssl"
    scope: Scope = "machine"

    @property
    def name(self) -> str:
        """`fedora-system` and the like."""
        return self.distribution.name

    @property
    def readers(self) -> str:
        """The programs that read it."""
        return self.distribution.readers

    @property
    def folder(self) -> Path:
        """The folder of the administrator's own anchors."""
        return self.computer.under(self.distribution.folder)

    @property
    def place(self) -> str:
        """The folder as text."""
        return str(self.folder)

    def state(self) -> State:
        """Whether the tool and the folder exist, and whether the folder is writable."""
        if not self.folder.is_dir() or not self.computer.has(self.distribution.tool):
            return State(False, f"{self.folder} or {self.distribution.tool} is missing", self.distribution.package)
        if not self.computer.admin:
            return State(False, f"only root can write {self.folder}", "run the printed commands as root", by_hand=True)
        return State(True, f"{self.folder} can be written")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The file's name."""
        return f"nvrflow-{plain(host)}-{short(certificate)}.pem"

    def holds(self, certificate: Certificate) -> Found | None:
        """Find a file in the folder that holds exactly this certificate."""
        for file in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if any(one.der == certificate.der for one in held_by(file)):
                return Found(file.name)
        return None

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Write the file and run the command."""
        file = self.folder / self.label(certificate, use, host)
        return [Write(file, certificate.pem.encode(), 0o644), self._taking_up()]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Delete the file and run the command again."""
        found = self.holds(certificate)
        return [Delete(self.folder / (found.label if found else label)), self._taking_up()]

    def ours(self) -> list[tuple[str, Certificate]]:
        """The files whose names begin with nvrflow's."""
        return ours_in(self.folder, "nvrflow-*.pem")

    def _taking_up(self) -> Command:
        tool = self.computer.tool(self.distribution.tool, self.distribution.default)
        return Command((tool, *self.distribution.arguments), timeout=120.0, umask=0o022)


def anchors_folders(computer: Computer) -> Iterator[AnchorsFolder]:
    """Yield the store of this computer's distribution; nothing on Debian, which has its own module."""
    for distribution in DISTRIBUTIONS:
        if computer.under(distribution.marker).is_dir():
            yield AnchorsFolder(computer, distribution)
            return
