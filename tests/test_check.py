"""`nvrflow check` on recorders that are not quite as their selector files say: a verdict for each element, and the patch."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from changed_recorder import changed_recorder
from command_here import command_here
from conftest import BRISK, Opening
from plain_recorder import PlainRecorder

from nvrflow.check.candidates import SURE
from nvrflow.check.coverage import Outcome, outcome_of
from nvrflow.check.examination import Examination
from nvrflow.check.lookup import Inquirer, look_up
from nvrflow.check.walk import Walk
from nvrflow.errors import WrongCall, exit_code_of
from nvrflow.flows.download_certificates import download_certificates
from nvrflow.linting import lint
from nvrflow.recorder import Manner

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent
PAGES = "web/js/setup_pages.js"
ROLE = ('<button data-export="Root" t="https.ExportRoot"></button>', '<a href="#" data-export="Root" t="https.ExportRoot"></a>')


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A team's repository with its own copy of the selector files."""
    shutil.copytree(ROOT / "selectors", tmp_path / "team" / "selectors")
    git(tmp_path / "team", "init", "-q")
    return tmp_path / "team" / "selectors"


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Path]:
    """A folder for the files of a changed recorder."""
    (tmp_path / "changed").mkdir()
    yield tmp_path / "changed"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True)


def examined(recorder: Any, own: Path, tmp_path: Path, **options: Any) -> tuple[Examination, dict[str, Any]]:
    manner = Manner(selectors=own, screenshots=options.pop("screenshots", False), timeout=10)
    job = Examination(recorder.url, recorder.user, recorder.password, manner, out=tmp_path / "run", **options)
    _, folder = job.go()
    return job, folder.document


def verdicts(outcome: Outcome, *verdict: str) -> dict[str, str]:
    """Why each element has one of these verdicts; pop-ups that were not shown left out."""
    judged = [one for one in outcome.judged if one.verdict in verdict and one.page not in ("handlers", "obstacles")]
    return {one.element: one.cause or one.reason for one in judged}


def test_an_unchanged_recorder_has_nothing_missing_and_says_what_was_not_reached(
    simulated: Any, own: Path, tmp_path: Path
) -> None:
    file = own / "dahua" / "nvr_v4.yaml"
    shown = "      online_users: {find: [{role: link, name: Online Users}], after: user_menu}\n"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("        called: the user's name\n", f"        called: the user's name\n{shown}"), encoding="utf-8"
    )
    recorder = simulated()
    before = recorder.state()
    job, document = examined(recorder, own, tmp_path, screenshots=True)
    assert recorder.state() == before and recorder.sessions == 0
    assert (document["outcome"], document["error"], job.is_failed) == ("checked", None, False)
    assert verdicts(job.outcome, "missing", "drift", "not-applicable") == {}
    assert verdicts(job.outcome, "not-reachable") == {
        "https.confirm": "it is shown only after https.ok, which changes the recorder"
    }
    confirmed = next(one for one in document["elements"] if one["element"] == "account.confirm")
    assert (confirmed["verdict"], confirmed["locator"]) == ("found", 'button "OK" within message_box'), "the sign-out used it"
    assert document["coverage"]["languages_not_seen"] == ["es", "de", "zh"]
    assert {one["element"]: one["verdict"] for one in document["elements"]}["home.online_users"] == "found", "after a click"
    assert document["coverage"]["pages_not_reached"] == []
    assert document["coverage"]["elements_unused"] == ["home.online_users"]
    assert not any(step["effect"] == "write" for step in document["steps"])
    looked = [step["value"] for step in document["steps"] if step["verb"] == "look"]
    assert sorted(looked) == sorted(job.walk.firmware.file.pages) and looked[-1] == "account"  # type: ignore[union-attr]
    assert job.patch("dahua/nvr_v4").text == ""
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == len(looked) and page.count('<g class="m-found">') > 20
    cases = ET.fromstring((tmp_path / "run" / "junit.xml").read_text(encoding="utf-8"))
    assert (cases.get("failures"), cases.get("errors"), cases.get("tests")) == ("0", "0", str(len(document["elements"])))


@pytest.mark.slow
@pytest.mark.parametrize("https", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    "name",
    ["dahua/nvr_v4", "dahua/nvr_v4_3", "dahua/nvr_v5", "dahua/ipc_web3", "hikvision/nvr_v4", "hikvision/ds_v3", "uniview/nvr"],
)
def test_on_every_simulated_recorder_nothing_is_missing_and_nothing_drifts(
    simulated: Any, tmp_path: Path, name: str, https: bool
) -> None:
    recorder = simulated(name, https=https)
    manner = Manner(screenshots=False, timeout=20)
    job = Examination(recorder.url, recorder.user, recorder.password, manner, out=tmp_path / "run")
    report, _ = job.go()
    assert (report.outcome, verdicts(job.outcome, "missing", "drift")) == ("checked", {}), report.error
    assert not job.outcome.coverage["elements_unused"]


def test_what_changed_is_repaired_by_patches_until_the_check_is_clean_and_the_flow_passes(
    own: Path, homes: Path, tmp_path: Path, opened: Opening
) -> None:
    """A label renamed in German only, with everything behind it; then, behind it, a button that became a link."""
    words = {"tree.NetworkSecurity": {"German": "Netzwerk-Sicherheit"}}
    settings = {**BRISK, "language": "German"}
    with changed_recorder(homes, "uniview/nvr", settings, words, {PAGES: ROLE}) as recorder:
        job, document = examined(recorder, own, tmp_path)
        assert list(verdicts(job.outcome, "missing")) == ["setup.network_security"]
        behind = verdicts(job.outcome, "not-reachable")
        assert {"https.enable", "trusted_ca.download", "network_security.https_tab"} <= set(behind)
        assert set(behind.values()) == {"setup.network_security"}, "one cause, many consequences"
        assert document["error"]["kind"] == "selector-drift" and "1 element is missing" in document["error"]["message"]
        apply(job, own)
        again, _ = examined(recorder, own, tmp_path)
        assert list(verdicts(again.outcome, "missing")) == ["trusted_ca.download"]
        repaired = next(one for one in again.outcome.judged if one.element == "trusted_ca.download")
        assert repaired.proposal == "trusted_ca.download: put first {role: link, name: $export_root}"
        assert "role link instead of button" in repaired.reason, "another role is said, not taken silently"
        apply(again, own)
        clean, document = examined(recorder, own, tmp_path)
        assert verdicts(clean.outcome, "missing", "drift") == {} and document["outcome"] == "checked"
        with opened(recorder, selectors=own) as driven:
            device, trusted = download_certificates(driven)
            assert trusted is not None and trusted.issued(device) and driven.report.drift == []
    text = (own / "uniview" / "nvr.yaml").read_text(encoding="utf-8")
    assert "de: [Netzwerksicherheit, Netzwerk-Sicherheit], zh" in text, "the old word stays beside the new one"
    before = (ROOT / "selectors" / "uniview" / "nvr.yaml").read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if line not in text.splitlines()] == [
        "  network_security: {en: Network Security, es: Seguridad de red, de: Netzwerksicherheit, zh: 网络安全}"
    ]


def apply(job: Examination, own: Path) -> None:
    """Take the patch as a person would, and let lint read the result."""
    patch = job.patch("uniview/nvr")
    assert patch.folder == own.parent.resolve() and patch.left == ()
    (own.parent / "check.diff").write_text(patch.text, encoding="utf-8")
    git(own.parent, "apply", "check.diff")
    assert [str(one) for one in lint([own / "uniview" / "nvr.yaml"], own) if one.severity != "note"] == []


def test_a_label_like_one_beside_it_is_repaired_for_the_new_and_the_old_firmware(
    own: Path, homes: Path, tmp_path: Path, simulated: Any
) -> None:
    """The label of the HTTPS port has changed, and the one that resembles the old label most is that of the HTTP port."""
    with changed_recorder(homes, "uniview/nvr", BRISK, {"port.HTTPS": "HTTPS Port: $user"}) as recorder:
        job, _ = examined(recorder, own, tmp_path)
        assert set(verdicts(job.outcome, "missing", "drift")) == {"https_port.shown_by", "https_port.port"}
        apply(job, own)
        new, _ = examined(recorder, own, tmp_path)
    old, _ = examined(simulated("uniview/nvr"), own, tmp_path)
    assert verdicts(new.outcome, "missing", "drift") == verdicts(old.outcome, "missing", "drift") == {}
    assert 'https_port: {en: [HTTPS Port, "HTTPS Port: $user"], es' in (own / "uniview" / "nvr.yaml").read_text(encoding="utf-8")


def test_a_language_that_the_pages_do_not_speak_is_said_and_nothing_is_written_into_it(
    simulated: Any, own: Path, tmp_path: Path
) -> None:
    recorder = simulated("uniview/nvr", **BRISK)
    manner = Manner(selectors=own, screenshots=False, timeout=10, language="zh")
    job = Examination(recorder.url, recorder.user, recorder.password, manner, out=tmp_path / "run")
    report, _ = job.go()
    assert "sign_in.user" in verdicts(job.outcome, "drift")
    assert not any(one.changes or one.proposal for one in job.outcome.judged) and job.patch("uniview/nvr").text == ""
    (note,) = report.notes
    assert note.startswith("the pages say that they speak en, and --language says zh: ")
    assert recorder.sessions == 0, "the sign-out reads the words of any language"


def test_what_cannot_be_known_is_shown_and_never_healed(own: Path, homes: Path, tmp_path: Path) -> None:
    """Two buttons with one name, a button that is gone, an optional element that this device does not have."""
    (own / "team").mkdir()
    (own / "team" / "nvr.yaml").write_text(
        "vendor: Team\nextends: uniview/nvr\nidentify: []\nverified_on: []\npages:\n  https:\n    elements:\n"
        "      reset: {find: [{role: button, name: Reset}], optional: true}\n"
        "      advanced: [{role: link, name: Advanced}]\n      more: {find: [{css: .more}], called: more, after: advanced}\n"
    )
    files = {PAGES: ('<button data-export="Root" t="https.ExportRoot">', '<button data-export="Root" t="app.Export">')}
    with changed_recorder(homes, "uniview/nvr", BRISK, None, files) as recorder:
        manner = Manner(selectors=own, screenshots=False, timeout=10, firmware="team/nvr")
        job = Examination(recorder.url, recorder.user, recorder.password, manner, out=tmp_path / "run")
        job.go()
    missing = verdicts(job.outcome, "missing")
    assert set(missing) == {"device_certificate.download", "trusted_ca.download", "https.advanced"}
    assert "finds 2 visible elements" in missing["device_certificate.download"]
    assert "https.reset" in verdicts(job.outcome, "not-applicable")
    assert verdicts(job.outcome, "not-reachable")["https.more"] == "https.advanced"
    assert job.patch("team/nvr").text == "" and not any(one.changes for one in job.outcome.judged)
    removed = next(one for one in job.outcome.judged if one.element == "trusted_ca.download")
    assert removed.candidates and all(one.score < SURE for one in removed.candidates)


def test_the_morning_in_the_document_happens_as_it_is_told(own: Path, homes: Path, tmp_path: Path) -> None:
    """From the command line: two labels changed, the patch repairs both, and the transcripts are what is printed."""
    told = transcripts((ROOT / "docs" / "regression.md").read_text(encoding="utf-8"))
    words = {"tree.NetworkSecurity": "Network Safety", "menu.Setup": "Main setup"}
    with changed_recorder(homes, "uniview/nvr", BRISK, words) as recorder:
        first = command(recorder, own.parent, "check", recorder.url, "--selectors", "selectors", "--write-patch", "check.diff")
        (loose, document), diff = examined(recorder, own, tmp_path), (own.parent / "check.diff").read_text(encoding="utf-8")
        git(own.parent, "apply", "check.diff")
        found = command(recorder, own.parent, *told["try"][0].replace("http://192.0.2.10", recorder.url).split(" ", 1))
        clean = command(recorder, own.parent, "check", recorder.url, "--selectors", "selectors", "--strict", "--no-screenshots")
    assert (first.returncode, clean.returncode, found.returncode) == (1, 0, 1), first.stderr + clean.stderr + found.stderr
    assert plain(first.stdout) == plain(told["check"][1]) and plain(clean.stdout) == plain(told["check"][3])
    assert plain(found.stdout) == plain(told["try"][1])
    assert [line for line in diff.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == told["git diff"][
        1
    ].splitlines()
    (drift,) = [one for one in document["elements"] if one["verdict"] == "drift"]
    assert (drift["element"], drift["proposal"]) == ("home.setup", "texts.setup: en: [Setup, Main setup]")
    assert [one["element"] for one in document["drift"]] == ["home.setup"]
    assert {one["verdict"] for one in document["elements"]} == {"found", "drift", "missing", "not-reachable"}
    loose.strict = True
    assert loose.is_failed
    cases = ET.fromstring((tmp_path / "run" / "junit.xml").read_text(encoding="utf-8"))
    assert (cases.get("failures"), cases.get("errors"), cases.get("skipped")) == ("1", "9", "2")
    assert [one.get("value") for one in cases.findall(".//testcase/properties/property")] == [drift["proposal"]]


def test_try_says_what_is_similar_where_a_locator_finds_nothing(simulated: Any) -> None:
    recorder = simulated("uniview/nvr")
    typed = ["role=button", "name=Log in", "{role: button, name: $login}", "#szUserName, #szUserPasswd", "head title"]
    inquirer = Inquirer(recorder.user, recorder.password, Manner(timeout=10))
    looked = look_up(recorder.url, typed, "sign_in", inquirer).looked
    assert [(one.visible, one.is_unique) for one in looked] == [(0, False), (1, True), (2, False), (0, False)]
    assert looked[0].near[0]["locator"] == "{role: button, name: $login}" and looked[0].near[0]["name"] == "Login"
    assert [match["name"] for match in looked[2].matches] == ["Username", "Password"] and looked[3].count > 0
    with pytest.raises(WrongCall, match="has no such text"):
        look_up(recorder.url, ["{text: $nothing}"], "sign_in", inquirer)
    with pytest.raises(WrongCall, match="has no such page"):
        look_up(recorder.url, ["input"], "garden", inquirer)


def test_rows_optional_elements_and_pages_without_a_way_are_judged_too(tmp_path: Path) -> None:
    """On a recorder of one page: cells by their columns, a row's element by its second locator, an optional button renamed."""
    html = """<h1>Channels</h1><button>Formats</button><table><tr><th>Name<th>Record<tbody><tr><td>Door<td><input type=checkbox>
      <td><a href=# title=edit>Change</a></table><button>More</button><button>More</button>"""
    selectors = """
pages:
  channels:
    path: /
    shown_by: [{role: heading, name: Channels}]
    elements:
      format: {find: [{role: button, name: Format}], optional: true}
      more: {find: [{role: button, name: More}], optional: true}
    rows:
      channels:
        find: [{css: tbody tr}]
        cells: {name: Name, state: State}
        elements:
          edit: [{role: link, name: Edit}, {title: edit}]
          record: {find: [{role: checkbox}], column: Record}
      log: {find: [{css: ol li}], cells: {line: [{css: b}]}}
  behind: {on: channels, open: format, shown_by: [{css: .nothing}], elements: {save: [{role: button, name: Save}]}}
"""
    recorder = PlainRecorder(tmp_path, {"/": html}, selectors)
    with recorder.opened() as opened:
        walk = Walk(lambda _: None, lambda _: frozenset(), pictured=False)
        walk.go(opened)
        outcome = outcome_of(walk, opened.firmware, [])
    found = {one.element.removeprefix("channels."): one for one in outcome.judged}
    said = {name: one.verdict for name, one in found.items()}
    assert {name for name, verdict in said.items() if verdict == "found"} == {
        "shown_by",
        *("channels", "channels.name", "channels.record"),
    }
    assert (said["channels.state"], said["log"], said["log.line"]) == ("missing", "missing", "not-reachable")
    assert said["channels.edit"] == "drift" and "number 2" in found["channels.edit"].proposal
    assert said["more"] == "missing", "two of them are not the same as none"
    assert said["format"] == "not-applicable" and "button 'Formats' resembles it" in found["format"].reason
    assert {said["behind.shown_by"], said["behind.save"]} == {"not-applicable"}, "an optional element alone leads there"


def transcripts(text: str) -> dict[str, list[str]]:
    """What is typed in a document and what is printed there, one after the other, by the first word of the command."""
    found: dict[str, list[str]] = {name: [] for name in ("check", "try", "git apply", "git diff", "of others")}
    for block in re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M):
        lines = textwrap.dedent(block).strip().splitlines()
        starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            typed = lines[start].removeprefix("$ ")
            name = next((one for one in found if typed.startswith((one, f"nvrflow {one}"))), "of others")
            found[name] += [typed.removeprefix("nvrflow "), "\n".join(lines[start + 1 : end])]
    return found


def plain(printed: str) -> list[str]:
    """Lines without what is different each time: folders, times, places on the screen."""
    lines = (re.sub(r"(/\S+|[\d.]+ s\.|at \d+,\d+, \d+ x \d+)", "…", line.rstrip()) for line in printed.strip().splitlines())
    return [line for line in lines if line]


def test_a_refused_sign_in_ends_the_check_and_each_element_has_a_verdict_all_the_same(
    simulated: Any, own: Path, tmp_path: Path
) -> None:
    recorder = simulated("uniview/nvr")
    job = Examination(recorder.url, recorder.user, "wrong", Manner(selectors=own, screenshots=False), out=tmp_path / "run")
    report, folder = job.go()
    assert report.error is not None and exit_code_of(report.error["kind"]) == 4
    assert len(folder.document["elements"]) == 25 and verdicts(job.outcome, "missing") == {}
    assert verdicts(job.outcome, "not-reachable")["https.ok"] == "the walk ended before this page (sign-in-refused)"
    cases = ET.fromstring((tmp_path / "run" / "junit.xml").read_text(encoding="utf-8"))
    assert [case.get("name") for case in cases.iter("testcase") if case.find("error") is not None] == ["run"]


def command(recorder: Any, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    parts = (part for word in words for part in shlex.split(word))
    return command_here(*parts, folder=folder, password=recorder.password)
