"""The changes made to a computer: run a command, write or delete a file, make a folder. Each can be printed before it is done."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nvrflow.command import Command, for_powershell, run
from nvrflow.whole_file import write_whole


@dataclass(frozen=True)
class Write:
    """Write a whole file at once. Its folder must exist; use a MakeFolder before it where needed."""

    path: Path
    data: bytes
    mode: int = 0o644

    @property
    def shown(self) -> str:
        """The action as a shell command."""
        text = self.data.decode("utf-8", errors="replace").rstrip("\n")
        return f"cat > {shlex.quote(str(self.path))} <<'END'\n{text}\nEND"


@dataclass(frozen=True)
class Delete:
    """Delete one file; it is no error if the file does not exist."""

    path: Path

    @property
    def shown(self) -> str:
        """The action as a shell command."""
        return shlex.join(("rm", "-f", str(self.path)))


@dataclass(frozen=True)
class MakeFolder:
    """Make a folder and its parents."""

    path: Path
    mode: int = 0o755

    @property
    def shown(self) -> str:
        """The action as a shell command."""
        return shlex.join(("mkdir", "-p", "-m", f"{self.mode:o}", str(self.path)))


Action = Command | Write | Delete | MakeFolder


def shown(action: Action, *, powershell: bool = False) -> str:
    """The action as text that can be typed into a POSIX shell or into PowerShell."""
    if not powershell:
        return action.shown
    if isinstance(action, Command):
        return " ".join(("&", *(for_powershell(part) for part in action.argv)))
    path = for_powershell(str(action.path).replace("/", "\\"))
    if isinstance(action, Write):
        content = base64.b64encode(action.data).decode()
        return f"[IO.File]::WriteAllBytes({path}, [Convert]::FromBase64String('{content}'))"
    if isinstance(action, Delete):
        return f"Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath {path}"
    return f"New-Item -ItemType Directory -Force -Path {path} | Out-Null"


def perform(action: Action) -> str:
    """Do the action; returns what went wrong in one line, or an empty string."""
    if isinstance(action, Command):
        ended = run(action)
        return "" if ended.ok or action.may_fail else ended.why
    try:
        if isinstance(action, Write):
            write_whole(action.path, action.data, action.mode, lasting=True)
        elif isinstance(action, Delete):
            action.path.unlink(missing_ok=True)
        else:
            _make(action.path, action.mode)
    except OSError as problem:
        return f"{problem.filename or action.path}: {problem.strerror or problem}"
    return ""


def perform_all(actions: Iterable[Action]) -> str:
    """Do the actions in order until one fails; returns what went wrong, or an empty string."""
    for action in actions:
        if problem := perform(action):
            return problem
    return ""


def _make(folder: Path, mode: int) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=mode, exist_ok=True)
