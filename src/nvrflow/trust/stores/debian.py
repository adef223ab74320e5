"""Debian's and Ubuntu's system store, read by curl, OpenSSL, Python and (by a hook) Java, but not by Chromium and Firefox."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nvrflow.certificate import Certificate
from nvrflow.command import Command, run
from nvrflow.trust.actions import Action, Delete, Write
from nvrflow.trust.computer import Computer, Scope
from nvrflow.trust.stores import Family, Found, State, Use, plain, short
from nvrflow.trust.stores.files import held_by, ours_in

_SECONDS = 120.0


@dataclass(frozen=True)
class DebianStore:
    """The folder /usr/local/share/ca-certificates with one PEM file for each certificate, and update-ca-certificates."""

    computer: Computer
    name: str = "debian-system"
    family: Family = "openssl"
    scope: Scope = "machine"
    readers: str = "curl, OpenSSL, Python, Git, wget; not the browsers"

    @property
    def folder(self) -> Path:
        """The folder of the administrator's own certificates."""
        return self.computer.under("/usr/local/share/ca-certificates")

    @property
    def place(self) -> str:
        """The folder as text."""
        return str(self.folder)

    def state(self) -> State:
        """Whether this is Debian or Ubuntu, and whether the folder is writable."""
        if not self.computer.under("/etc/ca-certificates.conf").exists() or not self.folder.is_dir():
            said = "this is not a Debian or Ubuntu with ca-certificates"
            return State(False, said, "apt-get install ca-certificates")
        if not self.computer.has("update-ca-certificates"):
            return State(False, "update-ca-certificates is missing", "apt-get install ca-certificates")
        if not self.computer.admin:
            return State(False, f"only root can write {self.folder}", "run the printed commands as root", by_hand=True)
        return State(True, f"{self.folder} can be written")

    def label(self, certificate: Certificate, use: Use, host: str) -> str:
        """The file's name: lower case, because Java's alias is made from it in lower case; `.crt`, because others are ignored."""
        return f"nvrflow-{plain(host)}-{short(certificate)}.crt"

    def holds(self, certificate: Certificate) -> Found | None:
        """Find a file below the folder that holds exactly this certificate."""
        for file in sorted(self.folder.rglob("*.crt")) if self.folder.is_dir() else ():
            if any(one.der == certificate.der for one in held_by(file)):
                return Found(str(file.relative_to(self.folder)))
        return None

    def add(self, certificate: Certificate, use: Use, host: str) -> list[Action]:
        """Write the file, update the bundle, and remove Java's copy, because Java does not apply name constraints."""
        file = self.folder / self.label(certificate, use, host)
        return [Write(file, certificate.pem.encode(), 0o644), self._update(), *self._without_java(file.name)]

    def remove(self, certificate: Certificate, label: str) -> list[Action]:
        """Delete the file, update links and bundle (only --fresh removes them), and delete Java's alias (--fresh keeps it)."""
        found = self.holds(certificate)
        file = self.folder / (found.label if found else label)
        return [Delete(file), self._update("--fresh"), *self._without_java(file.name)]

    def _update(self, *arguments: str) -> Command:
        tool = self.computer.tool("update-ca-certificates", "/usr/sbin/update-ca-certificates")
        return Command((tool, *arguments), timeout=_SECONDS, umask=0o022)

    def _without_java(self, file_name: str) -> list[Action]:
        deleting = self._java("-delete", file_name)
        return [replace(deleting, may_fail=True)] if deleting else []

    def _java(self, verb: str, file_name: str) -> Command | None:
        """A keytool command on Java's copy, with the alias that Debian's hook gives it and the password that every Java has."""
        keystore, keytool = self.computer.under("/etc/ssl/certs/java/cacerts"), self.computer.has("keytool")
        if not keystore.exists() or not keytool:
            return None
        alias = "debian:" + file_name.lower().removesuffix(".crt") + ".pem"
        arguments = (verb, "-keystore", str(keystore), "-storepass", "changeit", "-alias", alias)
        return Command((keytool, *arguments), timeout=_SECONDS, umask=0o022)

    def ours(self) -> list[tuple[str, Certificate]]:
        """The files whose names begin with nvrflow's."""
        return ours_in(self.folder, "nvrflow-*.crt")

    def remains(self, certificate: Certificate, label: str) -> str:
        """The file, the line in the bundle, or Java's alias, whichever remains."""
        found = self.holds(certificate)
        if found:
            return f"{self.folder / found.label}"
        bundle = self.computer.under("/etc/ssl/certs/ca-certificates.crt")
        if bundle.is_file() and certificate.pem.strip() in bundle.read_text(encoding="ascii", errors="replace"):
            return str(bundle)
        listing = self._java("-list", Path(label).name)
        return f"Java's {listing.argv[3]}" if listing and run(listing).ok else ""
