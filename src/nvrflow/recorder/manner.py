"""How a recorder is driven: the options that all commands and tests share."""

from __future__ import annotations

import math
import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.browser import Browser, find_browser, that_shows_a_window
from nvrflow.browser.bounds import follow_to
from nvrflow.errors import WrongCall
from nvrflow.firmware import available, load_firmware

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Process


TIMEOUT = 30.0  # seconds, unless a person says otherwise


@dataclass(frozen=True)
class Manner:
    """How a recorder is driven: the values of the options that all commands share. Times in seconds, `slow_mo` in milliseconds.

    `running` is a browser of Playwright that is open already: it is used where that is safe, and stays open. `last_try`: a
    sign-in may be tried even if it may be the last before the recorder locks the account. `state` is the folder in which
    refused sign-ins are remembered (None: this user's folder), `out` the folder into which the caller writes the results.
    `follow_to` are further hosts to which the recorder's pages may lead. `language` is the language that the pages are known to
    have, `spoken` the language that they are asked for and may not have. `attended`: somebody is there who could restart a
    recorder by hand. Files and folders may be given as text, too.
    """

    firmware: str | None = None
    selectors: Path | None = None
    language: str | None = None
    spoken: str | None = None
    check: bool = False
    headed: bool = False
    slow_mo: float = 0
    screenshots: bool = True
    trace: Path | None = None
    browser: Browser | Path | None = None
    running: Process | None = None
    timeout: float = TIMEOUT
    follow_to: tuple[str, ...] = ()
    last_try: bool = False
    attended: bool = True
    state: Path | None = None
    out: Path | None = None

    def __post_init__(self) -> None:
        """Take text for a path, as Python's own functions do. Raises WrongCall for a time without an end."""
        if not math.isfinite(self.timeout):
            raise WrongCall(f"timeout={self.timeout}: each wait needs an end; give a number of seconds, for example 30")
        for name in ("selectors", "trace", "browser", "state", "out"):
            given: object = getattr(self, name)
            if isinstance(given, str):
                object.__setattr__(self, name, Path(given))

    def options(self, user: str) -> str:
        """The options that a command for the same recorder needs again, each after a space: account and selector file."""
        given = (("--user", "" if user == "admin" else user), ("--firmware", self.firmware), ("--selectors", self.selectors))
        return "".join(f" {option} {shlex.quote(str(value))}" for option, value in given if value)

    def checked(self) -> Manner:
        """This manner after its browser was found and its other values were checked. Raises WrongCall, InvalidFile."""
        if self.firmware:
            load_firmware(self.firmware, self.selectors)
        else:
            available(self.selectors)
        for host in self.follow_to:
            follow_to(host)
        if self.running is not None:
            return self
        browser = self.browser if isinstance(self.browser, Browser) else find_browser(self.browser, full=self.headed)
        return replace(self, browser=that_shows_a_window(browser, os.environ) if self.headed else browser)
