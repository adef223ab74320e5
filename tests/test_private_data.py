"""A capture of a recorder stuffed with private data holds none of it, and everything is found on it that was found live."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from plain_recorder import PlainRecorder, serving
from private_page import ANSWERS, FIELDS, KEY, PRIVATE, SELECTORS, SPLIT, leaked

from nvrflow.capture.archive import Capture
from nvrflow.capture.clearance import clear
from nvrflow.capture.replay import Viewer, opened
from nvrflow.capture.scanner import Scanner
from nvrflow.capture.scrubber import Scrubber
from nvrflow.capture.tour import Wish, take
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.recorder import Manner

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Taken:
    capture: Capture
    selectors: Path
    url: str


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory, playwright: object) -> Iterator[Taken]:
    from nvrflow.browser import use_driver

    use_driver(playwright)  # type: ignore[arg-type]
    folder = tmp_path_factory.mktemp("private")
    recorder = PlainRecorder(folder, ANSWERS, SELECTORS)
    manner = Manner(selectors=folder / "selectors", timeout=3, state=folder / "state")
    with serving(recorder.pages, recorder.requests) as url:
        wish = Wish(url, folder / "out", lambda recorder: None, (), PRIVATE["user"], PRIVATE["password"], manner)
        yield Taken(take(wish), folder / "selectors", url)


def test_nothing_private_is_in_any_file(taken: Taken) -> None:
    assert leaked(taken.capture.folder) == []
    everything = "".join(path.read_text() for path in taken.capture.folder.rglob("*.*ml"))
    assert taken.url.removeprefix("http://") not in everything and KEY.split()[4][:30] not in everything
    assert not {"100", "64"} & {one.value for one in taken.capture.page("settings").controls}, FIELDS
    assert SPLIT not in everything


def test_what_the_search_for_leaks_looks_for_is_found_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(ANSWERS["/"])
    found = {one.partition(": ")[2] for one in leaked(tmp_path)}
    assert {"serial", "mail", "address", "split", "user", "certificate"} <= found


def test_made_up_values_keep_their_shape_and_are_the_same_everywhere(taken: Taken) -> None:
    page = taken.capture.page("settings")
    summary = taken.capture.summary
    serial = page.html.split("Settings of ")[1][: len(PRIVATE["serial"])]
    assert serial != PRIVATE["serial"] and [sign.isdigit() for sign in serial] == [sign.isdigit() for sign in PRIVATE["serial"]]
    assert page.html.count(serial) >= 3 and f"Icon of {serial}" in page.aria
    assert "192.0.2." in page.html and "02:00:00:" in page.html and "02-00-00-" in page.html
    assert summary.replaced["serial"] == 3 and summary.replaced["mac"] == 1
    assert summary.removed == () and page.picture is not None
    assert summary.firmware == "plain" and summary.model == "NVR 7"


def test_what_is_no_private_data_stays(taken: Taken) -> None:
    html = taken.capture.page("settings").html
    assert all(word in html for word in ("Save", "Device Name", "Channel list", "Settings of", "In shadow", "No."))


def test_the_captured_page_has_no_script_and_asks_for_nothing(taken: Taken) -> None:
    html = taken.capture.page("settings").html
    assert "SERIAL" not in html and "fetch(" not in html and 'onclick=""' in html
    assert "default-src 'none'" in html and 'src="http' not in html


def test_a_page_that_is_not_reached_is_noted_with_the_reason(taken: Taken) -> None:
    assert "Never there" in taken.capture.summary.pages["und"]["gone"]
    assert taken.capture.summary.missed == ("und/gone",)


def test_every_locator_finds_on_the_capture_what_it_found_live(taken: Taken) -> None:
    elements = taken.capture.page("settings").elements
    assert all(one.counts == (1,) and one.locator == 0 for one in elements.values()), elements
    assert taken.capture.summary.differs == ()
    with opened(taken.capture.folder, viewer=Viewer(selectors=taken.selectors)) as recorder:
        page = recorder.go_to("settings")
        assert page.read("name") == next(
            one.value for one in taken.capture.page("settings").controls if one.name == "Device Name"
        )
        assert len(page.rows("channels")) == 1


def test_a_donated_capture_has_no_pictures_and_styles_and_everything_is_still_found(tmp_path: Path) -> None:
    recorder = PlainRecorder(tmp_path, ANSWERS, SELECTORS[: SELECTORS.index("  gone:")])
    manner = Manner(selectors=tmp_path / "selectors", timeout=3, state=tmp_path / "state")
    seen: list[str] = []
    with serving(recorder.pages, recorder.requests) as url:
        wish = Wish(url, tmp_path / "out", lambda recorder: None, (), PRIVATE["user"], PRIVATE["password"], manner, donated=True)
        with pytest.raises(NvrflowError, match="was not written, because you did not agree"):
            take(replace(wish, approve=lambda finished: bool(seen.append(finished.page("settings").html))))  # type: ignore[func-returns-value]
        assert seen and list(tmp_path.glob("*out*")) == [] and list(tmp_path.glob(".nvrflow*")) == []
        capture = take(wish)
    files = {path.suffix for path in capture.folder.rglob("*") if path.is_file()}
    assert files == {".yaml", ".json", ".html"} and capture.summary.donated and capture.summary.differs == ()
    assert leaked(capture.folder) == [] and "<svg" not in capture.page("settings").html


PLAIN = """<title>Garden House</title><h1>Home</h1><p title="Garden House">Garden House and Gardens</p>
<select><option>Front<option>Lena 2</select>"""


def test_words_that_the_person_calls_private_are_replaced_everywhere(tmp_path: Path) -> None:
    recorder = PlainRecorder(tmp_path, {"/": PLAIN}, "pages: {start: {path: /, shown_by: [{role: heading, name: Home}]}}\n")
    manner = Manner(selectors=tmp_path / "selectors", firmware="plain", timeout=3, state=tmp_path / "state")
    with serving(recorder.pages, recorder.requests) as url:
        wish = Wish(url, tmp_path / "out", lambda recorder: None, (), "admin", "secret", manner)
        with pytest.raises(WrongCall, match="--replace 'ab': is too short"):
            take(replace(wish, replaced=("ab",)))
        assert not recorder.requests
        capture = take(replace(wish, replaced=("Garden House", "Lena")))
    kept = "".join(
        path.read_text(encoding="utf-8") for path in capture.folder.rglob("*") if path.suffix in (".html", ".yaml", ".json")
    )
    assert "Garden House" not in kept and "Lena" not in kept
    assert "Gardens" in kept and "Front" in kept and capture.summary.replaced["name"] >= 2


def test_a_leak_on_purpose_is_found_in_each_disguise_and_removed(taken: Taken, tmp_path: Path) -> None:
    import base64

    secret = "Harbour Office 7"
    scanner = Scanner({secret: "name"}, ())
    disguises = {
        "plain": f"<p>{secret}</p>",
        "escaped": "".join(f"&#{ord(sign)};" for sign in secret),
        "apart": f"<b>{secret[:5]}</b><i>{secret[5:]}</i>",
        "percent": secret.replace(" ", "%20"),
        "base64": base64.b64encode(f"user {secret} end".encode()).decode(),
        "hexadecimal": secret.encode().hex(),
        "address": "<p>10.9.8.7</p>",
        "mac": "<p>90:02:a9:00:00:01</p>",
        "mail": "<p>somebody@firm.test</p>",
        "token": f"<p>{'3f9a81c7' * 5}</p>",
        "key": KEY,
        "signed in": "<p>rtsp://guard7:pass4word@192.0.2.7/</p>",
        "hidden": '<input type="hidden" name="csrf_token" value="q7w8e9r0">',
        "query": '<a href="/x?a=1&amp;token=q7w8e9r0">',
        "number": "<td>S/N:</td><td>7L0123456</td>",
        "unseen": "<p>somebody&#8203;@firm.test</p>",
    }
    for name, text in disguises.items():
        (tmp_path / f"{name}.html").write_text(text)
    (tmp_path / "page.yaml").write_text("controls:\n- {role: textbox, name: WiFi key, value: '4711'}\n")
    assert {leak.file.removesuffix(".html") for leak in scanner.scan(tmp_path)} == {*disguises, "page.yaml"}


@pytest.mark.parametrize("kind", ["webp", "png"])
def test_a_picture_that_holds_more_than_its_pixels_is_a_leak(tmp_path: Path, kind: str) -> None:
    from PIL import Image

    scanner, file = Scanner({}, ()), tmp_path / f"page.{kind}"
    Image.new("RGB", (8, 8)).save(file, lossless=True)
    assert scanner.scan(tmp_path) == []
    Image.new("RGB", (8, 8)).save(file, lossless=True, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")
    assert [leak.kind for leak in scanner.scan(tmp_path)] == ["text"]
    file.write_bytes(b"Harbour Office 7")
    assert [leak.kind for leak in scanner.scan(tmp_path)] == ["damaged"]


def test_a_picture_that_was_taken_before_a_value_was_known_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "pages" / "en" / "home"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text("<p>Harbour Office 7</p>")
    (folder / "page.yaml").write_text("controls:\n- {role: textbox, name: WiFi key, value: hunter2wifi}\n")
    (folder / "page.webp").write_bytes(b"RIFF____WEBP")
    scrubber = Scrubber()
    scrubber.learn("name", "Harbour Office 7")
    cleared = clear(tmp_path, scrubber, {"en": {"home": "ok"}})
    assert cleared.removed == ["pages/en/home/page.webp"] and cleared.pages == {"en": {"home": "ok"}}
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        "page.html": "<p>Name 1</p>",
        "page.yaml": 'controls:\n- role: textbox\n  name: WiFi key\n  value: "********"\n',
    }


def test_a_file_that_cannot_be_cleared_is_deleted_and_its_page_says_so(tmp_path: Path) -> None:
    secret, folder = "Harbour Office 7", tmp_path / "pages" / "en" / "home"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(f"<b>{secret[:5]}</b><i>{secret[5:]}</i>")
    (tmp_path / "device.json").write_text('{"name": "Harbour Office 7"}')
    scrubber = Scrubber()
    scrubber.learn("name", secret)
    cleared = clear(tmp_path, scrubber, {"en": {"home": "ok", "other": "ok"}})
    assert cleared.removed == ["pages/en/home/page.html"] and not folder.exists()
    assert "could not be cleared (name without tags)" in cleared.pages["en"]["home"] and cleared.pages["en"]["other"] == "ok"
    assert json.loads((tmp_path / "device.json").read_text()) == {"name": "Name 1"}
