"""Parts of a selector file: rows, fixed values, answers by status, frames of scopes, and what is said where they cannot work."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from nvrflow.errors import InvalidFile, NvrflowError, error_of
from nvrflow.firmware import Firmware, load_firmware
from nvrflow.firmware.model import Kind
from nvrflow.report.advice import advice

WHOLE = """\
vendor: Acme
firmware: "*"
texts:
  name: {en: Name, es: Nombre}
scopes:
  dialog: [{css: .dialog}]
  button_bar: [{css: .bar, within: $dialog}]
  above: [{css: .toast, frame: []}]
answers:
  sign_in: {url: /login, status: {accepted: [200, 204], refused: 401}}
  saved: {url: /save, accepted: {session: "*"}}
handlers:
  change_password:
    shown_by: [{css: .expired}]
    answer: save
    leave: later
    elements:
      save: {find: [{text: Save}], effect: write, use_first: again}
      again: {find: [{label: Again}], value: "{password}", secret: true}
      later: [{text: Later}]
obstacles:
  terms: {shown_by: [{css: .terms}], means: end-user-agreement}
pages:
  channels:
    path: /
    frame: [iframe.outer, iframe.inner]
    ready: {quiet: true}
    shown_by: [{css: .channels}]
    elements:
      days: {find: [{label: Days}], value: "365"}
      country: {find: [{label: Country}], options: [{css: .option}]}
      save: {find: [{text: Save, within: $button_bar}], use_first: [days], effect: write}
    rows:
      channels:
        find: [{css: tr.channel}]
        titles: [{css: .head td}]
        cells: {name: $name, state: {column: State, find: [{css: .led}]}, address: [{css: .ip}]}
        elements:
          edit: {find: [{role: button, name: Edit}], announced_by: [{css: .ok}]}
          record: {find: [{role: checkbox}], column: Record}
"""


def loaded(folder: Path, text: str = WHOLE) -> Firmware:
    (folder / "acme.yaml").write_text(text, encoding="utf-8")
    return load_firmware("acme", folder)


def test_rows_of_a_page_have_cells_elements_and_a_name(tmp_path: Path) -> None:
    rows = loaded(tmp_path).file.pages["channels"].rows["channels"]
    assert rows.key == "name"
    assert {name: cell.column for name, cell in rows.cells.items()} == {"name": "$name", "state": "State", "address": None}
    assert rows.elements["record"].column == "Record"


def test_the_frame_of_a_page_reaches_all_but_what_is_looked_for_within_a_row(tmp_path: Path) -> None:
    page = loaded(tmp_path).file.pages["channels"]
    rows, frame = page.rows["channels"], ["iframe.outer", "iframe.inner"]
    titles, (announced, *_) = rows.titles or [], rows.elements["edit"].announced_by or []
    assert rows.find[0].frame == titles[0].frame == announced.frame == frame
    assert (page.elements["country"].options or [])[0].frame == frame
    assert page.ready[0].quiet
    in_rows = [*(rows.cells["address"].find or []), *(rows.cells["state"].find or []), *rows.elements["edit"].find]
    assert [locator.frame for locator in in_rows] == [None, None, None]


def test_a_scope_is_looked_for_in_the_frame_of_what_names_it(tmp_path: Path) -> None:
    firmware = loaded(tmp_path)
    locator = firmware.file.pages["channels"].elements["save"].find[0]
    (bar,) = firmware.scope(locator)
    (dialog,) = firmware.scope(bar)
    assert (bar.css, dialog.css) == (".bar", ".dialog")
    assert bar.frame == dialog.frame == ["iframe.outer", "iframe.inner"]
    assert not firmware.scope(dialog)


def test_a_scope_without_frames_stays_on_the_page_itself(tmp_path: Path) -> None:
    firmware = loaded(tmp_path, WHOLE.replace("within: $button_bar", "within: $above"))
    (scope,) = firmware.scope(firmware.file.pages["channels"].elements["save"].find[0])
    assert scope.frame == []


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        ('value: "365"', "value: 365", "pages.channels.elements.days.value", "must be text, not 365; put it in quotes"),
        ('value: "365"', 'value: "{days}"', "pages.channels.elements.days.value", "{days} is not known"),
        ('value: "365"', "value: $days", "pages.channels.elements.days.value", "there is no text '$days'"),
        (
            ', value: "{password}", secret: true',
            ', value: "{password}"',
            "handlers.change_password.elements.again.value",
            "secret",
        ),
        ("use_first: [days]", "use_first: [day]", "pages.channels.elements.save.use_first", "did you mean 'days'"),
        ('value: "365"', "use_first: save", "pages.channels.elements.days.use_first", "used before itself"),
        ("leave: later", "leave: save", "handlers.change_password.leave", "leaving changes nothing"),
        ("leave: later", "leave: latr", "handlers.change_password.leave", "did you mean 'later'"),
        ("ready: {quiet: true}", "ready: {quiet: false}", "pages.channels.ready[0]", "a condition needs"),
        ("shown_by: [{css: .channels}]", "shown_by: [{ccs: .channels}]", "pages.channels.shown_by[0].ccs", "did you mean 'css'"),
        ("country: {find: [{label", "country: {fnd: [{label", "pages.channels.elements.country.fnd", "did you mean 'find'"),
        ("ready: {quiet: true}", "ready: {quite: true}", "pages.channels.ready.quite", "did you mean 'quiet'"),
        ("status: {accepted: [200, 204], refused: 401}", "code: error", "answers.sign_in", "nothing says when it was accepted"),
        ("refused: 401", "refused: [204]", "answers.sign_in.status", "204 has two meanings"),
        ("refused: 401", "refused: 4010", "answers.sign_in.status.refused", "less than or equal to 599"),
        ("name: $name", "name: $nam", "pages.channels.rows.channels.cells.name", "did you mean 'name'"),
        ("{css: .ip}", "{css: .ip, within: $dialog}", "pages.channels.rows.channels.cells.address", "within its row"),
        ("role: checkbox}", "role: checkbox, frame: x}", "pages.channels.rows.channels.elements.record", "within its row"),
        ("edit: {find", "state: {find", "pages.channels.rows.channels", "'state' is a cell and an element"),
        ("titles: [{css: .head td}]", "named_by: nam", "pages.channels.rows.channels", "has to be one of the cells"),
        ("{css: tr.channel}", "{css: 'tr:nth-child(2)'}", "pages.channels.rows.channels.find[0]", "counts positions"),
        ("options: [{css: .option}]", "column: Days", "pages.channels.elements.country.column", "only an element of `rows`"),
        ("  dialog: [{css: .dialog}]", "  dialog: [{css: .dialog, within: $button_bar}]", "scopes.dialog", "lies within itself"),
        ("means: end-user-agreement", "means: terms", "obstacles.terms.means", "'end-user-agreement'"),
    ],
)
def test_what_cannot_work_is_named_with_its_place(tmp_path: Path, old: str, new: str, key: str, what: str) -> None:
    assert old in WHOLE
    with pytest.raises(InvalidFile) as caught:
        loaded(tmp_path, WHOLE.replace(old, new, 1))
    assert (caught.value.key, what in caught.value.what) == (key, True), caught.value


@pytest.mark.parametrize(
    ("signs", "about", "key", "what"),
    [
        ("title: Acme", "version: {answer: signin, path: v}", "about.version.answer", "did you mean 'sign_in'"),
        ("title: Acme", "version: {fetch: /v}", "about.version", "`path` says where it stands"),
        ("title: Acme", "version: {fetch: /v, answer: sign_in, path: v}", "about.version", "exactly one way"),
        ("version: '>=4'", "version: {answer: sign_in, path: v}", "identify[0].version", "looked at before the sign-in"),
        ("has: 'h1:text-is(\"Acme\")'", "version: x", "identify[0].has", "':text-is' is Playwright's own"),
        ("called: Acme", "version: x", "identify[0].called", "'called' does not belong here; it is a key of: "),
    ],
)
def test_a_version_that_nothing_gives_is_refused(tmp_path: Path, signs: str, about: str, key: str, what: str) -> None:
    text = WHOLE + f"identify: [{{{signs}}}]\nabout: {{{about}}}\n"
    with pytest.raises(InvalidFile) as caught:
        loaded(tmp_path, text)
    assert (caught.value.key, what in caught.value.what) == (key, True), caught.value


@pytest.mark.parametrize("dictionary", ["/words.xml", "{fetch: /words, method: POST, body: '<all/>'}"])
def test_a_dictionary_that_is_the_same_in_every_language_is_refused(tmp_path: Path, dictionary: str) -> None:
    with pytest.raises(InvalidFile, match="does not say where the language stands"):
        loaded(tmp_path, WHOLE + f"language: {{script: window.lang, dictionary: {dictionary}}}\n")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_kind_of_obstacle_is_an_error_of_its_own_with_advice(kind: str) -> None:
    error = error_of(kind)
    assert error is not NvrflowError and error.kind == kind
    assert error.advice and advice(kind)
