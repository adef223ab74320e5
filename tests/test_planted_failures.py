"""Planted failures in a team's tests: the terminal, JUnit and the report page tell kind and element, and keep a picture."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from slow_tests import mostly_slow

from nvrflow.content import folder

HEAD = """
import pytest
from pathlib import Path
from nvrflow.errors import ProductDefect
from nvrflow.flows.download_certificates import download_certificates
HERE = Path(__file__).parent
"""
# The body of a test (after its fixtures), the kind, the element, whether there is a picture, further options.
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


def plant(top: Path) -> None:
    """A selector file with a wrong label, and one in which only the fallback fits."""
    shipped = (folder("selectors") / "dahua" / "nvr_v4.yaml").read_text(encoding="utf-8")
    renamed = shipped.replace("download: {en: Download,", "download: {en: Fetch,").replace("{t: com.Download}", "{t: com.Fetch}")
    drifted = shipped.replace("setting: {en: SETTING,", "setting: {en: SET-UP,")
    for name, text in (("renamed", renamed), ("drifted", drifted)):
        assert text != shipped
        (top / name / "dahua").mkdir(parents=True)
        (top / name / "dahua" / "nvr_v4.yaml").write_text(text, encoding="utf-8")


@pytest.mark.browser
@pytest.mark.parametrize("which", mostly_slow(["some", "all"], lambda which: which == "some"))
def test_each_failure_is_told_with_its_kind_its_element_and_a_picture(which: str, tmp_path: Path, home: Path) -> None:
    names = list(PLANTED)[: 3 if which == "some" else None]
    plant(tmp_path)
    tests = [PLANTED[name][0].format(f"def test_{name}(recorder):").replace("@", "@pytest.mark.") for name in names]
    (tmp_path / "test_own.py").write_text(HEAD + "\n\n".join(tests) + "\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text(f"import pytest\nfrom dataclasses import replace\n{FIXTURES}", encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:dash", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    argv += ["--firmware", "dahua/nvr_v4", "--strict-locators", "--junitxml", "junit.xml"]
    own = {**os.environ, "HOME": str(home), "COLUMNS": "300"}
    ended = subprocess.run(argv, cwd=tmp_path, env=own, capture_output=True, text=True, timeout=170)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    page = (tmp_path / "nvrflow-report" / "index.html").read_text(encoding="utf-8")
    cases = {str(one.get("name")).partition("[")[0]: one for one in ElementTree.parse(tmp_path / "junit.xml").iter("testcase")}
    for name in names:
        _, kind, element = PLANTED[name]
        told = " ".join(part for part in (kind, "" if kind in NOTHING_SHOWN else "dahua/nvr_v4", element) if part)
        article = next(one for one in page.split("<article") if f"test_{name}[" in one)
        properties = {one.get("name"): one.get("value") for one in cases[f"test_{name}"].iter("property")}
        assert f">{told}<" in article, (name, article)
        assert (properties["nvrflow_kind"], properties.get("nvrflow_element", "")) == (kind, element)
        assert re.search(rf"^(FAILED|ERROR) .*test_{name}\[dahua/nvr_v4\] - .*", ended.stdout, re.M), name
        picture = re.search(r'<img src="([^"]+)"', article)
        if kind not in NOTHING_SHOWN:
            assert picture and (tmp_path / "nvrflow-report" / picture[1]).read_bytes().startswith(b"\x89PNG"), name
        output = "".join(one.text or "" for one in cases[f"test_{name}"].iter("system-out"))
        assert all(Path(path).exists() for path in re.findall(r"\[\[ATTACHMENT\|(.+?)\]\]", output)) and "report.html" in output
    assert "src/nvrflow/recorder" not in ended.stdout and "hunter2-planted" not in ended.stdout + page
    assert "found by a fallback" in ended.stdout and "home.setting: move" in ended.stdout
