"""NSS certificate databases, which Chromium (Linux) and Firefox read, by way of NSS's own certutil.

What certutil gets wrong is met here: it looks a certificate up by name, so we look by SHA-256; it calls many failures
success, so we look again; it never ends when asked to make a database that exists, so we do not ask.
Measured with NSS 3.87: facts in docs/trust.md.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nvrflow.certificate import Certificate
from nvrflow.command import Command, Ended, run

_CERTIFICATE = bytes((0, 0, 0, 1))
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
    """One line of the database: nickname and trust flags (TLS, e-mail, code), for example `C,,`.

    Not `unique`: another certificate has the same nickname, so certutil cannot be told which of the two is meant.
    """

    nickname: str
    flags: str
    unique: bool = True


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

    @property
    def locked_by_password(self) -> bool:
        """Whether a password protects it: then certutil takes a certificate, fails, and leaves it there untrusted."""
        return "SEC_ERROR_BAD_PASSWORD" in run(self.command("-K")).errors

    def find(self, certificate: Certificate) -> Row | None:
        """The line that holds exactly this certificate, told by its content; None also when it cannot be read."""
        label = next((label for label, der in self.held() if der == certificate.der), None)
        rows = self.rows()
        if label is None or isinstance(rows, str):
            return None
        fitting = [row for row in rows if row.nickname == label.strip()]
        flags = {row.flags for row in fitting}
        return Row(label, flags.pop() if len(flags) == 1 else ",,", unique=len(fitting) == 1)

    def held(self) -> list[tuple[str, bytes]]:
        """Nickname and content of every certificate; empty when the database cannot be read.

        Read from the database's own table, for certutil shows all certificates of one subject under each nickname that
        one of them has. Columns are named after PKCS#11's attributes: a0 CKA_CLASS, a3 CKA_LABEL, a11 CKA_VALUE.
        """
        address = f"{(self.folder / 'cert9.db').absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=2)) as connection:
                found = connection.execute("SELECT a3, a11 FROM nssPublic WHERE a0 = ?", (_CERTIFICATE,)).fetchall()
        except sqlite3.Error:
            return []
        return [(_label(label), bytes(value)) for label, value in found if value]

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


def _label(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value or "")


def settable(flags: str) -> str:
    """Flags as certutil takes them: without `u`, which it only shows (a private key is there)."""
    return flags.replace("u", "")


def with_letter(flags: str, letter: str) -> str:
    """The flags with one more letter for TLS, the rest untouched."""
    tls, _, others = settable(flags).partition(",")
    return f"{''.join(sorted({*tls, letter}))},{others}"
