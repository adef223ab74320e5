"""A page is used when it is ready; what keeps it from that is answered, or named."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import NotInitialised, TimedOut

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


UNDRAWN = """<h1>Acme home</h1><button>Save</button><div class=wizard>Choose a first password</div><script>
  setTimeout(() => { document.querySelector('.wizard').remove(); window.settled = true }, 900)</script>"""
WIZARD = """
obstacles:
  first_start: {shown_by: [{css: .wizard}], means: not-initialised}
"""


def test_what_is_shown_before_the_page_is_drawn_does_not_end_the_work(tmp_path: Path) -> None:
    selectors = WIZARD + SELECTORS.replace("READY", "{script: window.settled}")
    with PlainRecorder(tmp_path, {"/": UNDRAWN}, selectors).opened() as recorder:
        recorder.go_to("home").click("save")


def test_what_stays_in_the_way_of_a_page_that_never_gets_ready_is_told(tmp_path: Path) -> None:
    selectors = WIZARD + SELECTORS.replace("READY", "{script: window.never}")
    stays = UNDRAWN.partition("<script>")[0]
    with (
        PlainRecorder(tmp_path, {"/": stays}, selectors).opened(timeout=1.0) as recorder,
        pytest.raises(NotInitialised, match="Choose a first password"),
    ):
        recorder.go_to("home")


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


LATE_VALUE = """<h1>Acme home</h1><label><input type=checkbox> Secure</label><script>
  fetch('/slow').then(() => { document.querySelector('input').checked = true; })</script>"""
SWITCH = SELECTORS.replace("    ready: [READY]\n", "").replace("save: [{role: button, name: Save}]", "enable: [{label: Secure}]")


def test_a_switch_is_read_once_the_page_has_its_values(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": LATE_VALUE, "/slow": "1"}, SWITCH).opened() as recorder:
        assert recorder.go_to("home").is_checked("enable")
