"""Each client reads its own stores, answers in one form, and leaves nothing behind, however the asking ends."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nvrflow.certificate import read_certificate_file
from nvrflow.trust import Computer
from nvrflow.trust.clients import ask, clients_of, clients_reading
from nvrflow.trust.clients.chromium import ChromiumClient
from nvrflow.trust.clients.curl import CurlClient
from nvrflow.trust.clients.firefox import FirefoxClient, find_firefox, opened, visited
from nvrflow.trust.clients.python import PythonClient
from trust.case_server import CASES, serving
from trust.making import applied, planned
from trust.marionette import FIREFOX

GOOD = "24-odd-but-accepted/bmp"
with_firefox = pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this computer")


def names(computer: Computer, *stores: str) -> list[str]:
    return [client.name for client in clients_reading(stores, computer)]


@pytest.mark.browser
def test_each_store_is_read_by_its_own_clients(computer: Computer) -> None:
    profile = computer.home / ".config/mozilla/firefox/x.default"
    profile.mkdir(parents=True)
    (profile / "cert9.db").write_bytes(b"")
    (profile.parent / "profiles.ini").write_text("[Profile0]\nPath=x.default\nIsRelative=1\n")
    assert [client.name for client in clients_of(computer)] == ["chromium", "firefox:x.default", "curl", "python"]
    assert names(computer, "chromium-nss") == ["chromium"]
    assert names(computer, "chromium-nss-snap") == []
    assert names(computer, "firefox:x.default") == ["firefox:x.default"]
    assert names(computer, "firefox:other") == []
    assert names(computer, "policy-firefox") == ["firefox:x.default"]
    assert names(computer, "debian-system") == ["curl", "python"]
    assert names(computer, "chromium-nss", "debian-system") == ["chromium", "curl", "python"]


def test_other_systems_stores_have_their_readers(computer: Computer) -> None:
    windows, mac = replace(computer, system="windows"), replace(computer, system="macos")
    assert names(windows, "windows-user") == ["chromium", "curl", "python"]
    assert names(mac, "macos-user") == ["chromium"]
    assert FirefoxClient(windows, "firefox:x", Path("x")).reads("windows-machine")
    assert PythonClient(mac).ask("https://127.0.0.1:1").trusted is None


def test_a_policy_is_read_by_the_browser_whose_it_is(computer: Computer, tmp_path: Path) -> None:
    for name in ("google-chrome", "chromium-headless-shell"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    chrome = ChromiumClient(computer, tmp_path / "google-chrome")
    assert (chrome.reads("policy-chrome"), chrome.reads("policy-chromium")) == (True, False)
    shell = ChromiumClient(computer, tmp_path / "chromium-headless-shell")
    assert not shell.reads("policy-chromium"), "a headless shell knows no policies"


def test_what_is_not_installed_could_not_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nvrflow.command._ALSO_SEARCHED", ())
    bare = Computer("linux", {"HOME": str(tmp_path), "PATH": str(tmp_path)})
    told = [CurlClient(bare).ask("https://127.0.0.1:1"), FirefoxClient(bare, "firefox:x", tmp_path).ask("https://127.0.0.1:1")]
    assert [(one.trusted, one.code) for one in told] == [(None, "not-installed"), (None, "not-installed")]
    missing = ChromiumClient(bare, tmp_path / "none").ask("https://127.0.0.1:1")
    assert missing.trusted is None and missing.code == "not-installed"


@pytest.mark.browser
def test_only_the_clients_of_the_stores_named_are_asked(computer: Computer) -> None:
    said: list[str] = []
    with serving(GOOD) as url:
        answers = ask(url, computer, only=["debian-system"], say=said.append)
        assert [(one.name, one.trusted, one.code) for one in answers] == [("curl", False, "60"), ("python", False, "20")]
        assert said == [], "they answer at once"
        (browser,) = ask(url, computer, only=["chromium-nss"], say=said.append)
    assert (browser.name, browser.code, len(said)) == ("chromium", "ERR_CERT_AUTHORITY_INVALID", 1)


@pytest.mark.browser
def test_the_stores_of_another_home_can_be_asked(computer: Computer, tmp_path: Path) -> None:
    """What would be trusted is asked before anything is put into the person's own stores."""
    (device,) = read_certificate_file(CASES / GOOD / "device.crt")
    other = Computer("linux", {**computer.environment, "HOME": str(tmp_path)})
    applied(planned(device, None, device, "127.0.0.1", "pin", stores=["chromium-nss"], computer=other))
    with serving(GOOD) as url:
        assert [ask(url, one, only=["chromium-nss"])[0].trusted for one in (other, computer)] == [True, False]


@with_firefox
def test_firefox_names_what_is_wrong_and_takes_a_question_for_the_password_for_an_answer(tmp_path: Path) -> None:
    """One Firefox for all of it: a page that asks for user and password has been reached."""
    firefox = find_firefox(Computer.this())
    assert firefox is not None
    override = Path(tempfile.mkdtemp(dir=tmp_path)) / "cert_override.txt"
    with (
        serving(GOOD) as untrusted,
        serving(GOOD, status=401) as asking,
        serving("12-no-common-cipher", "DHE-RSA-AES128-SHA", ssl.TLSVersion.TLSv1_2) as dropped,
    ):
        override.write_text(_exception_for(asking))
        with opened(firefox, override.parent, {}) as session:
            assert visited(session, untrusted) == "SEC_ERROR_UNKNOWN_ISSUER"
            assert visited(session, dropped) == "SSL_ERROR_NO_CYPHER_OVERLAP"
            assert visited(session, asking) == ""


def _exception_for(url: str) -> str:
    (device,) = read_certificate_file(CASES / GOOD / "device.crt")
    return f"{url.removeprefix('https://')}:\tOID.2.16.840.1.101.3.4.2.1\t{device.sha256}\t\n"


def until(true: Callable[[], bool], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        threading.Event().wait(0.1)
    return true()


def processes_with(text: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text in entry.read_text(errors="replace"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.browser
@with_firefox
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize(
    "how",
    [pytest.param(signal.SIGKILL, id="killed"), pytest.param(signal.SIGINT, id="interrupted", marks=pytest.mark.slow)],
)
def test_firefox_and_its_folder_go_when_whoever_asked_is_gone(how: signal.Signals, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from nvrflow.trust import Computer\n"
        "from nvrflow.trust.clients.firefox import find_firefox, opened\n"
        "with opened(find_firefox(Computer.this()), None, {}) as session:\n"
        "    print(session.profile, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-c", script], env=environment, text=True, **pipes) as asking:  # type: ignore[call-overload]
        assert asking.stdout is not None
        folder = Path(asking.stdout.readline().strip())
        assert folder.is_dir() and folder.parent == tmp_path and processes_with(str(folder))
        asking.send_signal(how)
        asking.wait(30)
    assert until(lambda: not folder.exists() and not processes_with(str(folder)))
