"""What Firefox itself says of a recorder: a real Firefox, asked over its own remote protocol (Marionette), ignoring no error."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from nvrflow.command import Command, running, tool
from nvrflow.errors import TimedOut

_DATABASES = ("cert9.db", "key4.db", "pkcs11.txt", "cert_override.txt")
PREFERENCES = {
    "marionette.port": 0,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
}
ERROR_CODE = "return document.getFailedCertSecurityInfo().errorCodeString"
_PATIENCE = 60.0  # seconds in which Firefox has to start

Ask = Callable[[str, dict[str, Any]], Any]


def find_firefox() -> str | None:
    """The absolute path of this computer's Firefox; None when there is none."""
    return tool("firefox") or tool("firefox-esr")


def error_at(url: str, profile: Path | None = None) -> str:
    """Firefox's own error code at `url`, for example SECERROR_CODE_UNKNOWN_ISSUER; empty when the page opens.

    A new Firefox runs in a throw-away profile with the certificate databases of `profile`, so a Firefox that is open stays as
    it is. Policies apply as always. Raises TimedOut when Firefox does not start.
    """
    firefox = find_firefox()
    if firefox is None:
        raise TimedOut("Firefox is not installed on this computer")
    with tempfile.TemporaryDirectory(prefix="nvrflow-firefox-") as folder, asked(firefox, _copied(profile, Path(folder))) as ask:
        try:
            ask("WebDriver:Navigate", {"url": url})
        except Refused as problem:
            code = ask("WebDriver:ExecuteScript", {"script": ERROR_CODE, "args": [], "sandbox": "system"})["value"]
            return str(code or problem)
        return ""


def _copied(profile: Path | None, folder: Path) -> Path:
    for name in _DATABASES if profile else ():
        source = (profile or folder) / name
        if source.is_file():
            shutil.copy2(source, folder / name)
    lines = (f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    return folder


class Refused(Exception):
    """Firefox answered a command with an error."""


@contextmanager
def asked(firefox: str, profile: Path, environment: Mapping[str, str | None] | None = None) -> Iterator[Ask]:
    """Firefox with that profile (and port 0 in its preferences); gives a function that sends one command.

    That function raises Refused when Firefox answers with an error. `environment` is laid over this process's own.
    """
    flags = (
        "--headless",
        "--marionette",
        "--remote-allow-system-access",
        "--no-remote",
        "--profile",
        str(profile),
        "about:blank",
    )
    active = profile / "MarionetteActivePort"
    active.unlink(missing_ok=True)
    command = Command((firefox, *flags), environment={**(environment or {}), "MOZ_HEADLESS": "1"})
    with running(command) as process:
        end = time.monotonic() + _PATIENCE
        while not (active.is_file() and active.read_text(encoding="ascii").strip()):
            if time.monotonic() > end or process.poll() is not None:
                raise TimedOut(f"{firefox}: did not start within {_PATIENCE:g} s")
            threading.Event().wait(0.05)
        port = int(active.read_text(encoding="ascii"))
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection, connection.makefile("rb") as stream:
            _received(stream)
            numbers = iter(range(1, 1000))

            def ask(name: str, arguments: dict[str, Any]) -> Any:
                text = json.dumps([0, next(numbers), name, arguments]).encode()
                connection.sendall(b"%d:%s" % (len(text), text))
                _, _, error, result = _received(stream)
                if error:
                    raise Refused(error.get("message") or error.get("error"))
                return result

            ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"acceptInsecureCerts": False}}})
            yield ask
            ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        process.wait(_PATIENCE)


def _received(stream: IO[bytes]) -> Any:
    """One message: its length, a colon, and JSON."""
    length = b""
    while not length.endswith(b":"):
        length += stream.read(1)
    return json.loads(stream.read(int(length[:-1])))
