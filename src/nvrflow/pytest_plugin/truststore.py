"""A trust store for one test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow import environment


@dataclass(frozen=True)
class TrustStore:
    """A separate home for one test: certificates trusted there are trusted nowhere else."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process in this home, for `Trusting(environment=…)`."""
        return environment.in_home(self.home)

    def error_at(self, url: str) -> str:
        """The error code of a new browser with this store at `url`, for example ERR_CERT_AUTHORITY_INVALID; empty if it opens."""
        from nvrflow.browser import find_browser
        from nvrflow.trust.clients.chromium import prove

        return prove(url, find_browser(full=True), self.environment).code


def empty_store(tmp_path: Path, playwright: Any) -> TrustStore:
    """What the fixture `trust_store` gives."""
    from nvrflow.browser import use_driver

    use_driver(playwright)
    home = tmp_path / "trust-store"
    home.mkdir()
    return TrustStore(home)
