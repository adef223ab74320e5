"""Installing a missing browser or NSS tool, if that is possible without a question."""

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
    """Find a browser or install one: with Playwright, or on Debian and Ubuntu as root with apt-get.

    An installation needs the network and may take minutes. Raises WrongCall, with the command to type, if it is not possible.
    """
    if path or os.environ.get("NVRFLOW_BROWSER") or installed(full):
        return find_browser(path, full)
    own = playwrights_own() or (playwrights_own() if _playwright("install", "chromium") else None)
    if own is None:
        _apt_get("chromium")
    elif not own.version and is_root():
        _playwright("install-deps", "chromium")  # system libraries that the download does not include
    return find_browser(full=full)


def ensure_tool(name: str) -> str:
    """The absolute path of an NSS tool such as `certutil`; it is installed if possible. Raises WrongCall if not."""
    found = tool(name)
    if found is None and sys.platform == "linux":
        _apt_get("libnss3-tools")
        found = tool(name)
    if found is None:
        raise WrongCall(
            f"{name}: this tool is not installed; type: apt-get install libnss3-tools (Fedora: dnf install nss-tools)"
        )
    return found


def _playwright(*words: str) -> bool:
    """Run Playwright's own installer; False if it failed. It gives up soon without a network."""
    patience = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    command = (sys.executable, "-m", "playwright", *words)
    return run(Command(command, 5 * _MINUTES, patience, umask=0o022, may_fail=True, most_output=_LONG)).ok


def _apt_get(package: str) -> None:
    """Install a Debian package, if that is possible without a question."""
    apt = tool("apt-get")
    if apt is None or not is_root():
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    waiting = ("-q", "-o", "DPkg::Lock::Timeout=120")
    for words, minutes in ((("update",), 5), (("install", "-y", package), 15)):
        run(Command((apt, *waiting, *words), minutes * _MINUTES, quiet, umask=0o022, may_fail=True, most_output=_LONG))
