"""Long lists and tables of data compared: one more link is one difference, and other rows are none."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from written_capture import Written, button, words

from nvrflow.capture.controls import Control
from nvrflow.compare.comparison import compare
from nvrflow.compare.pairs import paired
from nvrflow.compare.sentence import sentence
from nvrflow.compare.usage import Usage
from nvrflow.firmware import load_firmware

HEAD = [button("Refresh", 10, 10), button("Export", 120, 10)]


@pytest.fixture(autouse=True)
def usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "nvrflow.compare.comparison.usage_of", lambda name, file, flows, selectors: Usage(load_firmware(name).file, {})
    )


@pytest.fixture
def said(tmp_path: Path) -> Any:
    """What is said of two pages, or of two written captures."""

    def of(a: Written | Sequence[Control], b: Written | Sequence[Control]) -> list[str]:
        top = Path(tempfile.mkdtemp(dir=tmp_path))
        first, second = (one if isinstance(one, Written) else Written({"account": [*HEAD, *one]}) for one in (a, b))
        found = compare(first.at(top / "a"), second.at(top / "b"))
        return [sentence(one) for one in found.differences]

    return of


def link(name: str, at: int, **more: Any) -> Control:
    given = {"box": (10.0, 60.0 + 24 * at, 160.0, 18.0), "tag": "a", **more}
    return Control("link", name, "text", **given)


def links(names: Sequence[str]) -> list[Control]:
    return [link(name, at) for at, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "new"),
    [
        ([f"Report {number}" for number in range(1, 21)], "Report 10 (draft)"),
        ([f"Channel 10{number:02}" for number in range(1, 21)], "Channel 2000"),
        ([f"Log 2026-11-{number:02}" for number in range(1, 21)], "Log 2026-12-24"),
    ],
    ids=["similar", "numbered", "dated"],
)
def test_one_more_link_in_the_middle_of_a_list_is_one_difference(said: Any, names: list[str], new: str) -> None:
    a, b = links(names), links([*names[:10], new, *names[10:]])
    assert said(a, b) == [f'The link "{new}" is new']
    assert said(b, a) == [f'The link "{new}" is gone']


def test_links_with_one_name_are_told_apart_by_what_stands_beside_them() -> None:
    """Twenty times "Edit", each with its own address; one more in the middle moves the later ones by a line."""

    def edits(numbers: Sequence[int]) -> list[Control]:
        return [link("Edit", at, attributes={"href": f"#edit/{one}"}, disabled=one == 15) for at, one in enumerate(numbers)]

    found = paired(edits(range(1, 21)), edits([*range(1, 11), 99, *range(11, 21)]))
    assert all(pair.a.attributes == pair.b.attributes for pair in found.both) and len(found.both) == 20
    assert [one.attributes["href"] for one in found.new] == ["#edit/99"] and not found.gone


def test_one_more_and_another_one_renamed_are_two_differences(said: Any) -> None:
    names = [f"Section {letter * 3}" for letter in "ABCDEFGHIJKLMNOPQRST"]
    changed = [*names[:10], "Lens cleaning", "Section KKK and more", *names[11:]]
    assert sorted(said(links(names), links(changed))) == [
        '"Section KKK" has another label: en: "Section KKK and more" (was "Section KKK")',
        'The link "Lens cleaning" is new',
    ]


def table(
    rows: Sequence[tuple[str, ...]], titles: Sequence[str] = ("Time", "Entry"), buttons: Sequence[str] = ("Edit",)
) -> list[Control]:
    """A table of data: words in its cells, the entry as a link, a switch, and buttons in each row."""
    told = [
        Control("columnheader", name, "text", box=(10.0 + 200 * at, 60.0, 90.0, 20.0), tag="th") for at, name in enumerate(titles)
    ]
    for number, (first, second, *rest) in enumerate(rows, 1):
        y = 60.0 + 26 * number
        row: dict[str, Any] = {"row": ("1", str(number), ""), "group": (first,)}
        told.append(Control("cell", first, "text", box=(10.0, y, 120.0, 20.0), tag="td", row=("1", str(number), titles[0])))
        told.append(Control("link", second, "text", box=(210.0, y, 120.0, 20.0), tag="a", **row))
        told.append(Control("switch", "On", "column", checked=not rest, box=(400.0, y, 40.0, 20.0), tag="button", **row))
        told += [
            Control("button", name, "text", box=(500.0 + 80 * at, y, 70.0, 20.0), tag="button", **row)
            for at, name in enumerate(buttons)
        ]
        told.append(Control("button", f"Delete {first}", "aria-label", box=(800.0, y, 20.0, 20.0), tag="button", **row))
    return sorted(told, key=lambda one: (one.box[1], one.box[0]))


CHANNELS = [("D1", "Front door"), ("D2", "Loading bay"), ("D3", "Garage")]


@pytest.mark.parametrize(
    "rows",
    [
        CHANNELS[:2],
        [*CHANNELS, ("D4", "Roof")],
        [CHANNELS[2], CHANNELS[0]],
        [("D7", "Gate"), ("D8", "Yard"), ("D9", "Shed"), ("D10", "Hall")],
        [],
        [("D1", "Back door"), ("D2", "Ramp"), ("D3", "Garage")],
    ],
    ids=["fewer", "more", "other-order", "all-others", "none", "renamed"],
)
def test_other_rows_of_a_table_of_data_are_no_difference(said: Any, rows: list[tuple[str, str]]) -> None:
    assert said(table(CHANNELS), table(rows)) == []
    assert said(table(rows), table(CHANNELS)) == []


def test_another_title_and_a_new_button_in_the_rows_of_a_table_are_one_difference_each(said: Any) -> None:
    more = [*CHANNELS, ("D4", "Roof")]
    assert said(table(CHANNELS), table(more, titles=("Time", "Camera"))) == [
        '"Entry" has another label: en: "Camera" (was "Entry")'
    ]
    for rows in (CHANNELS, more, [("D8", "Yard"), ("D9", "Shed")]):
        assert said(table(CHANNELS), table(rows, buttons=("Edit", "Restart"))) == ['The button "Restart" is new']
        assert said(table(CHANNELS, buttons=("Edit", "Restart")), table(rows)) == ['The button "Restart" is gone']


def test_a_setting_in_a_row_that_both_have_is_compared(said: Any) -> None:
    assert said(table(CHANNELS), table([*CHANNELS[:2], ("D3", "Garage", "off"), ("D4", "Roof")])) == [
        '"On" is off now, no longer on'
    ]


def test_a_capture_that_does_not_know_rows_is_compared_as_before(said: Any) -> None:
    def older(page: list[Control]) -> list[Control]:
        return [Control(**{**vars(one), "row": ()}) for one in page]

    assert said(older(table(CHANNELS)), table(CHANNELS)) == []
    assert said([words("A", 10, 60), *older(table(CHANNELS))], table(CHANNELS)) == ['The text "A" is gone']
