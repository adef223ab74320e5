"""The browser on this computer that nvrflow uses, and the command to type if there is none."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from nvrflow.browser.driver import driver
from nvrflow.command import Command, run, tool
from nvrflow.errors import WrongCall

# The headless shell needs half the CPU of the full browser, but does not read enterprise policies.
_SHELLS = ("chromium-headless-shell",)
_FULL = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "microsoft-edge-stable")
_MAC = ("Google Chrome", "Microsoft Edge", "Chromium")
_WINDOWS = (
    ("Google", "Chrome", "Application", "chrome.exe"),
    ("Microsoft", "Edge", "Application", "msedge.exe"),
    ("Chromium", "Application", "chrome.exe"),
)


@dataclass(frozen=True)
class Browser:
    """An executable of Chromium or a relative; a `headless_shell` shows no window and reads no policies.

    `source` says why it was chosen: `--browser-path`, `NVRFLOW_BROWSER`, `installed` or `Playwright's own`.
    """

    path: Path
    headless_shell: bool = False
    source: str = ""

    @property
    def version(self) -> str:
        """The output of `--version`, for example `Chromium 156.0.8078.79`; empty if the browser does not start.

        On Windows `--version` would open a window, so the version is the name of the folder beside the executable.
        """
        if sys.platform == "win32":
            beside = [folder.name for folder in self.path.parent.iterdir() if re.fullmatch(r"\d+(\.\d+){3}", folder.name)]
            return f"{self.path.stem} {beside[-1]}" if beside else ""
        ended = run(Command((str(self.path), "--version"), timeout=20, may_fail=True))
        return ended.output.strip().splitlines()[-1] if ended.ok and ended.output.strip() else ""


def find_browser(path: Path | str | None = None, full: bool = False) -> Browser:
    """Find the browser: `path`, NVRFLOW_BROWSER, an installed browser, or Playwright's own, in this order.

    `full` excludes an installed headless shell: for a visible window, and for enterprise policies. If there is no browser, it
    raises WrongCall with the command to type.
    """
    if path:
        return _named(str(path), "--browser-path")
    if os.environ.get("NVRFLOW_BROWSER"):
        return _named(os.environ["NVRFLOW_BROWSER"], "NVRFLOW_BROWSER")
    found = installed(full) or playwrights_own()
    if found is None:
        none = "there is no full browser" if full and installed(full=False) else "there is no Chrome, Edge or Chromium"
        raise WrongCall(f"browser: {none} on this computer; type: {_how_to_get_one()}")
    return found


def of_channel(channel: str) -> Browser:
    """The installed browser of one of Playwright's channels: `chrome`, `msedge` or `chromium`. Raises WrongCall."""
    words = {"chrome": ("google-chrome", "Google Chrome", "Google"), "msedge": ("microsoft-edge", "Microsoft Edge", "Microsoft")}
    words["chromium"] = ("chromium", "Chromium", "Chromium")
    if channel not in words:
        raise WrongCall(f"--browser-channel {channel}: give one of {', '.join(words)}, or leave the option out")
    linux, mac, windows = words[channel]
    names = [name for name in _FULL if name.startswith(linux)]
    found = [Path(path) for name in names if sys.platform == "linux" and (path := shutil.which(name))]
    found += [path for path in _applications() if {f"{mac}.app", windows} & set(path.parts)]
    if not found:
        raise WrongCall(f"--browser-channel {channel}: this browser is not installed here; install it, or give another")
    return Browser(found[0].absolute(), source="--browser-channel")


def _named(name: str, source: str) -> Browser:
    """The browser that a person gave: a path, a program in PATH, or on a Mac the application."""
    path = str(Path(name).expanduser()) if name.startswith("~") else name
    if path.endswith(".app"):
        path = str(Path(path, "Contents", "MacOS", Path(path).stem))
    found = shutil.which(path)
    if found is None:
        raise WrongCall(f"{source} {name}: this is not a program; give the full path of Chrome, Edge or Chromium")
    return Browser(Path(found).absolute(), re.search(r"headless[-_]shell", Path(found).name) is not None, source)


def installed(full: bool) -> Browser | None:
    """A browser installed on this computer, in its usual place or in PATH; with `full`, not a headless shell."""
    if sys.platform == "linux":
        names = _FULL if full else (*_SHELLS, *_FULL)
        found = next(((path, name) for name in names if (path := shutil.which(name))), None)
        return Browser(Path(found[0]).absolute(), found[1] in _SHELLS, "installed") if found else None
    return next((Browser(path, source="installed") for path in _applications()), None)


def _applications() -> list[Path]:
    """The browsers that are installed as applications of a Mac or of Windows."""
    if sys.platform == "darwin":
        tops = (Path("/Applications"), Path.home() / "Applications")
        paths = [top / f"{name}.app" / "Contents" / "MacOS" / name for name in _MAC for top in tops]
    else:
        folders = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        paths = [Path(folder).joinpath(*parts) for parts in _WINDOWS for folder in folders if folder]
    return [path for path in paths if path.exists()]


def playwrights_own() -> Browser | None:
    """The Chromium that `playwright install` downloaded; None if there is none."""
    path = Path(driver().chromium.executable_path)
    return Browser(path, source="Playwright's own") if path.exists() else None


def _how_to_get_one() -> str:
    system = platform.freedesktop_os_release() if sys.platform == "linux" and Path("/etc/os-release").exists() else {}
    if system.get("ID") == "ubuntu":
        return "snap install chromium (as root)"
    if tool("apt-get"):
        return "apt-get install chromium (as root)"
    return f"{sys.executable} -m playwright install chromium"


def is_root() -> bool:
    """Whether this process runs as root; a browser then needs `--no-sandbox`."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
