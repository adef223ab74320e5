"""Firefox driven over its own Marionette socket: enough to open a page and read the real error code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nvrflow.trust.clients.firefox import ERROR_CODE, PREFERENCES, Refused, asked

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")


def new_profile(home: Path, name: str = "recorder-test") -> Path:
    """A profile made by Firefox itself in this home, started once so that it has its databases."""
    run = [str(FIREFOX), "--headless", "-CreateProfile", name]
    subprocess.run(run, env=_environment(home), timeout=60, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    (profile,) = [found.parent for found in home.rglob("times.json") if found.parent.name.endswith(name)]
    preferences = {**PREFERENCES, "app.update.disabledForTesting": True, "dom.security.https_only_mode": False}
    (profile / "user.js").write_text(
        "".join(f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in preferences.items())
    )
    with started(home, profile):
        pass
    return profile


def verdict(url: str, home: Path, profile: Path) -> str:
    """`ok`, or Firefox's own error code, from a new process."""
    with started(home, profile) as session:
        try:
            session("WebDriver:Navigate", {"url": url})
        except Refused:
            script = {"script": ERROR_CODE, "args": [], "sandbox": "system"}
            return str(session("WebDriver:ExecuteScript", script)["value"])
        found = session("WebDriver:ExecuteScript", {"script": "return document.querySelector('h1').textContent", "args": []})
        return "ok" if found["value"] == "recorder" else "another page"


@contextmanager
def started(home: Path, profile: Path) -> Iterator[Any]:
    """Firefox with that profile in that home; gives a function that sends one Marionette command."""
    with asked(str(FIREFOX), profile, {**dict.fromkeys(os.environ), **_environment(home)}) as ask:
        yield ask


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    return {**kept, "HOME": str(home), "MOZ_HEADLESS": "1"}
