"""Getting a browser or one of its tools when the computer lacks it and nobody has to be asked."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nvrflow.browser.executable import Browser, find_browser, installed, is_root, playwrights_own
from nvrflow.command import Command, run, tool
from nvrflow.errors import WrongCall

_MINUTES = 60.0
_LONG = 8 << 20  # bytes that an installer may write


def ensure_browser(path: Path | str | None = None, full: bool = False) -> Browser:
    """Like `find_browser`; if there is none, one is installed: by Playwright, or on Debian and Ubuntu as root by apt-get.

    May take minutes and the network. Raises WrongCall with what to type when no browser can be had.
    """
    if path or os.environ.get("NVRFLOW_BROWSER") or installed(full):
        return find_browser(path, full)
    own = playwrights_own() or (playwrights_own() if _playwright("install", "chromium") else None)
    if own is None:
        _apt_get("chromium")
    elif not own.version and is_root():
        _playwright("install-deps", "chromium")  # the system's libraries, which its download does not bring along
    return find_browser(full=full)


def ensure_tool(name: str) -> str:
    """The absolute path of an NSS tool such as `certutil`, installed if that is possible here. Raises WrongCall if not."""
    found = tool(name)
    if found is None and sys.platform == "linux":
        _apt_get("libnss3-tools")
        found = tool(name)
    if found is None:
        raise WrongCall(f"{name}: is not installed; type: apt-get install libnss3-tools (Fedora: dnf install nss-tools)")
    return found


def _playwright(*words: str) -> bool:
    """Whether Playwright's own installer did what it was told; it gives up soon when nothing answers."""
    patience = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    command = (sys.executable, "-m", "playwright", *words)
    return run(Command(command, 5 * _MINUTES, patience, umask=0o022, may_fail=True, most_output=_LONG)).ok


def _apt_get(package: str) -> None:
    """Install a Debian package if that is possible here without asking anybody."""
    apt = tool("apt-get")
    if apt is None or not is_root():
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    waiting = ("-q", "-o", "DPkg::Lock::Timeout=120")
    for words, minutes in ((("update",), 5), (("install", "-y", package), 15)):
        run(Command((apt, *waiting, *words), minutes * _MINUTES, quiet, umask=0o022, may_fail=True, most_output=_LONG))
