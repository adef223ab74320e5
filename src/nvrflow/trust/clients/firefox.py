"""A real Firefox with the certificates of one profile, ignoring no error and driven by Mozilla's `marionette_driver`."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.command import Command, guarded, tool
from nvrflow.errors import TimedOut
from nvrflow.trust.clients.answer import Answer
from nvrflow.trust.computer import Computer
from nvrflow.trust.overrides import laid_bare, without_overrides

_DATABASES = ("cert9.db", "key4.db", "pkcs11.txt", "cert_override.txt")
PREFERENCES: Mapping[str, object] = {
    "marionette.port": 0,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "dom.security.https_only_mode": False,
    # Shorter starts: neither add-ons nor a page for new tabs nor processes in reserve have a part in trust.
    "browser.newtab.preload": False,
    "browser.newtabpage.enabled": False,
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "extensions.enabledScopes": 0,
    "extensions.installDistroAddons": False,
    "extensions.webextensions.remote": False,
}
# Functions that Firefox offers to its error pages: one for certificates, one for other errors (toolkit's aboutNetError).
_ERROR_CODE = """
const said = name => { try { return document[name]().errorCodeString || "" } catch (problem) { return "" } };
return said("getFailedCertSecurityInfo") || said("getNetErrorInfo")
"""
# What every Firefox reads besides its profile. Fedora's, Arch's and SUSE's Firefox load p11-kit instead of Mozilla's roots;
# on Windows and macOS enterprise roots are on by default since version 120 (security/manager/ssl/EnterpriseRoots.cpp).
_SHARED_ON_LINUX = ("policy-firefox", "fedora-system", "arch-system", "suse-system")
_SHARED_ON_WINDOWS = ("windows-user", "windows-machine")
_SHARED_ON_MACOS = ("macos-user", "macos-machine")
_PATIENCE = 60.0  # seconds in which Firefox has to start
# If no error page appears (a chain whose certificates share a serial number: measured with 153), the address is fetched with
# the browser's own rights, which gives the code.
_FETCH = """
const [url, timeout, done] = arguments;
const request = new XMLHttpRequest({mozAnon: true, mozSystem: true});
request.open("GET", url);
request.timeout = timeout;
request.onload = () => done("");
request.ontimeout = () => done("NS_ERROR_NET_TIMEOUT");
request.onerror = () => done(request.channel.securityInfo?.errorCodeString || "NS_ERROR_FAILURE");
request.send();
"""
_FIRST_LOOK = 8.0  # seconds after which a page that has not appeared is fetched instead
_NOT_INSTALLED = "Firefox is not installed on this computer"


@dataclass(frozen=True)
class FirefoxClient:
    """Firefox with the certificates of one profile. The profile is only read: a new Firefox runs on a copy of its databases.

    The computer's policies apply as usual. `name` is that of the profile's store, `firefox:<profile>`.
    """

    computer: Computer
    name: str
    profile: Path

    def reads(self, store: str) -> bool:
        """Whether it reads that store: its own profile's, or a store that every Firefox on this computer reads."""
        shared = {"linux": _SHARED_ON_LINUX, "windows": _SHARED_ON_WINDOWS, "macos": _SHARED_ON_MACOS}
        return store == self.name or store in shared[self.computer.system]

    def ask(self, url: str, timeout: float = 30.0) -> Answer:
        """Ask; the code is Firefox's own, for example SEC_ERROR_UNKNOWN_ISSUER."""
        firefox = find_firefox(self.computer)
        if firefox is None:
            return Answer(self.name, None, _NOT_INSTALLED, "not-installed")
        try:
            with opened(firefox, self.profile, laid_bare(without_overrides(self.computer)), timeout) as session:
                code = visited(session, url, timeout)
        except TimedOut as problem:
            return Answer(self.name, None, str(problem), "no-answer")
        return Answer(self.name, not code, code or None, code)


def find_firefox(computer: Computer) -> str | None:
    """The absolute path of this computer's Firefox; None when there is none."""
    return tool("firefox", computer.environment) or tool("firefox-esr", computer.environment)


@contextmanager
def opened(firefox: str, profile: Path | None, environment: Mapping[str, str | None], timeout: float = 30.0) -> Iterator[Any]:
    """Start a new Firefox with the certificate databases of `profile`; yields `marionette_driver`'s session.

    It runs in a temporary folder, so a Firefox that is open is not affected. `environment` is added to this process's own.
    Raises TimedOut when it does not start within a minute (the first start takes long) or stops answering.
    """
    folder = Path(tempfile.mkdtemp(prefix="nvrflow-firefox-"))
    try:
        for name in _DATABASES if profile else ():
            source = (profile or folder) / name
            if source.is_file():
                shutil.copy2(source, folder / name)
        with started(firefox, folder, environment, timeout, throw_away=True) as session:
            yield session
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def started(
    firefox: str, folder: Path, environment: Mapping[str, str | None], timeout: float = 30.0, throw_away: bool = False
) -> Iterator[Any]:
    """Run Firefox with `folder` itself as its profile during the block. It ends with this process in every case.

    With `throw_away` the folder is deleted afterwards. Raises TimedOut when Firefox does not start.
    """
    lines = (f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    active = folder / "MarionetteActivePort"
    active.unlink(missing_ok=True)
    flags = ("--headless", "--marionette", "--remote-allow-system-access", "--no-remote", "--profile", str(folder), "about:blank")
    command = Command((firefox, *flags), environment={**environment, "MOZ_HEADLESS": "1"})
    with guarded(command, folder if throw_away else None) as process:
        session = _session(_port(active, process, firefox), timeout)
        try:
            yield session
        finally:
            session.client.close()


def visited(session: Any, url: str, timeout: float = 30.0) -> str:
    """Open `url`; returns Firefox's own code for why it does not open, or an empty string. Raises TimedOut."""
    from marionette_driver import errors

    try:
        try:
            session.navigate(url)
        except errors.TimeoutException:
            if session.get_url() == "about:blank":
                return _fetched(session, url, timeout)
        except (errors.InsecureCertificateException, errors.UnknownException) as problem:
            page = re.search(r"e=(\w+)", str(problem))
            said = session.execute_script(_ERROR_CODE, sandbox="system")
            return str(said or (page[1] if page else str(problem).splitlines()[0]))
        left = session.get_url()
        return "" if left.startswith("https:") else "LEAVES_HTTPS"
    except errors.UnexpectedAlertOpen:
        return ""  # it asks for user and password, which it does only after it accepted the certificate
    except (errors.MarionetteException, OSError) as problem:
        raise TimedOut(f"Firefox stopped answering ({type(problem).__name__}); try again") from None


def _fetched(session: Any, url: str, timeout: float) -> str:
    with session.using_context(session.CONTEXT_CHROME):
        wait = int(timeout * 1000)
        return str(session.execute_async_script(_FETCH, script_args=[url, wait], script_timeout=wait + 5000))


def _port(active: Path, process: Any, firefox: str) -> int:
    """Wait for the port that Firefox chose for its remote control and wrote into its profile."""
    end = time.monotonic() + _PATIENCE
    while not (active.is_file() and active.read_text(encoding="ascii").strip()):
        if process.poll() is not None:
            raise TimedOut(f"{firefox}: ended right after its start")
        if time.monotonic() > end:
            raise TimedOut(f"{firefox}: did not start within {_PATIENCE:g} seconds")
        threading.Event().wait(0.05)
    return int(active.read_text(encoding="ascii"))


def _session(port: int, timeout: float) -> Any:
    from marionette_driver.errors import MarionetteException
    from marionette_driver.marionette import Marionette

    session = Marionette(port=port, socket_timeout=timeout + 15, startup_timeout=_PATIENCE)
    try:
        session.start_session({"acceptInsecureCerts": False, "pageLoadStrategy": "eager"})
        session.timeout.page_load = min(timeout, _FIRST_LOOK)
    except (MarionetteException, OSError) as problem:
        raise TimedOut(f"Firefox does not answer ({problem})") from None
    return session
