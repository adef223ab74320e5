"""Known faults of a product: a failure that a file explains does not fail the run, and what is never excused so."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from test_team_tests import own_tests

from nvrflow.errors import AccountLocked, InvalidFile, NvrflowError, ProductDefect, SignInRefused, Unreachable
from nvrflow.pytest_plugin.failure import failure_of
from nvrflow.pytest_plugin.fault_history import FaultHistory, Sightings
from nvrflow.pytest_plugin.known_faults import KnownFault, Told, _read

TESTS = """
import os
import pytest
from nvrflow.baseline.checks import PictureDiffers
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.flows.sign_in import sign_in

@pytest.fixture
def simulator_settings():
    return {"download_fails": int(os.environ.get("BROKEN", 0))}

def test_download(recorder):
    download_certificates(recorder)

def test_picture(recorder_under_test):
    raise PictureDiffers("home: 5 % differ")

class TestRefused:
    @pytest.fixture
    def password(self):
        return "a wrong one"

    def test_refused(self, recorder):
        sign_in(recorder)
"""
KNOWN = {
    "NVR-12": "element: device_certificate.download\nmessage: Download failed\nfirmware: '>=4.0, <5.0'\nabout: fixed in 4.2\n",
    "NVR-13": "message: differ\n",
    "NVR-14": "element: sign_in.submit\nmessage: refused\n",
}


def write_known(top: Path, **files: str) -> None:
    (top / "known").mkdir(exist_ok=True)
    for ticket, text in files.items():
        (top / "known" / f"{ticket.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")


@pytest.mark.browser
def test_a_known_fault_is_told_with_its_ticket_and_fails_no_run_but_a_refusal_or_a_picture_does(
    tmp_path: Path, home: Path
) -> None:
    write_known(tmp_path, **KNOWN)
    options = ["--firmware", "dahua/nvr_v4", "-o", "nvrflow_known_runs=1"]
    reports = ("--junitxml", "junit.xml", "--alluredir", "allure")
    ended = own_tests(tmp_path, home, TESTS, *options, *reports, "--reruns", "1", BROKEN="9")
    assert ended.returncode == 1 and "2 failed, 1 xfailed" in ended.stdout, ended.stdout + ended.stderr
    told = "known: NVR-12  product-defect dahua/nvr_v4 device_certificate.download"
    assert told in ended.stdout and "rerun" not in ended.stdout.splitlines()[-1]
    assert "RecorderUnderTest(url=" in ended.stdout and "password=" not in ended.stdout
    case = next(one for one in ElementTree.parse(tmp_path / "junit.xml").iter("testcase") if "download" in str(one.get("name")))
    properties = {one.get("name"): one.get("value") for one in case.iter("property")}
    assert properties["nvrflow_known"] == "NVR-12" and case.find("skipped") is not None and case.find("failure") is None
    results = [json.loads(path.read_text(encoding="utf-8")) for path in (tmp_path / "allure").glob("*-result.json")]
    result = next(one for one in results if one["name"].startswith("test_download"))
    assert result["status"] == "skipped" and result["statusDetails"]["known"] is True
    assert any(file["name"] == "picture" for file in result["attachments"])
    page = (tmp_path / "nvrflow-report" / "index.html").read_text(encoding="utf-8")
    assert "2 failed, 1 known" in page and "known: NVR-12" in page
    assert "has not occurred" not in ended.stdout and "NVR-14 explains this failure, but a refused sign-in" in ended.stdout
    ended = own_tests(tmp_path, home, TESTS, *options, "-k", "download")
    assert ended.returncode == 0 and "known/NVR-12.yaml: has not occurred in 1 runs" in ended.stdout, ended.stdout


@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_a_bad_file_ends_the_run_before_any_test_with_one_sentence(
    processes: tuple[str, ...], tmp_path: Path, home: Path
) -> None:
    write_known(tmp_path, X="element: home.setting\nmesage: typo\n")
    ended = own_tests(tmp_path, home, TESTS, "--firmware", "dahua/nvr_v4", *processes)
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR, ended.stdout + ended.stderr
    said = ended.stdout + ended.stderr
    assert "known/X.yaml:2: mesage: this key is not known" in said and "Traceback" not in said and "INTERNAL" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("element: a.b\n", "X.yaml: message: a known fault needs a pattern"),
        ("message: '('\n", "X.yaml:1: message: is not a regular expression"),
        ("message: '.*'\n", "X.yaml:1: message: this pattern fits every message"),
        ("message: broken\nelement: download\n", "X.yaml:2: element: must be an element"),
        ("message: broken\nfirmware: new\n", "X.yaml:2: firmware: 'new' is not a comparison"),
        ("message: 5\n", "X.yaml:1: message: must be text"),
        ("- message: x\n", "message: a known fault needs a pattern"),
    ],
)
def test_each_mistake_in_a_file_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "X.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as raised:
        _read(tmp_path / "X.yaml")
    assert said in str(raised.value)


def raised_because_of(cause: Exception) -> Exception:
    problem = AssertionError("the sign-in is broken")
    problem.__cause__ = cause
    return problem


def test_only_a_fault_of_the_product_can_be_known_and_only_on_its_firmware(tmp_path: Path) -> None:
    (tmp_path / "X.yaml").write_text("message: broken\nfirmware: '<4.3'\n", encoding="utf-8")
    fault = _read(tmp_path / "X.yaml")
    assert fault.explains(failure_of(ProductDefect("it is broken"), None), "4.2")
    assert not fault.explains(failure_of(ProductDefect("it is broken"), None), "4.10")
    assert not fault.explains(failure_of(ProductDefect("it is broken"), None), "")
    assert not fault.explains(failure_of(ProductDefect("it hangs"), None), "4.2")
    refused = SignInRefused("broken")
    others = (AccountLocked("broken"), NvrflowError("broken"), Unreachable("broken"), raised_because_of(refused))
    for problem in (refused, *others):
        assert not Told(failure_of(problem, None), fault).ticket
    assert Told(failure_of(AssertionError("broken"), None), fault).ticket == "X"


def test_a_run_counts_only_where_the_fault_could_have_occurred(tmp_path: Path) -> None:
    (tmp_path / "A-1.yaml").write_text("message: broken\nelement: home.setting\nfirmware: '<5'\n", encoding="utf-8")
    (tmp_path / "A-2.yaml").write_text("message: broken\n", encoding="utf-8")
    faults = [_read(tmp_path / "A-1.yaml"), _read(tmp_path / "A-2.yaml")]
    history = FaultHistory(tmp_path / "report" / "known.json")

    def run(*told: dict[str, object]) -> dict[str, int]:
        seen = Sightings()
        for one in told:
            seen.hear({"node": "test_x", "version": "4.1", **one})
        return history.add(faults, seen)

    assert run({"known": ["A-1", "A-2"], "elements": ["home.setting"]}) == {}
    assert run({"node": "test_y", "elements": ["home.user"]}) == {}, "its element was not used, and its test did not run"
    assert run({"node": "test_y", "elements": ["home.setting"], "version": "5.0"}) == {}, "another firmware"
    assert run({"elements": ["home.setting"]}) == {"A-1": 1, "A-2": 1}
    assert run({"elements": ["home.setting"]}) == {"A-1": 2, "A-2": 2}
    assert run({"known": ["A-1"]}) == {"A-2": 3}
    history.path.write_text("damaged", encoding="utf-8")
    assert run({"elements": ["home.setting"]}) == {"A-1": 1}


def test_a_fault_without_range_concerns_recorders_of_any_version(tmp_path: Path) -> None:
    (tmp_path / "X.yml").write_text("message: broken\n", encoding="utf-8")
    fault: KnownFault = _read(tmp_path / "X.yml")
    assert fault.ticket == "X" and fault.concerns("") and fault.concerns("9")
