"""Firefox driven over its own Marionette socket: enough to open a page and read the real error code."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
_CODE = "return document.getFailedCertSecurityInfo().errorCodeString"


def new_profile(home: Path, name: str = "recorder-test") -> Path:
    """A profile made by Firefox itself in this home, started once so that it has its databases."""
    run = [str(FIREFOX), "--headless", "-CreateProfile", name]
    subprocess.run(run, env=_environment(home), timeout=60, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    (profile,) = [found.parent for found in home.rglob("times.json") if found.parent.name.endswith(name)]
    preferences = {
        "marionette.port": 0,
        "browser.shell.checkDefaultBrowser": False,
        "datareporting.policy.dataSubmissionEnabled": False,
        "app.update.disabledForTesting": True,
        "network.captive-portal-service.enabled": False,
        "network.connectivity-service.enabled": False,
        "dom.security.https_only_mode": False,
    }
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
        except RuntimeError:
            script = {"script": _CODE, "args": [], "sandbox": "system"}
            return str(session("WebDriver:ExecuteScript", script)["value"])
        found = session("WebDriver:ExecuteScript", {"script": "return document.querySelector('h1').textContent", "args": []})
        return "ok" if found["value"] == "recorder" else "another page"


@contextmanager
def started(home: Path, profile: Path) -> Iterator[Any]:
    """Firefox with that profile; gives a function that sends one Marionette command."""
    active = profile / "MarionetteActivePort"
    active.unlink(missing_ok=True)
    command = [
        str(FIREFOX),
        "--headless",
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(profile),
        "about:blank",
    ]
    process = subprocess.Popen(
        command, env=_environment(home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 60
        while not (active.exists() and active.read_text().strip()):
            if time.monotonic() > end or process.poll() is not None:
                raise AssertionError("Firefox did not open its Marionette port")
            threading.Event().wait(0.05)
        with socket.create_connection(("127.0.0.1", int(active.read_text())), timeout=60) as connection:
            stream = connection.makefile("rb")
            _receive(stream)
            number = 0

            def send(name: str, arguments: dict[str, Any]) -> Any:
                nonlocal number
                number += 1
                text = json.dumps([0, number, name, arguments]).encode()
                connection.sendall(str(len(text)).encode() + b":" + text)
                _, _, error, result = _receive(stream)
                if error:
                    raise RuntimeError(error["error"])
                return result

            send("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})
            yield send
            send("Marionette:Quit", {"flags": ["eForceQuit"]})
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def _receive(stream: Any) -> Any:
    length = b""
    while not length.endswith(b":"):
        length += stream.read(1)
    return json.loads(stream.read(int(length[:-1])))


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    return {**kept, "HOME": str(home), "MOZ_HEADLESS": "1"}
