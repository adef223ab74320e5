"""A QA team's own tests with the plugin: a project outside of this one, run by pytest in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import nvrflow
from nvrflow.browser import find_browser
from nvrflow.errors import SelectorDrift, TimedOut, Unreachable, WrongCall
from nvrflow.pytest_plugin.failure import _is_inner, failure_of
from nvrflow.pytest_plugin.run_results import RunResults
from nvrflow.report import Report
from nvrflow.simulator import simulate

BRISK: dict[str, Any] = {"restart_seconds": 0.3, "scan_seconds": 0.3}


def own_tests(folder: Path, home: Path, content: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run these tests of a team in `folder`, with the browser of this computer for pytest-playwright, too."""
    (folder / "test_own.py").write_text(content, encoding="utf-8")
    (folder / "conftest.py").write_text(
        "import pytest\n@pytest.fixture(scope='session')\ndef browser_type_launch_args(browser_type_launch_args):\n"
        f"    return {{**browser_type_launch_args, 'executable_path': {str(find_browser().path)!r}, 'args': ['--no-sandbox']}}\n",
        encoding="utf-8",
    )
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:dash", *options]
    own = {**os.environ, "HOME": str(home), **variables}
    return subprocess.run(argv, env=own, cwd=folder, capture_output=True, text=True, timeout=170)


BESIDE = """
def test_page_first(page, recorder):
    page.goto("about:blank")
    assert recorder.shows("sign_in")

def test_recorder_first(recorder, page):
    page.set_content("<p>hello</p>")
    assert page.locator("p").inner_text() == "hello" and recorder.shows("sign_in")

def test_opened_in_the_test(page, recorder_under_test, tmp_path):
    from nvrflow import open_recorder
    with open_recorder(recorder_under_test.url, password="unused", state=tmp_path) as opened:
        assert opened.shows("sign_in") and page.url == "about:blank"

def test_the_device(signed_in):
    assert signed_in.page.viewport_size == {"width": 1138, "height": 712}
    assert "Galaxy" in signed_in.page.evaluate("navigator.userAgent") or "SM-" in signed_in.page.evaluate("navigator.userAgent")
    signed_in.go_to("security")
    assert False, "planted"
"""
OPENED_FIRST = """
from nvrflow import open_recorder

def test_opened(recorder_under_test, tmp_path):
    with open_recorder(recorder_under_test.url, password="unused", state=tmp_path) as opened:
        assert opened.shows("sign_in")

def test_page_afterwards(page):
    page.set_content("<p>hello</p>")
    assert page.locator("p").inner_text() == "hello"
"""


@pytest.mark.browser
def test_the_options_of_pytest_playwright_count_for_a_recorder_and_a_page_beside_it(tmp_path: Path, home: Path) -> None:
    ended = own_tests(
        tmp_path,
        home,
        BESIDE,
        *("--firmware", "dahua/nvr_v4", "--tracing", "retain-on-failure", "--video", "retain-on-failure"),
        *("--screenshot", "only-on-failure", "--full-page-screenshot", "--output", "kept", "--device", "Galaxy Tab S9 landscape"),
        *("--junitxml", "junit.xml"),
    )
    assert "3 passed, 1 failed" in ended.stdout.replace("1 failed, 3 passed", "3 passed, 1 failed"), ended.stdout + ended.stderr
    kept = {path.name: path for path in (tmp_path / "kept").rglob("*") if path.is_file()}
    assert set(kept) == {"recorder-trace.zip", "recorder-video.webm", "recorder-test-failed-1.png"}
    assert zipfile.is_zipfile(kept["recorder-trace.zip"])
    told = {one.get("name"): one.get("value") for one in ElementTree.parse(tmp_path / "junit.xml").iter("property")}
    assert {name: Path(str(value)).name for name, value in told.items()}.items() >= {
        "nvrflow_trace": "recorder-trace.zip",
        "nvrflow_video": "recorder-video.webm",
        "nvrflow_screenshot": "recorder-test-failed-1.png",
    }.items()


@pytest.mark.browser
def test_a_page_works_after_a_recorder_that_a_test_opened_itself(tmp_path: Path, home: Path) -> None:
    ended = own_tests(tmp_path, home, OPENED_FIRST, "--firmware", "dahua/nvr_v4")
    assert ended.returncode == 0 and "2 passed" in ended.stdout, ended.stdout + ended.stderr


@pytest.mark.browser
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--browser", "firefox"), "--browser firefox: a recorder is driven with Chromium and its relatives only"),
        (("--browser-channel", "netscape"), "--browser-channel netscape: give one of chrome, msedge, chromium"),
    ],
)
def test_what_cannot_apply_to_a_recorder_is_refused_in_one_sentence(
    options: tuple[str, ...], said: str, tmp_path: Path, home: Path
) -> None:
    (tmp_path / "conftest.py").write_text("", encoding="utf-8")
    (tmp_path / "test_one.py").write_text("def test_it(recorder): pass\n", encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:dash", "--firmware", "dahua/nvr_v4", *options]
    ended = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=100, env={**os.environ, "HOME": str(home)})
    assert ended.returncode != 0 and said in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


MARKED = """
import pytest

@pytest.mark.recorder(vendor="hikvision")
def test_vendor(recorder_under_test): pass

@pytest.mark.recorder(firmware=">=4.3", vendor="Dahua")
def test_version(recorder_under_test): pass

@pytest.mark.recorder(writes=True)
class TestWriting:
    @pytest.mark.recorder(vendor="Dahua", firmware="<4")
    def test_writes(self, recorder_under_test): pass
"""


def test_the_marker_selects_and_read_only_skips_what_writes(tmp_path: Path, home: Path) -> None:
    ended = own_tests(tmp_path, home, MARKED, "--collect-only", "-q")
    assert sorted(line.partition("::")[2] for line in ended.stdout.splitlines() if "::" in line) == [
        "TestWriting::test_writes[dahua/ipc_web3]",
        "test_vendor[hikvision/ds_v3]",
        "test_vendor[hikvision/nvr_v4]",
        "test_version[dahua/nvr_v4_3]",
        "test_version[dahua/nvr_v5]",
    ]
    assert (
        "it changes the recorder, and this run changes nothing (--read-only)"
        in own_tests(tmp_path, home, MARKED, "--read-only", "-rs", "-k", "writes").stdout
    )
    for wrong, said in (("version='4'", "the marker recorder has no version"), ("firmware='new'", "'new' is not a comparison")):
        ended = own_tests(tmp_path, home, f"import pytest\n@pytest.mark.recorder({wrong})\ndef test_it(recorder): pass\n")
        assert ended.returncode == pytest.ExitCode.USAGE_ERROR and said in ended.stdout + ended.stderr


WRITES = """
import pytest
from nvrflow.flows.enable_https import enable_https

@pytest.mark.recorder(writes=True)
def test_https(recorder):
    enable_https(recorder)

def test_unmarked(recorder):
    enable_https(recorder)
"""


@pytest.mark.browser
def test_https_is_put_back_after_a_test_and_nothing_is_written_with_read_only(tmp_path: Path, home: Path) -> None:
    with simulate("dahua/nvr_v4", **BRISK) as recorder:
        before = recorder.state()
        options = ("--recorder", recorder.url, "-p", "no:randomly")
        ended = own_tests(tmp_path, home, WRITES, *options, "-k", "test_https", NVRFLOW_PASSWORD=recorder.password)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        assert recorder.state()["web"] == before["web"] and [one.event for one in recorder.log].count("restart") == 2
        ended = own_tests(tmp_path, home, WRITES, *options, "--read-only", NVRFLOW_PASSWORD=recorder.password)
        told = [path for path in (tmp_path / "nvrflow-report").rglob("*") if path.is_file()]
        assert len(told) > 3 and not [path for path in told if recorder.password.encode() in path.read_bytes()]
        assert "1 failed, 1 skipped" in ended.stdout and "--read-only: the test wants to change the recorder" in ended.stdout
        assert recorder.state()["web"] == before["web"] and [one.event for one in recorder.log].count("restart") == 2


# All that a project loads of nvrflow that does not use it; what else a plug-in needs, the other plug-ins have loaded before.
LOADED = {
    "nvrflow",
    "nvrflow.environment",
    "nvrflow.pytest_plugin",
    "nvrflow.pytest_plugin.baselines",
    "nvrflow.pytest_plugin.fixtures",
    "nvrflow.pytest_plugin.flags",
    "nvrflow.pytest_plugin.shared_driver",
}


def test_a_project_without_a_recorder_hears_nothing_and_loads_little(tmp_path: Path, home: Path) -> None:
    script = (
        "import sys, pytest\n"
        "code = pytest.main(['-q', '-p', 'no:dash', '-p', 'no:cacheprovider', *sys.argv[1:], 'test_one.py'])\n"
        "names = {name for name in sys.modules if not name.startswith('_pytest')}\n"
        "print('code', int(code), ' '.join(sorted(names)))\n"
    )
    (tmp_path / "test_one.py").write_text("def test_it(): pass\n", encoding="utf-8")
    own = {**os.environ, "HOME": str(home)}

    def loaded(*options: str) -> set[str]:
        argv = [sys.executable, "-c", script, *options]
        ended = subprocess.run(argv, cwd=tmp_path, env=own, capture_output=True, text=True, timeout=60)
        assert "code 0 " in ended.stdout and "nvrflow:" not in ended.stdout + ended.stderr, ended.stdout + ended.stderr
        return set(ended.stdout.rpartition("code 0 ")[2].split())

    without = loaded("-p", "no:nvrflow", "-p", "no:nvrflow.pytest_plugin.baselines")
    assert loaded() - without == LOADED and not (tmp_path / "nvrflow-report").exists()


PUT_BACK = """
import pytest
from pathlib import Path
from nvrflow.flows.create_certificate import create_certificate

def undo(recorder):
    with Path("undone").open("a") as file:
        file.write("marker ")

@pytest.mark.recorder(writes=True, restore=undo)
def test_certificate(recorder):
    recorder.restore_with(lambda one: Path("undone").open("a").write("test "))
    create_certificate(recorder)
"""


@pytest.mark.browser
def test_a_test_says_how_to_put_back_what_it_changed_or_fails(tmp_path: Path, home: Path) -> None:
    with simulate("hikvision/nvr_v4", **BRISK) as recorder:
        ended = own_tests(tmp_path, home, PUT_BACK, "--recorder", recorder.url, NVRFLOW_PASSWORD=recorder.password)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert (tmp_path / "undone").read_text(encoding="utf-8") == "test marker ", "the latest flow first"
    silent = PUT_BACK.replace(", restore=undo", "").replace("    recorder.restore_with", "    (lambda one: one)")
    with simulate("hikvision/nvr_v4", **BRISK) as recorder:
        ended = own_tests(tmp_path, home, silent, "--recorder", recorder.url, NVRFLOW_PASSWORD=recorder.password)
    assert ended.returncode == 1 and "does not say how to put it back" in ended.stdout, ended.stdout + ended.stderr


RETRIED = """
import pytest

def test_flaky(recorder, capture):
    assert (capture / "capture.yaml").is_file()
    assert recorder.shows("home"), "nobody has signed in"

class TestRefused:
    @pytest.fixture
    def password(self):
        return "a wrong one"

    @pytest.mark.flaky(reruns=2, rerun_except="nothing")
    def test_refused(self, signed_in): pass
"""


@pytest.mark.browser
def test_each_attempt_keeps_its_files_and_pytest_html_links_them(tmp_path: Path, home: Path) -> None:
    options = ("--reruns", "1", "--screenshot", "only-on-failure", "--output", "kept", "--html", "report.html")
    ended = own_tests(tmp_path, home, RETRIED, "--firmware", "uniview/nvr", *options, "--alluredir", "allure")
    counted = ("1 failed", "1 rerun", "1 error", "nobody has signed in")
    assert all(one in ended.stdout for one in counted), ended.stdout + ended.stderr
    pictures = sorted((tmp_path / "kept").rglob("*flaky*/recorder-test-failed-1.png"))
    assert len({path.parent for path in pictures}) == 2
    assert len(list((tmp_path / "nvrflow-report" / "tests").glob("*flaky*"))) == 2
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(path.parent.name in page for path in pictures)
    results = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "allure").glob("*-result.json")]
    attempts = [one for one in results if one["name"].startswith("test_flaky")]
    assert len(attempts) == 2 and len({one["historyId"] for one in attempts}) == 1
    assert all(any(file["name"] == "screenshot" for file in one["attachments"]) for one in attempts)


@pytest.mark.parametrize(
    ("problem", "element", "message"),
    [
        (
            WrongCall("dahua/nvr_v4: https.no_such: the selector file has no such element"),
            "https.no_such",
            "the selector file has",
        ),
        (TimedOut("dahua/nvr_v4: https.port: the browser could not do this"), "https.port", "the browser could not do this"),
        (SelectorDrift("dahua/nvr_v4: https: not shown: text"), "", "https: not shown: text"),
        (Unreachable("192.0.2.1: does not answer"), "", "192.0.2.1: does not answer"),
        (AssertionError("dahua/nvr_v4: https.port: 1 == 2"), "", "dahua/nvr_v4: https.port: 1 == 2"),
    ],
)
def test_file_and_element_stand_once_in_the_line_of_a_failure(problem: Exception, element: str, message: str) -> None:
    failure = failure_of(problem, Report("", "", firmware={"name": "dahua/nvr_v4"}))
    assert (failure.firmware, failure.element) == ("dahua/nvr_v4", element) and failure.message.startswith(message)


def test_frames_of_the_engine_are_known_wherever_pytest_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inner, own = os.path.relpath(Path(nvrflow.__file__).with_name("wait.py")), "test_own.py"
    assert inner.startswith("..")
    assert [_is_inner(SimpleNamespace(reprfileloc=SimpleNamespace(path=path))) for path in (inner, own)] == [True, False]


def test_the_report_of_a_run_keeps_no_files_of_the_run_before(tmp_path: Path) -> None:
    tests = tmp_path / "nvrflow-report" / "tests"
    for name in ("of-now", "of-before"):
        (tests / name).mkdir(parents=True)
        (tests / name / "failure.png").write_bytes(b"")
    (tests / "note.txt").touch()
    results = RunResults(cast(pytest.Config, None), tmp_path / "nvrflow-report")
    results.told.append({"files": [("picture", str(tests / "of-now" / "failure.png")), ("trace", str(tmp_path / "trace.zip"))]})
    results._forget_earlier_runs()
    assert {one.name for one in tests.iterdir()} == {"of-now", "note.txt"}
