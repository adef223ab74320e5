"""The browser: which one this computer has, how to get one, and how it is started and always ended."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.command import Command, run, tool
from nvrflow.errors import NvrflowError, WrongCall

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Process
    from playwright.sync_api import Playwright

# The headless shell takes half the CPU of the full browser, but does not read enterprise policies.
_SHELLS = ("chromium-headless-shell",)
_FULL = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "microsoft-edge-stable")
_MAC = ("Google Chrome", "Microsoft Edge", "Chromium")
_WINDOWS = (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe", r"Chromium\Application\chrome.exe")
_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",  # a recorder is on the local network
)
_MINUTES = 60.0


@dataclass(frozen=True)
class Browser:
    """An executable of the Chromium family; `headless_shell` shows no window and knows no policies."""

    path: Path
    headless_shell: bool = False

    @property
    def version(self) -> str:
        """What `--version` says, for example `Chromium 156.0.8078.79`; empty when it does not say."""
        ended = run(Command((str(self.path), "--version"), timeout=20, may_fail=True))
        return ended.output.strip().splitlines()[-1] if ended.output.strip() else ""


def find_browser(path: Path | str | None = None, full: bool = False) -> Browser:
    """The browser to use: `path`, NVRFLOW_BROWSER, an installed one, Playwright's own. Raises WrongCall with what to type.

    `full` leaves the headless shell out: for a visible window, and for checks of enterprise policies.
    """
    named = path or os.environ.get("NVRFLOW_BROWSER")
    if named:
        found = shutil.which(str(named))
        if found is None:
            source = "--browser-path" if path else "NVRFLOW_BROWSER"
            raise WrongCall(f"{source} {named}: is no program; give the full path of a Chrome, Edge or Chromium")
        return Browser(Path(found), "headless-shell" in Path(found).name or "headless_shell" in Path(found).name)
    installed = _installed(full) or _playwrights_own()
    if installed is None:
        raise WrongCall(f"browser: there is none on this computer; type: {_how_to_get_one()}")
    return installed


def ensure_browser() -> Browser:
    """Like `find_browser`; if there is none, one is installed: by Playwright, or on Debian and Ubuntu as root by apt-get."""
    try:
        return find_browser()
    except WrongCall:
        if os.environ.get("NVRFLOW_BROWSER"):
            raise
    if not run(Command((sys.executable, "-m", "playwright", "install", "chromium"), timeout=5 * _MINUTES, may_fail=True)).ok:
        _apt_get("chromium")
    return find_browser()


def ensure_tool(name: str) -> str:
    """The absolute path of an NSS tool such as `certutil`, installed if that is possible here. Raises WrongCall if not."""
    found = tool(name)
    if found is None and sys.platform == "linux":
        _apt_get("libnss3-tools")
        found = tool(name)
    if found is None:
        raise WrongCall(f"{name}: is not installed; type: apt-get install libnss3-tools (Fedora: dnf install nss-tools)")
    return found


def _apt_get(package: str) -> None:
    """Install a Debian package if that is possible here without asking anybody."""
    apt = tool("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return
    for words, minutes in ((("update", "-q"), 5), (("install", "-y", "-q", package), 15)):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(Command((apt, *words), minutes * _MINUTES, quiet, umask=0o022, may_fail=True, most_output=8 << 20))


def _installed(full: bool) -> Browser | None:
    if sys.platform == "darwin":
        bundles = (Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in _MAC)
        return next((Browser(path) for path in bundles if path.exists()), None)
    if sys.platform == "win32":
        tops = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        paths = (Path(top) / name for name in _WINDOWS for top in tops if top)
        return next((Browser(path) for path in paths if path.exists()), None)
    for name in _FULL if full else (*_SHELLS, *_FULL):
        found = shutil.which(name)
        if found:
            return Browser(Path(found), name in _SHELLS)
    return None


def _playwrights_own() -> Browser | None:
    """The Chromium that `playwright install` put into its cache, if it did."""
    path = Path(_driver().chromium.executable_path)
    return Browser(path) if path.exists() else None


def _how_to_get_one() -> str:
    if tool("apt-get"):
        return "apt-get install chromium (as root)"
    return f"{Path(sys.executable).name} -m playwright install chromium"


_started: Playwright | None = None


def use_driver(playwright: Playwright) -> None:
    """Use a driver that somebody else (pytest-playwright) has started and will stop: there can be one in a thread only."""
    global _started
    _started = playwright


def _driver() -> Playwright:
    global _started
    if _started is None:
        from playwright.sync_api import sync_playwright

        _started = sync_playwright().start()
        atexit.register(_started.stop)
    return _started


@contextmanager
def open_browser(
    browser: Browser,
    *,
    headed: bool = False,
    slow_mo: float = 0,
    pin: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """A new process of `browser` for the time of the block; no process is left behind, whatever happens.

    `pin` is the SHA-256 of a public key (SPKI, base64): a server with that key is opened although nobody trusts it yet, no other
    error is ignored. `environment` replaces this process's own, so that another HOME has other trust stores. `slow_mo` in
    milliseconds. Raises WrongCall when the browser does not start.
    """
    from playwright.sync_api import Error as PlaywrightError

    if headed and browser.headless_shell:
        browser = find_browser(full=True)
    flags = [*_FLAGS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    if pin:
        flags.append(f"--ignore-certificate-errors-spki-list={pin}")
    try:
        process = _driver().chromium.launch(
            executable_path=browser.path,
            args=flags,
            headless=not headed,
            slow_mo=slow_mo,
            timeout=60_000,
            env=dict(environment) if environment is not None else None,
        )
    except PlaywrightError as problem:
        if headed and not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY") and sys.platform == "linux":
            raise WrongCall("--headed: there is no display here; leave it out") from None
        first = problem.message.strip().splitlines()[0]
        raise NvrflowError(f"{browser.path}: the browser does not start ({first}); try another one with --browser-path") from None
    try:
        yield process
    finally:
        process.close()


def user_agent(process: Process) -> str | None:
    """What the browser has to call itself: on a Mac another system, because recorders switch HTTPS off for Macs.

    Source: facts on recorders' pages, `isSupportHTTPS` in a recorder's own script. None where the browser's own name will do.
    """
    if sys.platform != "darwin":
        return None
    version = process.version.split(".")[0]
    return (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    )
