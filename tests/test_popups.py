"""What pops up is answered as a person would: before the step that it keeps from being done, and only where it is in the way."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from plain_recorder import PlainRecorder

from nvrflow import Recorder
from nvrflow.errors import HeldBack, SelectorDrift, TimedOut
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report
from nvrflow.report.pictures import Picture

RED = (200, 0, 0)
HOME = """<title>Acme</title><body style="margin: 0; background: white"><h1>Acme home</h1>
  <button onclick="document.querySelector('#said').textContent = 'Preferences'">Preferences</button><p id=said></p>"""
ASKS = """<div role=dialog aria-label=News style="position: fixed; inset: 0; background: rgb(200, 0, 0)">
  <button onclick="this.parentElement.remove()">No</button></div>"""
SELECTORS = """
handlers:
  news:
    shown_by: [{role: dialog, name: News}]
    answer: "no"
    elements:
      "no": [{role: button, name: "No"}]
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      preferences: [{role: button, name: Preferences}]
"""
LATE = "      late: [{role: button, name: Late}]\n"


def done(recorder: Recorder) -> list[str]:
    return [step.id for step in recorder.report.steps if step.outcome == "done"]


def colour(picture: Picture) -> Any:
    """The colour of the screen's lower right corner."""
    image = Image.open(io.BytesIO(picture.image)).convert("RGB")
    return image.getpixel((image.width - 3, image.height - 3))


def alike(one: Any, other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("still", [False, True])
def test_what_lies_in_the_way_of_a_step_is_answered_before_it_and_in_none_of_its_pictures(tmp_path: Path, still: bool) -> None:
    steps = Steps(Report("", ""), camera=Camera(still, scale=1))
    with PlainRecorder(tmp_path, {"/": HOME + ASKS}, SELECTORS).opened(steps=steps, screenshots=True) as recorder:
        recorder.go_to("home").click("preferences")
        assert recorder.page.locator("#said").inner_text() == "Preferences"
    assert done(recorder) == ["open", "answer-news-no", "click-home-preferences"]
    assert len(steps.pictures) == len({picture.step_id for picture in steps.pictures})
    pictures = {picture.step_id: colour(picture) for picture in steps.pictures}
    assert alike(pictures["answer-news-no"], RED)
    assert alike(pictures["click-home-preferences"], (255, 255, 255))


def test_what_a_step_waits_for_is_answered_before_it(tmp_path: Path) -> None:
    opens = ASKS.replace("this.parentElement.remove()", "this.parentElement.outerHTML = '<button>Late</button>'")
    with PlainRecorder(tmp_path, {"/": HOME + opens}, SELECTORS + LATE).opened() as recorder:
        recorder.go_to("home").click("late")
    assert done(recorder) == ["open", "answer-news-no", "click-home-late"]


def test_what_a_click_brings_up_is_answered_after_it(tmp_path: Path) -> None:
    said = "document.querySelector('#said').textContent = 'Saved'"
    asks = ASKS.replace("fixed;", "fixed; display: none;").replace("this.parent", f"{said}; this.parent")
    home = HOME.replace("document.querySelector('#said').textContent = 'Preferences'", "document.querySelector('div').style = ''")
    selectors = SELECTORS.replace(
        "preferences: [{role: button, name: Preferences}]",
        "preferences: {find: [{role: button, name: Preferences}], announced_by: [{text: Saved}]}",
    )
    with PlainRecorder(tmp_path, {"/": home + asks}, selectors).opened() as recorder:
        recorder.go_to("home").click("preferences")
    assert done(recorder) == ["open", "click-home-preferences", "answer-news-no"]


BEHIND = """<div role=dialog aria-label=News style="position: fixed; top: 199px">
    <button onclick="this.parentElement.remove()">No</button></div>
  <div role=dialog aria-label=Offer style="position: fixed; inset: 150px 0 0 0; background: gray">
    <button onclick="this.parentElement.remove()">Later</button></div>"""
TWO = SELECTORS.replace(
    "pages:",
    """  offer:
    shown_by: [{role: dialog, name: Offer}]
    answer: later
    elements:
      later: [{role: button, name: Later}]
pages:""",
)


def test_a_window_behind_another_one_is_answered_when_it_comes_to_the_front(tmp_path: Path) -> None:
    come = "setTimeout(() => document.querySelector('h1').insertAdjacentHTML('afterend', '<button>Late</button>'), 2000)"
    pages = {"/": f"{HOME}{BEHIND}<script>{come}</script>"}
    with PlainRecorder(tmp_path, pages, TWO + LATE).opened() as recorder:
        recorder.go_to("home").click("late")
    assert done(recorder) == ["open", "answer-offer-later", "answer-news-no", "click-home-late"]


def test_a_window_behind_one_that_nobody_knows_is_not_blamed(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": HOME + BEHIND}, SELECTORS + LATE).opened() as recorder:
        with pytest.raises(SelectorDrift, match=r'plain: home\.late: not found .*tried button "Late" \(0 found\)'):
            recorder.go_to("home").click("late")
        recorder.go_to("home").click("preferences")
    assert done(recorder) == ["open", "click-home-preferences"]


@pytest.mark.parametrize(
    ("button", "says"),
    [
        ("<button disabled>No", r'plain: handlers\.news\.no: button "No" could not be clicked .*; it is not enabled'),
        ("<button>No", r"plain: handlers\.news: it was answered and is still shown after 5 s \(dialog \"News\"\)"),
    ],
)
def test_an_answer_that_does_not_work_is_named_itself(tmp_path: Path, button: str, says: str) -> None:
    asks = f"<div role=dialog aria-label=News>{button}</button></div>"
    with PlainRecorder(tmp_path, {"/": HOME + asks}, SELECTORS + LATE).opened() as recorder, pytest.raises(TimedOut, match=says):
        recorder.go_to("home").click("late")


WRITES = SELECTORS.replace('"no": [{role: button, name: "No"}]', '"no": {find: [{role: button, name: "No"}], effect: write}')
SIGNED_IN = (
    WRITES
    + """  sign_in:
    path: /
    shown_by: [{label: User}]
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: {find: [{role: button, name: Log in}], ANNOUNCED}
  account:
    on: home
    elements:
      sign_out: [{role: link, name: Leave}]
"""
).replace("home:\n    path: /", "home:")
FORM = """<label>User <input></label><label>Password <input type=password></label><button onclick="{}">Log in</button>"""
LEAVE = "<a href=/leave>Leave</a>"
RECORDER = {"/": FORM.format("location = '/home'"), "/home": HOME + LEAVE + ASKS, "/leave": FORM.format("")}


def held_back(recorder: Recorder) -> list[str]:
    return [step.element for step in recorder.report.steps if step.outcome == "would"]


def test_a_check_ends_before_an_answer_that_writes_and_still_signs_out(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, RECORDER, SIGNED_IN.replace(", ANNOUNCED", ""))
    with pytest.raises(HeldBack), plain.opened(check=True) as recorder:
        sign_in(recorder)
        recorder.go_to("home").click("preferences")
    assert held_back(recorder) == ["handlers.news.no", "home.preferences"]
    assert "handlers.news is in the way, and to answer it (Click No) would change the recorder" in recorder.report.notes
    assert plain.requests[-1] == "/leave"
    assert not [note for note in recorder.report.notes if note.startswith("signing out")]


def test_a_check_signs_out_although_the_answer_of_the_sign_in_hides_behind_a_pop_up(tmp_path: Path) -> None:
    form = FORM.format("document.querySelector('#inside').style = ''")
    pages = {**RECORDER, "/": f"{form}<div id=inside style='display: none'>{HOME}{LEAVE}{ASKS}</div>"}
    plain = PlainRecorder(tmp_path, pages, SIGNED_IN.replace("ANNOUNCED", "announced_by: [{text: Welcome}]"))
    with pytest.raises(HeldBack), plain.opened(check=True) as recorder:
        sign_in(recorder)
        recorder.go_to("home").click("preferences")
    assert held_back(recorder) == ["handlers.news.no"]
    assert plain.requests[-1] == "/leave"


COVERED = SIGNED_IN.replace(", ANNOUNCED", "").replace(
    "{role: heading, name: Acme home}", '{css: "body:not(:has([role=dialog])) h1"}'
)
LATER = f"<script>setTimeout(() => document.body.insertAdjacentHTML('beforeend', `{ASKS}`), 700)</script>"


@pytest.mark.parametrize("check", [False, True])
def test_a_pop_up_that_comes_a_moment_after_the_page_is_answered_before_the_run_goes_on(tmp_path: Path, check: bool) -> None:
    harmless = COVERED.replace(", effect: write", "")
    with PlainRecorder(tmp_path, {**RECORDER, "/home": HOME + LEAVE + LATER}, harmless).opened(check=check) as recorder:
        sign_in(recorder)
        recorder.page.get_by_role("dialog").wait_for()
        recorder.go_to("home").click("preferences")
        assert recorder.page.locator("#said").inner_text() == "Preferences"
    assert done(recorder)[-3:] == ["answer-news-no", "click-home-preferences", "click-account-sign-out"]


SETTINGS = """  settings:
    on: home
    open: preferences
    shown_by: [{css: "body:not(:has([role=dialog])) #said", has_text: Preferences}]
    elements:
      again: [{css: "#said"}]
"""


def test_a_page_that_a_pop_up_covers_is_not_opened_once_more(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {**RECORDER, "/home": HOME + LEAVE}, COVERED.replace(", effect: write", "") + SETTINGS)
    with plain.opened() as recorder:
        sign_in(recorder)
        recorder.go_to("settings")
        recorder.page.evaluate("asks => document.body.insertAdjacentHTML('beforeend', asks)", ASKS)
        recorder.go_to("settings").click("again")
    assert done(recorder)[-4:] == ["open-settings", "answer-news-no", "click-settings-again", "click-account-sign-out"]


def test_a_handler_that_closes_the_page_that_a_person_opens_is_named(tmp_path: Path) -> None:
    opens = HOME.replace(
        "document.querySelector('#said').textContent = 'Preferences'", "document.querySelector('div').style.display = ''"
    )
    news = ASKS.replace("inset: 0", "inset: 0; display: none").replace(
        "this.parentElement.remove()", "this.parentElement.style.display = 'none'"
    )
    page = "  news:\n    on: home\n    open: preferences\n    shown_by: [{css: '[role=dialog].open'}]\n"
    with (
        PlainRecorder(tmp_path, {"/": opens + news}, SELECTORS + page).opened(timeout=3.0) as recorder,
        pytest.raises(SelectorDrift, match=r"news: not shown: .*; handlers\.news\.no was used meanwhile: if that"),
    ):
        recorder.go_to("news")
