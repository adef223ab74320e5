"""A person closes what is open before going on elsewhere, and answers what lies above before typing."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import SIGN_IN, PlainRecorder

from nvrflow import Recorder
from nvrflow.errors import HeldBack, TimedOut, WrongCall
from nvrflow.flows.sign_in import sign_in

MODAL = """<h1>Acme home</h1><button onclick="document.querySelector('dialog').showModal()">Network</button>
<a href=/bye>Log out</a><p id=said></p>
<dialog aria-label=Network><button onclick="document.querySelector('#said').textContent = 'saved'">Save</button>
  <button onclick="this.parentElement.close()">Cancel</button></dialog>"""
BYE = """<label>User <input></label><label>Password <input type=password></label>
<button onclick="location = '/home'">Log in</button>"""
SELECTORS = (
    SIGN_IN
    + """  home:
    shown_by: [{role: heading, name: Acme home}]
    elements:
      network: [{role: button, name: Network}]
      said: [{css: "#said"}]
  account:
    on: home
    elements:
      sign_out: [{role: link, name: Log out}]
  network:
    on: home
    open: network
    shown_by: [{role: dialog, name: Network}]
    close: cancel
    elements:
      save: {find: [{role: button, name: Save}], effect: write}
      cancel: [{role: button, name: Cancel}]
"""
)
PAGES = {"/": BYE, "/home": MODAL, "/bye": BYE}


def done(recorder: Recorder) -> list[str]:
    return [step.id for step in recorder.report.steps if step.outcome == "done"]


def test_without_a_home_page_nobody_tries_to_sign_in(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, PAGES, SELECTORS[: SELECTORS.index("  home:")])
    with (
        pytest.raises(WrongCall, match="has no page 'home'; it has sign_in"),
        plain.opened(state=tmp_path / "state") as recorder,
    ):
        sign_in(recorder)
    assert "/home" not in plain.requests and not (tmp_path / "state" / "sign-ins.json").exists()
    with pytest.raises(WrongCall, match="has no page 'home'; it has sign_in"), plain.opened() as recorder:
        recorder.arrive("home")


def test_leaving_a_modal_for_another_page_closes_it(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, PAGES, SELECTORS).opened() as recorder:
        sign_in(recorder)
        recorder.go_to("network").click("save")
        assert recorder.go_to("home").read("said") == "saved"
        assert not recorder.shows("network")
    assert "close-network" in done(recorder)


def test_the_sign_out_closes_a_modal_that_is_open(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, PAGES, SELECTORS)
    with plain.opened() as recorder:
        sign_in(recorder)
        recorder.go_to("network")
    assert plain.requests[-1] == "/bye"
    assert done(recorder)[-2:] == ["close-network", "click-account-sign-out"]
    assert not [note for note in recorder.report.notes if "signing out" in note]


SLOW_MENU = MODAL.replace(
    "<a href=/bye>Log out</a>",
    """<button id=me>admin</button><ul id=mine hidden><li><a href=/bye hidden>Log out</a></ul>
<script>me.onclick = () => { mine.hidden = false
  setTimeout(() => { document.querySelector('a').hidden = false }, 400) }</script>""",
)
MENU = SELECTORS.replace("      network: [", "      me: [{css: '#me'}]\n      network: [", 1).replace(
    "    on: home\n    elements:\n      sign_out",
    "    on: home\n    open: me\n    shown_by: [{css: '#mine'}]\n    elements:\n      sign_out",
    1,
)


def test_a_check_that_held_something_back_signs_out_from_a_menu_that_opens_slowly(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {**PAGES, "/home": SLOW_MENU}, MENU)
    with plain.opened(check=True) as recorder:
        sign_in(recorder)
        recorder.go_to("network").click("save")
    assert [step.id for step in recorder.report.steps if step.outcome == "would"] == ["click-network-save"]
    assert plain.requests[-1] == "/bye", recorder.report.notes


def test_a_check_describes_what_a_step_shows_a_moment_later(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {**PAGES, "/home": SLOW_MENU}, MENU)
    with plain.opened(check=True) as recorder:
        sign_in(recorder)
        recorder.go_to("network").click("save")
        recorder.go_to("account").click("sign_out")
    assert not any(step.unseen for step in recorder.report.steps)


ASKED = (
    BYE
    + """<div role=dialog aria-label=Cookies style="position: fixed; inset: 0; background: #ccc">
<button onclick="this.parentElement.remove()">Agree</button></div>"""
)
HANDLER = """
handlers:
  cookies:
    shown_by: [{role: dialog, name: Cookies}]
    answer: agree
    elements: {agree: [{role: button, name: Agree}]}
"""


def test_a_pop_up_over_the_sign_in_page_is_answered_before_anything_is_typed(tmp_path: Path) -> None:
    late = ASKED.replace("<div", "<div hidden").replace("Password <input", "Password <input") + (
        "<script>setTimeout(() => { document.querySelector('[role=dialog]').hidden = false }, 300)</script>"
    )
    pages = {**PAGES, "/": ASKED, "/late": late}
    with PlainRecorder(tmp_path, pages, HANDLER + SELECTORS).opened() as recorder:
        sign_in(recorder)
    ids = done(recorder)
    assert ids.index("answer-cookies-agree") < ids.index("fill-sign-in-user")


def test_nothing_is_typed_under_a_modal_that_nobody_knows(tmp_path: Path) -> None:
    stays = ASKED.replace("<button onclick", "<button disabled onclick")
    with (
        PlainRecorder(tmp_path, {**PAGES, "/": stays}, SELECTORS).opened(timeout=2.0) as recorder,
        pytest.raises(TimedOut, match=r"nothing was typed .*; it is covered by "),
    ):
        sign_in(recorder)


PATHS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Start}]
    elements: {next: [{role: link, name: Next}]}
  second:
    on: home
    open: next
    shown_by: [{role: heading, name: Second}]
"""


def test_a_page_with_the_path_of_the_start_page_is_opened_again_when_it_is_no_longer_shown(tmp_path: Path) -> None:
    pages = {"/": "<h1>Start</h1><a href=/two>Next</a>", "/two": "<h1>Second</h1>"}
    with PlainRecorder(tmp_path, pages, PATHS).opened() as recorder:
        recorder.go_to("second")
        recorder.go_to("home")
    assert done(recorder) == ["open", "open-second", "open-home"]
    assert recorder.report.steps[-1].value == recorder.url + "/"


WRITES = """
handlers:
  wizard:
    shown_by: [{role: dialog, name: Wizard}]
    answer: finish
    leave: later
    elements:
      finish: {find: [{role: button, name: Finish}], effect: write}
      later: [{role: button, name: Later}]
"""
WIZARD = """<div role=dialog aria-label=Wizard style="position: fixed; inset: 0; background: #ccc">
<button onclick="fetch('/finish', {method: 'POST'})">Finish</button>
<button onclick="this.parentElement.remove()">Later</button></div>"""


def test_a_dry_run_leaves_a_dialog_whose_answer_would_write_as_a_person_would(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {**PAGES, "/home": MODAL + WIZARD}, WRITES + SELECTORS)
    with plain.opened(check=True) as recorder:
        try:
            sign_in(recorder)
            recorder.go_to("network")
        except HeldBack:
            pytest.fail("the dialog could be left without a write")
    assert [step.id for step in recorder.report.steps if step.outcome == "would"] == ["answer-wizard-finish"]
    assert "answer-wizard-later" in done(recorder)
    assert "POST /finish" not in plain.requests


def test_the_sign_out_never_gives_an_answer_that_writes(tmp_path: Path) -> None:
    appears = (
        MODAL.replace("<a href=/bye>", "<a href=/bye>")
        + WIZARD.replace("<div", "<div hidden")
        + (
            "<script>document.querySelector('button').addEventListener('click', () => {"
            "document.querySelector('[role=dialog][aria-label=Wizard]').hidden = false })</script>"
        )
    )
    without = WRITES.replace("    leave: later\n", "")
    plain = PlainRecorder(tmp_path, {**PAGES, "/home": appears}, without + SELECTORS)
    with plain.opened() as recorder:
        sign_in(recorder)
        recorder.page.get_by_role("button", name="Network").click()
        recorder.page.get_by_role("button", name="Cancel").dispatch_event("click")
    assert "POST /finish" not in plain.requests
    assert plain.requests[-1] == "/bye"


FADING = """<h1>Acme home</h1><button onclick="document.querySelector('#tray').hidden = false">Settings</button>
<section id=tray hidden aria-label=Settings><h2>User settings</h2><button onclick="times.textContent++;
  setTimeout(() => { this.parentElement.hidden = true }, 700)">Close</button></section><p id=times>0</p>"""
TRAY = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      settings: [{role: button, name: Settings}]
      times: [{css: "#times"}]
  settings:
    on: home
    open: settings
    shown_by: [{role: heading, name: User settings}]
    close: close
    elements:
      close: [{role: button, name: Close}]
"""


def test_a_page_that_fades_away_slowly_is_closed_only_once(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": FADING}, TRAY).opened(screenshots=True) as recorder:
        recorder.go_to("settings")
        recorder.go_to("home")
        assert not recorder.shows("settings")
        assert recorder.go_to("home").read("times") == "1"


def test_a_sign_out_that_fails_says_what_to_do(tmp_path: Path) -> None:
    pages = {**PAGES, "/home": MODAL.replace("Log out", "Leave")}
    with PlainRecorder(tmp_path, pages, SELECTORS).opened(timeout=2.0) as recorder:
        sign_in(recorder)
    (note,) = recorder.report.notes
    assert note.startswith("signing out failed: ") and note.endswith("sign out in a browser, or wait until the recorder ends it")
