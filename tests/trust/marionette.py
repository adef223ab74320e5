"""Firefox with a profile that it made itself, for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from nvrflow.trust.clients.firefox import started as started_in
from nvrflow.trust.clients.firefox import visited

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")


def new_profile(home: Path) -> Path:
    """A profile made by Firefox itself, started once so that it has its databases, in this home: a copy of one for all tests."""
    made = Path(_made_once().name)
    unfinished = shutil.ignore_patterns(".cache", "lock", ".parentlock", "MarionetteActivePort")
    shutil.copytree(made, home, dirs_exist_ok=True, ignore=unfinished)
    profile = _profile_in(home)
    modules = profile / "pkcs11.txt"  # it names the place of the databases
    modules.write_text(modules.read_text(encoding="utf-8").replace(str(made), str(home)), encoding="utf-8")
    return profile


@cache
def _made_once() -> tempfile.TemporaryDirectory[str]:
    """A home with a profile; it is deleted when this process ends."""
    made = tempfile.TemporaryDirectory(prefix="nvrflow-tests-firefox-")
    home = Path(made.name)
    run = [str(FIREFOX), "--headless", "-CreateProfile", "recorder-test"]
    subprocess.run(run, env=_environment(home), timeout=60, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    with started(home, _profile_in(home)):
        pass
    return made


def _profile_in(home: Path) -> Path:
    (profile,) = [found.parent for found in home.rglob("times.json") if found.parent.name.endswith("recorder-test")]
    return profile


def verdict(url: str, home: Path, profile: Path) -> str:
    """`ok`, or Firefox's own error code, from a new process."""
    with started(home, profile) as session:
        code = visited(session, url)
        found = session.find_element("css selector", "h1").text if not code else ""
        return code or ("ok" if found == "recorder" else "another page")


@contextmanager
def started(home: Path, profile: Path) -> Iterator[Any]:
    """Firefox with that profile in that home; gives `marionette_driver`'s session."""
    with started_in(str(FIREFOX), profile, {**dict.fromkeys(os.environ), **_environment(home)}) as session:
        yield session


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    return {**kept, "HOME": str(home), "MOZ_HEADLESS": "1"}
