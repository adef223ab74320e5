"""The folder in which nvrflow keeps data from one run to the next, on each operating system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from platformdirs import user_state_path


def state_folder() -> Path:
    """The user's state folder: `$XDG_STATE_HOME/nvrflow`, `~/.local/state/nvrflow`, or the system's equivalent.

    A relative XDG_STATE_HOME is ignored, as its specification says. As root in another user's home, a system folder is used,
    because files that root makes in that home would lock its owner out. This function creates nothing.
    """
    if os.name == "posix" and _somebody_elses_home():
        return Path("/Library/Application Support/nvrflow" if sys.platform == "darwin" else "/var/lib/nvrflow")
    given = os.environ.get("XDG_STATE_HOME", "")
    if sys.platform == "linux" and given and not Path(given).is_absolute():
        return Path.home() / ".local" / "state" / "nvrflow"
    return user_state_path("nvrflow", appauthor=False)


def _somebody_elses_home() -> bool:
    home = Path.home()
    return os.geteuid() == 0 and home.is_dir() and home.stat().st_uid != 0
