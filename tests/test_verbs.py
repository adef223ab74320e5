"""What a person does to a control: each verb does it on a real page, once, and leaves a step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import SelectorDrift, TimedOut, WrongCall

PAGE = """<h1>Acme home</h1>
<div id=menu onmouseover="document.querySelector('#sub').hidden = false">Tools</div>
<button id=sub hidden onclick="say('sub')">Reboot</button>
<input aria-label=Search onkeydown="if (event.key === 'Enter') say('searched ' + this.value)">
<div role=combobox aria-label=Zone onclick="document.querySelector('#list').hidden = false">UTC</div>
<ul id=list hidden><li onclick="pick(this)">UTC</li><li onclick="pick(this)">UTC+1</li><li onclick="pick(this)">UTC+10</li></ul>
<input type=file aria-label=Firmware onchange="say(this.files[0].name)">
<button onclick="const f = document.createElement('input'); f.type = 'file';
  f.onchange = () => say('chosen ' + f.files[0].name); f.click()">
  Import</button>
<a href="data:application/octet-stream,setting" download="backup.bin">Backup</a>
<a href="data:application/octet-stream,other" download="{long}.bin">Long</a><p id=said></p>
<script>const say = text => {{ document.querySelector('#said').textContent = text }};
const pick = one => {{ say('zone ' + one.textContent); one.parentElement.hidden = true }}</script>"""
SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      tools: [{text: Tools}]
      reboot: [{role: button, name: Reboot}]
      search: [{label: Search}]
      zone: {find: [{role: combobox, name: Zone}], options: [{css: "#list li"}]}
      firmware: [{label: Firmware}]
      import: [{role: button, name: Import}]
      backup: [{role: link, name: Backup}]
      long: [{role: link, name: Long}]
      said: [{css: "#said"}]
"""


def recorder(tmp_path: Path) -> PlainRecorder:
    return PlainRecorder(tmp_path, {"/": PAGE.format(long="b" * 300)}, SELECTORS)


def test_a_menu_that_opens_under_the_mouse_is_used(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("home")
        page.hover("tools")
        page.click("reboot")
        assert page.read("said") == "sub"
    assert [step.title for step in opened.report.steps[1:]] == ["Point at Tools", "Click Reboot"]


def test_a_key_is_pressed_in_a_field(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("home")
        page.fill("search", "garage")
        page.press("search", "Enter")
        assert page.text("said") == "searched garage"


def test_an_option_of_a_list_that_the_page_draws_itself_is_chosen_by_its_whole_words(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("home")
        page.choose("zone", "UTC+1")
        assert page.text("said") == "zone UTC+1"
        with pytest.raises(SelectorDrift, match=r"no option 'UTC\+2'; the list shows 'UTC', 'UTC\+1', 'UTC\+10'"):
            page.choose("zone", "UTC+2")


def test_a_file_is_given_to_a_field_and_to_a_chooser(tmp_path: Path) -> None:
    file = tmp_path / "new.img"
    file.write_bytes(b"firmware")
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("home")
        page.upload("firmware", file)
        assert page.text("said") == "new.img"
        page.upload("import", file)
        assert page.text("said") == "chosen new.img"
        with pytest.raises(WrongCall, match="there is no such file"):
            page.upload("import", tmp_path / "none.img")


def test_any_file_is_downloaded_and_kept_under_a_name_that_fits(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("home")
        kept = page.download_file("backup")
        assert (kept.name, kept.read_bytes()) == ("home-backup.bin", b"setting")
        long = page.download_file("long")
        assert long.read_bytes() == b"other" and len(long.name) <= 120 and long.suffix == ".bin"


def test_what_the_file_does_not_have_is_a_wrong_call_and_no_drift(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        with pytest.raises(WrongCall, match="no such element; the page home has tools, reboot"):
            opened.go_to("home").click("nothing")
        with pytest.raises(WrongCall, match="no page 'network'; it has home"):
            opened.go_to("network")


COVERED = """<h1>Acme home</h1><button>Save</button><button disabled>Next</button>
<span class="mask big" style="position: fixed; inset: 0; opacity: .1"></span>"""


@pytest.mark.parametrize(
    ("name", "why"),
    [("save", r"it is covered by span\.mask\.big"), pytest.param("next", "it is not enabled", marks=pytest.mark.slow)],
)
def test_why_a_click_could_not_be_made_is_told(tmp_path: Path, name: str, why: str) -> None:
    selectors = SELECTORS.partition("      tools:")[0] + (
        "      save: [{role: button, name: Save}]\n      next: [{role: button, name: Next}]\n"
    )
    with (
        PlainRecorder(tmp_path, {"/": COVERED}, selectors).opened() as opened,
        pytest.raises(TimedOut, match=rf"home\.{name}: .* could not be clicked .*; {why}"),
    ):
        opened.go_to("home").click(name)


FIELDS = """<h1>Acme home</h1><label>Language <select><option value="">Browser default<option value=de>Deutsch</select></label>
<label>Certificate <input id=certificate></label><button
onclick="this.remove(); setTimeout(() => document.body.append(this), 300)">Jump</button><p id=said></p>
<a href=#1>admin</a> <a href=#2>Admin</a>"""
FIELD_SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Acme home}]
    elements:
      language: [{role: combobox}]
      https: {find: [{css: "#certificate"}], choices: {on: /etc/device.pem, off: ""}}
      jump: [{role: button, name: Jump}]
      admin: [{role: link, name: Admin}]
      user: [{text: admin}]
      anybody: [{role: link, name: ADMIN}]
"""


def test_what_is_read_from_a_list_can_be_selected_again(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": FIELDS}, FIELD_SELECTORS).opened() as opened:
        page = opened.go_to("home")
        before = page.read("language")
        assert before == "Browser default"
        page.select("language", "Deutsch")
        page.select("language", before)
        assert page.read("language") == before


def test_a_field_is_a_switch_that_any_other_text_than_that_for_off_switches_on(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": FIELDS}, FIELD_SELECTORS).opened() as opened:
        page = opened.go_to("home")
        assert not page.is_checked("https")
        page.check("https")
        assert page.read("https") == "/etc/device.pem"
        page.fill("https", "/home/own.pem")
        page.check("https")
        assert page.read("https") == "/home/own.pem"
        page.uncheck("https")
        assert page.read("https") == ""
    assert [(step.verb, step.title) for step in opened.report.steps[-1:]] == [("fill", "Empty https")]


def test_an_element_that_is_gone_when_it_is_to_be_pictured_is_found_again(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": FIELDS}, FIELD_SELECTORS).opened(screenshots=True) as opened:
        page, steps = opened.go_to("home"), opened.steps
        photograph = steps.photograph

        def late(*given: Any, **named: Any) -> Any:
            steps.photograph = photograph  # type: ignore[method-assign]
            opened.page.get_by_role("button").evaluate("one => one.click()")
            return photograph(*given, **named)

        steps.photograph = late  # type: ignore[method-assign]
        page.click("jump")
    assert opened.report.steps[-1].outcome == "done"


def test_of_two_names_that_differ_only_in_case_the_one_in_the_file_is_meant(tmp_path: Path) -> None:
    with PlainRecorder(tmp_path, {"/": FIELDS}, FIELD_SELECTORS).opened() as opened:
        page = opened.go_to("home")
        page.click("admin")
        assert opened.page.url.endswith("#2")
        page.click("user")
        assert opened.page.url.endswith("#1")
        with pytest.raises(SelectorDrift, match="2 found"):
            page.click("anybody")


def test_a_flow_that_did_not_sign_in_is_told_so_where_a_page_is_not_shown(tmp_path: Path) -> None:
    live = "  live:\n    shown_by: [{role: heading, name: Live}]\n"
    door = "  sign_in:\n    path: /\n    shown_by: [{role: heading, name: Acme home}]\n"
    with (
        PlainRecorder(tmp_path, {"/": FIELDS}, f"pages:\n{door}{live}").opened() as opened,
        pytest.raises(SelectorDrift, match="Nobody is signed in; a flow calls sign_in first"),
    ):
        opened.go_to("live")
