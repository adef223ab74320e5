"""NSS certificate databases, which Chromium (Linux) and Firefox read. They are changed with NSS's certutil.

This module works around certutil's faults. It looks certificates up by name, so nvrflow compares the SHA-256. It reports success
after many failures, so nvrflow looks again. It never ends when asked to make a database that exists, so nvrflow never asks.
Measured with NSS 3.87; docs/trust.md has the facts.
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
    ("SEC_ERROR_READ_ONLY", "it is read-only"),
    ("SEC_ERROR_PKCS11_GENERAL_ERROR", "another program has locked it; close that browser and try again"),
    ("SEC_ERROR_LOCKED_DATABASE", "another program has locked it; close that browser and try again"),
    ("SEC_ERROR_REUSED_ISSUER_AND_SERIAL", "a different certificate with the same issuer and serial number is in it"),
    ("SEC_ERROR_BAD_DATABASE", "it is damaged, or not an NSS database"),
    ("SEC_ERROR_LEGACY_DATABASE", "it is damaged, or not an NSS database"),
)


@dataclass(frozen=True)
class Row:
    """One line of the database: nickname and trust flags (TLS, e-mail, code), for example `C,,`.

    If it is not `unique`, another certificate has the same nickname, and certutil cannot distinguish the two.
    """

    nickname: str
    flags: str
    unique: bool = True


@dataclass(frozen=True)
class Database:
    """The database in one folder; `certutil` is the absolute path of NSS's tool (not that of Windows)."""

    folder: Path
    certutil: str

    @property
    def exists(self) -> bool:
        """Whether the folder has a database."""
        return (self.folder / "cert9.db").is_file()

    def rows(self) -> list[Row] | str:
        """All lines, or a text that says why they cannot be read."""
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
        """Whether a password protects it. If so, certutil adds a certificate, fails, and leaves it there untrusted."""
        return "SEC_ERROR_BAD_PASSWORD" in run(self.command("-K")).errors

    def find(self, certificate: Certificate) -> Row | None:
        """Find the line of exactly this certificate by its content; None also if the database cannot be read."""
        label = next((label for label, der in self.held() if der == certificate.der), None)
        rows = self.rows()
        if label is None or isinstance(rows, str):
            return None
        fitting = [row for row in rows if row.nickname == label.strip()]
        flags = {row.flags for row in fitting}
        return Row(label, flags.pop() if len(flags) == 1 else ",,", unique=len(fitting) == 1)

    def held(self) -> list[tuple[str, bytes]]:
        """Nickname and content of every certificate; empty if the database cannot be read.

        It reads the database's own table, because certutil shows all certificates of one subject under each of their nicknames.
        The columns are named after PKCS#11 attributes: a0 CKA_CLASS, a3 CKA_LABEL, a11 CKA_VALUE.
        """
        address = f"{(self.folder / 'cert9.db').absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=2)) as connection:
                found = connection.execute("SELECT a3, a11 FROM nssPublic WHERE a0 = ?", (_CERTIFICATE,)).fetchall()
        except sqlite3.Error:
            return []
        return [(_label(label), bytes(value)) for label, value in found if value]

    def making(self) -> Command:
        """The command that makes the database, without a password; only for a folder that has none."""
        return self.command("-N", "--empty-password")

    def adding(self, nickname: str, flags: str, file: Path) -> Command:
        """The command that adds the certificate in `file`."""
        return self.command("-A", "-t", flags, "-n", nickname, "-i", str(file))

    def flagging(self, nickname: str, flags: str) -> Command:
        """The command that sets the flags of a certificate that is there already."""
        return self.command("-M", "-n", nickname, "-t", flags)

    def removing(self, nickname: str) -> Command:
        """The command that removes the certificate."""
        return self.command("-D", "-n", nickname)

    def command(self, verb: str, *arguments: str) -> Command:
        """Make one call of certutil on this database."""
        return Command((self.certutil, verb, "-d", f"sql:{self.folder}", *arguments))


def meaning(ended: Ended) -> str:
    """Explain a failure of certutil for a person."""
    for code, sentence in _MEANINGS:
        if code in ended.errors:
            return sentence
    return ended.why


def _label(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value or "")


def settable(flags: str) -> str:
    """Flags as certutil accepts them: without `u`, which it only shows (a private key is there)."""
    return flags.replace("u", "")


def with_letter(flags: str, letter: str) -> str:
    """The flags with one more letter for TLS; the others are unchanged."""
    tls, _, others = settable(flags).partition(",")
    return f"{''.join(sorted({*tls, letter}))},{others}"
