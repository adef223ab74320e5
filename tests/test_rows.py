"""Rows of a table are read by the titles of their columns, and used one at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from plain_recorder import PlainRecorder

from nvrflow.errors import SelectorDrift, WrongCall

TABLE = """<h1>Channels</h1><table><thead><tr><th>No.<th>Name<th>Status<th>Record<th></thead><tbody>
  <tr><td>1<td>Front door<td>Online<td><input type=checkbox checked><td><button onclick="said('front')">Edit</button>
  <tr><td>2<td>Car park<td>Offline<td><input type=checkbox><td><button onclick="said('park')">Edit</button>
  <tr><td>3<td>Car park (rear)<td>Online<td><input type=checkbox><td><button onclick="said('rear')">Edit</button>
  </table><p id=said></p><script>const said = text => { document.querySelector('#said').textContent = text }</script>"""
SELECTORS = """
pages:
  channels:
    path: /
    shown_by: [{role: heading, name: Channels}]
    elements:
      said: [{css: "#said"}]
    rows:
      channels:
        find: [{css: tbody tr}]
        named_by: name
        cells:
          number: No.
          name: Name
          status: Status
        elements:
          edit: [{role: button, name: Edit}]
          record: {find: [{role: checkbox}], column: Record}
"""


def recorder(tmp_path: Path, page: str = TABLE, selectors: str = SELECTORS) -> PlainRecorder:
    return PlainRecorder(tmp_path, {"/": page}, selectors)


def test_rows_are_read_by_the_titles_of_their_columns(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        rows = opened.go_to("channels").rows("channels")
    assert rows == [
        {"No.": "1", "Name": "Front door", "Status": "Online"},
        {"No.": "2", "Name": "Car park", "Status": "Offline"},
        {"No.": "3", "Name": "Car park (rear)", "Status": "Online"},
    ]


def test_columns_that_change_places_are_read_by_their_titles_all_the_same(tmp_path: Path) -> None:
    moved = TABLE.replace("<th>Name<th>Status", "<th>Status<th>Name").replace(
        "<td>Front door<td>Online", "<td>Online<td>Front door"
    )
    with recorder(tmp_path, moved).opened() as opened:
        assert opened.go_to("channels").rows("channels")[0] == {"No.": "1", "Status": "Online", "Name": "Front door"}


def test_a_row_is_used_by_its_whole_name(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("channels")
        page.row("channels", "Car park").click("edit")
        assert page.read("said") == "park"
        page.row("channels", "Front door").uncheck("record")
        assert not page.row("channels", "Front door").is_checked("record")
        assert page.row("channels", "car PARK").text("Status") == "Offline"
    steps = [(step.id, step.title, step.target.row if step.target else "") for step in opened.report.steps[1:]]
    assert steps == [
        ("click-channels-channels-edit", "Click Edit (Car park)", "Car park"),
        ("uncheck-channels-channels-record", "Switch off Record (Front door)", "Front door"),
    ]


def test_a_row_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened, pytest.raises(SelectorDrift, match="'Front door', 'Car park', 'Car park"):
        opened.go_to("channels").row("channels", "Back door")


def test_a_column_that_is_gone_is_drift(tmp_path: Path) -> None:
    with (
        recorder(tmp_path, TABLE.replace("<th>Status", "<th>State")).opened() as opened,
        pytest.raises(SelectorDrift, match=r"no column is titled 'Status'; the titles are No\., Name, State, Record"),
    ):
        opened.go_to("channels").rows("channels")


def test_rows_that_the_file_does_not_have_are_a_wrong_call(tmp_path: Path) -> None:
    with recorder(tmp_path).opened() as opened:
        page = opened.go_to("channels")
        with pytest.raises(WrongCall, match="no rows 'users'; it has channels"):
            page.rows("users")
        with pytest.raises(WrongCall, match="they have edit, record"):
            page.row("channels", "Front door").click("delete")
        with pytest.raises(WrongCall, match="no cell 'Price'"):
            page.row("channels", "Front door").text("Price")


def test_a_table_without_rows_is_empty_and_not_an_error(tmp_path: Path) -> None:
    empty = TABLE.partition("<tbody>")[0] + "<tbody></table>"
    with recorder(tmp_path, empty).opened() as opened:
        assert opened.go_to("channels").rows("channels") == []


BACKUPS = """<h1>Channels</h1><table><thead><tr><th>Name<th>Keep<th></thead><tbody>
  <tr><td>Monday<td><select><option value=1>a day<option value=7>a week</select>
    <td><a href="data:application/octet-stream,one" download="one.bin">Download</a>
    <input aria-label=Filter onkeydown="if (event.key === 'Enter') said.textContent = 'one ' + this.value"> <input type=file>
  <tr><td>Tuesday<td><select><option value=1>a day<option value=7 selected>a week</select>
    <td><a href="data:application/octet-stream,two" download="two.bin" onmouseover="said.textContent = 'over two'">Download</a>
    <input aria-label=Filter onkeydown="if (event.key === 'Enter') said.textContent = 'two ' + this.value">
    <input type=file onchange="said.textContent = this.files[0].name"> <button>Restore</button>
  </table><p id=said></p>"""
BACKUP_SELECTORS = """
pages:
  channels:
    path: /
    shown_by: [{role: heading, name: Channels}]
    elements:
      said: [{css: "#said"}]
    rows:
      backups:
        find: [{css: tbody tr}]
        cells: {name: Name}
        elements:
          keep: [{role: combobox}]
          download: [{role: link, name: Download}]
          filter: [{label: Filter}]
          file: [{css: "input[type=file]"}]
          restore: [{role: button, name: Restore}]
"""


def test_a_row_has_the_verbs_of_a_page(tmp_path: Path) -> None:
    with recorder(tmp_path, BACKUPS, BACKUP_SELECTORS).opened() as opened:
        page = opened.go_to("channels")
        row = page.row("backups", "Tuesday")
        assert row.read("keep") == "a week"
        row.choose("keep", "a day")
        assert row.read("keep") == "a day"
        assert row.download_file("download").read_text() == "two"
        row.hover("download")
        assert page.read("said") == "over two"
        row.fill("filter", "night")
        row.press("filter", "Enter")
        assert page.read("said") == "two night"
        row.upload("file", Path(__file__))
        assert page.read("said") == Path(__file__).name
        assert row.offers("restore") and not page.row("backups", "Monday").offers("restore")
        with pytest.raises(WrongCall, match="no such file"):
            row.upload("file", tmp_path / "missing")


SWITCHES = """<style>.off::after { content: 'OFFLINE' } .icon { font-family: 'Material Icons' }</style><h1>Channels</h1>
<table><thead><tr><th><div>Name</div><th><select><option>Select...<option>H.264</select><div>Codec</div>
  <th><div><label><input type=radio>Deny</label></div><div><label><input type=radio>Allow</label></div><div>Record</div>
  <th>Lamp<th>State<th></thead><tbody>
  <tr><td>Front door<td>H.264<td><input type=checkbox checked><td><i title=Recording></i><td><i class=off></i>
    <td><button aria-label=Close><i class=icon>clear</i></button>
  <tr><td>Car park<td>H.265<td><input type=checkbox><td><img alt=Idle><td>online<td><button>Close</button>
  </table>"""
SWITCH_SELECTORS = """
pages:
  channels:
    path: /
    shown_by: [{role: heading, name: Channels}]
    rows:
      channels:
        find: [{css: tbody tr}]
        cells: {name: Name, codec: Codec, lamp: Lamp, state: {column: State, find: [{css: i}]}}
        elements:
          record: {find: [{role: checkbox}], column: Record}
          close: [{role: button, name: Close}]
"""


def test_a_title_is_found_beside_what_else_stands_above_its_column(tmp_path: Path) -> None:
    with recorder(tmp_path, SWITCHES, SWITCH_SELECTORS).opened() as opened:
        page = opened.go_to("channels")
        assert [row["Codec"] for row in page.rows("channels")] == ["H.264", "H.265"]
        assert page.row("channels", "Front door").is_checked("record")
        assert not page.row("channels", "Car park").is_checked("record")


def test_a_lamp_says_its_name_and_a_state_what_the_style_sheet_writes(tmp_path: Path) -> None:
    with recorder(tmp_path, SWITCHES, SWITCH_SELECTORS).opened() as opened:
        rows = opened.go_to("channels").rows("channels")
    assert [row["Lamp"] for row in rows] == ["Recording", "Idle"]
    assert rows[0]["State"] == "OFFLINE"


def test_a_step_names_its_row_and_what_a_person_calls_an_icon(tmp_path: Path) -> None:
    with recorder(tmp_path, SWITCHES, SWITCH_SELECTORS).opened(screenshots=True) as opened:
        opened.go_to("channels").row("channels", "Front door").click("close")
    step = opened.report.steps[-1]
    assert step.title == "Click Close (Front door)"
    assert step.target is not None and step.target.words == "Close"
