"""`check` never proposes a control that means something else: what labels have in common, and what the words of one say."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Browser, Page

from nvrflow.browser import find_browser
from nvrflow.browser.inquiry import Inquiry
from nvrflow.capture.controls import controls_of
from nvrflow.check.agreement import without_rivals
from nvrflow.check.assessment import assess, assess_unshown
from nvrflow.check.doubt import doubt, is_evidence
from nvrflow.check.glimpse import Scene, look
from nvrflow.check.label_words import actions, share_a_word
from nvrflow.check.verdict import AddWord, Judged, MoveFirst, PutFirst
from nvrflow.content import read_yaml
from nvrflow.firmware import Element, Firmware, Locator, load_firmware
from nvrflow.firmware import Page as PageOfFile
from nvrflow.firmware.language import hear
from nvrflow.firmware.model import Language
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.window import Window

EXPORT = "Export Root Certificate"


@pytest.fixture(scope="module")
def page(playwright: object) -> Iterator[Page]:
    found = find_browser()
    browser: Browser = playwright.chromium.launch(executable_path=found.path, args=["--no-sandbox"])  # type: ignore[attr-defined]
    yield browser.new_page(viewport={"width": 1000, "height": 600})
    browser.close()


def judged_on(page: Page, html: str, texts: dict[str, dict[str, list[str]]], **elements: list[Locator]) -> dict[str, Judged]:
    """The verdicts on the elements of a page `form` that shows this HTML, in English."""
    form = PageOfFile(elements={name: Element(find=find) for name, find in elements.items()})
    return {one.element.partition(".")[2]: one for one in assess(scene_on(page, html, texts, form))}


def scene_on(page: Page, html: str, texts: dict[str, dict[str, list[str]]], form: PageOfFile) -> Scene:
    """The page with this HTML as the page `form` of a selector file."""
    page.set_content(html)
    file = load_firmware("uniview/nvr").file.model_copy(
        update={"texts": texts, "pages": {"form": form}, "busy": [], "handlers": {}}
    )
    firmware = Firmware("acme/form", file, "en")
    window = SimpleNamespace(page=page, firmware=firmware, file=file, finder=Finder(page, firmware))
    window.turn_to, window.settle, window.happens = lambda _: True, lambda: False, lambda *_: False
    return Scene(cast(Window, window), look(cast(Window, window), "form", frozenset()))


@pytest.mark.parametrize(
    ("known", "name", "against"),
    [
        (EXPORT, "Delete Root Certificate", "another action"),
        (EXPORT, "Import Root Certificate", "another action"),
        (EXPORT, "Restore default Root Certificate", "another action"),
        (EXPORT, "Create Root Certificate", "another action"),
        ("Stammzertifikat exportieren", "Stammzertifikat löschen", "another action"),
        ("Exportar certificado raíz", "Eliminar certificado raíz", "another action"),
        ("导出根证书", "删除根证书", "another action"),
        ("Abmelden", "Anmelden", "another action"),
        ("Enable HTTPS", "Disable HTTPS", "another action"),
        ("Logout", "Restart", "another action"),
        ("Camera 1", "Camera 2", "another number or abbreviation"),
        ("TLSv1.2", "TLSv1.1", "another number or abbreviation"),
        ("HTTPS Port", "HTTP Port", "another number or abbreviation"),
        ("HTTPS Port", "HTTPS Port: $user", ""),
        ("Port", "Export", "another action"),
        ("Port", "Sport", "no word in common"),
        ("Report", "Repeat", "no word in common"),
        ("Save", "Saved it", ""),
        ("Save", "Saving", ""),
        ("Network Security", "Network Safety", ""),
        ("Netzwerksicherheit", "Netzwerk-Sicherheit", ""),
        ("Certificate", "Certficate", ""),
        (EXPORT, "Download Root Certificate", ""),
        ("Logout", "Log Out", ""),
        ("Delete", "Remove and delete", ""),
        ("导出根证书", "导出 CA 根证书", ""),
    ],
)
def test_a_label_is_taken_for_its_whole_words_and_never_for_another_action(known: str, name: str, against: str) -> None:
    assert doubt([known], name) == against


def test_every_action_has_words_in_each_language_and_each_word_says_one_action() -> None:
    with as_file(files("nvrflow.check") / "actions.yaml") as path:
        table = read_yaml(path).data
    for action, said in table.items():
        assert list(said) == ["en", "de", "es", "zh"], action
        for word in {one for words in said.values() for one in words}:
            assert action in actions(word) and actions(word) <= {action, "start"}, word
    assert actions("Iniciar sesión") == {"log_in", "start"}, "the one word that says two: to begin, and to begin a session"
    assert actions("Network Security") == actions("Setup") == actions("Online Users") == frozenset()
    assert not share_a_word(["HTTP"], "HTTPS")


@pytest.mark.parametrize(
    ("locator", "enough"),
    [
        (Locator(attribute={"t": "com.Save"}), True),
        (Locator(test_id="save"), True),
        (Locator(css='#menu [data-page="setup"]'), True),
        (Locator(css=".bar button:nth-child(2)"), False),
        (Locator(css="button"), False),
        (Locator(role="button"), False),
        (Locator(role="button", name="Keep"), True),
    ],
)
def test_a_key_or_id_is_enough_without_a_word_and_a_position_is_not(locator: Locator, enough: bool) -> None:
    assert is_evidence(locator) is enough
    assert doubt(["Save"], "Store", locator) == ("" if enough else "no word in common")
    assert doubt(["Save"], "Delete", locator) == "another action"


@pytest.mark.browser
def test_a_button_that_does_something_else_is_shown_and_not_proposed(page: Page) -> None:
    texts = {"export": {"en": [EXPORT]}, "port": {"en": ["Port"]}}
    find = {"download": [Locator(role="button", name="$export")], "port": [Locator(role="link", name="$port")]}
    judged = judged_on(page, "<button>Delete Root Certificate</button><a href=#>Export</a>", texts, **find)
    for name in ("download", "port"):
        assert (judged[name].verdict, judged[name].changes, judged[name].proposal) == ("missing", (), "")
        assert "another action" in judged[name].candidates[0].why
    renamed = judged_on(page, "<button>Delete Certificate</button><button>Export Root CA Certificate</button>", texts, **find)
    assert renamed["download"].changes == (AddWord("export", "en", "Export Root CA Certificate"),), "the other one is no rival"


@pytest.mark.browser
def test_an_id_that_stayed_makes_a_new_label_certain_unless_it_says_another_action(page: Page) -> None:
    texts = {"export": {"en": [EXPORT]}}
    by_id = {"download": [Locator(role="button", name="$export"), Locator(css="#root")]}
    by_place = {"download": [Locator(role="button", name="$export"), Locator(css="button:nth-of-type(1)")]}
    fetch, delete = "<button id=root>Fetch the CA</button>", "<button id=root>Delete Root Certificate</button>"
    assert judged_on(page, fetch, texts, **by_id)["download"].changes == (AddWord("export", "en", "Fetch the CA"),)
    for html, find in ((delete, by_id), (fetch, by_place)):
        drift = judged_on(page, html, texts, **find)["download"]
        assert (drift.verdict, drift.changes, drift.proposal) == ("drift", (), "") and "it says" in drift.reason
    assert len(controls_of(page)) == 1


@pytest.mark.browser
def test_a_page_that_a_label_shows_is_shown_again_by_the_field_that_is_meant(page: Page) -> None:
    """The label has changed; the most similar one is that of another port, and an id still finds the field."""
    html = "<label>HTTP Port<input></label><label>HTTPS Port: $user<input id=https></label>"
    texts = {"https_port": {"en": ["HTTPS Port"]}}
    find = [Locator(label="$https_port"), Locator(css="#https")]
    for found, changes in ((find, (AddWord("https_port", "en", "HTTPS Port: $user"),)), (find[:1], ())):
        form = PageOfFile(shown_by=find[:1], elements={"port": Element(find=found)})
        shown, *_ = assess_unshown(scene_on(page, html, texts, form), "not shown")
        assert shown.element == "form.shown_by" and shown.changes == changes
        assert all("HTTP Port" not in str(one) for one in shown.changes)


@pytest.mark.browser
def test_a_label_that_something_else_has_is_no_word_and_other_locators_are_proposed(page: Page) -> None:
    texts = {"save": {"en": ["Save"]}, "all": {"en": ["Save all"]}}
    find = {"save": [Locator(role="button", name="$save"), Locator(css="#keep")], "all": [Locator(role="link", name="$all")]}
    twice = "<button id=keep data-action=keep>Saves</button><a href=#>Saves</a><a href=#>Save all</a>"
    assert judged_on(page, twice, texts, **find)["save"].changes == (
        PutFirst(("pages", "form", "elements", "save"), {"attribute": {"data-action": "keep"}}),
    )
    another = judged_on(page, "<button id=keep data-action=keep>Save all</button>", texts, **find)["save"]
    assert another.changes == (PutFirst(("pages", "form", "elements", "save"), {"attribute": {"data-action": "keep"}}),)
    no_key = {"save": find["save"][:1], "all": find["all"]}
    missing = judged_on(page, "<button>Save all</button><a href=#>Save all</a>", texts, **no_key)["save"]
    assert missing.changes == ()


@pytest.mark.browser
def test_two_missing_elements_never_get_one_control_and_changes_are_tried_together(page: Page) -> None:
    texts = {"root": {"en": ["Root Certificate"]}, "device": {"en": ["Device Certificate"]}, "port": {"en": ["Port"]}}
    both = {name: [Locator(role="button", name=f"${name}")] for name in ("root", "device")}
    judged = judged_on(page, "<button>Root Device Certificate</button>", texts, **both)
    assert [one.changes for one in judged.values()] == [(), ()]
    assert all("would be the same control" in one.reason for one in judged.values())
    apart = {
        "port": [Locator(role="link", name="$port")],
        "field": [Locator(label="$port"), Locator(css="#port")],
    }
    html = "<a href=#>Ports</a><label>Port number<input id=port></label>"
    judged = judged_on(page, html, texts, **apart)
    assert {name: one.changes for name, one in judged.items()} == {
        "port": (AddWord("port", "en", "Ports"),),
        "field": (AddWord("port", "en", "Port number"),),
    }
    html = "<a href=#>Ports</a><a href=#>Port number</a><label>Port number<input id=port></label>"
    assert judged_on(page, html, texts, **apart)["field"].changes == (MoveFirst(("pages", "form", "elements", "field"), 1),)


def test_elements_of_two_pages_on_one_screen_never_get_one_control() -> None:
    """Both downloads are missing, and one button is left, which resembles the name that both have in the file."""
    file = load_firmware("uniview/nvr").file
    device = Judged("device_certificate.download", "missing", changes=(AddWord("export", "en", "Download"),))
    root = Judged("trusted_ca.download", "missing", changes=(AddWord("export_root", "en", "Download"),))
    assert [one.changes for one in without_rivals([device, root], file)] == [(), ()]
    certain = Judged("device_certificate.download", "drift", changes=device.changes)
    assert [bool(one.changes) for one in without_rivals([certain, root], file)] == [True, False]
    assert [bool(one.changes) for one in without_rivals([device], file)] == [True]
    by_key = {"attribute": {"data-export": "one"}}
    put = [
        Judged(f"{name}.download", "missing", changes=(PutFirst(("pages", name, "elements", "download"), by_key),))
        for name in ("device_certificate", "trusted_ca")
    ]
    assert [one.changes for one in without_rivals(put, file)] == [(), ()]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("html", "script", "forced", "declared"),
    [
        ("<html lang=en>", None, "zh", "en"),
        ("<html lang=zh-CN>", None, "zh", ""),
        ("<html>", None, "zh", ""),
        ("<html lang=en>", None, None, ""),
        ("<html lang=en>", "'SimpChinese'", "zh", ""),
        ("<html lang=zh>", "'English'", "zh", "en"),
    ],
)
def test_a_page_that_declares_another_language_is_heard(
    page: Page, html: str, script: str | None, forced: str | None, declared: str
) -> None:
    """By the selector file's script, and where it has none by the page's own `lang`."""
    page.set_content(html)
    language = Language(script=script, names={"English": "en", "SimpChinese": "zh"}) if script else None
    file = load_firmware("uniview/nvr").file.model_copy(update={"language": language})
    heard = hear(Inquiry(page, "acme/form"), Firmware("acme/form", file, forced), 1.0)
    assert (heard.firmware.language, heard.firmware.declared, bool(heard.note)) == (forced, declared, bool(declared))


@pytest.mark.browser
@pytest.mark.parametrize("css", ["#root", "button#root", '[id="root"]', "button[id=root]"])
def test_an_id_that_the_file_asks_for_by_css_is_moved_and_not_written_once_more(page: Page, css: str) -> None:
    texts = {"export": {"en": [EXPORT]}, "other": {"en": ["Export to a drive"]}}
    find = [Locator(role="button", name="$export"), Locator(css=".none"), Locator(css=css)]
    html = "<button id=root>Export to a drive</button>"
    download = judged_on(page, html, texts, download=find, other=[Locator(role="link", name="$other")])["download"]
    assert (download.verdict, download.changes) == ("drift", (MoveFirst(("pages", "form", "elements", "download"), 2),))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("label", "taken"),
    [("Guardar", False), ("Guardar todo", True), ("保存设置 Save", True), ("保存设置", False), ("Keep it saved", True)],
    ids=["word-of-the-file", "like-one", "with-latin", "other-script", "new-word"],
)
def test_a_word_of_another_language_is_not_proposed_for_this_one(page: Page, label: str, taken: bool) -> None:
    texts = {"save": {"en": ["Save"], "es": ["Guardar"], "zh": ["保存"]}}
    find = {"save": [Locator(role="button", name="$save"), Locator(css="form button")]}
    judged = judged_on(page, f"<form><button type=button>{label}</button></form>", texts, **find)["save"]
    words = [change for change in judged.changes if isinstance(change, AddWord)]
    assert not words or taken, judged
    if label in ("Guardar", "Keep it saved"):
        assert bool(words) is taken, judged
    keyed = judged_on(page, f"<form><button type=button data-action=keep>{label}</button></form>", texts, **find)["save"]
    if label == "Guardar":
        assert keyed.changes == (PutFirst(("pages", "form", "elements", "save"), {"attribute": {"data-action": "keep"}}),)
