"""Selector files are checked as editors and reviewers would, and all that we ship are clean."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest

from nvrflow.content import folder, read_yaml
from nvrflow.errors import InvalidFile
from nvrflow.firmware import available
from nvrflow.firmware.schema import schema_text
from nvrflow.linting import lint, table

ROOT = Path(__file__).resolve().parent.parent


def found(tmp_path: Path, text: str, flows: Path | None = None) -> list[tuple[str, int | None, str, str]]:
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    return [(one.severity, one.line, one.key, one.what) for one in lint([tmp_path / "odd.yaml"], tmp_path, flows)]


def test_all_shipped_files_are_clean() -> None:
    assert [str(finding) for finding in lint()] == []


@pytest.mark.parametrize("name", available())
def test_shipped_files_agree_with_the_schema_that_editors_get(name: str) -> None:
    jsonschema.Draft7Validator(json.loads(schema_text())).validate(read_yaml(available()[name]).data)


def test_the_schema_in_the_repository_is_that_of_the_model() -> None:
    assert (folder("selectors") / "schema.json").read_text(encoding="utf-8") == schema_text()


def test_the_readmes_table_is_the_files_own_word() -> None:
    assert table() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_the_guide_to_a_new_firmware_shows_is_no_mistake(tmp_path: Path) -> None:
    shown = re.findall(r"```yaml\n(\S.*?)```", (ROOT / "docs" / "new-firmware.md").read_text(encoding="utf-8"), re.DOTALL)
    for number, text in enumerate(shown):
        whole = text if "vendor:" in text else f'vendor: A\nfirmware: "*"\n{text}'
        (tmp_path / f"shown-{number}.yaml").write_text(whole, encoding="utf-8")
    findings = lint([tmp_path / f"shown-{number}.yaml" for number in range(len(shown))], tmp_path)
    assert shown and [one for one in findings if one.severity == "error"] == []
    keys = (
        "scopes", "handlers", "native_dialogs", "answers", "body", "answered_by", "value", "use_first", "leave", "rows", "quiet",
        "status", "options", "announced_by", "refused_by", "busy", "explain",
    )  # fmt: skip
    said = "".join(shown)
    assert all(f"{key}:" in said for key in keys)


def test_an_error_is_told_like_the_loader_tells_it(tmp_path: Path) -> None:
    assert found(tmp_path, "vendor: A\nfirmware: 4.0\n") == [("error", 2, "firmware", "must be text, not 4.0; put it in quotes")]


BRITTLE = """\
vendor: A
firmware: "*"
texts:
  login: {en: Login, es: Entrar}
  gone: {en: Gone}
pages:
  sign_in:
    path: /
    elements:
      submit: [{css: .login}]
      extra: [{text: $gone}]
  island:
    elements: {}
"""


def test_missing_words_brittle_locators_and_loose_ends_are_warnings_with_their_lines(tmp_path: Path) -> None:
    warnings = {(line, key): what for severity, line, key, what in found(tmp_path, BRITTLE) if severity == "warning"}
    assert "has no words in es" in warnings[5, "texts.gone"]
    assert "CSS only" in warnings[10, "pages.sign_in.elements.submit"]
    assert "used by no flow" in warnings[11, "pages.sign_in.elements.extra"]
    assert (12, "pages.island") in warnings


def test_a_secret_that_is_only_covered_is_in_use(tmp_path: Path) -> None:
    text = BRITTLE.replace("extra: [{text: $gone}]", "extra: {find: [{text: $gone}], secret: true}")
    assert not [key for _, _, key, _ in found(tmp_path, text) if key.endswith("extra")]


WORDS = """\
vendor: A
firmware: "*"
language: {script: "window.lang", dictionary: "/{language}.xml"}
texts:
  login: {en: Login, es: Entrar}
  gone: {en: Gone}
  lost: {es: Perdido}
"""


def test_where_the_recorder_has_a_dictionary_english_words_are_all_that_is_asked_for(tmp_path: Path) -> None:
    asked = [(key, what) for *_, key, what in found(tmp_path, WORDS) if key.startswith("texts")]
    assert asked == [("texts.lost", "has no words in en")]
    without = WORDS.replace(', dictionary: "/{language}.xml"', "")
    asked = [(key, what) for *_, key, what in found(tmp_path, without) if key.startswith("texts")]
    assert asked == [("texts.gone", "has no words in es"), ("texts.lost", "has no words in en")]


USED_BEFORE = """\
      ok: {find: [{role: button, name: OK}], effect: write, use_first: validity}
      validity: {find: [{label: Days}], value: "365"}
      country: {find: [{label: Country}], value: "$country"}
    rows:
      channels: {find: [{css: tr}], cells: {name: Name}, elements: {edit: [{text: Edit}]}}
texts: {country: {en: Germany}}
"""


def test_what_is_used_before_another_element_is_in_use_and_rows_without_a_flow_are_not(tmp_path: Path) -> None:
    text = WHOLE.replace("      ok: {find: [{role: button, name: OK}], effect: write}\n", USED_BEFORE)
    assert [(key, what) for *_, key, what in found(tmp_path, text)] == [
        ("pages.https.elements.country", "is used by no flow and on no way to a page"),
        ("pages.https.rows.channels", "is used by no flow"),
    ]


# What flows cannot do without

WHOLE = """\
vendor: A
firmware: "*"
pages:
  sign_in:
    path: /
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: [{role: button, name: Enter}]
  home:
    shown_by: [{text: Live}]
  device_certificate:
    on: home
    elements:
      download: [{role: link, name: Fetch}]
  https:
    on: home
    elements:
      enable: [{label: Secure}]
      ok: {find: [{role: button, name: OK}], effect: write}
"""


def test_a_file_with_all_that_flows_use_is_clean_without_what_they_ask_for_first(tmp_path: Path) -> None:
    assert found(tmp_path, WHOLE) == []


@pytest.mark.parametrize(
    ("line", "page", "said"),
    [
        ("      submit: [{role: button, name: Enter}]\n", (4, "sign_in"), "has no `submit`, which the flow sign_in uses"),
        (
            "      enable: [{label: Secure}]\n",
            (16, "https"),
            "has no `enable`, which the flows disable_https, enable_https use",
        ),
        (
            "      download: [{role: link, name: Fetch}]\n",
            (12, "device_certificate"),
            "has no `download`, which the flow download_certificates uses",
        ),
    ],
)
def test_an_element_that_a_flow_uses_and_the_page_lacks_is_a_warning(
    tmp_path: Path, line: str, page: tuple[int, str], said: str
) -> None:
    assert line in WHOLE
    text = WHOLE.replace(line, "").replace("    on: home\n    elements:\n  https", "    on: home\n  https")
    assert found(tmp_path, text) == [("warning", page[0], f"pages.{page[1]}", said)]


def test_a_page_that_lacks_is_one_warning_with_every_flow_that_goes_there(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("  https:")]
    said = "has no page `https`, so the flows disable_https, enable_https, secure cannot be used"
    assert found(tmp_path, text) == [("warning", 3, "pages", said)]


def test_what_a_page_has_to_have_is_asked_even_if_the_flow_asks_for_the_page(tmp_path: Path) -> None:
    text = WHOLE + "  account:\n    on: home\n"
    assert found(tmp_path, text) == [("warning", 21, "pages.account", "has no `sign_out`, which the flow sign_out uses")]


def test_where_the_browser_itself_asks_the_page_needs_no_fields(tmp_path: Path) -> None:
    fields = WHOLE[WHOLE.index("    elements:") : WHOLE.index("  home:")]
    assert found(tmp_path, WHOLE.replace(fields, "    asked_by_browser: true\n")) == []


def test_a_file_that_only_says_that_nothing_can_be_done_needs_nothing_else(tmp_path: Path) -> None:
    text = WHOLE[: WHOLE.index("      submit")] + "obstacles:\n  old: {shown_by: [{css: object}], means: plugin-needed}\n"
    assert found(tmp_path, text) == []
    later = text.replace("plugin-needed", "not-initialised")
    assert any(what.startswith("has no `submit`") for _, _, _, what in found(tmp_path, later))


OWN_FLOW = """\
from nvrflow import Recorder
from nvrflow.flows.sign_in import sign_in


def set_name(recorder: Recorder) -> None:
    sign_in(recorder)
    page = recorder.go_to("names")
    page.fill("name", "x") if page.has("name") else None
    offered = page.offers("more")
    if offered:
        page.click("less")
    else:
        page.click("least")
    if not recorder.has("zone"):
        recorder.already("no zones")
    elif not page.is_checked("by_zone"):
        press(recorder, page)
    if not recorder.has("island"):
        return
    recorder.go_to("sea").click("sail")


def press(recorder: Recorder, shown: object) -> None:
    shown.click("apply")
    recorder.once_more(fetch, again=sign_in)


def fetch(recorder: Recorder) -> None:
    recorder.go_to("zone").download("list")
"""


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A folder for a team's own flows."""
    (tmp_path / "flows").mkdir()
    return tmp_path / "flows"


def test_an_own_flow_is_tried_out_on_the_files_recorder(tmp_path: Path, flows: Path) -> None:
    (flows / "set_name.py").write_text(OWN_FLOW, encoding="utf-8")
    assert {what for *_, what in found(tmp_path, WHOLE, flows)} == {"has no page `names`, so the flow set_name cannot be used"}
    names = WHOLE + "  names:\n    on: home\n    elements:\n      least: [{text: Least}]\n"
    assert found(tmp_path, names, flows) == []
    both = {(key, what) for *_, key, what in found(tmp_path, names + "  zone:\n    on: home\n", flows)}
    assert both == {
        ("pages.names", "has no `by_zone`, which the flow set_name uses"),
        ("pages.names", "has no `apply`, which the flow set_name uses"),
        ("pages.zone", "has no `list`, which the flow set_name uses"),
    }


def test_what_is_used_after_either_answer_of_the_screen_is_looked_for(tmp_path: Path, flows: Path) -> None:
    (flows / "set_name.py").write_text(OWN_FLOW, encoding="utf-8")
    names = WHOLE + "  names:\n    on: home\n    elements:\n      more: [{text: More}]\n"
    assert {what for *_, what in found(tmp_path, names, flows)} == {
        "has no `less`, which the flow set_name uses",
        "has no `least`, which the flow set_name uses",
    }


def own_flow(flows: Path, *lines: str, name: str = "own") -> None:
    """A flow `own` of these lines, with `page`, a page of the recorder."""
    body = "".join(f"    {line}\n" for line in ("page = recorder.go_to('https')", *lines))
    (flows / f"{name}.py").write_text(f"from pathlib import Path\n\n\ndef {name}(recorder):\n{body}", encoding="utf-8")


ASKING = {
    "deep": ("a = page.offers('enable')", "b = page.is_checked('enable')", "if a and b:", "    page.click('deep')"),
    "after": ("while not recorder.shows('home'):", "    pass", "page.fill('after', 'x')"),
    "each": ("while recorder.shows('home'):", "    page.click('each')"),
    "proven": ("assert page.read('enable') == 'yes'", "page.download('proven')"),
    "absent": ("if 'x' in page.read('enable'):", "    return", "page.check('absent')"),
    "often": ("for _ in range(10**9):", "    page.is_checked('often')"),
}


def test_answers_are_tried_until_all_that_a_flow_uses_was_seen(tmp_path: Path, flows: Path) -> None:
    for lacking, lines in ASKING.items():
        own_flow(flows, *lines, name=f"own_{lacking}")
    said = [f"has no `{lacking}`, which the flow own_{lacking} uses" for lacking in ASKING]
    assert sorted(what for *_, what in found(tmp_path, WHOLE, flows)) == sorted(said)


NOT_HERE = {
    "write": ("Path(__file__).with_name('left.txt').write_text('x')", "Forbidden: write "),
    "remove": ("Path(__file__).unlink()", "Forbidden: remove a file"),
    "start": ("__import__('subprocess').run(['true'])", "Forbidden: start a program"),
    "speak": ("__import__('socket').create_connection(('127.0.0.1', 9))", "Forbidden: speak to another computer"),
    "exit": ("raise SystemExit", "SystemExit"),
    "divide": ("return 1 / 0", "ZeroDivisionError: division by zero"),
}


def test_a_flow_that_does_something_beside_the_recorder_is_stopped_and_noted(tmp_path: Path, flows: Path) -> None:
    for name, (line, _) in NOT_HERE.items():
        own_flow(flows, line, name=f"own_{name}")
    (tmp_path / "odd.yaml").write_text(WHOLE, encoding="utf-8")
    noted = {Path(one.file).stem.removeprefix("own_"): one for one in lint([tmp_path / "odd.yaml"], tmp_path, flows)}
    assert noted.keys() == NOT_HERE.keys() and {one.severity for one in noted.values()} == {"note"}
    assert all(f"({said}" in noted[name].what for name, (_, said) in NOT_HERE.items())
    assert sorted(path.name for path in flows.glob("*.*")) == sorted(f"own_{name}.py" for name in NOT_HERE)


def test_a_flow_without_an_end_is_noted_and_the_others_are_tried_out(
    tmp_path: Path, flows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nvrflow.rehearsal.rehearsals._FLOW_LIMIT", 1.0)
    own_flow(flows, "sum(iter(int, 1))")
    (flows / "zone.py").write_text("def zone(recorder):\n    recorder.go_to('zone')\n", encoding="utf-8")
    findings = found(tmp_path, WHOLE, flows)
    assert [(severity, what) for severity, _, _, what in findings if severity != "note"] == [
        ("warning", "has no page `zone`, so the flow zone cannot be used")
    ]
    assert [what for severity, _, _, what in findings if severity == "note"] == [
        "this flow cannot be tried out without a recorder (it does not come to an end); what it uses is not checked"
    ]


ROWS = """\
    rows:
      channels:
        find: [{css: tr.channel}]
        cells: {name: Name, state: [{css: .led}]}
        elements:
          edit: [{role: button, name: Edit}]
"""


def test_rows_that_a_flow_uses_and_the_page_does_not_have_are_named(tmp_path: Path, flows: Path) -> None:
    own_flow(
        flows,
        "row = page.row('channels', 'Front door')",
        "row.click('edit')",
        "if row.read('state') == 'off':",
        "    row.click('start')",
        "[one['Name'] + one['speed'] for one in page.rows('channels')]",
    )
    assert {what for *_, what in found(tmp_path, WHOLE, flows)} == {"has no `channels`, which the flow own uses"}
    assert {what for *_, what in found(tmp_path, WHOLE + ROWS, flows)} == {
        "has no `channels.start`, which the flow own uses",
        "has no `channels.speed`, which the flow own uses",
    }


def test_an_own_flow_that_is_no_python_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def broken(recorder:\n", encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"broken\.py:1: is not Python"):
        lint(flows=tmp_path)
