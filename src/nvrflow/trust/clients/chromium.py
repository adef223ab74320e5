"""Chromium and its relatives (Chrome, Edge …): a new process that ignores no error opens the address or gives an error code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nvrflow.browser import Browser, find_browser, open_browser
from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout
from nvrflow.browser.response import open_page
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.computer import Computer
from nvrflow.trust.overrides import without_overrides
from nvrflow.trust.stores.chrome_policy import FOLDERS

NAME = "chromium"


@dataclass(frozen=True)
class ChromiumClient:
    """The browser of `browser_path`, of NVRFLOW_BROWSER, or installed here; a full browser, because only that reads policies."""

    computer: Computer
    browser_path: Path | None = None
    name: str = NAME

    def reads(self, store: str) -> bool:
        """Whether it reads that store: the user's NSS database (snap has its own), its policy, the store of Windows or macOS."""
        if self.computer.system != "linux":
            return store.startswith(f"{self.computer.system}-")
        try:
            browser = self.browser()
        except WrongCall:
            return store == "chromium-nss"
        if store.startswith("policy-"):
            commands = next((commands for name, _, _, commands in FOLDERS if name == store), ())
            return browser.path.name in commands and not browser.headless_shell
        return store == ("chromium-nss-snap" if browser.path.is_relative_to("/snap") else "chromium-nss")

    def browser(self) -> Browser:
        """The browser to start. Raises WrongCall when there is none."""
        return find_browser(self.browser_path, full=True)

    def ask(self, url: str, timeout: float = 30.0) -> Answer:
        """Ask; the code is Chromium's own, for example ERR_CERT_AUTHORITY_INVALID."""
        try:
            browser = self.browser()
        except WrongCall as problem:
            return Answer(self.name, None, str(problem), "not-installed")
        try:
            return prove(url, browser, without_overrides(self.computer), timeout)
        except NvrflowError as problem:
            return Answer(self.name, None, str(problem), "does-not-start")


def prove(url: str, browser: Browser, environment: Mapping[str, str] | None = None, timeout: float = 30.0) -> Answer:
    """Open `url` in a new process of `browser` with the trust stores of `environment`'s HOME (None: this user's).

    A page that first asks for user and password counts as open. Raises NvrflowError when the browser does not start.
    """
    with open_browser(browser, environment=environment) as process:
        page = process.new_context().new_page()
        try:
            response = open_page(page, url, "commit", timeout)
        except PlaywrightTimeout:
            return Answer(NAME, False, f"the browser got no answer within {timeout:g} seconds", "TIMED_OUT")
        except PlaywrightError as problem:
            found = re.search(r"net::(ERR_\w+)", problem.message)
            code = found.group(1) if found else ""
            return Answer(NAME, False, code or problem.message.splitlines()[0], code or "UNKNOWN")
        left = response.url if response else page.url
        if not left.startswith("https://"):
            return Answer(NAME, False, f"the recorder sends browsers to {left}", "LEAVES_HTTPS")
        details = response.security_details() if response else None
        return Answer(NAME, True, tls=details.get("protocol") if details else None)
