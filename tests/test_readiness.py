"""A page is used when it is ready; what keeps it from that is answered, or named."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import TimedOut

PAGE = """<h1>Acme home</h1><button>Save</button><div role=dialog aria-label=News>
  <button onclick="this.parentElement.remove(); window.settled = true">No</button></div>"""
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    ready: [READY]
    elements:
      save: [{role: button, name: Save}]
"""
HANDLERS = """
handlers:
  news:
    shown_by: [{role: dialog, name: News}]
    answer: "no"
    elements:
      "no": [{role: button, name: "No"}]
"""


@pytest.mark.parametrize("ready", ["{gone: {role: dialog, name: News}}", "{script: window.settled}"])
def test_a_pop_up_is_answered_while_a_page_gets_ready(tmp_path: Path, ready: str) -> None:
    with PlainRecorder(tmp_path, {"/": PAGE}, HANDLERS + SELECTORS.replace("READY", ready)).opened() as recorder:
        recorder.go_to("home").click("save")
    assert [step.id for step in recorder.report.steps] == ["open", "answer-news-no", "click-home-save"]


@pytest.mark.parametrize(
    ("ready", "says"),
    [
        ("{script: window.settled}", "script window.settled is not true"),
        ("{visible: {role: button, name: Apply}}", 'button "Apply" is not visible'),
        ("{visible: [{role: button, name: Apply}, {css: .apply}]}", 'button "Apply" or css .apply is not visible'),
        ("{gone: [{css: .mask}, {role: dialog, name: News}]}", 'dialog "News" is still there'),
    ],
)
def test_what_keeps_a_page_from_being_ready_is_named(tmp_path: Path, ready: str, says: str) -> None:
    with (
        PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS.replace("READY", ready)).opened(timeout=1.0) as recorder,
        pytest.raises(TimedOut) as raised,
    ):
        recorder.go_to("home")
    assert str(raised.value) == f"plain: home: not ready within 1 s: {says}"
