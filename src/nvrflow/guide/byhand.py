"""What a person types to import the recorder's certificate without nvrflow: the trust stores' own commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nvrflow.certificate import Certificate
from nvrflow.command import Command, for_powershell
from nvrflow.trust.actions import MakeFolder, Write
from nvrflow.trust.choice import choose
from nvrflow.trust.computer import Computer, System
from nvrflow.trust.material import Material
from nvrflow.trust.names import decide
from nvrflow.trust.stores import Store, Use
from nvrflow.trust.stores.debian import DebianStore
from nvrflow.trust.stores.macos import MacKeychain
from nvrflow.trust.stores.nss_store import NssStore
from nvrflow.trust.stores.windows import WindowsStore

_READER = Path("~")  # the reader's home, as a shell writes it
_DATABASE = "$db"  # where the reader's browsers look, by the rule in nvrflow.trust.stores.chromium_database
_FINDING = f'db=~/.pki/nssdb; [ -d "{_DATABASE}" ] || db="${{XDG_DATA_HOME:-$HOME/.local/share}}/pki/nssdb"'
_PLACES = "~/.pki/nssdb, ~/.local/share/pki/nssdb"


@dataclass(frozen=True)
class Import:
    """The commands for one store of one system; empty if the certificate cannot be imported there by hand."""

    system: System
    name: str
    store: str
    readers: str
    lines: tuple[str, ...]


def imports(device: Certificate, authority: Certificate | None, file: str, host: str) -> Iterator[Import]:
    """For Windows, macOS and Linux (browsers, then the system): where the certificate in `file` goes, and how."""
    material = Material(device, decide(device, host), authority)
    for system, store, readers in _stores():
        choices = [one for one in choose(material, "ca", store.family) if one.certificate is not None]
        browsers = isinstance(store, NssStore)
        lines: list[str] = [_FINDING] if browsers and choices else []
        for choice in choices:
            assert choice.certificate is not None
            lines += _lines(store, choice.certificate, choice.use, file, host)
        yield Import(system, store.name, _PLACES if browsers else store.place, readers, tuple(lines))


def conversion(certificate: Certificate, file: str) -> tuple[str, str]:
    """The command that converts a download to a text file (PEM), and that file's name; empty if it is a text file already."""
    if certificate.format == "pem":
        return "", file
    made = f"{PurePosixPath(file).stem}.pem"
    if certificate.format == "der":
        return f"openssl x509 -inform der -in {shlex.quote(file)} -out {shlex.quote(made)}", made
    return f"openssl pkcs7 -inform der -print_certs -in {shlex.quote(file)} -out {shlex.quote(made)}", made


def _stores() -> Iterator[tuple[System, Store, str]]:
    windows = Computer("windows", {"USERPROFILE": "C:\\Users\\you", "SystemRoot": "C:\\Windows"})
    macos, linux = (Computer(system, {"HOME": str(_READER), "PATH": ""}) for system in ("macos", "linux"))
    yield "windows", WindowsStore(windows), "Internet Explorer, Edge, Chrome, Firefox"
    yield "macos", MacKeychain(macos), "Safari, Chrome, Edge, Firefox"
    readers = "Chrome, Chromium, Edge"
    yield "linux", NssStore(linux, "chromium-nss", "chromium", Path(_DATABASE), readers), readers
    yield "linux", DebianStore(linux), "curl, Python, OpenSSL"


def _lines(store: Store, certificate: Certificate, use: Use, file: str, host: str) -> Iterator[str]:
    """The store's commands with the reader's file in place of the file that nvrflow would write."""
    actions = store.add(certificate, use, host)
    written = {str(one.path): one for one in actions if isinstance(one, Write)}
    ours = {*written, *(path.replace("/", "\\") for path in written)}
    making = store.database.making() if isinstance(store, NssStore) else None
    quoted = _powershell if store.family == "windows" else _posix
    rights = "sudo " if store.family == "openssl" else ""
    for action in actions:
        if isinstance(action, Write) and rights:
            yield f"{rights}cp {quoted(file)} {quoted(str(action.path))}"
        elif isinstance(action, MakeFolder) and making is not None and str(action.path) == store.place:
            yield f"mkdir -p {quoted(str(action.path))}"
        elif isinstance(action, Command) and not action.may_fail:
            tool = action.argv[0].replace("\\", "/").rpartition("/")[2]
            line = " ".join((tool, *(quoted(file if part in ours else part) for part in action.argv[1:])))
            there = f'[ -e "{_DATABASE}/cert9.db" ] || ' if action == making else ""
            yield f"{rights}{there}{line}"


def _posix(part: str) -> str:
    """One word of a shell command; the shell still fills in home and database."""
    if part in (_DATABASE, f"sql:{_DATABASE}"):
        return f'"{part}"'
    home = f"{_READER}/"
    return f"~/{shlex.quote(part.removeprefix(home))}" if part.startswith(home) else shlex.quote(part)


def _powershell(part: str) -> str:
    return part if re.fullmatch(r"[\w.:\\/+=-]+", part) else for_powershell(part)
