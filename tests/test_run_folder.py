"""A run always leaves its folder: also when the flow, or nvrflow itself, goes wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from plain_recorder import PlainRecorder, serving

from nvrflow.errors import WrongCall
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.running import Run

PAGE = "<h1>Home</h1><button>Save</button>"
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Home}]
    elements:
      save: [{role: button, name: Save}]
"""


def run(folder: Path, flow: str, password: str = "hunter2-hunter2") -> Run:
    """A run of a flow `look` with this body on a recorder of one page."""
    PlainRecorder(folder, {"/": PAGE}, SELECTORS)
    (folder / "look.py").write_text("import json\n\n\ndef look(recorder):\n" + flow, encoding="utf-8")
    manner = Manner("plain", folder / "selectors", timeout=4.0, screenshots=False)
    return Run("look", "", "admin", password, manner, folder / "run", folder)


@pytest.mark.parametrize(
    ("flow", "line", "said"),
    [
        ("    recorder.go_to('home').click('save')\n    raise RuntimeError('no light')\n", 6, "RuntimeError: no light"),
        ("    json.loads('{')\n", 5, "JSONDecodeError: Expecting property name"),
        ("    recorder.go_to('home').click()\n", 5, "TypeError: "),
        ("    assert recorder.go_to('home').read('save') == 'Load'\n", 5, "AssertionError"),
        ("    recorder.page.locator('#none').click(timeout=200)\n", 5, "TimeoutError: "),
        ("    raise SystemExit(3)\n", 5, "SystemExit: 3"),
    ],
)
def test_an_error_of_the_flows_own_is_told_with_file_and_line_in_a_whole_folder(
    tmp_path: Path, flow: str, line: int, said: str
) -> None:
    job = run(tmp_path, flow)
    with serving({"/": PAGE}, []) as job.url:
        report, folder = job.go()
    assert report.error is not None and report.error["kind"] == "flow"
    assert report.error["message"].startswith(f"{tmp_path / 'look.py'}:{line}: the flow ended with an error of its own: {said}")
    assert json.loads((folder.path / "report.json").read_text(encoding="utf-8"))["error"]["kind"] == "flow"
    assert "<failure" in (folder.path / "junit.xml").read_text(encoding="utf-8")


def test_a_password_in_the_error_of_a_flow_is_in_no_file(tmp_path: Path) -> None:
    job = run(tmp_path, "    raise RuntimeError(recorder.password())\n")
    with serving({"/": PAGE}, []) as job.url:
        report, folder = job.go()
    assert report.error is not None and "hunter2" not in report.error["message"]
    assert not [path for path in folder.path.rglob("*") if path.is_file() and b"hunter2" in path.read_bytes()]


def test_a_defect_of_nvrflow_leaves_the_folder_and_goes_on_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(recorder: Recorder, page: str) -> None:
        dict[str, str]()[page]

    breaks.__code__ = breaks.__code__.replace(co_filename=str(Path(Recorder.go_to.__code__.co_filename)))
    monkeypatch.setattr(Recorder, "go_to", breaks)
    job = run(tmp_path, "    recorder.go_to('home')\n")
    with serving({"/": PAGE}, []) as job.url, pytest.raises(KeyError):
        job.go()
    error = json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))["error"]
    assert error["kind"] == "defect" and "this is a defect in nvrflow (KeyError)" in error["message"]
    assert "<failure" in (tmp_path / "run" / "junit.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["http://x y", "http://[::1", "http://a..b", "htp:/x", f"http://{'a' * 70}"])
def test_a_wrong_address_leaves_no_run_folder(tmp_path: Path, address: str) -> None:
    job = run(tmp_path, "    recorder.go_to('home')\n")
    job.url = address
    with pytest.raises(WrongCall):
        job.go()
    assert not (tmp_path / "run").exists()


def test_a_page_that_does_not_come_between_two_steps_is_in_a_picture_of_its_own(tmp_path: Path) -> None:
    job = run(tmp_path, "    recorder.go_to('settings')\n")
    with (tmp_path / "selectors" / "plain.yaml").open("a", encoding="utf-8") as file:
        file.write("  settings:\n    on: home\n    open: save\n    shown_by: [{text: Settings}]\n")
    job.manner = replace(job.manner, screenshots=True)
    with serving({"/": PAGE}, []) as job.url:
        report, folder = job.go()
    assert report.error is not None and report.error["kind"] == "selector-drift"
    after = report.steps[-1].failure
    assert after and (folder.path / after).stat().st_size > 0


def test_a_folder_may_be_given_as_text(tmp_path: Path) -> None:
    PlainRecorder(tmp_path, {}, SELECTORS)
    own = str(tmp_path / "selectors")
    with serving({"/": PAGE}, []) as url, open_recorder(url, firmware="plain", selectors=own, timeout=4.0) as recorder:
        assert recorder.go_to("home").has("save")
