"""A step that failed has two pictures: the screen before it, and the screen after the failure."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from plain_recorder import PlainRecorder, serving

from nvrflow.recorder import Manner
from nvrflow.running import Run

RED, GREEN, COVER = (255, 0, 0), (0, 255, 0), (96, 104, 117)
FILL = "position: fixed; inset: 0; z-index: -1; background:"
# The click turns the screen red, shows a secret, and the page never says that it is done.
PAGE = f"""<body style="margin: 0"><div id=ground style="{FILL} rgb(0 255 0)"></div><h1>Acme home</h1>
<button onclick="ground.style.background = 'rgb(255 0 0)'; key.hidden = false">Save</button>
<b id=key hidden style="position: fixed; left: 600px; top: 300px; font-size: 60px">KEY</b>"""
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      key: {find: [{css: "#key"}], secret: true}
      save: {find: [{role: button, name: Save}], announced_by: [{text: Saved}]}
      gone: [{role: button, name: Gone}]
  later:
    on: home
    open: save
    shown_by: [{role: heading, name: Later}]
"""
FLOWS = {
    "in_a_step": "def in_a_step(recorder):\n    recorder.go_to('home').click('save')\n    recorder.go_to('home').click('gone')\n",
    "between": "def between(recorder):\n    recorder.go_to('home').click('save')\n    recorder.arrive('later')\n",
}


@pytest.fixture
def ran(tmp_path: Path) -> Any:
    """A run of one of the flows: its report.json, and its folder."""
    PlainRecorder(tmp_path, {}, SELECTORS.replace("announced_by: [{text: Saved}]", ""))
    (tmp_path / "flows").mkdir()
    for name, text in FLOWS.items():
        (tmp_path / "flows" / f"{name}.py").write_text(text, encoding="utf-8")

    def run(flow: str, screenshots: bool = True) -> tuple[dict[str, Any], Path]:
        manner = Manner(firmware="plain", selectors=tmp_path / "selectors", timeout=6, screenshots=screenshots)
        with serving({"/": PAGE}, []) as url:
            Run(flow, url, password="secret", manner=manner, flows=tmp_path / "flows", out=tmp_path / "out").go()
        return json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")), tmp_path / "out"

    return run


def pixels(path: Path, *places: tuple[int, int]) -> list[Any]:
    from PIL import Image

    image = Image.open(io.BytesIO(path.read_bytes())).convert("RGB")
    return [image.getpixel(place) for place in places]


def test_the_screen_after_the_failure_is_pictured_beside_the_one_before(ran: Any) -> None:
    report, out = ran("in_a_step")
    before, failed = report["steps"][-2:]
    assert failed["outcome"] == "failed" and failed["screenshot"] is None
    assert failed["failure"] == f"steps/{len(report['steps']):02}-{failed['id']}.failed.png"
    assert pixels(out / before["raw"], (5, 700)) == [GREEN] and before["failure"] is None
    assert pixels(out / failed["failure"], (5, 700)) == [RED]
    html = (out / "report.html").read_text(encoding="utf-8")
    assert f'alt="Screen after the failure in step {len(report["steps"])}, ' in html and failed["failure"] in html
    assert f"[[ATTACHMENT|{failed['failure']}]]" in (out / "junit.xml").read_text(encoding="utf-8")


def test_what_fails_between_two_steps_is_pictured_at_the_step_before(ran: Any) -> None:
    report, out = ran("between")
    last = report["steps"][-1]
    assert report["error"]["step"] is None and last["outcome"] == "done"
    assert pixels(out / last["raw"], (5, 700)) == [GREEN]
    assert pixels(out / last["failure"], (5, 700)) == [RED]


def test_a_secret_is_covered_in_the_picture_of_a_failure(ran: Any) -> None:
    report, out = ran("in_a_step")
    shown = pixels(out / report["steps"][-1]["failure"], *((x, y) for x in range(610, 690, 10) for y in range(305, 360, 10)))
    assert set(shown) == {COVER}


def test_without_screenshots_there_is_no_picture_of_a_failure_either(ran: Any) -> None:
    report, out = ran("in_a_step", screenshots=False)
    assert report["steps"][-1]["failure"] is None and not (out / "steps").exists()
