"""What this computer has and lacks: browser, NSS tools, keyring, trust stores, simulator."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import asdict, dataclass
from typing import Any

from nvrflow.browser import find_browser
from nvrflow.command import tool
from nvrflow.errors import WrongCall
from nvrflow.trust import Computer
from nvrflow.trust.surroundings import examine


@dataclass(frozen=True)
class Examined:
    """One thing looked at: whether all is well, and the command that mends it. Without what is `needed` nothing works."""

    what: str
    well: bool
    sentence: str
    mend: str = ""
    needed: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def examine_all() -> list[Examined]:
    """Everything that `nvrflow doctor` looks at, what is needed first."""
    found = [_python(), _browser(), *([_certutil()] if sys.platform == "linux" else []), _keyring(), _simulator()]
    return found + [Examined(one.what, one.well, one.sentence, one.mend, needed=False) for one in examine(Computer.this())]


def _python() -> Examined:
    return Examined("python", True, sys.version.split()[0])


def _browser() -> Examined:
    try:
        browser = find_browser()
    except WrongCall as problem:
        return Examined("browser", False, str(problem).removeprefix("browser: "), "")
    return Examined("browser", True, f"{browser.path} ({browser.version or 'version unknown'})")


def _certutil() -> Examined:
    found = tool("certutil")
    mend = "apt-get install libnss3-tools (Fedora: dnf install nss-tools)"
    return Examined(
        "certutil", found is not None, found or "NSS's certutil is missing, so no browser can be given certificates", mend
    )


def _keyring() -> Examined:
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    usable = not isinstance(backend, fail.Keyring | null.Keyring)
    sentence = backend.name if usable else "none is usable here; the password comes from NVRFLOW_PASSWORD or a prompt"
    return Examined("keyring", usable, sentence, needed=False)


def _simulator() -> Examined:
    missing = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    sentence = f"{', '.join(missing)} is not installed" if missing else "installed"
    return Examined("simulator", not missing, sentence, "pip install 'nvrflow[simulator]'", needed=False)
