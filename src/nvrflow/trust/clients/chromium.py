"""The proof: a fresh browser that ignores no error opens the address, or says exactly why it does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nvrflow.browser import Browser, open_browser
from nvrflow.browser.answering import open_page
from nvrflow.browser.playwright_errors import PlaywrightError


@dataclass(frozen=True)
class Proof:
    """What the browser did: `error` is its own code (`ERR_CERT_AUTHORITY_INVALID`), empty when it opened the page."""

    url: str
    error: str = ""
    tls: str | None = None

    @property
    def trusted(self) -> bool:
        """Whether the page opened by HTTPS without any error; a page that asks for user and password first has opened, too."""
        return not self.error


def prove(url: str, browser: Browser, environment: Mapping[str, str] | None = None, timeout: float = 30.0) -> Proof:
    """Open `url` in a new process of `browser` with the trust stores of `environment`'s HOME (None: this user's own)."""
    with open_browser(browser, environment=environment) as process:
        page = process.new_context().new_page()
        try:
            response = open_page(page, url, "commit", timeout)
        except PlaywrightError as problem:
            found = re.search(r"net::(ERR_\w+)", problem.message)
            return Proof(url, found.group(1) if found else problem.message.splitlines()[0])
        opened = response.url if response else page.url
        if not opened.startswith("https://"):
            return Proof(url, f"the recorder sends browsers to {opened}")
        details = response.security_details() if response else None
        return Proof(url, tls=details.get("protocol") if details else None)
