"""The parts of a guide that need no browser: words, themes, numbers, commands, what looks the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image

from nvrflow.certificate import Code
from nvrflow.cli.guide import guide
from nvrflow.content import read_yaml
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.firmware import Element, Firmware, Locator, SelectorFile
from nvrflow.firmware.model import Page
from nvrflow.guide import LANGUAGES, Source, read_theme
from nvrflow.guide.composing import compose
from nvrflow.guide.instructions import sentences
from nvrflow.guide.manual import Chapter, Guide, Item, Listing, Table, lettered
from nvrflow.guide.markdown import as_markdown
from nvrflow.guide.words import Sentence, words_in
from nvrflow.recorder.target import target_of
from nvrflow.report import Report, Step, Target
from nvrflow.report.likeness import looks_same, write_if_changed
from nvrflow.report.record import Record

TEXTS = read_yaml(Path(__file__).parent.parent / "src" / "nvrflow" / "guide" / "texts.yaml").data


def translated(value: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Every text with its place."""
    if isinstance(value, dict) and "en" in value and where != ("languages",):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from translated(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from translated(inner, (*where, str(index)))


def test_every_text_is_there_in_every_language_with_the_same_names_to_fill_in() -> None:
    wrong = []
    for where, text in translated(TEXTS):
        names = {code: sorted(re.findall(r"\{(\w+)\}", text.get(code, ""))) for code in LANGUAGES}
        if set(text) != set(LANGUAGES) or any(names[code] != names["en"] for code in LANGUAGES):
            wrong.append(".".join(where))
    assert not wrong


def test_every_objection_of_a_browser_has_its_words() -> None:
    assert set(TEXTS["objections"]) == set(get_args(Code))


def test_a_language_without_texts_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(WrongCall, match="--language fr: a guide can be written in en, es, de, zh"):
        words_in("fr")


@pytest.mark.parametrize(("index", "number"), [(0, "3a"), (25, "3z"), (26, "3aa"), (27, "3ab"), (701, "3zz"), (702, "3aaa")])
def test_numbers_go_on_after_z(index: int, number: str) -> None:
    assert lettered(3, index) == number


def test_a_sentence_tells_words_of_the_screen_from_what_is_typed() -> None:
    said = Sentence("Type {value} into {called}.", {"value": "admin", "called": "User"})
    assert list(said.parts()) == [("plain", "Type "), ("code", "admin"), ("plain", " into "), ("screen", "User"), ("plain", ".")]


def test_markdown_shows_what_a_page_says_and_never_obeys_it() -> None:
    said = Sentence("Click {called}, type {value}.", {"called": "*[x](y) <b> `k` | #", "value": "a`b|c"})
    item = Item("1a", "a", (said,), None, (Listing(("ls",), "See <this>"), Table(("A|B",), ((said,),))))
    text = as_markdown(Guide("en", "T", "R", (), (Chapter(1, "chapter-1", "C", (), (item,)),), "2026-11-24"), words_in("en"))
    assert r"Click **\*\[x\](y) \<b\> \`k\` \| \#**, type ``a`b\|c``." in text
    assert r"See \<this\>" in text and r"| A\|B |" in text


def theme_file(folder: Path, text: str) -> Path:
    path = folder / "theme.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_theme_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    own = read_theme(theme_file(tmp_path, 'company: Lens & Co\nbox: {colour: "#00AA55"}\n'))
    assert (own.company, own.box.colour, own.look.frame) == ("Lens & Co", "#00aa55", (0, 170, 85))
    assert own.badge == read_theme().badge and own.box.width == read_theme().box.width


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("company: A\nboxes: {}\n", r"theme\.yaml:2: boxes: unknown key 'boxes'"),
        ("box:\n  colour: red\n", r"theme\.yaml:2: box\.colour: 'red' is not a colour"),
        ("font: 'x; } body { display: none'\n", r"theme\.yaml:1: font: may not hold"),
        ("logo: logo.gif\n", r"theme\.yaml:1: logo: logo\.gif is not an SVG, PNG or JPEG"),
        ("logo: logo.png\n", r"theme\.yaml:1: logo: logo\.png cannot be read"),
        ("- a\n", r"theme\.yaml:1: must be a mapping"),
    ],
)
def test_a_mistake_in_a_theme_is_named_with_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidFile, match=message):
        read_theme(theme_file(tmp_path, text))


def test_a_logo_becomes_part_of_the_guide(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    assert read_theme(theme_file(tmp_path, "logo: logo.svg\n")).logo.startswith("data:image/svg+xml;base64,")


def test_noise_looks_the_same_and_a_changed_word_does_not() -> None:
    ground = Image.new("RGB", (200, 100), (20, 30, 40))
    noisy, changed = ground.copy(), ground.copy()
    noisy.putpixel((5, 5), (25, 33, 41))
    changed.paste((200, 200, 200), (10, 10, 14, 14))
    assert looks_same(ground, noisy)
    assert not looks_same(ground, changed)
    assert not looks_same(ground, ground.resize((201, 100)))


def test_a_file_that_holds_the_same_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.txt"
    assert write_if_changed(path, b"one") and path.read_bytes() == b"one"
    stamp = path.stat().st_mtime_ns
    assert not write_if_changed(path, b"one") and path.stat().st_mtime_ns == stamp
    assert write_if_changed(path, b"two") and path.read_bytes() == b"two"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "docx"], "--format docx: is not a format; the formats are md, html, pdf"),
        (["--date", "24.11.2026"], r"--date 24\.11\.2026: is not a date"),
        (["--date", "2026-02-30"], "--date 2026-02-30: is not a date"),
        (["--languages", "en,fr"], "--language fr: a guide can be written in"),
        (["--theme", "no-such.yaml"], r"no-such\.yaml: this file does not exist"),
    ],
)
def test_a_call_that_cannot_be_meant_is_refused_before_the_recorder_is_touched(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    with pytest.raises((WrongCall, InvalidFile), match=message):
        guide.main(["http://127.0.0.1:9", "--out", str(tmp_path / "guide"), *arguments], standalone_mode=False)
    assert not (tmp_path / "guide").exists()


def test_the_row_of_a_control_is_named_without_the_colon_of_its_label() -> None:
    row = [Locator(css=".row", has_text="Password:")]
    button = Element(find=[Locator(role="button", name="Login", within="$row")])
    firmware = Firmware("acme", SelectorFile(vendor="Acme", firmware="*", scopes={"row": row}))
    target = target_of(firmware, button, "home.login")
    step = Step("click-home-login", "Click Login", element="home.login", verb="click", target=target)
    taken = Source(Record(Path(), Report("look", "http://192.0.2.10", steps=[step])))
    assert sentences(taken, step, words_in("en"))[0].text == "Click Login next to Password."


def test_a_window_is_no_row_that_a_control_stands_next_to() -> None:
    window = [Locator(css=".box", has_text="Interface")]
    dialog = [Locator(role="dialog", has_text="Interface")]
    pages = {"settings": Page(shown_by=window)}
    file = SelectorFile(vendor="Acme", firmware="*", scopes={"window": window, "dialog": dialog}, pages=pages)
    for scope in file.scopes:
        button = Element(find=[Locator(role="button", name="OK", within=f"${scope}")])
        assert target_of(Firmware("acme", file), button, "settings.ok").row == ""


@pytest.mark.parametrize(("line", "shown"), [("Acme", "Acme"), ("Acme WebUI", "Acme WebUI"), ("NVR-16", "Acme NVR-16")])
def test_the_title_page_does_not_say_the_vendor_twice(line: str, shown: str) -> None:
    report = Report("look", "http://192.0.2.10", firmware={"name": "acme/nvr", "vendor": "Acme", "lines": [line]})
    guide = compose(Source(Record(Path(), report)), words_in("en"), "2026-11-28")
    assert dict(guide.facts)["Recorder"] == shown


@pytest.mark.parametrize(
    ("verb", "value", "sentence"),
    [
        ("press", "Control+A", "Press Control+A in Note."),
        ("hover", "", "Point at Note with the mouse."),
        ("upload", "backup.bin", "Click Note and choose the file backup.bin."),
        ("fill", "", "Empty the Note field."),
        ("fill", "one\ntwo", "Type one two into the Note field."),
    ],
)
def test_what_is_done_without_a_click_is_not_called_a_click(verb: str, value: str, sentence: str) -> None:
    step = Step("one", "One", verb=verb, value=value, target=Target(called="Note"))
    taken = Source(Record(Path(), Report("look", "http://192.0.2.10", steps=[step])))
    assert sentences(taken, step, words_in("en"))[0].text == sentence
