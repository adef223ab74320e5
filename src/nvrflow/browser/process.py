"""Starting a browser for the duration of a block, and ending it in every case."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from nvrflow.browser.driver import driver, unless_it_has_died
from nvrflow.browser.executable import Browser, find_browser, is_root
from nvrflow.environment import PASSWORD, for_children
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Process

FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
)
_incoming: WeakKeyDictionary[Process, Path] = WeakKeyDictionary()
_PATIENCE = 60.0  # seconds in which a browser must start
_DIRECT = "--no-proxy-server"  # a recorder is on the local network


@contextmanager
def open_browser(
    browser: Browser,
    *,
    headed: bool = False,
    slow_mo: float = 0,
    pin: str | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
) -> Iterator[Process]:
    """Run a new process of `browser` during the block; in no case is a process left behind.

    `pin` is the SHA-256 of a public key (SPKI, base64): a server with that key is opened although it is not trusted yet; no other
    error is ignored. `environment` replaces this process's own, so that another HOME has other trust stores. `slow_mo` is in
    milliseconds. `flags` are further flags of Chromium; without those of a gate the browser uses no proxy. Raises NvrflowError,
    with the browser's own message, if it does not start within a minute.
    """
    from playwright.sync_api import Error as PlaywrightError

    if headed:
        browser = that_shows_a_window(browser, os.environ if environment is None else environment)
    own: dict[str, str | float | bool] | None = None
    if environment is not None or PASSWORD in os.environ:
        own = {**for_children(environment)}
    chromium = driver().chromium
    incoming = TemporaryDirectory(prefix="nvrflow-incoming-", ignore_cleanup_errors=True)
    try:
        with waiting("the browser to start", _PATIENCE):
            process = chromium.launch(
                executable_path=browser.path,
                args=_arguments(flags, pin),
                headless=not headed,
                slow_mo=slow_mo,
                timeout=_PATIENCE * 1000,
                env=own,
                downloads_path=incoming.name,
            )
    except PlaywrightError as problem:
        incoming.cleanup()
        raise NvrflowError(
            f"{browser.path}: the browser does not start ({_reason(problem.message)}); try another one with --browser-path"
        ) from None
    _incoming[process] = Path(incoming.name)
    with incoming:
        try:
            yield process
        finally:
            unless_it_has_died(process.close)


def incoming_of(process: Process) -> Path | None:
    """The folder in which the downloads of a browser grow; None if nvrflow did not start it."""
    return _incoming.get(process)


def _arguments(flags: Sequence[str], pin: str | None) -> list[str]:
    direct = [] if any(flag.startswith("--proxy-server=") for flag in flags) else [_DIRECT]
    pinned = [f"--ignore-certificate-errors-spki-list={pin}"] if pin else []
    return [*FLAGS, *direct, *flags, *(["--no-sandbox"] if is_root() else []), *pinned]


def that_shows_a_window(browser: Browser, environment: Mapping[str, str]) -> Browser:
    """This browser, or a full browser instead of a headless shell. Raises WrongCall without a display or a full browser."""
    if sys.platform == "linux" and not environment.get("DISPLAY") and not environment.get("WAYLAND_DISPLAY"):
        raise WrongCall("--headed: this computer has no display; leave out --headed")
    if browser.headless_shell:
        browser = find_browser(full=True)
    if browser.headless_shell:
        raise WrongCall(f"--headed: {browser.path} cannot show a window; give a full browser with --browser-path")
    return browser


def _reason(message: str) -> str:
    """The browser's own message about why it did not start, or the first line of Playwright's message."""
    said = re.findall(r"\[err\] (.+)", message)
    return str(said[0] if said else message.strip().splitlines()[0]).strip()[:200]


def user_agent(process: Process) -> str | None:
    """The user agent to send: on a Mac that of another system, because recorders turn HTTPS off for Macs.

    Source: `isSupportHTTPS` in a recorder's own script. None if the browser's own name is fine.
    """
    if sys.platform != "darwin":
        return None
    version = process.version.split(".")[0]
    return (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    )
