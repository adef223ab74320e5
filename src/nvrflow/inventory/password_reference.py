"""Where the password of a recorder is: in a variable, in the keyring, in a file, or what a command prints; never in the list."""

from __future__ import annotations

import os
import re
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from nvrflow import environment
from nvrflow.command import Command, run
from nvrflow.errors import WrongCall

KINDS = ("env", "keyring", "file", "command")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_reference(kind: object, place: object) -> bool:
    """Whether this says where a password is: a kind that is known, with a place that can be one and is hardly a password."""
    return kind in KINDS and isinstance(place, str) and bool(place) and (kind != "env" or _VARIABLE.fullmatch(place) is not None)


@dataclass(frozen=True)
class PasswordReference:
    """A place of a password: `kind` is env, keyring, file or command; a file is relative to `folder`."""

    kind: str
    place: str
    folder: Path
    user: str

    def password(self) -> str:
        """The password itself. A variable is removed from the environment first. Raises WrongCall if there is none."""
        readers = {"env": self._variable, "keyring": self._keyring, "file": self._file, "command": self._command}
        found = readers[self.kind]()
        if not found:
            raise WrongCall(f"password of {self.user}: {self.kind} {self.place} has none; set it there, then try again")
        return found

    def _variable(self) -> str | None:
        return environment.take_variable(self.place)

    def _keyring(self) -> str | None:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ModuleNotFoundError:
            raise WrongCall(f"keyring {self.place}: the keyring is not installed; type: pip install 'nvrflow[keyring]'") from None
        try:
            return keyring.get_password(self.place, self.user)
        except KeyringError as problem:
            raise WrongCall(f"keyring {self.place}: cannot be read ({problem}); unlock it, then try again") from None

    def _file(self) -> str:
        path = self.folder / Path(self.place).expanduser()
        try:
            rights = path.stat().st_mode
            if os.name == "posix" and rights & (stat.S_IRWXG | stat.S_IRWXO):
                raise WrongCall(f"{path}: other users of this computer may read this password; type: chmod 600 {path}")
            return path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as problem:
            why = getattr(problem, "strerror", None) or "it is not UTF-8 text"
            raise WrongCall(f"{path}: the password cannot be read ({why}); correct the file or its name") from None

    def _command(self) -> str:
        ended = run(Command(tuple(shlex.split(self.place)), timeout=60, may_fail=True))
        if not ended.ok:
            raise WrongCall(f"password of {self.user}: {ended.why}; try the command in a terminal")
        return (ended.output.splitlines() or [""])[0]
