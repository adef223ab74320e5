"""NSS certificate databases, which Chromium (Linux) and Firefox read, by way of NSS's own certutil.

What certutil gets wrong is met here: it looks a certificate up by name, so we look by SHA-256; it calls many failures
success, so we look again; it never ends when asked to make a database that exists, so we do not ask.
Measured with NSS 3.87: facts in docs/trust.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nvrflow.certificate import Certificate, read_certificates
from nvrflow.command import Command, Ended, run
from nvrflow.errors import CertificateRefused

_ROW = re.compile(r"^(?P<nickname>.*\S)\s+(?P<flags>[a-zA-Z]*,[a-zA-Z]*,[a-zA-Z]*)\s*$")
_MEANINGS = (
    ("SEC_ERROR_BAD_PASSWORD", "it is protected by a password (Firefox: primary password)"),
    ("SEC_ERROR_READ_ONLY", "it can only be read, not written"),
    ("SEC_ERROR_PKCS11_GENERAL_ERROR", "another program has it locked; close that browser and try again"),
    ("SEC_ERROR_LOCKED_DATABASE", "another program has it locked; close that browser and try again"),
    ("SEC_ERROR_REUSED_ISSUER_AND_SERIAL", "a different certificate with the same issuer and serial number is in it"),
    ("SEC_ERROR_BAD_DATABASE", "it is damaged, or no NSS database"),
    ("SEC_ERROR_LEGACY_DATABASE", "it is damaged, or no NSS database"),
)


@dataclass(frozen=True)
class Row:
    """One line of the database: nickname and trust flags (TLS, e-mail, code), for example `C,,`."""

    nickname: str
    flags: str


@dataclass(frozen=True)
class Database:
    """The database in one folder; `certutil` is NSS's tool by its absolute path (not the one of Windows)."""

    folder: Path
    certutil: str

    @property
    def exists(self) -> bool:
        """Whether there is a database, not merely a folder."""
        return (self.folder / "cert9.db").is_file()

    def rows(self) -> list[Row] | str:
        """All lines, or why they cannot be read."""
        ended = run(self.command("-L"))
        if not ended.ok:
            return meaning(ended)
        rows = []
        for line in ended.output.splitlines():
            match = _ROW.match(line)
            if match:
                rows.append(Row(match["nickname"], match["flags"]))
        return rows

    def find(self, certificate: Certificate) -> Row | None:
        """The line that holds exactly this certificate, told by its content; None also when it cannot be read."""
        rows = self.rows()
        if isinstance(rows, str):
            return None
        ours = certificate.sha256.replace(":", "").lower()[:16]
        for row in sorted(rows, key=lambda row: ours not in row.nickname):
            if any(held.der == certificate.der for held in self._held(row.nickname)):
                return row
        return None

    def _held(self, nickname: str) -> list[Certificate]:
        ended = run(self.command("-L", "-n", nickname, "-a"))
        if not ended.ok:
            return []
        try:
            return read_certificates(ended.output.encode(), nickname)
        except CertificateRefused:
            return []

    def making(self) -> Command:
        """Make the database, without a password; only ever for a folder that has none."""
        return self.command("-N", "--empty-password")

    def adding(self, nickname: str, flags: str, file: Path) -> Command:
        """Take in the one certificate in `file`."""
        return self.command("-A", "-t", flags, "-n", nickname, "-i", str(file))

    def flagging(self, nickname: str, flags: str) -> Command:
        """Set the flags of a certificate that is there already."""
        return self.command("-M", "-n", nickname, "-t", flags)

    def removing(self, nickname: str) -> Command:
        """Take the certificate out."""
        return self.command("-D", "-n", nickname)

    def command(self, verb: str, *arguments: str) -> Command:
        """One call of certutil on this database."""
        return Command((self.certutil, verb, "-d", f"sql:{self.folder}", *arguments))


def meaning(ended: Ended) -> str:
    """What certutil's failure means, for a person."""
    for code, sentence in _MEANINGS:
        if code in ended.errors:
            return sentence
    return ended.why


def settable(flags: str) -> str:
    """Flags as certutil takes them: without `u`, which it only shows (a private key is there)."""
    return flags.replace("u", "")


def with_letter(flags: str, letter: str) -> str:
    """The flags with one more letter for TLS, the rest untouched."""
    tls, _, others = settable(flags).partition(",")
    return f"{''.join(sorted({*tls, letter}))},{others}"
