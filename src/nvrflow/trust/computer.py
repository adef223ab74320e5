"""The computer whose trust is changed: its system, folders and tools, and whether nvrflow runs as administrator."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PureWindowsPath
from typing import Literal

from nvrflow import command

System = Literal["linux", "windows", "macos"]
Scope = Literal["user", "machine"]


@dataclass(frozen=True)
class Computer:
    """A computer: `environment` gives HOME and the XDG folders; the system's folders are below `root` (`/` except in tests)."""

    system: System
    environment: Mapping[str, str] = field(default_factory=dict)
    root: Path = Path("/")
    admin: bool = False

    @classmethod
    def this(cls, environment: Mapping[str, str] | None = None) -> Computer:
        """The computer that nvrflow runs on, with another environment if given."""
        systems: dict[str, System] = {"win32": "windows", "darwin": "macos"}
        return cls(
            systems.get(sys.platform, "linux"),
            dict(os.environ if environment is None else environment),
            admin=_is_admin(),
        )

    @property
    def home(self) -> Path:
        """The user's home folder."""
        name = "USERPROFILE" if self.system == "windows" else "HOME"
        given = self.environment.get(name)
        if given is not None and self.system != "windows" and not given.startswith(("/", "~")):
            return _home_of_user()
        return Path(given or Path.home())

    def xdg(self, variable: str, default: str) -> Path:
        """One of the XDG base folders; a relative value is ignored, as the specification says."""
        value = self.environment.get(variable, "")
        return Path(value) if value.startswith("/") else self.home / default

    @property
    def state(self) -> Path:
        """The folder of nvrflow's ledger: in the user's home, but as root never in another user's home."""
        if self.foreign_home:
            return self.under("/Library/Application Support/nvrflow" if self.system == "macos" else "/var/lib/nvrflow")
        if self.system == "windows":
            return Path(self.environment.get("LOCALAPPDATA") or self.home / "AppData" / "Local") / "nvrflow"
        if self.system == "macos":
            return self.home / "Library" / "Application Support" / "nvrflow"
        return self.xdg("XDG_STATE_HOME", ".local/state") / "nvrflow"

    def tool(self, name: str, default: str) -> str:
        """The absolute path of a tool, or `default`, its usual path, when it is not installed here."""
        return self.has(name) or default

    def has(self, name: str) -> str | None:
        """The absolute path of a tool when it is installed here."""
        return command.tool(name, self.environment)

    def under(self, path: str) -> Path:
        """A folder of the system, below `root`."""
        return self.root / path.lstrip("/")

    def shown(self, path: Path) -> PurePath:
        """The path as this computer's system writes it; tests make the command lists for Windows on Linux too."""
        return PureWindowsPath(str(path).replace("/", "\\")) if self.system == "windows" else path

    @property
    def foreign_home(self) -> str:
        """Why the user's stores must not be changed: nvrflow runs as root in another user's home. Otherwise empty."""
        if os.name != "posix" or os.geteuid() != 0 or not self.home.is_dir():
            return ""
        owner = self.home.stat().st_uid
        if owner == 0:
            return ""
        return (
            f"{self.home}: belongs to another user (uid {owner}) while this runs as root, and files made here would"
            " lock that user out; run it as that user, without sudo"
        )


def _home_of_user() -> Path:
    """The user's home according to the system, for an environment whose HOME is empty or relative."""
    if os.name != "posix":
        return Path.home()
    import pwd

    return Path(pwd.getpwuid(os.getuid()).pw_dir)


def _is_admin() -> bool:
    if os.name == "posix":
        return os.geteuid() == 0
    import ctypes

    shell: object = getattr(getattr(ctypes, "windll", None), "shell32", None)
    return bool(shell and shell.IsUserAnAdmin())  # type: ignore[attr-defined]
