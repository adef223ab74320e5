"""What differs between two pages, said of controls: which is which, what came, went, moved, and what that means for flows."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from written_capture import Written, button, words

from nvrflow.capture.archive import CapturedElement
from nvrflow.capture.controls import Control
from nvrflow.compare.comparison import Comparison, compare
from nvrflow.compare.difference import Difference
from nvrflow.compare.pace import paces, slower_pages
from nvrflow.compare.pairs import paired, steady
from nvrflow.compare.sentence import sentence
from nvrflow.compare.summary_lines import counted
from nvrflow.compare.usage import Usage
from nvrflow.errors import WrongCall
from nvrflow.firmware import digest_of, load_firmware

USED = {
    "secure": frozenset({("device_certificate", "download"), ("https", "ok"), ("https", "")}),
    "download_certificates": frozenset({("device_certificate", "download"), ("device_certificate", "")}),
}
BAR = [button("Status", 10, 80), button("Service", 120, 80), button("Defense", 230, 80), button("Warning", 340, 80)]
FORM = [words("Basic", 10, 120), button("OK", 10, 300), button("Refresh", 120, 300), button("Default", 230, 300)]


@pytest.fixture(autouse=True)
def usage(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the shipped flows use, without the process in which they are rehearsed; tests/test_compare.py asks that."""
    monkeypatch.setattr(
        "nvrflow.compare.comparison.usage_of", lambda name, file, flows, selectors: Usage(load_firmware(name).file, USED)
    )


@pytest.fixture
def compared(tmp_path: Path) -> Any:
    """Two written captures compared."""

    def two(a: Written, b: Written) -> Comparison:
        top = Path(tempfile.mkdtemp(dir=tmp_path))
        return compare(a.at(top / "a"), b.at(top / "b"))

    return two


def told(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    return [(one.kind, one.change, one.aspect, one.name) for one in comparison.differences]


def only(comparison: Comparison) -> Difference:
    assert len(comparison.differences) == 1, [sentence(one) for one in comparison.differences]
    return comparison.differences[0]


def test_two_captures_of_one_firmware_have_no_difference(compared: Any) -> None:
    assert told(compared(Written({"https": FORM}), Written({"https": FORM}))) == []


def test_what_changes_at_each_look_is_no_difference(compared: Any) -> None:
    def at(time: str, address: str, number: str) -> Written:
        clock = Control("text", f"{time} 2026-11-28", "text", box=(900, 10, 90, 15))
        field = Control("textbox", "Device Certificate", "label", value=f"{address} ({number}…)", box=(200, 200, 300, 22))
        return Written({"https": [*FORM, clock, field]})

    assert told(compared(at("04:37:03", "192.0.2.1", "3E7571627F1E"), at("05:12:59", "192.0.2.7", "9CFDD5CDB227"))) == []
    assert steady("Port 37777, 45 % used") == steady("Port 40001, 46 % used") != steady("Port 80, 4 users")


def test_a_renamed_tab_on_many_pages_is_one_difference(compared: Any) -> None:
    renamed = [*BAR[:2], button("Attack Protection", 230, 80, key="t=defense"), BAR[3]]
    pages = ("security", "system_service", "https", "trusted_ca")
    found = compared(Written(dict.fromkeys(pages, BAR)), Written(dict.fromkeys(pages, renamed)))
    one = only(found)
    assert (one.kind, one.change, one.before, one.after) == ("label", "renamed", {"en": "Defense"}, {"en": "Attack Protection"})
    assert one.pages == pages and one.consequence == "none"


def test_the_tab_that_is_open_is_no_setting_and_a_switch_is_one(compared: Any) -> None:
    def page(on: bool) -> list[Control]:
        return [*FORM, Control("tab", "HTTPS", "text", checked=on, box=(340, 300, 80, 26))]

    assert told(compared(Written({"https": page(False)}), Written({"https": page(True)}))) == []
    switched = [[*FORM, Control("switch", "HTTPS", "label", checked=on, box=(340, 300, 80, 26))] for on in (False, True)]
    assert only(compared(Written({"https": switched[0]}), Written({"https": switched[1]}))).aspect == "default"


def test_a_renamed_control_without_a_key_is_known_by_its_place_among_its_neighbours() -> None:
    a = [button(name, 10 + 110 * at, 80, key="") for at, name in enumerate(("Add", "Import", "Delete"))]
    b = [button(name, 10 + 110 * at, 80, key="") for at, name in enumerate(("Add", "Install", "Delete"))]
    pairs = paired(a, b)
    assert [(pair.a.name, pair.b.name) for pair in pairs.both if pair.a.name != pair.b.name] == [("Import", "Install")]
    assert not pairs.gone and not pairs.new


def test_a_control_that_was_replaced_by_another_one_is_not_said_to_be_renamed(compared: Any) -> None:
    a, b = [*BAR, button("Format disk", 10, 400)], [*BAR, button("Cloud", 600, 500)]
    assert told(compared(Written({"security": a}), Written({"security": b}))) == [
        ("control", "added", "", "Cloud"),
        ("control", "removed", "", "Format disk"),
    ]


def test_a_control_on_another_page_has_moved(compared: Any) -> None:
    create = button("Create", 10, 170)
    a = Written({"device_certificate": [*FORM, create], "trusted_ca": FORM})
    b = Written({"device_certificate": FORM, "trusted_ca": [*FORM, create]})
    one = only(compared(a, b))
    assert (one.change, one.aspect, one.before, one.after) == ("moved", "other-page", "device_certificate", "trusted_ca")


def test_an_entry_that_stands_elsewhere_in_a_row_is_one_difference_however_many_it_passes(compared: Any) -> None:
    names = ["Camera", "Network", "Storage", "Event", "Account"]
    a = [button(name, 10, 100 + 42 * at) for at, name in enumerate(names)]
    b = [button(name, 10, 100 + 42 * at) for at, name in enumerate(["Camera", "Storage", "Event", "Account", "Network"])]
    one = only(compared(Written({"menu": a}), Written({"menu": b})))
    assert (one.change, one.name, one.before, one.after) == ("moved", "Network", 'after "Camera"', 'after "Account"')


def test_a_window_with_many_controls_is_one_difference(compared: Any) -> None:
    title = ("Cloud",)
    window = [
        words("Cloud", 900, 500, group=title),
        words("Add it to your account", 900, 530, group=title),
        button("Later", 900, 560, group=title),
        button("Now", 1010, 560, group=title),
    ]
    one = only(compared(Written({"home": BAR}), Written({"home": [*BAR, *window]})))
    assert (one.change, one.aspect, one.name) == ("added", "popup", "Cloud")


def test_a_modal_window_without_a_title_that_can_be_read_is_one_difference_too(compared: Any) -> None:
    behind = [Control(**{**vars(one), "covered": True}) for one in [*BAR, *FORM]]
    window = [words("Please register", 400, 200), button("Register", 800, 320), button("Skip", 300, 320)]
    one = only(compared(Written({"home": [*BAR, *FORM]}), Written({"home": [*behind, *window]})))
    assert (one.change, one.aspect, one.name) == ("added", "popup", "Please register")


def test_names_of_cameras_are_no_words_of_the_firmware(compared: Any) -> None:
    dictionary = {"en": {"ok": "OK", "refresh": "Refresh", "default": "Default", "basic": "Basic"}}

    def at(camera: str) -> Written:
        return Written({"home": [*FORM, Control("text", camera, "text", box=(10, 500, 90, 15))]}, words=dictionary)

    assert told(compared(at("Front door"), at("Warehouse"))) == []


def test_words_of_the_dictionary_that_no_page_shows_are_told_by_language(compared: Any) -> None:
    a = Written(
        {"home": BAR}, languages=("en", "de"), words={"en": {"x": "Save", "y": "Port"}, "de": {"x": "Speichern", "y": "Port"}}
    )
    b = a.without(words={"en": {"x": "Save", "y": "Port "}, "de": {"x": "Save", "y": "Port"}})
    assert [(one.aspect, one.identity, one.before, one.after) for one in compared(a, b).differences] == [
        ("spaces", "y", {"en": "Port"}, {"en": "Port "}),
        ("untranslated", "x", {"de": "Speichern"}, {"de": "Save"}),
    ]


def found_by(*counts: int, box: tuple[float, float, float, float] | None = (10, 300, 100, 26)) -> CapturedElement:
    """An element as its locators found it: the first one that matched exactly one."""
    locator = next((at for at, count in enumerate(counts) if count == 1), None)
    return CapturedElement(counts, locator, box if locator is not None else None)


@pytest.mark.parametrize(
    ("after", "control", "consequence", "aspect"),
    [
        (found_by(0, 1), button("Apply", 10, 300, key="t=ok"), "drift", "words"),
        (found_by(0, 0), button("Apply", 10, 300, key="t=ok"), "breaking", "words"),
        (found_by(1, 1), button("OK", 10, 300, disabled=True), "breaking", "enabled"),
        (found_by(0, 0), None, "breaking", ""),
    ],
    ids=["found-by-another-locator", "not-found", "disabled", "gone"],
)
def test_what_a_change_means_for_flows_is_said_with_it(
    compared: Any, after: CapturedElement, control: Control | None, consequence: str, aspect: str
) -> None:
    a = Written({"https": FORM}, elements={"https": {"ok": found_by(1, 1)}})
    changed = [FORM[0], *([control] if control else []), *FORM[2:]]
    one = only(compared(a, Written({"https": changed}, elements={"https": {"ok": after}})))
    assert (one.consequence, one.aspect, one.flows) == (consequence, aspect, ("secure",))
    assert [touched.element for touched in one.elements] == ["https.ok"]


def test_a_second_button_that_makes_an_element_ambiguous_is_the_cause(compared: Any) -> None:
    a = Written({"https": FORM}, elements={"https": {"ok": found_by(1)}})
    again = [words("Basic", 600, 120), button("OK", 600, 300)]
    one = only(compared(a, Written({"https": [*FORM, *again]}, elements={"https": {"ok": found_by(2)}})))
    assert (one.change, one.aspect, one.consequence) == ("added", "twice", "breaking")


def test_an_element_that_is_lost_without_a_visible_reason_is_told_by_its_name(compared: Any) -> None:
    a = Written({"https": FORM}, elements={"https": {"ok": found_by(1)}})
    one = only(compared(a, a.without(elements={"https": {"ok": found_by(0)}})))
    assert (one.aspect, one.name, one.consequence) == ("found", "https.ok", "breaking")


def test_a_page_that_cannot_be_reached_is_told_with_the_element_that_leads_there(compared: Any) -> None:
    tab = button("HTTPS", 340, 120)
    a = Written(
        {"system_service": [*BAR, *FORM, tab], "https": FORM},
        elements={"system_service": {"https_tab": found_by(1, box=(340, 120, 100, 26))}},
    )
    b = Written(
        {"system_service": [*BAR, *FORM]},
        elements={"system_service": {"https_tab": found_by(0)}},
        unreached={"https": "not shown"},
    )
    one = only(compared(a, b))
    assert (one.change, one.name, one.lost_pages, one.flows) == ("removed", "HTTPS", ("https",), ("secure",))


def test_a_window_over_everything_is_the_cause_of_what_cannot_be_used_or_reached(compared: Any) -> None:
    plain = Written({"menu": [*BAR, *FORM], "security": BAR}, elements={"menu": {"security": found_by(1, box=(10, 80, 100, 26))}})
    behind = [Control(**{**vars(one), "covered": True}) for one in [*BAR, *FORM]]
    window = [words("Please register", 400, 200), button("Register", 400, 260), button("Skip", 510, 260)]
    blocked = plain.without(pages={"menu": [*behind, *window]}, unreached={"security": "Please register is in the way"})
    one = only(compared(plain, blocked))
    assert (one.aspect, one.consequence, one.lost_pages) == ("popup", "breaking", ("security",))
    assert [touched.element for touched in one.elements] == ["menu.security"]


def test_a_page_is_slower_only_beyond_the_noise(compared: Any) -> None:
    pages = {"https": FORM, "security": BAR, "trusted_ca": FORM}
    busy = compared(Written(pages, seconds=0.5), Written(pages, seconds=1.9))
    assert told(busy) == []  # everything is slower: the computer is busy


def test_a_page_that_shows_another_tab_at_first_is_not_told_control_by_control(compared: Any) -> None:
    status = [button("Rescan", 10, 200), button("Details", 120, 200)]
    service = [button(name, 10, 200 + 40 * at) for at, name in enumerate(("SSH", "CGI", "ONVIF"))]
    pages = {"security": [*BAR, *status], "security_status": [*BAR, *status], "system_service": [*BAR, *service]}
    other = {**pages, "security": [*BAR, *service]}
    assert told(compared(Written(pages), Written(other))) == []


@pytest.mark.parametrize(
    ("before", "after", "aspects"),
    [
        ((0.6,), (5.2,), ["slower"]),
        ((0.6,), (2.2,), []),  # one visit may be slow by chance
        ((0.6, 0.7), (2.2, 2.4), ["slower"]),
        ((0.6, 0.7), (2.2, 1.0), []),  # not each visit
        ((0.8, 2.6), (6.8, 5.7), ["slower"]),  # one visit before was disturbed
        ((5.2, 5.0), (0.6, 0.7), ["faster"]),
        ((0.1, 0.1), (0.4, 0.5), []),  # many times slower, and nobody notices
        ((4.0, 9.0), (12.0, 11.0), []),  # the visits before differ as much
    ],
)
def test_how_much_slower_a_page_must_be(before: tuple[float, ...], after: tuple[float, ...], aspects: list[str]) -> None:
    same = {"home": (0.5, 0.5), "menu": (0.2, 0.2), "https": (1.0, 1.0)}
    found = paces({**same, "security_status": before}, {**same, "security_status": after})
    assert [one.aspect for one in slower_pages(found, load_firmware("dahua/nvr_v4").file)] == aspects


def test_other_devices_are_said_first(compared: Any) -> None:
    found = compared(Written({"home": BAR}), Written({"home": BAR}, model="NVR5216"))
    assert found.first == ("The two are different devices: model NVR4216 and model NVR5216. Differences may come from that.",)


def test_a_capture_by_another_state_of_the_selector_file_is_said_first(compared: Any) -> None:
    present = digest_of(load_firmware("dahua/nvr_v4").file)
    assert compared(Written({"home": BAR}, selectors=present), Written({"home": BAR})).first == ()
    (said,) = compared(Written({"home": BAR}), Written({"home": BAR}, selectors="0" * 64)).first
    assert re.search(
        r"/b was captured with another state of the selector file dahua/nvr_v4\..*`nvrflow check \S+/b` says it", said
    )


def test_an_id_says_what_it_is_about_and_not_which_values_it_has(compared: Any, tmp_path: Path) -> None:
    def changed(value: str) -> str:
        field = Control("combobox", "Authentication", "label", value=value, box=(200, 200, 300, 22))
        first = Control("combobox", "Authentication", "label", value="Digest", box=(200, 200, 300, 22))
        a = Written({"https": [*FORM, first]}).at(tmp_path / f"{value}-a")
        return only(compare(a, Written({"https": [*FORM, field]}).at(tmp_path / f"{value}-b"))).id

    assert changed("Basic") == changed("None")


FOOTER = [Control("link", name, "text", box=(10 + 120 * at, 600, 100, 20), tag="a") for at, name in enumerate("ABCDE")]


def test_controls_that_stood_together_are_one_difference(compared: Any) -> None:
    one = only(compared(Written({"https": [*FORM, *FOOTER]}), Written({"https": FORM})))
    assert sentence(one) == 'The controls "A, B, C and 2 more", which stood together, are gone'
    assert one.before == "A, B, C, D, E"


def test_controls_among_which_another_one_stays_are_told_each(compared: Any) -> None:
    found = compared(Written({"https": [*FORM, *FOOTER]}), Written({"https": [*FORM, FOOTER[2]]}))
    assert told(found) == [("control", "removed", "", name) for name in "ABDE"]


def test_controls_that_moved_together_are_one_difference(compared: Any) -> None:
    a, b = Written({"https": [*FORM, *FOOTER], "account": BAR}), Written({"https": FORM, "account": [*BAR, *FOOTER]})
    assert sentence(only(compared(a, b))) == 'The link "A, B, C and 2 more" has moved from https to account'


def test_a_new_field_for_a_port_is_told_as_one(compared: Any) -> None:
    field = Control("textbox", "RTSPS Port", "label", value="322", box=(10, 200, 100, 20), tag="input")
    one = only(compared(Written({"https": FORM}), Written({"https": [*FORM, field]})))
    assert (one.kind, one.consequence) == ("tls", "none")
    assert sentence(one) == '"RTSPS Port" is a new field for a port (322): the recorder may listen there now'
    moved = compared(Written({"https": [*FORM, field], "home": BAR}), Written({"https": FORM, "home": [*BAR, field]}))
    assert told(moved) == [("control", "moved", "other-page", "RTSPS Port")]


def test_what_a_capture_made_up_is_no_difference(compared: Any) -> None:
    a = Written({"https": [*FORM, words("Host XKQDW", 10, 200, key="")]}).without(made_up=("XKQDW",))
    b = Written({"https": [*FORM, words("Host BNMLP", 10, 200, key="")]}).without(made_up=("BNMLP",))
    assert told(compared(a, b)) == []


def test_names_that_are_made_up_in_another_order_are_no_difference(compared: Any) -> None:
    def cameras(*names: str) -> Written:
        listed = [words(name, 10, 200 + 20 * at, key="") for at, name in enumerate(names)]
        return Written({"https": [*FORM, *listed]}).without(made_up=("Name 1", *names))

    assert told(compared(cameras("Name 2", "Name 3", "Name 4"), cameras("Name 1", "Name 2", "Name 3"))) == []
    (new,) = told(compared(cameras("Name 1"), Written({"https": [*FORM, words("Help", 10, 200, key="")]})))
    assert new[1] in ("added", "renamed")


def test_pages_that_only_one_capture_has_are_said_and_it_is_not_said_that_nothing_has_changed(compared: Any) -> None:
    found = compared(Written({"https": FORM, "account": BAR}), Written({"https": FORM}))
    (said,) = found.first
    assert said.startswith("en: only ") and said.endswith("/a has account; what only one of the two has was not compared.")
    assert told(found) == []
    assert counted(found) == "No difference was found in what was compared."


def test_a_page_that_the_first_capture_did_not_reach_is_said(compared: Any) -> None:
    a = Written({"https": FORM, "account": BAR}, unreached={"account": "it did not answer"})
    found = compared(a, Written({"https": FORM, "account": BAR}))
    assert len(found.first) == 1 and "account was not compared" in found.first[0] and "it did not answer" in found.first[0]


def test_two_captures_without_a_page_in_common_are_not_compared(compared: Any) -> None:
    with pytest.raises(WrongCall, match="they have no page in common, so there is nothing to compare"):
        compared(Written({"https": FORM}), Written({"account": BAR}))
