"""The run folder: what its consumers read, and what must never be in it."""

from __future__ import annotations

import base64
import io
import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import sample_report
from PIL import Image

from nvrflow import errors
from nvrflow.errors import SignInRefused, WrongCall
from nvrflow.report import Report, Step
from nvrflow.report.advice import advice
from nvrflow.report.folder import RunFolder
from nvrflow.report.html import as_html
from nvrflow.report.junit import as_junit
from nvrflow.report.pictures import Box, Picture
from nvrflow.report.secrecy import Gate

SECRET = "p\"ä/ß&x'<>"
TARGET = Box(10, 10, 50, 20)
VARIANTS = [sample_report.done, sample_report.failed, sample_report.checked, sample_report.already]


def picture(step_id: str, target: Box = TARGET) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), (20, 20, 20)).save(out, "JPEG")
    return Picture(step_id, out.getvalue(), target, (), 1.0)


def write(
    path: Path, report: Report, *pictures: Picture, secrets: set[str] | None = None, names: set[str] | None = None
) -> RunFolder:
    folder = RunFolder.create(path, report.flow, report.recorder)
    folder.write(report, list(pictures), secrets or set(), names or set())
    return folder


class Seen(HTMLParser):
    """What a browser would make of a page: its text, its links and pictures, and whether every element is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words, self.links, self.pictures, self.open, self.tags = "", [""], [""], list[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if tag not in ("meta", "img", "br", "use", "path", "circle"):
            self.open.append(tag)
        self.links.append(found.get("href") or "")
        self.pictures.append(found.get("src") or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data if self.open and self.open[-1] != "style" else ""


# The folder


def test_every_file_of_the_contract_is_written_and_pictures_are_numbered_like_the_steps(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", sample_report.done(), picture("click-ok"))
    written = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
    assert written == folder.document
    assert written["steps"][15]["screenshot"] == "steps/16-click-ok.png"
    assert written["steps"][14]["screenshot"] is None
    with (
        Image.open(folder.path / "steps/16-click-ok.png") as marked,
        Image.open(folder.path / "steps/16-click-ok.raw.png") as raw,
    ):
        assert marked.format == raw.format == "PNG" and marked.tobytes() != raw.tobytes()
    assert sorted(path.name for path in folder.path.iterdir()) == ["junit.xml", "report.html", "report.json", "steps"]


def test_a_picture_that_cannot_be_made_is_a_note_and_the_others_are_written(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", sample_report.done(), picture("open-ca", Box(900, 10, 50, 20)), picture("click-ok"))
    assert [path.name for path in sorted((folder.path / "steps").iterdir())] == ["16-click-ok.png", "16-click-ok.raw.png"]
    assert folder.document["notes"][-1].startswith("no picture of step 7: open-ca: the target lies outside the picture")


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(WrongCall, match="cannot be written"):
            RunFolder.create(path, "secure", "http://192.0.2.10")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system where not even root may write")
def test_a_folder_where_nobody_may_write_is_told_before_anything_is_done() -> None:
    with pytest.raises(WrongCall, match=r"--out /proc/nvrflow-run: cannot be written \(.+\); name a folder of your own"):
        RunFolder.create(Path("/proc/nvrflow-run"), "secure", "http://192.0.2.10")


def test_what_a_person_has_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for name in ("mine.txt", ".nvrflow", "report.json.new"):
        (tmp_path / "run" / name).write_text("keep", encoding="utf-8")
    write(tmp_path / "run", sample_report.done())
    for name in ("mine.txt", ".nvrflow", "report.json.new"):
        assert (tmp_path / "run" / name).read_text(encoding="utf-8") == "keep"


def test_a_second_run_in_the_same_folder_replaces_the_first_reports(tmp_path: Path) -> None:
    write(tmp_path / "run", sample_report.done())
    write(tmp_path / "run", sample_report.already())
    assert json.loads((tmp_path / "run" / "report.json").read_text(encoding="utf-8"))["outcome"] == "already"


def test_two_runs_in_one_second_have_folders_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = {RunFolder.create(None, "secure", "http://192.0.2.10:81").path for _ in range(3)}
    assert len(paths) == 3
    assert all(path.parent == tmp_path / "nvrflow-runs" and "-secure-192.0.2.10-81" in path.name for path in paths)


def test_no_user_or_password_of_an_address_is_in_the_folders_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "hidden" not in RunFolder.create(None, "secure", "http://admin:hidden@[2001:db8::1]:81/").path.name


def test_a_report_that_cannot_be_written_is_a_failed_run_and_keeps_no_other_file_from_it(tmp_path: Path) -> None:
    report = sample_report.done()
    (tmp_path / "run" / "junit.xml").mkdir(parents=True)
    folder = write(tmp_path / "run", report)
    written = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
    assert report.outcome == written["outcome"] == "failed"
    assert "junit.xml: cannot be written" in written["error"]["message"]
    assert (folder.path / "report.html").is_file()
    assert not list(folder.path.glob(".*"))


def test_an_earlier_error_is_not_hidden_by_one_of_writing(tmp_path: Path) -> None:
    (tmp_path / "run" / "report.html").mkdir(parents=True)
    assert write(tmp_path / "run", sample_report.failed()).document["error"]["kind"] == "sign-in-refused"


# Secrets


def base64_within(secret: str) -> list[str]:
    around = [("", ""), ("admin:", ""), ("x", "yz"), ("xy", "z"), ('{"password":"', '"}')]
    return [base64.b64encode((before + secret + after).encode()).decode() for before, after in around]


SPELLINGS: list[Callable[[str], str]] = [
    str,
    quote,
    quote_plus,
    lambda secret: quote(secret, safe=""),
    lambda secret: quote(secret, safe="").lower(),
    json.dumps,
    lambda secret: json.dumps(secret, ensure_ascii=False),
    lambda secret: secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    *[lambda secret, which=which: base64_within(secret)[which] for which in range(5)],
]


@pytest.mark.parametrize("place", ["notes", "title", "error", "evidence", "subject"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_secrets_are_covered_in_every_file_and_every_spelling(tmp_path: Path, spelling: Callable[[str], str], place: str) -> None:
    spelt = spelling(SECRET)
    report = sample_report.failed() if place == "error" else sample_report.done()
    if place == "notes":
        report.notes.append(f"typed {spelt} here")
    elif place == "title":
        report.steps[2].title = f"Fill in {spelt}"
    elif place == "error":
        assert report.error is not None
        report.error["message"] = f"refused {spelt}"
    elif place == "evidence":
        report.firmware = {"name": "acme/nvr_v1", "evidence": [spelt]}
    else:
        report.certificates[0]["subject"] = f"CN={spelt}"
    folder = write(tmp_path / "run", report, secrets={SECRET, "0123456789abcdef0123456789abcdef"})
    for path in (folder.path / name for name in ("report.json", "report.html", "junit.xml")):
        text = path.read_text(encoding="utf-8")
        for form in (spelt, json.dumps(spelt)[1:-1], spelt.replace("&", "&amp;").replace("<", "&lt;")):
            assert form not in text
    assert "•••" in json.dumps(folder.document, ensure_ascii=False)
    assert "it was covered" in folder.document["notes"][-1]


def test_what_is_shown_after_writing_holds_no_secret_either(tmp_path: Path) -> None:
    report = sample_report.failed()
    assert report.error is not None
    report.error["message"] = report.steps[3].note = f"refused {SECRET}"
    write(tmp_path / "run", report, secrets={SECRET})
    assert report.error["message"] == report.steps[3].note == "refused •••"


def test_a_secret_torn_apart_by_control_characters_is_covered(tmp_path: Path) -> None:
    report = sample_report.done()
    report.notes.append("typed correct\x00horse and \x1b[1mcorrect\x1b[0mhorse")
    folder = write(tmp_path / "run", report, secrets={"correcthorse"})
    assert folder.document["notes"][-2] == "typed ••• and •••"


@pytest.mark.parametrize("secret", ["done", "span", "testcase", "table", "secure", "read", "2026", "class", "name", "true", "1"])
def test_a_password_that_is_a_common_word_breaks_no_file(tmp_path: Path, secret: str) -> None:
    folder = write(tmp_path / "run", sample_report.done(), picture("click-ok"), secrets={secret})
    document = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
    assert document["outcome"] == "done" and document["flow"] == "secure" and len(document["steps"]) == 21
    assert len(ET.parse(folder.path / "junit.xml").findall(".//testcase")) == 21
    page = Seen((folder.path / "report.html").read_text(encoding="utf-8"))
    assert page.open == [] and any(source.startswith("data:image/jpeg;base64,/9j/") for source in page.pictures)


@pytest.mark.parametrize(
    ("secret", "name"),
    [
        ("acme", "acme/nvr_v1"),
        ("nvr_v1", "acme/nvr_v1"),
        ("8080", sample_report.RECORDER),
        ("192.0.2.10", sample_report.RECORDER),
        ("cert", "device_certificate"),
        ("sign_in", "sign_in.password"),
        ("submit", "click-sign-in-submit"),
        ("nvr", "dahua/nvr"),
    ],
)
def test_a_password_that_is_a_word_of_a_name_known_before_is_left_in_the_name(tmp_path: Path, secret: str, name: str) -> None:
    report = sample_report.done()
    report.notes = [f"{name}: is not there", f"typed {secret} into {name}"]
    names = {"device_certificate", "sign_in", "sign_in.password", "dahua/nvr"}
    folder = write(tmp_path / "run", report, secrets={secret}, names=names)
    assert folder.document["notes"][:2] == [f"{name}: is not there", f"typed ••• into {name}"]
    assert (folder.document["firmware"]["name"], folder.document["recorder"]) == ("acme/nvr_v1", sample_report.RECORDER)
    page = (folder.path / "report.html").read_text(encoding="utf-8")
    assert f"{name}: is not there" in page and f"typed {secret} " not in page


def test_a_password_that_is_only_a_word_of_names_is_not_said_to_have_been_covered(tmp_path: Path) -> None:
    report = sample_report.done()
    report.notes, report.firmware = ["acme/nvr_v1: home: is not there"], {"name": "acme/nvr_v1"}
    for certificate in report.certificates:
        certificate |= {"subject": "CN=x", "issuer": "CN=x"}
    folder = write(tmp_path / "run", report, secrets={"acme"}, names={"acme/nvr_v1"})
    assert folder.document["notes"] == ["acme/nvr_v1: home: is not there"]


def test_a_password_that_is_all_of_a_name_or_reaches_beyond_it_is_covered() -> None:
    names = {"acme/nvr_v1", "home"}
    assert Gate({"acme/nvr_v1"}, names).text("acme/nvr_v1: home") == "•••: home"
    assert Gate({"home"}, names).text("typed home") == "typed •••"
    assert Gate({"v1-secret"}, names).text("acme/nvr_v1-secret") == "acme/nvr_•••"
    assert Gate({"acme", "nvr_v1 home"}, names).text("acme/nvr_v1 home") == "acme/•••"


def test_an_address_with_a_password_in_it_is_no_name(tmp_path: Path) -> None:
    report = sample_report.done()
    report.recorder = "http://admin:hidden-word@192.0.2.10"
    assert write(tmp_path / "run", report, secrets={"hidden-word"}).document["recorder"] == "http://admin:•••@192.0.2.10"


def test_a_short_secret_is_covered_where_it_stands_alone() -> None:
    gate = Gate({"abc"})
    assert gate.text("abc, (abc) abcd cab") == "•••, (•••) abcd cab"


def test_nothing_is_covered_without_a_secret() -> None:
    gate = Gate({"", "  "})
    assert gate.text("a  b") == "a  b" and not gate.found


# JUnit


@pytest.mark.parametrize("variant", VARIANTS)
def test_junit_counts_what_it_holds(variant: Callable[[], Report]) -> None:
    root = ET.fromstring(as_junit(variant().as_dict()))
    suite = root.find("testsuite")
    assert suite is not None
    for element in (root, suite):
        assert int(element.get("tests", "")) == len(suite.findall("testcase"))
        assert int(element.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(element.get("skipped", "")) == len(suite.findall("testcase/skipped"))


def test_junit_names_the_failing_step_and_its_kind() -> None:
    root = ET.fromstring(as_junit(sample_report.failed().as_dict()))
    cases = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert [(case.get("classname"), case.get("name")) for case in cases] == [("secure.Sign in", "Click Login")]
    failure = cases[0].find("failure")
    assert failure is not None and failure.get("type") == "sign-in-refused"
    assert failure.get("message") == failure.text and "4 tries are left" in (failure.text or "")


def test_junit_has_no_two_cases_of_one_name() -> None:
    cases = list(ET.fromstring(as_junit(sample_report.done().as_dict())).iter("testcase"))
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names) == 21
    assert ("secure.Download the certificates", "Click Download (download-device)") in names


def test_junit_says_what_ran_and_where_the_pictures_are(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", sample_report.done(), picture("click-ok"))
    root = ET.parse(folder.path / "junit.xml")
    properties = {one.get("name"): one.get("value") for one in root.iter("property")}
    assert properties["firmware"] == "acme/nvr_v1" and properties["language"] == "en"
    assert properties["recorder"] == sample_report.RECORDER and properties["nvrflow"]
    said = [case.findtext("system-out") or "" for case in root.iter("testcase")]
    assert "[[ATTACHMENT|steps/16-click-ok.png]]" in said[15].splitlines()
    assert (folder.path / "steps/16-click-ok.png").is_file()


def test_junit_leaves_out_what_xml_forbids() -> None:
    report = sample_report.failed()
    problem = SignInRefused("refused \x1b[31mred\x1b[0m\x1b]0;title\x07 \x00\ud800\uffff\x85 ü 🎥")
    report.error = {"kind": problem.kind, "message": str(problem), "step": "click-sign-in-submit"}
    report.steps[0].title, report.steps[0].note = "Open \x1b[2J<x>&\"'", "a\x0bb"
    root = ET.fromstring(as_junit(report.as_dict()))
    failure = root.find(".//failure")
    assert failure is not None and failure.get("message") == "refused red ü 🎥"
    assert next(root.iter("testcase")).get("name") == "Open <x>&\"'"


def test_an_error_outside_every_step_is_a_test_case_of_its_own() -> None:
    report = sample_report.done()
    report.failed(WrongCall("no such thing"))
    root = ET.fromstring(as_junit(report.as_dict()))
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == ["run"]


def test_steps_held_back_by_a_check_are_skipped_in_junit() -> None:
    root = ET.fromstring(as_junit(sample_report.checked().as_dict()))
    assert [case.get("name") for case in root.iter("testcase") if case.find("skipped") is not None] == ["Click OK"]


def test_a_step_that_failed_and_was_repeated_is_no_failure_but_said() -> None:
    report = sample_report.done()
    report.steps[7].outcome = "failed"
    root = ET.fromstring(as_junit(report.as_dict()))
    assert root.find(".//failure") is None
    assert "outcome: failed; the flow went on" in (list(root.iter("testcase"))[7].findtext("system-out") or "")


# HTML


@pytest.mark.parametrize("variant", VARIANTS)
def test_html_is_one_well_formed_file_that_loads_nothing(variant: Callable[[], Report]) -> None:
    text = as_html(variant().as_dict(), {"open": b"\xff\xd8"})
    page = Seen(text)
    assert page.open == [] and not page.tags & {"script", "link", "iframe", "object", "base"}
    assert {source.partition(";")[0] for source in page.pictures if source} == {"data:image/jpeg"}
    assert "url(" not in text and "@import" not in text and "default-src 'none'" in text


def test_html_escapes_what_recorders_say() -> None:
    report = sample_report.done()
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    report.notes, report.steps[0].title, report.steps[0].note = [hostile], hostile, hostile
    report.firmware = {"name": hostile, "evidence": [hostile]}
    report.certificates[0]["subject"] = report.certificates[0]["file"] = hostile
    page = Seen(as_html(report.as_dict(), {"open": b"\xff\xd8"}))
    assert page.open == [] and "script" not in page.tags
    assert "x" not in page.pictures and hostile in page.words


def test_html_of_a_done_run_says_all_that_was_found() -> None:
    words = " ".join(Seen(as_html(sample_report.done().as_dict(), {})).words.split())
    for said in (
        "Done. HTTPS is on and trusted",
        "acme/nvr_v1",
        "title NVR <1>",
        "23 November 2026, 21:30:00 UTC+01:00",
        "7.52 s",
    ):
        assert said in words
    for said in ("21, 3 of them write", "TLSv1.3", "HTTP redirects to it", "00:01:02:03", "is valid for 3680 days", "drift"):
        assert said in words
    for said in ("move `t=com.Download` up", "chromium-nss", "stands for 192.0.2.10 only", "3 minutes late"):
        assert said in words


def test_html_of_a_failed_run_says_what_to_do_and_links_the_step() -> None:
    page = Seen(as_html(sample_report.failed().as_dict(), {}))
    assert "Failed: The sign-in was refused" in page.words
    assert "What to do:" in page.words and advice("sign-in-refused") in page.words
    assert "#click-sign-in-submit" in page.links


def test_html_of_a_check_says_what_was_held_back() -> None:
    words = Seen(as_html(sample_report.checked().as_dict(), {})).words
    assert "Checked: nothing was changed" in words and "held back by --check" in words and "16, 1 held back" in words


def test_html_of_a_repeated_run_says_that_nothing_had_to_be_changed() -> None:
    words = Seen(as_html(sample_report.already().as_dict(), {})).words
    assert "Already done: nothing had to be changed. HTTPS is on and trusted" in words and "was there already" in words


def test_html_links_the_full_picture_and_the_downloads_beside_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", sample_report.done(), picture("click-ok"))
    page = Seen((folder.path / "report.html").read_text(encoding="utf-8"))
    assert {"steps/16-click-ok.png", "downloads/device.crt"} <= set(page.links)


def test_every_report_can_be_shown_however_little_is_known(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", Report("secure", "http://192.0.2.10", steps=[Step("open", "Open")]))
    assert Seen((folder.path / "report.html").read_text(encoding="utf-8")).open == []
    assert ET.parse(folder.path / "junit.xml").getroot().get("tests") == "1"


def kinds(error: type[errors.NvrflowError]) -> set[str]:
    return {error.kind, *(kind for child in error.__subclasses__() for kind in kinds(child))}


@pytest.mark.parametrize("kind", sorted(kinds(errors.NvrflowError) - {"failed"}))
def test_every_kind_of_error_comes_with_what_to_do(kind: str) -> None:
    assert advice(kind).endswith(".")
