"""Planted failures in a team's tests: each report tells kind and element, and has a picture. One run makes all reports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from slow_tests import mostly_slow

from nvrflow.content import folder

HEAD = """
import pytest
from pathlib import Path
from nvrflow.errors import ProductDefect
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.secure import secure
from nvrflow.flows.sign_in import sign_in
from nvrflow import Trusting
HERE = Path(__file__).parent
"""
# The body of a test (after its fixtures), the kind, and the element.
PLANTED = {
    "renamed": (
        "@options(selectors=HERE / 'renamed')\n{} download_certificates(recorder)",
        "selector-drift",
        "device_certificate.download",
    ),
    "drift": ("@options(selectors=HERE / 'drifted')\n{} download_certificates(recorder)", "selector-drift", "home.setting"),
    "wrong_test": ("{} download_certificates(recorder); assert 'a' == 'b'", "test-error", ""),
    "crash_in_a_flow": ("{} download_certificates(recorder); [][1]", "test-error", ""),
    "product_error": (
        "@settings(download_fails=9)\n{} download_certificates(recorder)",
        "product-defect",
        "device_certificate.download",
    ),
    "locked": (
        "@settings(lockout_tries=1)\n@secret\n{} download_certificates(recorder)",
        "account-locked",
        "sign_in.submit",
    ),
    "plugin": ("@settings(plugin='required')\n{} pass", "plugin-needed", ""),
    "pop_up": (
        "@options(timeout=4)\n{} recorder.page.evaluate(\"document.body.insertAdjacentHTML('beforeend', \\\"<div style='position:"
        'fixed;inset:0;z-index:99999;background:#fff\'>News!</div>\\")"); download_certificates(recorder)',
        "timeout",
        "sign_in.user",
    ),
    "slow_page": (
        "@options(timeout=3)\n{} sign_in(recorder); recorder.page.context.route('**/RPC2*', lambda route: None); "
        "recorder.go_to('device_certificate')",
        "product-defect",
        "ca_certificate.device_certificate_tab",
    ),
    "expired": (
        "@settings(certificate='expired')\n{} secure(recorder, Trusting(yes=True))",
        "certificate-refused",
        "",
    ),
    "unplugged": ("@unplugged\n{} download_certificates(recorder)", "unreachable", ""),
}
# Nothing answers there, so there is no firmware and no picture.
NOTHING_SHOWN = ("unreachable",)
FIXTURES = """
def pytest_configure(config):
    for name in ("settings", "options", "secret", "unplugged"):
        config.addinivalue_line("markers", name + ": planted")

def of(request, name, default):
    marker = request.node.get_closest_marker(name)
    return default if marker is None else marker.args[0] if marker.args else marker.kwargs

@pytest.fixture
def simulator_settings(request): return {"restart_seconds": 0.3, **of(request, "settings", {})}

@pytest.fixture
def recorder_options(request): return {"timeout": 8, **of(request, "options", {})}

@pytest.fixture
def recorder_under_test(request, recorder_under_test):
    gone = request.node.get_closest_marker("unplugged") is not None
    return replace(recorder_under_test, url="http://127.0.0.1:9") if gone else recorder_under_test

@pytest.fixture
def password(request): return "hunter2-planted" if request.node.get_closest_marker("secret") else None
"""


pytestmark = pytest.mark.timeout(400)  # one run of all of them


def plant(top: Path) -> None:
    """A selector file with a wrong label, and one in which only the fallback fits."""
    shipped = (folder("selectors") / "dahua" / "nvr_v4.yaml").read_text(encoding="utf-8")
    renamed = shipped.replace("download: {en: Download,", "download: {en: Fetch,").replace("{t: com.Download}", "{t: com.Fetch}")
    drifted = shipped.replace("setting: {en: SETTING,", "setting: {en: SET-UP,")
    renamed += "\nexplain: [ca_certificate, home.setting]\n"
    for name, text in (("renamed", renamed), ("drifted", drifted)):
        assert text != shipped
        (top / name / "dahua").mkdir(parents=True)
        (top / name / "dahua" / "nvr_v4.yaml").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Run:
    """One test run with planted failures and all reports: its folder, and what the terminal showed."""

    folder: Path
    terminal: str

    @cached_property
    def junit(self) -> dict[str, ElementTree.Element]:
        return {planted(str(one.get("name"))): one for one in ElementTree.parse(self.folder / "junit.xml").iter("testcase")}

    @cached_property
    def html(self) -> dict[str, list[dict[str, Any]]]:
        page = (self.folder / "report.html").read_text(encoding="utf-8")
        blob = re.search(r'data-jsonblob="([^"]+)"', page)
        assert blob
        tests = json.loads(unescape(blob[1]))["tests"]
        return {planted(name): results for name, results in tests.items()}

    @cached_property
    def allure(self) -> dict[str, dict[str, Any]]:
        results = [json.loads(path.read_text(encoding="utf-8")) for path in (self.folder / "allure").glob("*-result.json")]
        return {planted(one["name"]): one for one in results}

    def report(self, name: str) -> str:
        return (self.folder / "nvrflow-report" / name).read_text(encoding="utf-8")


def planted(test: str) -> str:
    """Which failure was planted in a test, by any spelling of the test's name."""
    found = re.search(r"test_(\w+)\[", test)
    assert found, test
    return found[1]


@pytest.fixture(scope="module")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the planted failures that are asked for, with all reports at once."""
    asked = {item.callspec.params["name"] for item in request.session.items if item.path == request.path}  # type: ignore[attr-defined]
    top = tmp_path_factory.mktemp("planted")
    (top / "home").mkdir()
    plant(top)
    tests = [PLANTED[name][0].format(f"def test_{name}(recorder):").replace("@", "@pytest.mark.") for name in sorted(asked)]
    (top / "test_own.py").write_text(HEAD + "\n\n".join(tests) + "\n", encoding="utf-8")
    (top / "conftest.py").write_text(f"import pytest\nfrom dataclasses import replace\n{FIXTURES}", encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:dash", "-p", "no:cacheprovider", "--rootdir", str(top)]
    argv += ["--firmware", "dahua/nvr_v4", "--strict-locators", "--junitxml", "junit.xml", "--html", "report.html"]
    own = {**os.environ, "HOME": str(top / "home"), "COLUMNS": "300"}
    ended = subprocess.run([*argv, "--alluredir", "allure"], cwd=top, env=own, capture_output=True, text=True, timeout=380)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    return Run(top, ended.stdout)


def told_by_the_terminal(run: Run, name: str) -> tuple[str, Path | None]:
    line = re.search(rf"^(?:FAILED|ERROR) .*test_{name}\[dahua/nvr_v4\] - ([^:]+): ", run.terminal, re.M)
    picture = re.search(rf"^(\S.*)  test_own.py::test_{name}\[.*\n(?:    (.*png))?", run.terminal, re.M)
    assert line and picture and line[1] == picture[1]
    return line[1], run.folder / picture[2] if picture[2] else None


def told_by_junit(run: Run, name: str) -> tuple[str, Path | None]:
    case = run.junit[name]
    told = {one.get("name"): one.get("value") for one in case.iter("property")}
    output = "".join(one.text or "" for one in case.iter("system-out"))
    attached = re.findall(r"\[\[ATTACHMENT\|(.+?)\]\]", output)
    assert all(Path(path).exists() for path in attached) and "report.html" in output
    picture = str(told.get("nvrflow_picture", ""))
    assert not picture or str(run.folder / picture) in attached
    parts = [told.get(f"nvrflow_{part}", "") for part in ("kind", "firmware", "element")]
    return " ".join(str(part) for part in parts if part), run.folder / picture if picture else None


def told_by_pytest_html(run: Run, name: str) -> tuple[str, Path | None]:
    (result,) = [one for one in run.html[name] if one["result"] in ("Failed", "Error")]
    headline = re.search("<b>(.+?)</b>", result["log"])
    pictures = [one["content"] for one in result["extras"] if one["format_type"] == "image"]
    return headline[1] if headline else "", run.folder / unquote(pictures[0]) if pictures else None


def told_by_allure(run: Run, name: str) -> tuple[str, Path | None]:
    result = run.allure[name]
    parts = {one["name"]: one["value"] for one in result.get("parameters", [])}
    kind = next(one["value"] for one in result["labels"] if one["name"] == "tag" and one["value"] in KINDS)
    told = " ".join(part for part in (kind, parts.get("selector file"), parts.get("element")) if part)
    assert result["statusDetails"]["message"].startswith(f"{told}: ") and result["status"] in ("failed", "broken")
    assert kind in NOTHING_SHOWN or any(step["name"] == "Connect" for step in result["steps"])
    pictures = [one["source"] for one in result.get("attachments", []) if one["name"] == "picture"]
    return told, run.folder / "allure" / pictures[0] if pictures else None


def told_by_the_summary(run: Run, name: str) -> tuple[str, Path | None]:
    row = re.search(rf"^\| \*\*(.+)\*\* \| test_own.py::test_{name}\\\[.*$", run.report("summary.md"), re.M)
    assert row
    picture = re.search(r"\[picture\]\(([^)]+)\)", row[0])
    return row[1], run.folder / "nvrflow-report" / unquote(picture[1]) if picture else None


def told_by_the_page(run: Run, name: str) -> tuple[str, Path | None]:
    article = next(one for one in run.report("index.html").split("<article") if f"test_{name}[" in one)
    headline, picture = re.search('class="kind">(.+?)<', article), re.search(r'<img src="([^"]+)"', article)
    return headline[1] if headline else "", run.folder / "nvrflow-report" / unquote(picture[1]) if picture else None


KINDS = {kind for _, kind, _ in PLANTED.values()}
QUICK = ("renamed", "drift")
TOLD: dict[str, Callable[[Run, str], tuple[str, Path | None]]] = {
    "terminal": told_by_the_terminal,
    "junit": told_by_junit,
    "pytest_html": told_by_pytest_html,
    "allure": told_by_allure,
    "markdown": told_by_the_summary,
    "page": told_by_the_page,
}


@pytest.mark.browser
@pytest.mark.parametrize("by", TOLD)
@pytest.mark.parametrize("name", mostly_slow(list(PLANTED), lambda name: name in QUICK))
def test_each_report_tells_kind_and_element_of_a_failure_and_has_its_picture(name: str, by: str, run: Run) -> None:
    _, kind, element = PLANTED[name]
    told, picture = TOLD[by](run, name)
    assert told == " ".join(part for part in (kind, "" if kind in NOTHING_SHOWN else "dahua/nvr_v4", element) if part)
    if kind in NOTHING_SHOWN:
        assert picture is None
    else:
        assert picture is not None and picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
@pytest.mark.parametrize("name", ["drift"])
def test_allure_has_the_steps_and_shows_drift_with_the_line_to_change(name: str, run: Run) -> None:
    result = run.allure[name]
    assert {"drift", "selector-drift"} <= {one["value"] for one in result["labels"] if one["name"] == "tag"}
    (proposal,) = [one for one in result["attachments"] if one["name"].startswith("found by a fallback")]
    assert "home.setting: move" in (run.folder / "allure" / proposal["source"]).read_text(encoding="utf-8")
    steps = [step for chapter in result["steps"] for step in chapter.get("steps", [])]
    assert all(step["start"] <= step["stop"] and step["stop"] > 1_700_000_000_000 for step in steps)
    assert any(one["name"] == "fallback" for step in steps for one in step.get("parameters", []))
    assert any("before" in [file["name"] for file in step.get("attachments", [])] for step in steps)
    assert "found by a fallback" in run.terminal and "home.setting: move" in run.terminal


@pytest.mark.browser
@pytest.mark.parametrize("name", ["renamed"])
def test_no_report_shows_frames_of_nvrflow_and_allure_has_the_candidates(name: str, run: Run) -> None:
    (near,) = [one for one in run.allure[name]["attachments"] if one["name"].startswith("nearest candidates")]
    assert 'button "' in (run.folder / "allure" / near["source"]).read_text(encoding="utf-8")
    files = {one["name"]: one["source"] for one in run.allure[name]["attachments"]}
    collected = (run.folder / "allure" / files["collected"]).read_text(encoding="utf-8")
    assert all(part in collected for part in ("== recorder\ndahua/nvr_v4, NVR4216", "== ca_certificate\n", "Device Certificate"))
    assert "== home.setting\nSETTING" in collected and "collected_ca_certificate" in files
    categories = json.loads((run.folder / "allure" / "categories.json").read_text(encoding="utf-8"))
    message = run.allure[name]["statusDetails"]["message"]
    assert [one["name"] for one in categories if re.fullmatch(one["messageRegex"], message)] == ["Selector drift"]
    assert "src/nvrflow/recorder" not in run.terminal and "hunter2-planted" not in run.terminal + run.report("index.html")
