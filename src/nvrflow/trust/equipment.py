"""What this computer has and what is missing: browser, NSS tools, keyring, trust stores, simulator."""

from __future__ import annotations

import importlib.util
import sys

from nvrflow.browser import find_browser
from nvrflow.command import tool
from nvrflow.errors import WrongCall
from nvrflow.problem import Problem
from nvrflow.trust.computer import Computer
from nvrflow.trust.surroundings import examine


def examine_all() -> list[Problem]:
    """Everything that `nvrflow doctor` checks, the most important first.

    A `refusal` is something missing that everything needs, a `warning` something missing that some work needs, a `note` something
    that is in order. The codes end in `-there` or `-missing`; others come from `surroundings.examine`.
    """
    found = [_python(), _browser(), *([_certutil()] if sys.platform == "linux" else []), _keyring(), _simulator()]
    return found + examine(Computer.this())


def _there(what: str, sentence: str) -> Problem:
    return Problem(f"{what}-there", what, sentence, level="note")


def _python() -> Problem:
    return _there("python", sys.version.split()[0])


def _browser() -> Problem:
    try:
        browser = find_browser()
    except WrongCall as problem:
        return Problem("browser-missing", "browser", str(problem).removeprefix("browser: "))
    return _there("browser", f"{browser.path} ({browser.version or 'version unknown'})")


def _certutil() -> Problem:
    found = tool("certutil")
    if found:
        return _there("certutil", found)
    sentence = "NSS's certutil is missing, so nvrflow cannot import certificates into any browser"
    return Problem("certutil-missing", "certutil", sentence, "apt-get install libnss3-tools (Fedora: dnf install nss-tools)")


def _keyring() -> Problem:
    try:
        import keyring
        from keyring.backends import fail, null
    except ModuleNotFoundError:
        sentence = "it is not installed; give the password in NVRFLOW_PASSWORD or at the prompt"
        return Problem("keyring-missing", "keyring", sentence, "pip install 'nvrflow[keyring]'", "warning")
    backend = keyring.get_keyring()
    if not isinstance(backend, fail.Keyring | null.Keyring):
        return _there("keyring", backend.name)
    sentence = "no keyring can be used here; give the password in NVRFLOW_PASSWORD or at the prompt"
    return Problem("keyring-missing", "keyring", sentence, level="warning")


def _simulator() -> Problem:
    missing = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if not missing:
        return _there("simulator", "installed")
    sentence = f"{', '.join(missing)} is not installed"
    return Problem("simulator-missing", "simulator", sentence, "pip install 'nvrflow[simulator]'", "warning")
