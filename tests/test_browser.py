"""The browser: found in the order that is promised, installed where that is possible, and always ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from nvrflow import tls
from nvrflow.browser import Browser, find_browser, open_browser, use_driver, user_agent
from nvrflow.browser.pdf import print_pdf
from nvrflow.errors import NvrflowError, WrongCall

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc, or for programs in Linux's places")
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def browser(playwright: Any) -> Browser:
    """The browser of this computer, driven by the driver of all tests."""
    use_driver(playwright)
    return find_browser()


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The only folder in PATH of a computer without browsers (see `asked`)."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return folder


def program(path: Path, script: str = "exit 0") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def asked(programs: Path, question: str, **environment: str) -> str:
    """What a fresh nvrflow answers on a computer that has `programs` only and reaches no download server."""
    script = f"from nvrflow.browser import *\nfrom nvrflow.errors import WrongCall\ntry:\n    print({question})\n"
    script += "except WrongCall as problem:\n    print(problem)\n"
    alone = {"PATH": str(programs), "HOME": str(programs), "PLAYWRIGHT_BROWSERS_PATH": str(programs.parent / "cache")}
    nowhere = {"PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9"}
    ended = subprocess.run(
        [sys.executable, "-c", script], env={**alone, **nowhere, **environment}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@LINUX
def test_a_browser_is_taken_from_the_option_then_the_environment_then_the_computer(programs: Path) -> None:
    installed, named, chosen = (program(programs / name) for name in ("chromium", "named", "chosen"))
    assert asked(programs, "find_browser().path") == str(installed)
    assert asked(programs, "find_browser().path", NVRFLOW_BROWSER=str(named)) == str(named)
    assert asked(programs, f"find_browser({str(chosen)!r}).path", NVRFLOW_BROWSER=str(named)) == str(chosen)


@LINUX
def test_the_headless_shell_is_preferred_but_never_where_a_full_browser_is_needed(programs: Path) -> None:
    shell, full = (program(programs / name) for name in ("chromium-headless-shell", "microsoft-edge"))
    assert asked(programs, "find_browser().path") == str(shell)
    assert asked(programs, "find_browser(full=True).path") == str(full)
    full.unlink()
    assert asked(programs, "find_browser(full=True)").startswith("browser: there is no full browser on this computer; type: ")


@LINUX
def test_playwrights_own_browser_is_taken_when_none_is_installed(programs: Path) -> None:
    assert asked(programs, "find_browser()").startswith("browser: there is no Chrome, Edge or Chromium on this computer; type: ")
    place = "__import__('nvrflow.browser.driver', fromlist=['driver']).driver().chromium.executable_path"
    own = program(Path(asked(programs, place)))
    assert asked(programs, "find_browser().path") == str(own)
    assert asked(programs, "find_browser().source") == "Playwright's own"


@LINUX
@pytest.mark.skipif(not IS_ROOT, reason="apt-get is for root")
def test_root_on_debian_gets_a_browser_from_apt_when_playwright_cannot_download_one(programs: Path) -> None:
    log = programs.parent / "apt.log"
    becomes = f'case "$*" in *"install -y chromium") /bin/cp {programs}/apt-get {programs}/chromium ;; esac'
    program(programs / "apt-get", f'echo "$*" >>{log}\n{becomes}')
    assert asked(programs, "ensure_browser().path") == str(programs / "chromium")
    assert [line.split()[-1] for line in log.read_text(encoding="utf-8").splitlines()] == ["update", "chromium"]


@LINUX
def test_an_installed_browser_is_not_installed_again(programs: Path) -> None:
    program(programs / "apt-get", f"echo called >{programs}/called")
    installed = program(programs / "chromium")
    assert asked(programs, "ensure_browser().path") == str(installed)
    assert not (programs / "called").exists()


def test_the_driver_and_the_engine_are_ready_after_a_head_start_and_a_failure_is_left_to_who_needs_it() -> None:
    script = (
        "import sys\nfrom nvrflow.browser.head_start import head_start\nfrom nvrflow.browser.driver import running_driver\n"
        "head_start('nvrflow.no_such_module')\nhead_start('nvrflow.running')\n"
        "print(running_driver() is not None, 'nvrflow.running' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert (run.stdout, run.stderr) == ("True True\n", "")


def test_what_is_named_but_no_program_is_refused_with_the_options_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongCall, match=r"^--browser-path .*nothing: this is not a program; give the full path"):
        find_browser(tmp_path / "nothing")
    monkeypatch.setenv("NVRFLOW_BROWSER", str(tmp_path))
    with pytest.raises(WrongCall, match=r"^NVRFLOW_BROWSER "):
        find_browser()


@LINUX
def test_a_relative_path_and_the_home_folder_are_understood(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = program(home / "own-chrome")
    monkeypatch.chdir(home)
    assert find_browser("./own-chrome").path == mine
    assert find_browser("~/own-chrome").path == mine


def test_windows_keeps_browsers_and_their_versions_in_its_programs_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    edge = program(tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe")
    (edge.parent / "156.0.8078.79").mkdir()
    assert find_browser(full=True).path == edge
    assert find_browser().version == "msedge 156.0.8078.79"


def test_a_mac_keeps_browsers_in_applications(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    chromium = program(home / "Applications" / "Chromium.app" / "Contents" / "MacOS" / "Chromium")
    assert find_browser().path == chromium
    assert find_browser(home / "Applications" / "Chromium.app").path == chromium


def test_a_browser_says_its_version_and_one_that_does_not_start_says_none(browser: Browser, tmp_path: Path) -> None:
    assert any(part.split(".")[0].isdecimal() for part in browser.version.split()), browser.version
    assert Browser(program(tmp_path / "broken", "echo broken; exit 127")).version == ""


def test_a_browser_that_does_not_start_is_reported_in_its_own_words(browser: Browser, tmp_path: Path) -> None:
    broken = program(tmp_path / "broken", "echo 'error while loading shared libraries: libnss3.so' >&2; exit 127")
    with (
        pytest.raises(NvrflowError, match=r"broken: the browser does not start \(error while .*libnss3.so\); try another"),
        open_browser(Browser(broken)),
    ):
        pass


@LINUX
def test_a_window_without_a_display_is_a_wrong_call(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(WrongCall, match=r"^--headed: this computer has no display"), open_browser(browser, headed=True):
        pass


def test_a_pin_opens_the_server_with_that_key_and_no_other(browser: Browser, simulated: Callable[..., Any]) -> None:
    recorder = simulated("dahua/nvr_v4", https=True)
    at = urlsplit(recorder.https_url)
    leaf = tls.served(str(at.hostname), int(at.port or 443)).leaf
    assert leaf is not None
    with open_browser(browser, pin=leaf.spki_sha256) as process:
        answer = process.new_page().goto(recorder.https_url)
        assert answer is not None and answer.ok
    other = "A" * 43 + "="
    with open_browser(browser, pin=other) as process, pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        process.new_page().goto(recorder.https_url)


def test_on_a_mac_the_browser_calls_itself_something_that_recorders_allow_https(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_browser(browser) as process:
        assert user_agent(process) is None
        monkeypatch.setattr(sys, "platform", "darwin")
        page = process.new_page(user_agent=user_agent(process))
        said = page.evaluate("navigator.userAgent")
        assert "Windows NT" in said
        assert f"Chrome/{process.version.split('.')[0]}." in said


WORK = """
    import os, signal, sys
    from nvrflow.browser import find_browser, open_browser
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job would ignore it
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as nvrflow's own command does
    with open_browser(find_browser()) as browser:
        page = browser.new_page()
        page.set_content("<h1>here</h1>")
        print("working", flush=True)
        if sys.argv[1] == "error":
            raise ValueError("what went wrong")
        page.wait_for_selector("#never", timeout=100_000)
"""


def processes_of(folder: Path) -> list[str]:
    """The command lines of processes that work in `folder`: a browser's main process names its profile there."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended just now
        if str(folder) in line:
            found.append(line)
    return found


def gone(folder: Path) -> bool:
    end = time.monotonic() + 30
    while processes_of(folder) and time.monotonic() < end:
        time.sleep(0.05)
    return not processes_of(folder)


@pytest.mark.browser
@LINUX
@pytest.mark.parametrize("ending", ["error", "INT", "TERM", "KILL"])
def test_no_process_is_left_when_the_work_ends_with(ending: str, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    environment = {**os.environ, "TMPDIR": str(profiles)}
    work = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORK), ending],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert work.stdout is not None
    assert work.stdout.readline() == "working\n"
    if ending != "error":
        assert processes_of(profiles), "the browser is not where this test looks for it"
        send = os.killpg if ending == "INT" else os.kill  # Ctrl-C reaches everything in the terminal
        send(work.pid, signal.Signals[f"SIG{ending}"])
    errors = work.communicate(timeout=60)[1]
    assert gone(profiles), processes_of(profiles)
    expected = {"error": "ValueError: what went wrong", "INT": "KeyboardInterrupt", "TERM": "KeyboardInterrupt", "KILL": ""}
    assert errors.strip().split("\n")[-1].startswith(expected[ending])
    if ending != "KILL":
        assert not list(profiles.glob("playwright_chromiumdev_profile-*"))


@LINUX
def test_a_browser_that_dies_does_not_hide_what_went_wrong_before(browser: Browser) -> None:
    with pytest.raises(ValueError, match="the real reason"), open_browser(browser) as process:
        page = process.new_page()
        session = process.new_browser_cdp_session()
        with pytest.raises(Exception, match="closed"):
            session.send("Browser.crash")
        assert page.is_closed() or not process.is_connected()
        raise ValueError("the real reason")


def test_a_pdf_does_not_show_how_busy_the_computer_was_that_printed_it(tmp_path: Path) -> None:
    html = tmp_path / "guide.html"
    html.write_text("<title>T</title><table><tr><th>File<th>Name<tr><td>a<td>b</table>", encoding="utf-8")
    made = print_pdf(html, find_browser(), "2026-11-24")
    ids = sorted(set(re.findall(rb"\(node(\d{8})\)", made)))
    assert ids == [b"%08d" % number for number in range(1, len(ids) + 1)] and ids
    assert b"D:20261124000000" in made
