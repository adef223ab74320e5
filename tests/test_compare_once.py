"""One change is told once, however many pages, languages and choices show it; and what a field takes is compared, too."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from written_capture import Written, button, words

from nvrflow.capture.archive import CapturedElement
from nvrflow.capture.controls import Control
from nvrflow.compare.comparison import compare
from nvrflow.compare.difference import Difference
from nvrflow.compare.sentence import sentence
from nvrflow.compare.usage import Usage
from nvrflow.firmware import load_firmware

USED = {"secure": frozenset({("https", "port"), ("https", "")})}
BAR = [button("Status", 10, 80, key=""), button("Service", 120, 80, key="")]
OUT = Control("link", "LOG OUT", "text", box=(1100, 10, 80, 20), tag="a")
PAGES = ("home", "menu", "https", "account")


@pytest.fixture(autouse=True)
def usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nvrflow.compare.comparison.usage_of", lambda name, file, flows, selectors: Usage(load_firmware(name).file, USED)
    )


@pytest.fixture
def found(tmp_path: Path) -> Any:
    """The differences of two written captures."""

    def of(a: Written, b: Written) -> tuple[Difference, ...]:
        top = Path(tempfile.mkdtemp(dir=tmp_path))
        return compare(a.at(top / "a"), b.at(top / "b")).differences

    return of


def said(found: Sequence[Difference]) -> list[str]:
    return sorted(sentence(one) for one in found)


def others(page: str) -> list[Control]:
    """What stands right beside LOG OUT on this page only, so that it comes and goes together with it."""
    names = {"home": ("Help", "About"), "menu": ("Search", "Print", "Share"), "https": (), "account": ("Help",)}[page]
    return [
        Control("link", f"{name} {page}", "text", box=(1000 - 90.0 * at, 10, 80, 20), tag="a") for at, name in enumerate(names)
    ]


def test_a_control_that_went_from_every_page_is_one_difference_whatever_went_beside_it(found: Any) -> None:
    before: Mapping[str, Sequence[Control]] = {page: [OUT, *others(page), *BAR] for page in PAGES}
    after = dict.fromkeys(PAGES, BAR)
    for told, change in ((found(Written(before), Written(after)), "gone"), (found(Written(after), Written(before)), "new")):
        (one,) = [one for one in told if one.name == "LOG OUT"]
        assert one.pages == PAGES and sentence(one) == f'The link "LOG OUT" is {change}'
        assert sum("LOG OUT" in sentence(one) for one in told) == 1
        stood = "stood" if change == "gone" else "stand"
        together = f'The controls "Share menu, Print menu, Search menu", which {stood} together, are {change}'
        assert [sentence(one) for one in told if one.pages == ("menu",)] == [together]


def test_a_control_that_was_renamed_on_every_page_is_one_difference_also_where_it_moved(found: Any) -> None:
    renamed = replace(OUT, name="Leave now")
    pages = {page: [OUT, *BAR] for page in PAGES}
    after = {page: [replace(renamed, box=(600, 400, 80, 20)) if page == "menu" else renamed, *BAR] for page in PAGES}
    (one,) = found(Written(pages), Written(after))
    assert (one.change, set(one.pages), one.after) == ("renamed", set(PAGES), {"en": "Leave now"})


def test_a_control_without_a_key_is_one_difference_in_all_languages_also_where_longer_words_move_it(found: Any) -> None:
    german = [replace(OUT, name="ABMELDEN VOM REKORDER", box=(1000, 10, 180, 20)), *BAR]
    before = Written({"home": [OUT, *BAR]}, languages=("en", "de"), spoken={"de": {"home": german}})
    (one,) = found(before, Written({"home": BAR}, languages=("en", "de")))
    assert (sentence(one), one.languages) == ('The link "LOG OUT" is gone', ("en", "de"))


def choice(value: str, *options: str) -> Control:
    return Control(
        "combobox", "Standard", "label", value=value, options=options, box=(10, 200, 120, 22), tag="select", demands={}
    )


def test_a_list_with_other_choices_is_one_difference_with_what_is_chosen_now(found: Any) -> None:
    a = Written({"https": [*BAR, choice("H.264", "H.264", "MJPEG")]})
    more = found(a, Written({"https": [*BAR, choice("H.265", "H.265", "H.266", "MJPEG")]}))
    assert said(more) == [
        '"Standard" has other choices: H.265, H.266, MJPEG; chosen is H.265 (was H.264, MJPEG; chosen is H.264)'
    ]
    turned = found(a, Written({"https": [*BAR, choice("H.264", "MJPEG", "H.264")]}))
    assert said(turned) == ['The choices of "Standard" stand in another order: MJPEG, H.264 (was H.264, MJPEG)']


def test_an_open_list_with_other_choices_is_one_difference(found: Any) -> None:
    def opened(*names: str) -> Written:
        listed = [
            Control("option", name, "text", box=(10, 200 + 24.0 * at, 120, 22), tag="li", group=("Time zone",))
            for at, name in enumerate(names)
        ]
        return Written({"https": [*BAR, *listed]})

    told = found(opened("UTC", "CET", "EST"), opened("UTC", "CET", "MSK", "JST", "IST", "PST"))
    assert said(told) == ['"Time zone" has other choices: UTC, CET, MSK, JST, IST, PST (was UTC, CET, EST)']


def field(**demands: str) -> Control:
    return Control("textbox", "Port", "label", value="443", box=(10, 200, 100, 20), tag="input", demands=demands)


@pytest.mark.parametrize(
    ("before", "after", "sentences"),
    [
        (field(), field(readonly="yes"), ['The field "Port" is read-only now']),
        (field(readonly="yes"), field(), ['The field "Port" is open to changes now']),
        (field(), field(required="yes"), ['The field "Port" is required now']),
        (
            field(maxlength="5"),
            field(maxlength="4"),
            ['The field "Port" takes at most 4 characters now, no longer at most 5 characters'],
        ),
        (field(), field(min="1024", max="65535"), ['The field "Port" takes from 1024, up to 65535 now, no longer anything']),
        (field(max="65535"), field(max="49151"), ['The field "Port" takes up to 49151 now, no longer up to 65535']),
        (field(pattern="[0-9]+"), field(pattern="[0-9]+"), []),
        (replace(field(), demands=None), field(readonly="yes", max="9"), []),
    ],
)
def test_what_a_field_asks_for_is_compared(found: Any, before: Control, after: Control, sentences: list[str]) -> None:
    assert said(found(Written({"https": [*BAR, before]}), Written({"https": [*BAR, after]}))) == sentences


@pytest.mark.parametrize(
    ("demands", "consequence"), [({"readonly": "yes"}, "breaking"), ({"required": "yes"}, "none"), ({"maxlength": "9"}, "none")]
)
def test_a_field_that_can_only_be_read_breaks_the_flow_that_fills_it(
    found: Any, demands: dict[str, str], consequence: str
) -> None:
    elements = {"https": {"port": CapturedElement((1,), 0, (10, 200, 100, 20))}}
    (one,) = found(
        Written({"https": [*BAR, field()]}, elements=elements), Written({"https": [*BAR, field(**demands)]}, elements=elements)
    )
    assert (one.consequence, one.flows) == (consequence, ("secure",) if consequence == "breaking" else ())


@pytest.mark.parametrize("names", [("Manual", "NTP"), ("Manual", "NTP", "GPS")])
def test_another_order_of_radio_buttons_is_one_difference(found: Any, names: tuple[str, ...]) -> None:
    def radios(*order: str) -> Written:
        return Written(
            {
                "https": [
                    Control("radio", name, "label", checked=name == "NTP", box=(10, 200 + 30.0 * at, 14, 14), tag="input",
                            attributes={"name": "mode"}, group=("Time",), demands={})
                    for at, name in enumerate(order)
                ]
            }
        )  # fmt: skip

    turned = (*names[1:], names[0])
    assert said(found(radios(*names), radios(*turned))) == [
        f'The choices of "Time" stand in another order: {", ".join(turned)} (was {", ".join(names)})'
    ]
    assert found(radios(*names), radios(*names)) == ()


def test_a_window_is_called_by_words_that_say_something(found: Any) -> None:
    title = ("1",)
    window = [
        words("1", 900, 500, group=title, key=""),
        words("Firmware update", 920, 500, group=title, key="", role="heading"),
        button("Later", 900, 560, group=title, key=""),
        button("Now", 1010, 560, group=title, key=""),
    ]
    for shown, name in ((window, "Firmware update"), ([window[0], *window[2:]], "Later")):
        (one,) = found(Written({"home": BAR}), Written({"home": [*BAR, *shown]}))
        assert (one.aspect, one.name) == ("popup", name)


def test_a_colour_is_said_as_exactly_as_the_picture_of_a_capture_knows_it(found: Any) -> None:
    def page(colour: str) -> Written:
        picture = Image.new("RGB", (400, 300), "#808080")
        picture.paste(colour, (100, 100, 220, 160))
        return Written({"home": BAR}, pictures={"home": picture})

    assert said(found(page("#2c8cf0"), page("#fcfcfc"))) == ["A colour has changed from about #2c8cf0 to about #ffffff"]
