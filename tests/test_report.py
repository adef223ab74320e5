"""The run folder: what its consumers read."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image

from nvrflow.errors import NvrflowError, SignInRefused, WrongCall
from nvrflow.report import Drift, Https, Report, Step, TrustChange
from nvrflow.report.folder import RunFolder
from nvrflow.report.html import as_html
from nvrflow.report.junit import as_junit
from nvrflow.report.pictures import Box, Picture, png


def sample() -> Report:
    return Report(
        flow="secure",
        recorder="http://192.0.2.10",
        firmware={"name": "acme/nvr_v1", "evidence": ["title NVR <1>"]},
        language="en",
        started="2026-11-23T21:00:00+00:00",
        steps=[
            Step("open", "Open http://192.0.2.10", chapter="Connect", seconds=0.5),
            Step("click-sign-in-submit", "Click Login", element="sign_in.submit", locator='button "Login"', chapter="Sign in"),
            Step(
                "click-https-ok", "Click OK", effect="write", element="https.ok", fallback=1, locator="t=com.OK", chapter="Enable"
            ),
        ],
        drift=[Drift("https.ok", 'button "OK"', "t=com.OK", "https.ok: move `t=com.OK` to the top")],
        trust=[TrustChange("chromium-nss", "limited", "AA:BB", True)],
        https=Https(False, True, "https://192.0.2.10", "TLSv1.3", True, True),
    )


def picture(step_id: str, target: Box | None = None, masks: tuple[Box, ...] = ()) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), (20, 20, 20)).save(out, "PNG")
    return Picture(step_id, out.getvalue(), target, masks, 1.0)


def test_every_file_of_the_contract_is_written_and_pictures_are_numbered_like_the_steps(tmp_path: Path) -> None:
    report = sample()
    folder = RunFolder.create(tmp_path / "run", "secure", report.recorder)
    folder.write(report, [picture("click-https-ok", Box(10, 10, 50, 20))], set())
    written = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
    assert written == folder.document
    assert written["steps"][2]["screenshot"] == "steps/03-click-https-ok.png"
    assert (folder.path / "steps" / "03-click-https-ok.raw.png").is_file()
    assert (folder.path / "junit.xml").is_file() and (folder.path / "report.html").is_file()


def test_secrets_are_covered_in_every_file_and_every_spelling(tmp_path: Path) -> None:
    report = sample()
    secret = 'p"ä/ß&x'
    report.notes = [f"typed {secret}", 'as JSON p\\"\\u00e4/\\u00df&x', "in an address p%22%C3%A4%2F%C3%9F%26x"]
    folder = RunFolder.create(tmp_path / "run", "secure", report.recorder)
    folder.write(report, [], {secret})
    for name in ("report.json", "report.html", "junit.xml"):
        text = (folder.path / name).read_text(encoding="utf-8")
        assert "ß&x" not in text and "u00df" not in text and "%C3%9F" not in text
    assert any("it was covered" in note for note in folder.document["notes"])


def test_masks_cover_secrets_in_the_raw_picture_too() -> None:
    shot = picture("x", Box(10, 10, 20, 20), (Box(100, 40, 30, 10),))
    raw = shot.raw()
    assert raw.getpixel((110, 45)) == (96, 104, 117)
    assert raw.getpixel((90, 45)) == (20, 20, 20)


def test_the_target_is_boxed_and_the_same_picture_gives_the_same_bytes() -> None:
    shot = picture("x", Box(80, 40, 60, 20))
    first, second = (png(shot.annotated(shot.raw(), 7)) for _ in range(2))
    assert first == second
    marked = shot.annotated(shot.raw(), 7)
    assert marked.getpixel((110, 38)) != (20, 20, 20)
    assert marked.getpixel((110, 50)) == (20, 20, 20)


def test_a_target_outside_the_picture_is_an_error_and_never_a_wrong_picture() -> None:
    shot = picture("x", Box(500, 40, 60, 20))
    with pytest.raises(NvrflowError, match="outside the picture"):
        shot.annotated(shot.raw(), 1)


def test_junit_names_the_failing_step_and_leaves_out_what_xml_forbids() -> None:
    report = sample()
    problem = SignInRefused("192.0.2.10: refused \x1b[31mred\x1b[0m \x00")
    problem.step = "click-sign-in-submit"
    report.failed(problem)
    root = ET.fromstring(as_junit(report.as_dict()))
    failures = root.findall(".//failure")
    assert [failure.get("type") for failure in failures] == ["sign-in-refused"]
    assert failures[0].get("message") == "192.0.2.10: refused red "
    assert root.get("tests") == "3" and root.get("failures") == "1"


def test_an_error_outside_every_step_is_a_test_case_of_its_own() -> None:
    report = sample()
    report.failed(WrongCall("no such thing"))
    root = ET.fromstring(as_junit(report.as_dict()))
    assert root.get("tests") == "4"
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == ["run"]


def test_steps_held_back_by_a_check_are_skipped_in_junit() -> None:
    report = sample()
    report.steps[2].outcome = "would"
    root = ET.fromstring(as_junit(report.as_dict()))
    assert root.get("skipped") == "1"


def test_html_is_one_file_that_escapes_what_recorders_say() -> None:
    report = sample()
    report.notes = ["<script>alert(1)</script>"]
    page = as_html(report.as_dict(), {})
    assert "<script>" not in page
    assert "http-equiv" not in page and 'src="http' not in page and "@import" not in page
    assert "move `t=com.OK` to the top" in page


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(WrongCall, match="cannot be written"):
        RunFolder.create(tmp_path / "file" / "run", "secure", "http://192.0.2.10")


def test_what_a_person_has_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("keep", encoding="utf-8")
    RunFolder.create(tmp_path / "run", "secure", "http://192.0.2.10").write(sample(), [], set())
    assert (tmp_path / "run" / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_two_runs_in_one_second_have_folders_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = {RunFolder.create(None, "secure", "http://192.0.2.10:81").path for _ in range(3)}
    assert len(paths) == 3
