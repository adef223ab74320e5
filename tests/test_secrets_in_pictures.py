"""A secret that a page shows is covered in every picture, without anything having been typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plain_recorder import PlainRecorder

from nvrflow.recorder.camera import Camera
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report

COVER = (96, 104, 117)
RED_SQUARE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><rect width='99' height='99' fill='red'/></svg>"
PAGES = {
    "/": f"""<body style="margin: 0; background: white">
      <div id=key style="position: fixed; left: 0; top: 0; background: red; font-size: 60px">
        KEY<b style="color: green">KEY</b></div>
      <img alt=Code style="position: fixed; left: 0; top: 120px; width: 90px; height: 90px" src="{RED_SQUARE}">
      <div role=heading style="position: fixed; left: 0; top: 240px; background: blue; width: 90px; height: 90px">Keys</div>
      <a style="position: fixed; top: 360px" href="/other">Other</a>""",
    "/other": """<body style="margin: 0"><div id=key style="position: fixed; left: 0; top: 0; background: red; font-size: 60px">
      KEYKEY</div><h1 style="position: fixed; top: 240px">Other</h1><button style="position: fixed; top: 360px">Stay</button>""",
}
SELECTORS = """
pages:
  keys:
    path: /
    shown_by: [{role: heading, name: Keys}]
    elements:
      key: {find: [{css: "#key"}], called: the key, secret: true}
      code: {find: [{alt_text: Code}], secret: true}
      other: [{role: link, name: Other}]
  other:
    on: keys
    open: other
    shown_by: [{role: heading, name: Other}]
    elements:
      stay: [{role: button, name: Stay}]
"""


def alike(one: Any, other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 20 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("still", [False, True])
def test_what_is_secret_is_covered_where_its_page_is_shown_and_nothing_else(tmp_path: Path, still: bool) -> None:
    steps = Steps(Report("", ""), camera=Camera(still, scale=1))
    with PlainRecorder(tmp_path, PAGES, SELECTORS).opened(steps=steps, screenshots=True) as recorder:
        recorder.go_to("other").click("stay")
    pictures = {one.step_id: one.raw() for one in steps.pictures}
    for step in ("open", "open-other"):
        raw = pictures[step]
        assert all(alike(raw.getpixel((x, y)), COVER) for x in range(5, 95, 5) for y in range(5, 55, 5)), step
        assert all(alike(raw.getpixel((x, y)), COVER) for x in range(5, 85, 5) for y in range(125, 205, 5)), step
        assert alike(raw.getpixel((45, 320)), (0, 0, 255))
    assert alike(pictures["click-other-stay"].getpixel((3, 3)), (255, 0, 0))


def test_words_of_a_secret_are_in_no_guide(tmp_path: Path) -> None:
    steps = Steps(Report("", ""))
    with PlainRecorder(tmp_path, PAGES, SELECTORS).opened(steps=steps, screenshots=True) as recorder:
        recorder.go_to("keys").click("key")
    target = steps.report.steps[-1].target
    assert target is not None and target.box is not None and target.words == ""
