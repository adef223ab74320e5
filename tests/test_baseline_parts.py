"""Baselines without a browser: a page in words and what changed in it, pictures on levels, the files and who wrote them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from PIL import Image, ImageDraw
from test_compare_pictures import drawn

from nvrflow.baseline.collection import Collection, Screen, unused
from nvrflow.baseline.levels import Area, Level, changed
from nvrflow.baseline.outline import outline_of, written
from nvrflow.baseline.shift import shifts
from nvrflow.errors import WrongCall

PAGE = """- banner:
  - heading "Network: ports # 1" [level=1]
  - img
- table:
  - rowgroup:
    - row "Port 8443":
      - cell "Port 8443":
        - textbox "Port": "8443"
- button "Save" [disabled]:
  - text: Save
  - img
- link "Help":
  - /url: /help?session=0123456789abcdef
- 'checkbox "On: \\"always\\"" [checked] [active]'
- combobox "RTSP": Digest
- text: "No"
- text: 12:30:45
"""


def said(before: str, after: str) -> list[str]:
    return [one.says for one in shifts(outline_of(before), outline_of(after))]


def test_an_outline_is_yaml_without_what_changes_by_itself_and_reads_back_as_it_was_written() -> None:
    text = written(outline_of(PAGE))
    assert written(outline_of(text)) == text
    assert yaml.safe_load(text) == [
        {"banner": ['heading "Network: ports # 1" [level=1]']},
        {'textbox "Port"': "#"},
        'button "Save" [disabled]',
        'link "Help"',
        'checkbox "On: \\"always\\"" [checked]',
        {'combobox "RTSP"': "Digest"},
        {"text": "No"},
        {"text": "#"},
    ]


ODD = ["", " - ", "a: b", "it's", '"', "\\", "{x}", "yes", "3", "-", "a #b", "ü 设置", "'", "&a", "a:", "\t"]


@pytest.mark.parametrize("words", ODD)
def test_any_words_survive_the_file(words: str) -> None:
    import json

    quoted = json.dumps(words)
    outline = outline_of(f"- text: {quoted}\n- list:\n  - textbox {quoted}: {quoted}\n")
    assert outline_of(written(outline)) == outline
    yaml.safe_load(written(outline))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('- button "OK"', '- button "OK"\n- button "Create"', ['The button "Create" is new']),
        ('- button "OK"\n- button "Create"', '- button "OK"', ['The button "Create" is gone']),
        ('- button "Download"', '- button "Download all"', ['"Download" has another label: Download all (was Download)']),
        ('- button "OK"', '- button "OK" [disabled]', ['The button "OK" is disabled now']),
        ('- combobox "RTSP": Digest', '- combobox "RTSP": Basic', ['"RTSP" is Basic now, no longer Digest']),
        ('- checkbox "Push" [checked]', '- checkbox "Push"', ['"Push" is off now, no longer on']),
        ('- checkbox "Push"', '- switch "Push"', ['"Push" is a switch now, no checkbox']),
        (
            '- link "A"\n- link "B"\n- link "C"',
            '- link "B"\n- link "C"\n- link "A"',
            ['"A" stands after "C" now (was first)'],
        ),
        (
            '- button "OK"',
            '- button "OK"\n- dialog "Cloud":\n  - text: Join us\n  - button "Later"',
            ['The dialog "Cloud" is new, with Join us, Later'],
        ),
        (
            '- button "Neu"\n- button "Herunterladen"\n- button "OK"',
            '- button "Neu"\n- button "Exportieren"\n- button "OK"',
            ['"Herunterladen" has another label: Exportieren (was Herunterladen)'],
        ),
        ("- text: 10:00:01", "- text: 10:00:02", []),
        ('- button "OK" [active]', '- button "OK"', []),
    ],
)
def test_each_change_is_told_once_in_words(before: str, after: str, told: list[str]) -> None:
    assert said(before, after) == told


def test_lines_that_changed_are_those_of_the_change() -> None:
    (one,) = shifts(outline_of('- button "A"\n- button "B"'), outline_of('- button "A"\n- link "Help"\n- button "B"'))
    assert (one.before, one.after) == ((), (1,))


def test_smoother_edges_and_one_pixel_are_not_seen_but_are_not_exactly_the_same() -> None:
    whole = (0.0, 0.0, 640.0, 420.0)
    assert changed(drawn(), drawn(shift=0.25)) == []
    assert changed(drawn(), drawn(shift=0.25), [Area(whole, "exact")])
    assert changed(drawn(), drawn(colour="#0f8a5f")) and changed(drawn(), drawn(square=True))


def words(text: str, at: tuple[int, int] = (20, 20)) -> Image.Image:
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).text(at, text, fill="black")
    return image


@pytest.mark.parametrize(
    ("level", "other", "differs"),
    [
        ("ignore", words("something else", (90, 60)), False),
        ("layout", words("Other 12"), False),
        ("layout", words("State 34", (60, 60)), True),
        ("seen", words("Other 12"), True),
        ("exact", words("State 34", (21, 20)), True),
    ],
)
def test_a_region_is_compared_on_its_own_level(level: Level, other: Image.Image, differs: bool) -> None:
    whole = Area((0.0, 0.0, 200.0, 100.0), level)
    assert bool(changed(words("State 34"), other, [whole])) is differs


def test_what_is_ignored_is_ignored_on_every_level_of_the_whole() -> None:
    hidden = Area((10.0, 10.0, 100.0, 30.0), "ignore")
    for level in ("exact", "layout", "seen"):
        whole = Area((0.0, 0.0, 200.0, 100.0), level)
        assert changed(words("one"), words("another"), [whole, hidden]) == []
        assert changed(words("one"), words("one", (20, 70)), [whole]) != []


def test_a_share_of_the_pixels_may_differ_and_another_size_never_may() -> None:
    assert changed(drawn(), drawn(colour="#0f8a5f"), tolerance=0.05) == []
    assert changed(drawn(), drawn(colour="#0f8a5f"), tolerance=0.001)
    assert changed(drawn(), drawn().resize((600, 420)), tolerance=1) == [(0, 0, 600, 420)]


def test_a_file_says_who_wrote_it_and_nothing_is_written_twice(tmp_path: Path) -> None:
    kept = Collection(tmp_path / "baselines", updates=True)
    text = kept.name("acme/nvr", "en", "https")
    shown = kept.name("acme/nvr", "en", "https", Screen(1280, 720, 2.0))
    assert shown.startswith("acme/nvr/en/") and shown.endswith("-1280x720@2/https.png")
    kept.keep_words(text, "- text: a\n", "tests/test_a.py")
    kept.keep_picture(shown, words("a"), "tests/test_b.py")
    assert kept.wrote == {text, shown} and kept.files() == sorted([text, shown])
    assert (kept.owner(text), kept.owner(shown)) == ("tests/test_a.py", "tests/test_b.py")
    read = kept.picture(shown)
    assert read is not None and read.tobytes() == words("a").tobytes()
    assert outline_of(kept.words(text) or "") == outline_of("- text: a")
    with pytest.raises(WrongCall, match="two checks of this run share it"):
        kept.keep_words(text, "- text: b\n", "tests/test_a.py")


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_a_damaged_baseline_is_a_wrong_call_and_not_a_new_one(tmp_path: Path, data: bytes) -> None:
    for name in ("a.png", "a.yaml"):
        (tmp_path / name).write_bytes(data or b"\xff\xfe")
    kept = Collection(tmp_path)
    with pytest.raises(WrongCall, match="is not a picture; restore it"):
        kept.picture("a.png")
    assert kept.owner("a.png") == ""
    if not data:
        with pytest.raises(WrongCall, match="is not text in UTF-8"):
            kept.words("a.yaml")


@pytest.mark.parametrize("name", ["", "../a", "a/b", ".hidden", "a b"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongCall, match="cannot be called"):
        Collection(tmp_path).name("acme/nvr", "en", name)


def test_what_lies_beside_a_used_file_is_unused_and_an_untouched_folder_was_perhaps_not_tested() -> None:
    files = ["a/en/one.yaml", "a/en/two.yaml", "a/de/one.yaml"]
    assert unused(files, {"a/en/one.yaml"}) == (["a/en/two.yaml"], ["a/de/one.yaml"])
