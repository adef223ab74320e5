"""What a recorder says of itself, and its own words, are read from what it serves: files, posted requests, JSON and XML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from loopback import LoopbackServer

from nvrflow.browser.inquiry import Inquiry
from nvrflow.errors import InvalidFile, UnknownFirmware
from nvrflow.firmware import Firmware, load_firmware
from nvrflow.firmware.about import about, about_in_answer, other_version, version_refusal
from nvrflow.firmware.body import at_path, read_body, words_in
from nvrflow.firmware.language import hear
from nvrflow.flows.sign_in import sign_in
from nvrflow.recorder import open_recorder
from nvrflow.recorder.start_page import look_at

START = b"<title>Acme NVR</title><h1>Acme home</h1><script>window.lang = 'Elvish'</script>"
FILE = (
    'vendor: Acme\nfirmware: ">=4.0, <5.0"\nidentify: [{title: Acme}]\npages:\n  home: {path: /, shown_by: [{text: Acme home}]}\n'
)
DEVICE = b"<DeviceInfo xmlns='urn:x'><model>NVR-16</model><firmware><version>V4.3.1</version></firmware></DeviceInfo>"
ABOUT = "about: {model: {fetch: /device, path: model}, version: {fetch: /device, path: firmware.version}}\n"


SEVERAL_LINES = """
  - title: |
      ^Acme "?NVR
  - script: |
      window.lang === "Elvish" // its own
"""


@dataclass
class Served:
    """Answers by `METHOD path body`, and what was asked for, in order."""

    folder: Path
    answers: dict[str, bytes]
    asked: list[str] = field(default_factory=list)
    kind: str = "text/html; charset=utf-8"

    def write(self, text: str) -> Path:
        (self.folder / "acme.yaml").write_text(text, encoding="utf-8")
        return self.folder

    @contextmanager
    def at(self) -> Iterator[str]:
        """The address, for the time of the block."""
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                request = " ".join(filter(None, (self.command, self.path, self.rfile.read(length).decode())))
                served.asked.append(request)
                body = served.answers.get(request)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", served.kind if self.path == "/" else "text/plain")
                self.end_headers()
                self.wfile.write(body or b"")

            def do_POST(self) -> None:
                self.do_GET()

        with LoopbackServer(Handler) as server:
            yield f"http://{server.address}"


@pytest.fixture
def served(tmp_path: Path) -> Served:
    """A recorder with a start page and a text about itself."""
    return Served(tmp_path, {"GET /": START, "GET /device": DEVICE})


@pytest.mark.parametrize(
    "answer",
    [
        DEVICE,
        json.dumps({"model": "NVR-16", "firmware": {"version": "V4.3.1"}}).encode(),
        b"model=NVR-16\r\nfirmware.version=V4.3.1\r\n",
    ],
    ids=["xml", "json", "lines"],
)
def test_model_and_version_are_read_from_what_the_recorder_answers(served: Served, answer: bytes) -> None:
    served.answers["GET /device"] = answer
    selectors = served.write(FILE + ABOUT)
    with served.at() as url:
        seen = look_at(url, selectors)
        assert seen.firmware == "acme", seen.why
        with open_recorder(url, "a", "b", selectors=selectors, downloads=served.folder / "downloads") as recorder:
            assert recorder.report.firmware is not None
            assert (recorder.report.firmware["model"], recorder.report.firmware["version"]) == ("NVR-16", "V4.3.1")


def test_a_version_that_the_file_is_not_for_does_not_fit_and_is_told(served: Served) -> None:
    served.answers["GET /device"] = DEVICE.replace(b"V4.3.1", b"V5.0")
    with served.at() as url:
        seen = look_at(url, served.write(FILE + ABOUT))
    assert seen.firmware is None
    (own,) = [one for one in seen.candidates if one.firmware.name == "acme"]
    assert own.missing == ("firmware >=4.0, <5.0 (here V5.0)",)


def test_a_recorder_is_asked_for_its_version_only_by_a_file_that_fits_otherwise(served: Served) -> None:
    with served.at() as url:
        look_at(url, served.write(FILE.replace("{title: Acme}", "{title: Acme}, {has: '#other'}") + ABOUT))
    assert "GET /device" not in served.asked


def test_a_title_of_several_lines_in_yaml_is_a_pattern_like_any_other(served: Served) -> None:
    text = FILE.replace(
        "[{title: Acme}]", '\n  - title: |\n      ^Acme "?NVR\n  - script: |\n      window.lang === "Elvish" // its own'
    )
    with served.at() as url:
        seen = look_at(url, served.write(text))
    assert seen.firmware == "acme", seen.why


def firmware(served: Served, text: str = FILE + ABOUT, name: str = "acme") -> Firmware:
    served.write(text)
    return load_firmware(name, served.folder)


def test_what_is_said_in_an_answer_that_is_heard_anyway_counts_by_the_answers_name(served: Served) -> None:
    text = FILE + "answers: {sign_in: {url: /login, accepted: {ok: 'true'}}}\n"
    text += "about: {version: {answer: sign_in, path: dev.0.v}}\n"
    known = firmware(served, text)
    assert about_in_answer(known, "sign_in", {"dev": [{"v": 4.3}]}) == {"version": "4.3"}
    assert about_in_answer(known, "other", {"dev": [{"v": 4.3}]}) == {}
    assert about_in_answer(known, "sign_in", {"dev": []}) == {}


def test_another_version_refuses_unless_the_file_was_named_by_hand(served: Served) -> None:
    by_hand = firmware(served)
    found = Firmware("acme", by_hand.file, evidence=("title Acme",))
    refusal = version_refusal(found, {"version": "V5.1"}, "192.0.2.1")
    assert refusal is not None and refusal.kind == "unknown-firmware"
    assert "its firmware is V5.1; acme is for >=4.0, <5.0" in str(refusal) and "--firmware acme" in str(refusal)
    assert version_refusal(found, {"version": "V4.9"}, "192.0.2.1") is None
    assert version_refusal(found, {}, "192.0.2.1") is None
    assert version_refusal(by_hand, {"version": "V5.1"}, "192.0.2.1") is None
    assert "V5.1" in other_version(by_hand, {"version": "V5.1"})


SIGNING_IN = b"""<title>Acme NVR</title><h1>Acme</h1><label>User <input></label><label>Password <input type=password></label>
<button onclick="fetch('/session', {method: 'POST', body: 'x'}).then(() => {
  document.body.innerHTML = '<h1>Welcome</h1><button>Apply</button>' })">Log in</button>"""
SIGNED_IN = """\
vendor: Acme
firmware: ">=4.0, <5.0"
identify: [{title: Acme}]
about: {version: {answer: session, path: device.version}}
answers: {session: {url: /session$, accepted: {device.version: "*"}}}
pages:
  sign_in:
    path: /
    shown_by: [{label: User}]
    elements:
      user: [{label: User}]
      password: {find: [{label: Password}], secret: true}
      submit: {find: [{role: button, name: Log in}], answered_by: session}
  home:
    shown_by: [{role: heading, name: Welcome}]
    elements:
      apply: {find: [{role: button, name: Apply}], effect: write}
"""


@pytest.mark.parametrize(("version", "named", "refused"), [("4.9", None, False), ("5.1", None, True), ("5.1", "acme", False)])
def test_a_version_learnt_from_the_sign_in_stops_the_first_write_unless_the_file_was_named(
    served: Served, version: str, named: str | None, refused: bool
) -> None:
    served.answers |= {"GET /": SIGNING_IN, "POST /session x": json.dumps({"device": {"version": version}}).encode()}
    selectors = served.write(SIGNED_IN)
    files: dict[str, Any] = {"downloads": served.folder / "downloads", "state": served.folder / "state", "screenshots": False}
    with served.at() as url, open_recorder(url, "a", "b", firmware=named, selectors=selectors, **files) as recorder:
        sign_in(recorder)
        assert recorder.report.firmware is not None and recorder.report.firmware["version"] == version
        with pytest.raises(UnknownFirmware, match=r"5\.1") if refused else nullcontext():
            recorder.arrive("home").click("apply")
        recorder.signed_out()
    done = [step.element for step in recorder.report.steps if step.outcome == "done"]
    assert ("home.apply" in done) is not refused


# The recorder's own words

WORDS = "texts: {login: {en: Log in}, save: {en: [Apply, Save]}}\n"
ENGLISH = {"sys.login": "Log in", "sys.save": "Save"}
ELVISH = {"sys.login": "Minno", "sys.save": "Hepë"}


def as_xml(words: dict[str, str]) -> bytes:
    inside = "".join(f'<item id="{key}">{word}</item>' for key, word in words.items())
    return f'<?xml version="1.0" encoding="ISO-8859-1"?><lang name="x">{inside}</lang>'.encode("latin-1")


def as_attributes(words: dict[str, str]) -> bytes:
    inside = "".join(f'<w key="{key}" text="{word}"/>' for key, word in words.items())
    return f"<l>{inside}</l>".encode()


def as_tags(words: dict[str, str]) -> bytes:
    return f"<l><a>{''.join(f'<{key}>{word}</{key}>' for key, word in words.items())}</a></l>".encode()


def as_json(words: dict[str, str]) -> bytes:
    return json.dumps({"code": 0, "words": [{"id": key, "text": word} for key, word in words.items()]}).encode()


def as_lines(words: dict[str, str]) -> bytes:
    return ("\ufeff# words\n" + "".join(f"{key} = {word}\n" for key, word in words.items())).encode()


@pytest.mark.parametrize("written", [as_xml, as_attributes, as_tags, as_json, as_lines])
@pytest.mark.parametrize(
    ("dictionary", "request_of"),
    [
        ("'/{language}.xml'", "GET /{}.xml"),
        ('{fetch: /words, method: POST, body: \'{"lang": "{language}"}\'}', 'POST /words {{"lang": "{}"}}'),
    ],
    ids=["file", "post"],
)
def test_words_are_read_from_a_dictionary_however_it_is_written_and_asked_for(
    served: Served, written: object, dictionary: str, request_of: str
) -> None:
    assert callable(written)
    for name, words in (("English", ENGLISH), ("Elvish", ELVISH)):
        served.answers[request_of.format(name)] = written(words)
    known = firmware(served, FILE + WORDS + f"language: {{script: window.lang, dictionary: {dictionary}}}\n")
    with served.at() as url, opened(url, served) as page:
        heard = hear(page, known, 5.0)
    assert heard.firmware.words("$login") == ("Minno",)
    assert heard.firmware.words("$save") == ("Hepë",)
    assert heard.note == "the recorder speaks Elvish; the selector file knows en; its own words are used"


@contextmanager
def opened(url: str, served: Served) -> Iterator[Inquiry]:
    with open_recorder(
        url, "a", "b", firmware="acme", selectors=served.folder, downloads=served.folder / "downloads", screenshots=False
    ) as recorder:
        yield Inquiry(recorder.page, "acme")


def test_a_page_that_comes_for_every_address_is_no_dictionary_and_a_tag_names_its_language(served: Served) -> None:
    served.answers |= {"GET /": START.replace(b"Elvish", b"pt-BR"), "GET /pt-BR.xml": b"<html><b>Log in</b></html>"}
    known = firmware(served, FILE + WORDS + "language: {script: window.lang, dictionary: '/{language}.xml'}\n")
    with served.at() as url, opened(url, served) as page:
        heard = hear(page, known, 5.0)
    assert (heard.firmware.language, dict(heard.firmware.own_words), heard.note) == ("pt", {}, "")
    assert "GET /English.xml" not in served.asked


def test_a_language_script_that_is_no_javascript_is_told_with_the_file(served: Served) -> None:
    known = firmware(served)
    with served.at() as url, opened(url, served) as page:
        broken = firmware(served, FILE + "language: {script: 'a b'}\n")
        with pytest.raises(InvalidFile, match=r"acme: language.script: is not a JavaScript expression"):
            hear(page, broken, 5.0)
        assert about(page, known)["model"] == "NVR-16"


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ('{"a": [{"b": 1}, {"b": 2}]}', "a.1.b", 2),
        ('{"a.b": 3}', "a.b", 3),
        ("<r><a><b>x</b><b>y</b></a></r>", "a.b.1", "y"),
        ("table.General.Name=Gate\ntable.General.No=8\n", "table.General.Name", "Gate"),
        ('{"a": null}', "a", None),
        ('{"a": 1}', "a.b.c", None),
        ("<html>", "a", None),
        ("no lines here", "no", None),
    ],
)
def test_a_dotted_path_names_one_place_in_an_answer(text: str, path: str, value: object) -> None:
    assert at_path(read_body(text), path) == value


def test_a_dictionary_of_all_languages_is_read_below_a_path() -> None:
    assert words_in('{"en": {"a": "Log in"}, "es": {"a": "Entrar"}}', "es") == {"a": "Entrar"}
    assert words_in("<all><en><a>Log in</a></en><es><a>Entrar</a></es></all>", "es") == {".a[0]": "Entrar"}
    assert words_in("<all><en><a>Log in</a></en></all>", "es") == {}
