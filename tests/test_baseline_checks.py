"""Baselines on real pages: words and pictures, without secrets, once the page has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from plain_recorder import PlainRecorder

from nvrflow import Recorder
from nvrflow.baseline.checks import BaselineMissing, Desk, ImageBaseline, PictureDiffers, UiBaseline, WordsDiffer
from nvrflow.baseline.collection import Collection
from nvrflow.errors import TimedOut, WrongCall
from nvrflow.recorder import Page, portrait

SECRET = 'it\'s "S3cret": #1'
PAGES = {
    "/": """<body style="margin: 0; background: white; font: 16px sans-serif">
      <style>button:hover, button:focus { background: red; outline: none }
        @keyframes come { from { opacity: 0 } to { opacity: 1 } }</style>
      <h1>Ports</h1>
      <div id=clock>10:00:00</div><div id=load>Load: low</div>
      <form><label>Key <input id=key></label> <label>Name <input id=name value=front></label>
        <label>Pass <input type=password id=pass placeholder=Pass></label></form>
      <button id=save style="width: 120px; height: 40px">Save</button>
      <iframe srcdoc="<button>Inside</button>" style="width: 200px; height: 60px"></iframe>
      <ul><li>Front door</li><li>Back door</li></ul>"""
}
SELECTORS = """
volatile: [{css: "#clock"}]
pages:
  ports:
    path: /
    shown_by: [{role: heading, name: Ports}]
    elements:
      key: {find: [{css: "#key"}], called: the key, secret: true}
      load: {find: [{css: "#load"}], called: the load}
      save: [{role: button, name: Save}]
    rows:
      doors:
        find: [{css: li}]
        cells: {name: {find: [{css: "*"}]}}
"""


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory, playwright: Any) -> Iterator[Recorder]:
    from nvrflow.browser import use_driver

    use_driver(playwright)
    top = tmp_path_factory.mktemp("plain")
    with PlainRecorder(top, PAGES, SELECTORS).opened(state=top / "state") as opened:
        yield opened


@pytest.fixture
def page(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The page as it was at first; a difference counts soon, because nothing is being loaded here."""
    monkeypatch.setattr(portrait, "_SURE", 0.4)
    recorder.page.reload()
    return recorder.arrive("ports")


class Team:
    """Writes baselines, then checks them, as a test of a team does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def desk(self, updates: bool = False) -> Desk:
        return Desk(Collection(self.folder / "baselines", updates), "tests/test_x.py::test_ports", self.folder / "out")

    def text(self) -> str:
        return (self.folder / "baselines" / "plain" / "und" / "ports.yaml").read_text(encoding="utf-8")

    def picture(self, name: str = "ports") -> Image.Image:
        (path,) = (self.folder / "baselines" / "plain" / "und").glob(f"*/{name}.png")
        return Image.open(path).convert("RGB")


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def test_a_missing_baseline_fails_and_says_how_to_create_it(page: Page, team: Team) -> None:
    for baseline in (UiBaseline(team.desk()), ImageBaseline(team.desk())):
        with pytest.raises(BaselineMissing, match=r'create it with pytest --update-baselines "tests/test_x.py::test_ports"'):
            baseline.check(page)


def test_words_are_kept_without_what_is_secret_or_volatile_and_a_change_is_told(page: Page, team: Team) -> None:
    page.window.page.fill("#key", SECRET)
    page.window.page.fill("#pass", SECRET)
    UiBaseline(team.desk(updates=True)).check(page, masks=["load"])
    assert team.text() == (
        "# Written by nvrflow for tests/test_x.py\n"
        '- heading "Ports" [level=1]\n- text: Key\n- textbox "Key": "•••"\n- text: Name\n- textbox "Name": front\n- text: Pass\n'
        '- textbox "Pass": "•••"\n- button "Save"\n- iframe\n- list:\n'
        '  - listitem: Front door\n  - listitem: Back door\n- document:\n  - button "Inside"\n'
    )
    UiBaseline(team.desk()).check(page, masks=["load"])
    page.window.page.evaluate(
        "() => { document.querySelector('#save').className = 'x-btn x-btn-disabled'; document.querySelector('li').remove() }"
    )
    page.window.page.evaluate("() => { document.querySelector('#clock').textContent = 'Noon' }")
    with pytest.raises(WordsDiffer) as caught:
        UiBaseline(team.desk()).check(page, masks=["load"])
    assert not page.window.page.locator("[aria-disabled], [aria-hidden], [data-nvrflow-silent], [data-nvrflow-spoken]").count()
    lines = str(caught.value).splitlines()
    assert lines[0] == "plain: ports: does not say what it said before:"
    assert lines[1:3] == ['  - The button "Save" is disabled now', '  - The text "Front door" is gone']
    html = Path(lines[3].partition(": ")[2]).read_text(encoding="utf-8")
    assert "Front door" in html and 'class="marked"' in html and "src=" not in html


def test_a_picture_has_no_secret_no_focus_and_no_mouse_and_a_change_is_told(page: Page, team: Team) -> None:
    browser_page = page.window.page
    browser_page.fill("#pass", SECRET)
    browser_page.fill("#key", SECRET)
    browser_page.hover("#save")
    browser_page.focus("#save")
    ImageBaseline(team.desk(updates=True)).check(page, masks=["load", browser_page.locator("li").first])
    ImageBaseline(team.desk(updates=True)).check(page, of="save")
    assert team.picture("ports.save").size == (120, 40)
    reds = [pixel for pixel in (team.picture().getcolors(10**6) or []) if pixel[1] == (255, 0, 0)]
    assert not reds
    browser_page.fill("#pass", "another")
    browser_page.fill("#key", "other")
    browser_page.evaluate("() => { clock.textContent = 'Noon'; load.textContent = 'high' }")
    ImageBaseline(team.desk()).check(page, masks=["load", browser_page.locator("li").first])
    browser_page.evaluate("() => { save.style.background = '#0a0' }")
    for of in ("", "save"):
        with pytest.raises(PictureDiffers, match=r"A colour has changed from #\w+ to #00aa00 \(Save\), at ") as caught:
            ImageBaseline(team.desk()).check(page, of, masks=["load", browser_page.locator("li").first])
    html = Path(str(caught.value).splitlines()[-2].partition(": ")[2]).read_text(encoding="utf-8")
    assert html.count('src="data:image/png;base64,') == 2 and html.count("<i style=") == 2 and "://" not in html
    ImageBaseline(team.desk()).check(page, of="save", levels={"": "layout"})
    ImageBaseline(team.desk()).check(page, of="save", tolerance=1)


def test_a_session_on_the_page_is_covered(page: Page, team: Team) -> None:
    session = "0f9d8c7bWxYz"
    page.window.page.context.add_cookies([{"name": "sid", "value": session, "url": page.window.page.url}])
    page.window.page.evaluate("words => { load.textContent = `Session ${words}, account secret` }", session)
    UiBaseline(team.desk(updates=True)).check(page)
    assert session not in team.text() and "Session •••" in team.text()


def test_a_secret_in_a_shadow_root_is_covered_and_a_mask_may_be_volatile_as_well(page: Page, team: Team) -> None:
    page.window.page.evaluate(
        """value => {
      const inner = load.attachShadow({mode: 'open'});
      inner.innerHTML = '<input type=password aria-label=Code>';
      inner.querySelector('input').value = value;
    }""",
        SECRET,
    )
    UiBaseline(team.desk(updates=True)).check(page, masks=[page.window.page.locator("#clock")])
    assert 'textbox "Code": "•••"' in team.text() and "S3cret" not in team.text()
    assert not page.window.page.locator("[aria-hidden], [data-nvrflow-silent]").count()


def test_a_page_that_is_still_loading_is_waited_for(page: Page, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    ImageBaseline(team.desk(updates=True)).check(page)
    UiBaseline(team.desk(updates=True)).check(page)
    late = "() => { save.textContent = 'Wait'; setTimeout(() => { save.textContent = 'Save' }, 600) }"
    page.window.page.evaluate("() => { save.animate([{opacity: 0}, {opacity: 1}], 700) }")
    ImageBaseline(team.desk()).check(page)
    monkeypatch.setattr(portrait, "_SURE", 2.0)
    for baseline in (UiBaseline(team.desk()), ImageBaseline(team.desk())):
        page.window.page.evaluate(late)
        baseline.check(page)
        assert page.window.page.inner_text("#save") == "Save"


def test_a_clock_is_at_rest_in_words(page: Page, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portrait, "_SURE", 1.5)
    monkeypatch.setattr(portrait, "_LONGEST", 4.0)
    page.window.page.evaluate("() => { setInterval(() => { load.textContent = new Date().toTimeString().slice(0, 8) }, 90) }")
    UiBaseline(team.desk(updates=True)).check(page)
    assert '- text: "# Key"' in team.text()


def test_a_page_that_never_rests_is_said_so_unless_what_moves_is_masked(
    page: Page, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portrait, "_LONGEST", 1.5)
    page.window.page.evaluate("() => { setInterval(() => { load.textContent = Math.random().toFixed(9).slice(2) + 'x' }, 100) }")
    with pytest.raises(TimedOut, match=r"name what changes there in `volatile` of the selector file, or in `masks`"):
        ImageBaseline(team.desk(updates=True)).check(page)
    ImageBaseline(team.desk(updates=True)).check(page, masks=["load"])
    UiBaseline(team.desk(updates=True)).check(page, masks=["load"])


def test_a_wrong_level_tolerance_mask_or_name_is_refused(page: Page, team: Team) -> None:
    desk = team.desk(updates=True)
    rough: Any = {"save": "rough"}
    refused: list[tuple[Callable[[], None], str]] = [
        (lambda: ImageBaseline(desk).check(page, levels=rough), "cannot be compared as 'rough'"),
        (lambda: ImageBaseline(desk).check(page, tolerance=5), "is not a share"),
        (lambda: ImageBaseline(desk).check(page, masks=["nothing"]), "no such element"),
        (lambda: UiBaseline(desk).check(page, of="nothing"), "no such element"),
        (lambda: UiBaseline(desk).check(page, name="../x"), "cannot be called"),
    ]
    for call, said in refused:
        with pytest.raises(WrongCall, match=said):
            call()
    UiBaseline(desk).check(page, masks=["doors"])
    assert "Front door" not in team.text()
