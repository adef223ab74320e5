"""An icon font writes characters of its own into names: they keep nothing from being found, and messages show them."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import SelectorDrift
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report
from nvrflow.report.plain import plain

PAGE = r"""<style>.cog::before { content: '\f013\00a0' } .far::after { content: '\F0493' }</style>
  <h1>Acme home</h1><a class=cog href="#actions">Actions</a> <a class=far href="#folders">Folders</a>
  <button>&#xe600;&nbsp; Save</button> <a href="#more">More Actions</a>"""
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      actions: [{role: link, name: Actions}]
      folders: [{role: link, name: folders}]
      save: [{role: button, name: Save}]
      save_text: [{text: Save}]
      action: [{role: link, name: Action}]
"""


@pytest.mark.parametrize("element", ["actions", "folders", "save", "save_text"])
def test_an_icon_beside_a_name_is_no_part_of_it(tmp_path: Path, element: str) -> None:
    with PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS).opened() as recorder:
        recorder.go_to("home").click(element)
    assert recorder.report.steps[-1].outcome == "done"


def test_a_message_shows_an_icon_by_its_number(tmp_path: Path) -> None:
    with (
        PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS).opened(timeout=1.0) as recorder,
        pytest.raises(SelectorDrift, match=r'Nearest on the screen: link "<U\+F013>.?Actions"'),
    ):
        recorder.go_to("home").click("action")
    assert plain("\U000f0493 Folders") == "<U+F0493> Folders"


def test_a_guide_names_a_control_without_its_icon(tmp_path: Path) -> None:
    steps = Steps(Report("", ""))
    with PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS).opened(steps=steps, screenshots=True) as recorder:
        recorder.go_to("home").click("save")
    target = steps.report.steps[-1].target
    assert target is not None and target.words == "Save"
