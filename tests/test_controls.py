"""What a page shows, read in one question: controls by their labels, values, places, and the words between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from nvrflow.browser import find_browser
from nvrflow.capture.controls import Control, control_from, controls_of

pytestmark = pytest.mark.browser
Shows = Callable[[str], tuple[Control, ...]]


@pytest.fixture(scope="module")
def page(playwright: object) -> Iterator[Page]:
    found = find_browser()
    browser: Browser = playwright.chromium.launch(executable_path=found.path, args=["--no-sandbox"])  # type: ignore[attr-defined]
    yield browser.new_page(viewport={"width": 1280, "height": 720})
    browser.close()


@pytest.fixture
def shows(page: Page) -> Shows:
    def show(html: str) -> tuple[Control, ...]:
        page.set_content(html)
        return controls_of(page)

    return show


def the(controls: tuple[Control, ...], role: str, name: str) -> Control:
    found = [one for one in controls if (one.role, one.name) == (role, name)]
    assert len(found) == 1, [(one.role, one.name) for one in controls]
    return found[0]


def test_a_field_without_a_label_has_the_words_beside_it_and_its_unit(shows: Shows) -> None:
    seen = shows("<table><tr><td>HTTP port:</td><td><input value=80> (1-65535)</td></tr></table>Every <input type=number> hours")
    port = the(seen, "textbox", "HTTP port")
    assert (port.value, port.named, port.unit) == ("80", "near", "(1-65535)")
    assert the(seen, "spinbutton", "Every").unit == "hours"
    assert not [one for one in seen if one.name == "HTTP port:"], "the words of a label are not told twice"


def test_the_title_of_a_form_is_no_label_of_a_field_that_says_what_it_is(shows: Shows) -> None:
    seen = shows(
        "<style>b {font-size: 22px; display: block} input {display: block}</style><b>Gate recorder</b><input placeholder=Account>"
    )
    assert the(seen, "textbox", "Account").named == "placeholder"
    seen = shows("<style>input {display: block}</style><h3>Camera name</h3><input>")
    assert the(seen, "textbox", "Camera name").named == "near"
    seen = shows("<style>div, input {display: block}</style><div>Camera name</div><input placeholder='up to 32 signs'>")
    assert the(seen, "textbox", "Camera name").named == "near"


def test_switches_say_whether_they_are_on_also_where_the_page_draws_them(shows: Shows) -> None:
    drawn = "<div class='switch {}' style='cursor:pointer;width:30px;height:12px' aria-label={}></div>"
    seen = shows(
        f"<label><input type=checkbox checked>NTP</label>{drawn.format('on', 'A')}{drawn.format('', 'B')}<button>C</button>"
    )
    assert the(seen, "checkbox", "NTP").checked is True
    assert [the(seen, "clickable", name).checked for name in "AB"] == [True, False]
    assert the(seen, "button", "C").checked is None


def test_what_opens_a_menu_is_no_switch(shows: Shows) -> None:
    seen = shows("<button class=dropdown-toggle>Help</button><button class=switch aria-haspopup=menu>User</button>")
    assert [one.checked for one in seen] == [None, None]


def test_a_password_has_no_value(shows: Shows) -> None:
    field = the(shows("<label>Password <input type=password value=hunter2></label>"), "textbox", "Password")
    assert (field.value, field.secret) == (None, True)


def test_a_control_in_a_table_is_named_by_its_column_and_its_row(shows: Shows) -> None:
    seen = shows("<table><tr><th>Channel<th>On<tr><td>Door<td><input type=checkbox></table>")
    assert the(seen, "checkbox", "On").group == ("Door",)
    assert [one.role for one in seen if one.is_words] == ["columnheader", "columnheader", "cell"]


def test_frames_and_open_shadow_roots_are_read_and_what_is_hidden_is_not(shows: Shows) -> None:
    shadow = "<div id=h></div><script>h.attachShadow({mode: 'open'}).innerHTML = '<button>Shadow</button>'</script>"
    seen = shows(f"<div hidden><button>Hidden</button></div>{shadow}<iframe name=f srcdoc='<button>In</button>'></iframe>")
    assert the(seen, "button", "In").frame == ('iframe[name="f"]',)
    assert the(seen, "button", "In").box[0] > 5, "places are those of the window, not of the frame"
    assert the(seen, "button", "Shadow") and not [one for one in seen if one.name == "Hidden"]


def test_the_key_by_which_a_page_names_its_words_is_kept(shows: Shows) -> None:
    seen = shows(
        "<button disabled><b t=com.OK>OK</b></button><label for=p t=net.Port>Port</label><input id=p><p>Read <i>this</i></p>"
    )
    assert (the(seen, "button", "OK").key, the(seen, "button", "OK").disabled) == ("t=com.OK", True)
    assert the(seen, "textbox", "Port").key == "t=net.Port"
    assert the(seen, "text", "Read this"), "a sentence stays in one piece"


def test_what_lies_under_a_window_is_covered(shows: Shows) -> None:
    window = "<dialog open aria-label=Sure>Really? <button>Yes</button></dialog>"
    seen = shows(f"<button>Save</button><div style='position:fixed;inset:0;background:#0008'>{window}</div>")
    assert the(seen, "button", "Save").covered and not the(seen, "button", "Yes").covered
    assert the(seen, "button", "Yes").group == ("Sure",)


def test_controls_go_into_a_file_and_come_back(shows: Shows) -> None:
    seen = shows("<select aria-label=Zone><option>UTC<option selected>Madrid</select><input type=checkbox aria-label=NTP>")
    assert the(seen, "combobox", "Zone").options == ("UTC", "Madrid")
    assert tuple(control_from(one.as_dict()) for one in seen) == seen


def test_what_lies_in_a_table_of_data_knows_its_row_and_what_lies_in_a_form_has_none(shows: Shows) -> None:
    rows = "".join(f"<tr><td>D{one}<td><a href=#>Door {one}</a><td><button>Edit</button></tr>" for one in (1, 2))
    seen = shows(
        f"<table><tr><td>Port</td><td><input></td></tr></table><table><tr><th>No.<th>Name<th></tr>{rows}</table>"
        "<div role=grid><div role=row><div role=gridcell>Gate</div><div role=gridcell><button>Open</button></div></div></div>"
        "<div role=log><p>12:00 Signed in</p><p>12:01 Signed out</p></div>"
    )
    assert (the(seen, "textbox", "Port").row, the(seen, "columnheader", "Name").row) == ((), ())
    assert the(seen, "link", "Door 2").row == ("1", "2", "Name")
    assert [one.row for one in seen if one.name == "Edit"] == [("1", "1", ""), ("1", "2", "")]
    assert the(seen, "button", "Open").row == ("2", "0", "")
    assert len({one.row for one in seen if "Signed" in one.name and one.row[0] == "3"}) == 2


def test_what_a_field_asks_of_what_is_typed_is_read(shows: Shows) -> None:
    seen = shows(
        "<input aria-label=A readonly maxlength=5><input aria-label=B required type=number min=1 max=9 step=2>"
        "<input aria-label=C pattern='[0-9]+'><input aria-label=D aria-required=true aria-readonly=true><button>E</button>"
        "<div role=slider tabindex=0 aria-label=F aria-valuemin=0 aria-valuemax=100>x</div>"
    )
    demands = {one.name: one.demands for one in seen}
    assert demands == {
        "A": {"readonly": "yes", "maxlength": "5"},
        "B": {"required": "yes", "min": "1", "max": "9", "step": "2"},
        "C": {"pattern": "[0-9]+"},
        "D": {"readonly": "yes", "required": "yes"},
        "E": None,
        "F": {"min": "0", "max": "100"},
    }
    for one in seen:
        assert control_from(one.as_dict()).demands == one.demands
