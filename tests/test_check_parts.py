"""The parts of `check`: candidates on small pages, changes of small files, the order of the visit, locators as typed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Browser, Page

from nvrflow.browser import find_browser
from nvrflow.capture.controls import Control, controls_of
from nvrflow.check.boxed import as_boxed, marks
from nvrflow.check.candidates import Ranked, is_generated, rank, stable_attribute, the_clear_one, wanted_of
from nvrflow.check.cases import as_cases
from nvrflow.check.coverage import Outcome
from nvrflow.check.examination import Examination
from nvrflow.check.itinerary import Itinerary, is_optional, only_later
from nvrflow.check.patch import patch_of
from nvrflow.check.repair import Broken, repaired
from nvrflow.check.typed import locators
from nvrflow.check.verdict import AddWord, Candidate, Change, Judged, MoveFirst, PutFirst
from nvrflow.check.yaml_text import YamlText
from nvrflow.cli.paragraph import paragraph
from nvrflow.cli.progress import Progress
from nvrflow.cli.verdicts import print_verdicts
from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.firmware import Element, Firmware, Locator, load_firmware
from nvrflow.recorder.window import Window
from nvrflow.report import Report
from nvrflow.report.secrecy import Gate, blank

FILE = """\
# A recorder of ours
vendor: Acme   # the maker
firmware: "*"
texts: # words
  save: {en: [Save, Keep], de: Sichern}
  port: {en: Port}
  host:
    en: Host # as it is
    de:
      - Rechner

pages:
  form:
    path: /
    elements:
      save: &save
        find:
          # what a person sees
          - role: button
            name: $save
          - attribute: {t: com.Save} # the page's own name
        effect: write
      port: [{label: $port}, {css: "#port"}]
      host: {find: {css: "#host"}, called: host}
  other:
    path: /other
    elements:
      save: *save
"""


@pytest.fixture(scope="module")
def page(playwright: object) -> Iterator[Page]:
    found = find_browser()
    browser: Browser = playwright.chromium.launch(executable_path=found.path, args=["--no-sandbox"])  # type: ignore[attr-defined]
    yield browser.new_page(viewport={"width": 1000, "height": 600})
    browser.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A repository with the file acme/form, and acme/child, which extends it."""
    (tmp_path / "ours" / "acme").mkdir(parents=True)
    (tmp_path / "ours" / "acme" / "form.yaml").write_text(FILE, encoding="utf-8")
    child = "vendor: Acme\nextends: acme/form\ntexts:\n  save: {en: Store}\n"
    (tmp_path / "ours" / "acme" / "child.yaml").write_text(child, encoding="utf-8")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path / "ours"


@pytest.fixture
def ranked(page: Page) -> Callable[..., tuple[Ranked, ...]]:
    """The candidates for the element `save` of the file above on a page of HTML; `taken` is a control that another finds."""

    def on(html: str, find: list[Locator] | None = None, taken: str = "", language: str = "en") -> tuple[Ranked, ...]:
        page.set_content(html)
        controls = controls_of(page)
        firmware = Firmware("acme/form", _small().file, language)
        others = {index: "form.other" for index, one in enumerate(controls) if taken and one.name == taken}
        return rank(controls, wanted_of(firmware, "save", Element(find=find or [Locator(role="button", name="$save")])), others)

    return on


def _small() -> Firmware:
    return Firmware(
        "acme/form", load_firmware("uniview/nvr").file.model_copy(update={"texts": {"save": {"en": ["Save"], "de": ["Sichern"]}}})
    )


def names(ranked: tuple[Ranked, ...]) -> list[str]:
    return [one.control.name for one in ranked]


@pytest.mark.browser
def test_role_and_name_decide_and_place_does_not(ranked: Callable[..., tuple[Ranked, ...]]) -> None:
    found = ranked("<button>Cancel</button><a href=#>Save</a><p>Save</p><button>Saved</button><button>Save it</button>")
    assert set(names(found)) == {"Saved", "Save", "Save it"} and the_clear_one(found)[0] is None, "a link Save, a button Saved"
    best, _ = the_clear_one(ranked("<button>Cancel</button><button>Saves</button>"))
    assert best is not None and best.control.name == "Saves"
    link = ranked("<button>Cancel</button><a href=#>Save</a>")[0]
    assert (link.control.role, link.note) == ("link", "role link instead of button"), "another role is said"
    assert the_clear_one(ranked("<button>Cancel</button><button>Save (all)</button>"))[0] is not None
    heading = the_clear_one(ranked("<input type=checkbox aria-label=Save>"))
    assert heading[0] is None and "its role is checkbox, and button is expected" in heading[1]


@pytest.mark.browser
def test_none_is_chosen_of_two_alike_nor_one_that_another_element_finds_nor_the_next_best(
    ranked: Callable[..., tuple[Ranked, ...]],
) -> None:
    assert the_clear_one(ranked("<button>Save</button><div><button>Save</button></div>"))[0] is None
    assert the_clear_one(ranked("<button>Save</button>", taken="Save")) == (None, "nothing on the page resembles it")
    for other in ("Delete", "Save all certificates", "Default"):
        assert the_clear_one(ranked(f"<button>{other}</button>"))[0] is None, other


@pytest.mark.browser
def test_what_was_on_the_screen_before_is_not_chosen(page: Page) -> None:
    page.set_content("<button>Save</button>")
    shown = controls_of(page)
    wanted = wanted_of(Firmware("acme/form", _small().file, "en"), "save", Element(find=[Locator(role="button", name="$save")]))
    assert the_clear_one(rank(shown, wanted, {}))[0] is not None
    best, why = the_clear_one(rank(shown, wanted, {}, above=shown))
    assert best is None and "it was on the screen before this page was opened" in why


@pytest.mark.browser
def test_a_label_that_lost_its_translation_is_recognised(ranked: Callable[..., tuple[Ranked, ...]]) -> None:
    best, _ = the_clear_one(ranked("<button>Save</button><button>Suchen</button>", language="de"))
    assert best is not None and best.control.name == "Save" and "of another language" in " ".join(best.why)


@pytest.mark.browser
def test_a_change_is_proposed_only_if_the_first_locator_then_finds_that_control_alone(page: Page) -> None:
    form = Element(find=[Locator(role="button", name="$save"), Locator(css="#old")])
    where = ("pages", "form", "elements", "save")

    def repaired_on(html: str) -> tuple[Change, ...]:
        page.set_content(html)
        firmware = Firmware("acme/form", _small().file, "en")
        window = cast(Window, SimpleNamespace(page=page, firmware=firmware, file=firmware.file))
        control = next(one for one in controls_of(page) if one.name == "Store" and one.attributes.get("class") != "other")
        return repaired(Broken(window, where, form, control, control.box))

    assert repaired_on("<button>Store</button>") == (AddWord("save", "en", "Store"),)
    assert repaired_on("<a href=#>Store</a>") == (
        AddWord("save", "en", "Store"),
        PutFirst(where, {"role": "link", "name": "$save"}),
    )
    twice = "<button class=other>Store</button><p><button {}>Store</button>"
    assert repaired_on(twice.format("data-action=keep")) == (PutFirst(where, {"attribute": {"data-action": "keep"}}),)
    assert repaired_on(twice.format("id=button-1030")) == ()


@pytest.mark.parametrize(
    ("value", "generated"),
    [
        *(
            (value, True)
            for value in ("ember123", "button-1030", "css-1x2y3z", "gen45", "r_3f9a8c2b", ":r1:", "x-9", "a1b2c3d4e5")
        ),
        *((value, False) for value in ("loginButton", "save", "user-name", "https_port", "port2", "nav-tab")),
    ],
)
def test_names_that_a_program_made_are_no_locators(value: str, generated: bool) -> None:
    assert is_generated(value) is generated
    control = Control("button", "Save", attributes={"id": value})
    assert stable_attribute(control) == (None if generated else {"id": value})
    assert stable_attribute(Control("button", "Save", key="t=com.Save", attributes={"t": "com.Save", "id": value})) == {
        "t": "com.Save"
    }


@pytest.mark.parametrize(
    ("change", "gone", "new"),
    [
        (
            AddWord("save", "en", "Store"),
            ["  save: {en: [Save, Keep], de: Sichern}"],
            ["  save: {en: [Save, Keep, Store], de: Sichern}"],
        ),
        (
            AddWord("save", "de", "Ja: jetzt"),
            ["  save: {en: [Save, Keep], de: Sichern}"],
            ['  save: {en: [Save, Keep], de: [Sichern, "Ja: jetzt"]}'],
        ),
        (
            AddWord("save", "es", "No"),
            ["  save: {en: [Save, Keep], de: Sichern}"],
            ['  save: {en: [Save, Keep], de: Sichern, es: "No"}'],
        ),
        (AddWord("host", "en", "Name"), ["    en: Host # as it is"], ["    en: [Host, Name] # as it is"]),
        (AddWord("host", "de", "Name"), [], ["      - Name"]),
        (AddWord("fresh", "en", "New"), [], ["  fresh: {en: New}"]),
        (
            PutFirst(("pages", "form", "elements", "save"), {"role": "link", "name": "$save"}),
            [],
            ["          - role: link", "            name: $save"],
        ),
        (
            PutFirst(("pages", "form", "elements", "port"), {"attribute": {"name": "port"}}),
            ['      port: [{label: $port}, {css: "#port"}]'],
            ['      port: [{attribute: {name: port}}, {label: $port}, {css: "#port"}]'],
        ),
        (
            PutFirst(("pages", "form", "elements", "host"), {"label": "$host"}),
            ['      host: {find: {css: "#host"}, called: host}'],
            ['      host: {find: [{label: $host}, {css: "#host"}], called: host}'],
        ),
        (
            MoveFirst(("pages", "form", "elements", "port"), 1),
            ['      port: [{label: $port}, {css: "#port"}]'],
            ['      port: [{css: "#port"}, {label: $port}]'],
        ),
    ],
)
def test_a_change_touches_its_lines_and_no_others(files: Path, change: Change, gone: list[str], new: list[str]) -> None:
    patch = patch_of([Judged("form.save", "missing", changes=(change,))], "acme/form", files)
    assert patch.left == () and patch.folder == files.parent
    changed = [line for line in patch.text.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    assert [line[1:] for line in changed if line[0] == "-"] == gone and [line[1:] for line in changed if line[0] == "+"] == new
    (files.parent / "a.diff").write_text(patch.text, encoding="utf-8")
    subprocess.run(["git", "-C", str(files.parent), "apply", "a.diff"], check=True)
    load_firmware("acme/form", files)
    text = (files / "acme" / "form.yaml").read_text(encoding="utf-8")
    assert "&save" in text and "*save" in text and "# what a person sees" in text


def test_what_two_elements_share_is_changed_once_and_a_word_stands_where_the_text_does(files: Path) -> None:
    first = PutFirst(("pages", "form", "elements", "save"), {"text": "Keep"})
    second = PutFirst(("pages", "other", "elements", "save"), {"text": "Keep"})
    words = (AddWord("save", "en", "Archive"), AddWord("host", "en", "Name"))
    judged = [Judged("form.save", "missing", changes=(first,)), Judged("other.save", "missing", changes=(second, *words))]
    text = patch_of(judged, "acme/child", files).text
    assert text.count("+          - text: Keep") == 1
    child, form = text[text.index("acme/child") :], text[: text.index("acme/child")]
    assert "+  save: {en: [Store, Archive]}" in text and "+    en: [Host, Name]" in text
    assert text.count("--- a/ours/acme/") == 2 and (child or form)


def test_a_change_that_would_make_the_file_invalid_is_left_out(files: Path) -> None:
    broken = Judged("form.save", "missing", changes=(PutFirst(("pages", "form", "elements", "save"), {"text": "$nothing"}),))
    patch = patch_of([broken], "acme/form", files)
    assert (patch.text, patch.left) == ("", ("form.save",))


def test_line_ends_of_a_file_stay_as_they_are(files: Path) -> None:
    file = files / "acme" / "form.yaml"
    file.write_bytes(FILE.replace("\n", "\r\n").encode())
    text = patch_of([Judged("form.save", "missing", changes=(AddWord("port", "en", "Gate"),))], "acme/form", files).text
    assert "+  port: {en: [Port, Gate]}\r\n" in text and text.count("\n+") == 2


def test_a_word_with_a_secret_is_not_proposed() -> None:
    judged = Judged("a.b", "missing", proposal="hunter2hunter2", changes=(AddWord("save", "en", "hunter2hunter2"),))
    covered = judged.covered(Gate({"hunter2hunter2"}))
    assert (covered.changes, covered.proposal) == ((), "") and "hunter2" not in str(covered.as_dict())


def test_a_page_comes_before_what_lies_on_it_and_the_sign_out_last() -> None:
    file = load_firmware("dahua/nvr_v4").file
    plan = Itinerary(file, frozenset({"account"}))
    assert plan.outside() == ["sign_in"]
    assert plan.inside() == [
        *("home", "menu", "security", "ca_certificate", "device_certificate", "trusted_ca"),
        *("security_status", "security_details", "https", "system_service", "account"),
    ]
    assert only_later(file.pages["account"], "account", file) == {"confirm"}
    assert is_optional("security_status", "details", file), "it opens nothing but an optional page"
    assert not is_optional("security", "ca_certificate_tab", file)


def test_after_and_optional_are_checked_by_lint(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    for wrong, said in (("after: sav", "did you mean 'save'"), ("after: twice", "shown only after itself")):
        element = f"      twice: {{find: [{{text: Twice}}], {wrong}}}\n"
        (tmp_path / "acme" / "form.yaml").write_text(FILE.replace("      port:", element + "      port:"), encoding="utf-8")
        with pytest.raises(InvalidFile, match=said):
            load_firmware("acme/form", tmp_path)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["{role: button, name: OK}"], [Locator(role="button", name="OK")]),
        (["role=button", "name=Log in"], [Locator(role="button", name="Log in")]),
        (["role=button name='Log in' within=$box"], [Locator(role="button", name="Log in", within="$box")]),
        (["role=link", "role=button"], [Locator(role="link"), Locator(role="button")]),
        (["t=com.OK"], [Locator(attribute={"t": "com.OK"})]),
        (["input[name=user]", "#save"], [Locator(css="input[name=user]"), Locator(css="#save")]),
    ],
)
def test_a_locator_is_typed_as_in_a_file_as_words_or_as_css(typed: list[str], expected: list[Locator]) -> None:
    assert locators(typed) == expected


@pytest.mark.parametrize("typed", ["name=OK", "{role: button, nam: OK}", "{role: button", "{}"])
def test_what_is_no_locator_is_refused_with_what_to_write(typed: str) -> None:
    with pytest.raises(WrongCall):
        locators([typed])


def test_the_list_of_verdicts_fits_on_one_screen_and_says_how_many_more_there_are() -> None:
    class Told:
        lines: Sequence[tuple[str, str]] = ()

        def conclusion(self, report: Report, told: Sequence[tuple[str, str]], sentence: str) -> None:
            self.lines, self.sentence = told, sentence

    candidate = Candidate("button", "Store", 0.7, ("role button as expected",), "form")
    lost = [Judged(f"form.button_{index}", "missing", reason="gone " * 30, candidates=(candidate,)) for index in range(40)]
    behind = [Judged(f"other.field_{index}", "not-reachable", cause="form.button_0", reason="behind") for index in range(9)]
    job = Examination("http://192.0.2.10", outcome=Outcome((*lost, *behind), {"texts_not_seen": ["save"]}))
    told, report = Told(), Report(flow="check", recorder="http://192.0.2.10")
    print_verdicts(cast(Progress, told), job, report, Path("run"), False, None)
    high = sum(len(paragraph(f"{label}: {text}", 80, indent=2)) for label, text in told.lines)
    assert high <= 20 and "more; --verbose lists everything" in "".join(text for _, text in told.lines)
    assert 'button "Store" (0.70)' in told.lines[0][1] and told.sentence.startswith("40 missing, 9 not reachable; 0 steps")
    print_verdicts(cast(Progress, told), job, report, Path("run"), True, None)
    assert len(told.lines) == 40 + 9 + 2 and ("Words not seen", "save") in told.lines


def test_the_documents_of_a_check_can_be_written_without_its_data() -> None:
    """The last gate compares with such a file, to know what is markup."""
    judged = Judged("page.save", "missing", reason="gone", box=(1, 2, 3, 4)).as_dict()
    report = Report(
        flow="check", recorder="http://192.0.2.10", extra={"elements": [judged], "coverage": {"texts_not_seen": ["a"]}}
    )
    document = report.as_dict()
    assert "gone" in as_boxed(document, {}) and "gone" in as_cases(document)
    assert "gone" not in as_boxed(blank(document), {}) and "gone" not in as_cases(blank(document))


def test_labels_on_a_picture_do_not_cover_each_other() -> None:
    tabs = [
        {"element": f"page.tab_number_{index}", "verdict": "found", "box": [20 + 60 * index, 40, 58, 20], "candidates": []}
        for index in range(3)
    ]
    lost = {"element": "page.gone", "verdict": "missing", "box": None, "candidates": [{"box": [20, 200, 80, 20]}, {"box": None}]}
    made = list(marks([*tabs, lost]))
    assert [one.name for one in made] == ["tab_number_0", "tab_number_1", "tab_number_2", "gone?"]
    labels = [one.label for one in made]
    apart = all(a[1] + a[3] <= b[1] or b[1] + b[3] <= a[1] or a[0] + a[2] <= b[0] for a, b in pairwise(labels))
    assert apart


def test_a_file_without_texts_gets_them() -> None:
    assert YamlText("vendor: Acme\n").add_word("save", "en", "Save") == "vendor: Acme\ntexts:\n  save: {en: Save}\n"
