"""A recorder's pages are kept in a folder, and looked at again without the recorder: by people, by commands, as a recorder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plain_recorder import PlainRecorder, serving
from strange_recorder import PASSWORD, USER, StrangeRecorder

from nvrflow.browser import use_driver
from nvrflow.capture.archive import Capture
from nvrflow.capture.controls import Control
from nvrflow.capture.draft import seed
from nvrflow.capture.replay import Viewer, look_at, opened
from nvrflow.capture.sightings import differences, elements_on, rows_on
from nvrflow.capture.stop import _lost
from nvrflow.capture.tour import Wish, take
from nvrflow.content import as_yaml, read_yaml
from nvrflow.errors import InvalidFile, SelectorDrift, UnknownFirmware, WrongCall
from nvrflow.firmware import digest_of, load_firmware
from nvrflow.linting import lint
from nvrflow.recorder import Manner
from nvrflow.report.likeness import opened as opened_picture
from nvrflow.running import find_flow
from nvrflow.simulator import simulate

pytestmark = pytest.mark.browser
USABLE = (
    *("dahua/nvr_v4", "dahua/nvr_v4_3", "dahua/nvr_v5", "dahua/ipc_web3"),
    *("cpplus/nvr_v4", "uniview/nvr", "hikvision/ds_v3", "hikvision/nvr_v4"),
)
KEPT = "sign_in,home,https,device_certificate"


@dataclass(frozen=True)
class Kept:
    capture: Capture
    said: subprocess.CompletedProcess[str] | None = None
    serial: str = ""
    states: tuple[Any, ...] = ()


def command(folder: Path, *arguments: str, password: str = "") -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "HOME": str(folder), **({"NVRFLOW_PASSWORD": password} if password else {})}
    argv = [sys.executable, "-m", "nvrflow", *arguments]
    return subprocess.run(argv, env=variables, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A recorder with frames and HTTPS, captured from the command line."""
    folder = tmp_path_factory.mktemp("kept")
    with simulate("hikvision/ds_v3", https=True, certificate="weak_key", serial="DS-7216HQHI-K120190101CCRRD11223344WCVU") as one:
        before = one.state()
        said = command(
            folder,
            "capture",
            one.url,
            "--languages",
            "en,fr",
            "--pages",
            KEPT,
            "--out",
            "front",
            "--timeout",
            "30",
            password=one.password,
        )
        assert said.returncode == 0, said.stderr
        yield Kept(Capture.open(folder / "front"), said, "20190101CCRRD11223344WCVU", (before, one.state()))


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory, playwright: Any) -> Kept:
    """A recorder whose UI is one page with windows, in two languages; captured without a command."""
    use_driver(playwright)
    folder, pages = tmp_path_factory.mktemp("desktop"), ("sign_in", "home", "https")
    return Kept(captured("dahua/nvr_v5", folder, ("en", "de"), pages))


def captured(firmware: str, folder: Path, languages: tuple[str, ...] = (), pages: tuple[str, ...] = ()) -> Capture:
    manner = Manner(timeout=15, state=folder / "state")
    with simulate(firmware, restart_seconds=0.3, scan_seconds=0.3) as one:
        wish = Wish(one.url, folder / "out", find_flow("sign_in"), languages, one.user, one.password, manner, pages=pages)
        return take(wish)


def test_the_command_says_what_was_captured_and_what_was_replaced(kept: Kept) -> None:
    assert kept.said is not None
    assert "en: 4 of 4 pages" in kept.said.stdout and "Replaced by made-up values: " in kept.said.stdout
    assert "fr: the recorder's pages stayed in en, so they were not captured in fr" in kept.said.stdout
    assert kept.serial not in "".join(path.read_text() for path in kept.capture.folder.rglob("*.*l"))


def test_the_recorder_is_afterwards_as_it_was_before(kept: Kept) -> None:
    before, after = kept.states
    assert before == after and before["web"]["https"] is True


def test_a_capture_says_what_it_is_and_knows_its_https(kept: Kept) -> None:
    summary, device = kept.capture.summary, kept.capture.device
    assert (summary.firmware, summary.simulated, summary.languages, summary.removed) == (
        "hikvision/ds_v3",
        True,
        ("en",),
        (),
    )
    assert (
        device["https"]["in_use"] and device["https"]["redirect"] and set(device["https"]["versions"]) >= {"TLSv1.2", "TLSv1.3"}
    )
    assert device["certificates"][0]["key"] == "RSA 1024" and "127.0.0.1" not in json.dumps(device["certificates"])
    assert (
        any(one["path"] and one.get("answer") for one in device["requests"])
        and "hikvision/ds_v3" in device["identify"][0]["firmware"]
    )


def test_a_name_that_only_a_later_page_gives_away_is_made_up_in_the_picture_of_the_first(kept: Kept) -> None:
    page = kept.capture.page("sign_in")
    assert page.picture is not None and re.search(r"Name \d", page.aria)


def test_a_capture_knows_which_state_of_the_selector_file_it_was_taken_with(kept: Kept) -> None:
    assert kept.capture.summary.selectors == digest_of(load_firmware("hikvision/ds_v3").file)


def test_each_page_has_its_address_words_controls_and_picture(kept: Kept) -> None:
    page = kept.capture.page("https")
    assert page.path == "/doc/page/main.asp" and page.facts.frames and page.seconds > 0
    assert "HTTPS Port" in {one.name for one in page.controls if one.frame} and "# frame " in page.aria
    assert page.picture is not None and page.picture.stat().st_size > 3000
    assert [one.name for one in kept.capture.pages()][:2] == ["sign_in", "home"]


@pytest.mark.parametrize("kind", ["kept", pytest.param("desktop", marks=pytest.mark.slow)])
def test_every_locator_finds_on_a_capture_what_it_found_live(kind: str, request: pytest.FixtureRequest) -> None:
    assert not mismatches(request.getfixturevalue(kind).capture)


def mismatches(capture: Capture, viewer: Viewer | None = None) -> list[str]:
    found = [*capture.summary.differs]
    for language in capture.languages:
        with opened(capture.folder, language, viewer) as recorder:
            for page in capture.pages(language):
                recorder.go_to(page.name)
                window, spec = recorder.window, recorder.firmware.file.pages[page.name]
                found += differences(page.name, page.elements, elements_on(window.finder, spec))
                found += [page.name] if page.facts.rows != rows_on(window.finder, spec) else []
                found += [] if recorder.shows(page.name) or spec.asked_by_browser else [page.name]
    seen = [one for page in capture.pages() for one in page.elements.values() if one.locator is not None]
    return found if len(seen) >= len(capture.pages()) - 1 else [*found, "hardly anything was found"]


def test_fields_that_a_captured_page_lacks_are_named() -> None:
    live = [Control("textbox", "Port"), Control("textbox", "Name"), Control("switch", "DHCP"), Control("clickable", "x")]
    assert [*_lost("api", live, [Control("textbox", "Port")])] == [
        "api: fields are not seen on the captured page: 1 of role switch, 1 of role textbox"
    ]
    assert [*_lost("api", live, live)] == []


TABS = """<style>
  nav { position: fixed; left: 0; top: 0; width: 60px; height: 400px; background: #ccc } nav:hover { width: 700px }
  main { margin-left: 80px } a { position: relative; z-index: 2 } section { display: none } section:target { display: block }
</style><nav>Menu</nav><main><h1>Settings</h1><a href="#api">API</a>
<section id=api><label>Rate <input value=12></label><label>Key name <input value=main></label></section></main>"""
TABS_FILE = """
pages:
  settings: {path: /, shown_by: [{role: heading, name: Settings}], elements: {api: [{role: link, name: API}]}}
  api: {on: settings, open: api, shown_by: [{label: Rate}]}
"""


def test_what_is_shown_by_the_address_or_the_mouse_is_captured_as_it_was(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {"/": TABS}, TABS_FILE)
    manner = Manner(selectors=tmp_path / "selectors", firmware="plain", timeout=3, state=tmp_path / "state")
    with serving(plain.pages, plain.requests) as url:
        kept = take(Wish(url, tmp_path / "out", lambda recorder: None, (), "admin", "secret", manner))
    assert kept.summary.differs == ()
    fields = {one.name: one.value for one in kept.page("api").controls if one.role == "textbox"}
    assert fields == {"Rate": "12", "Key name": "main"}
    drawn = kept.page("api").picture
    assert drawn is not None
    picture = opened_picture(drawn)
    assert picture is not None
    ground = picture.getpixel((300, 200))
    assert isinstance(ground, tuple) and min(ground) > 250, "the menu is wide only below the mouse"


def test_a_capture_speaks_each_language_that_was_captured(desktop: Kept) -> None:
    words = {}
    for language in ("en", "de"):
        with opened(desktop.capture.folder, language) as recorder:
            assert recorder.firmware.language == language
            words[language] = recorder.go_to("sign_in")._element("submit").called
    assert words == {"en": "Login", "de": "Anmelden"}
    with pytest.raises(WrongCall, match="has no pages in fr; it has en, de"), opened(desktop.capture.folder, "fr"):
        pass


def test_a_capture_can_be_read_and_not_used(desktop: Kept) -> None:
    with opened(desktop.capture.folder) as recorder:
        page = recorder.go_to("https")
        assert page.read_port("port") > 0
        for use in (lambda: page.click("ok"), lambda: recorder.go_to("sign_in").fill("user", "x"), recorder.password):
            with pytest.raises(WrongCall, match="a capture can only be looked at"):
                use()
        with pytest.raises(WrongCall, match="no page 'nowhere'"):
            recorder.go_to("nowhere")


def test_no_script_of_a_capture_runs_and_nothing_is_asked_of_the_network(desktop: Kept, tmp_path: Path) -> None:
    folder = copied(desktop.capture, tmp_path)
    page = folder / "pages" / "en" / "sign_in" / "page.html"
    evil = "<script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\"><img src='http://127.0.0.1:9/x.png'>"
    page.write_text(page.read_text().replace("</body>", f"{evil}</body>"))
    with pytest.raises(InvalidFile, match=r"page\.html: has changed since it was captured"), opened(folder):
        pass
    changed(folder, files=None)
    with opened(folder) as recorder:
        tried: list[str] = []
        recorder.page.on("requestfinished", lambda request: tried.append(request.url))
        recorder.go_to("sign_in")
        assert recorder.page.title() != "ran" and not [url for url in tried if ":9/" in url]


def copied(capture: Capture, to: Path) -> Path:
    import shutil

    return Path(shutil.copytree(capture.folder, to / "copy"))


def test_identify_finds_the_file_of_a_capture_and_no_other(kept: Kept, desktop: Kept) -> None:
    said = command(kept.capture.folder.parent, "identify", "front", "--json")
    document = json.loads(said.stdout)
    assert said.returncode == 0 and document["firmware"] == "hikvision/ds_v3"
    assert [one["score"] for one in document["candidates"]].count(1.0) == 1
    assert look_at(desktop.capture.folder).firmware == "dahua/nvr_v5"


def test_a_capture_that_no_file_fits_is_not_opened(desktop: Kept, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    folder = copied(desktop.capture, tmp_path)
    changed(folder, firmware=None, files=None)
    for device in folder.glob("device.json"):
        data = json.loads(device.read_text())
        device.write_text(json.dumps({**data, "answers": {}}))
    with pytest.raises(UnknownFirmware, match="no selector file fits"), opened(folder):
        pass


def test_a_page_that_was_not_captured_says_why(desktop: Kept, tmp_path: Path) -> None:
    folder = copied(desktop.capture, tmp_path)
    changed(folder, pages={"en": {"sign_in": "ok", "home": "no way leads there"}, "de": {}})
    with opened(folder) as recorder, pytest.raises(SelectorDrift, match=r"home \(en\): no way leads there"):
        recorder.go_to("home")
    with pytest.raises(WrongCall, match="no way leads there"):
        Capture.open(folder).page("home")


def changed(folder: Path, **keys: Any) -> None:
    file = folder / "capture.yaml"
    data = {**read_yaml(file).data, **keys}
    file.write_text(as_yaml({key: value for key, value in data.items() if value is not None}))


def test_a_damaged_or_newer_capture_says_so(tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match=r"nothing: is not a folder; `nvrflow capture URL --out FOLDER` makes one"):
        Capture.open(tmp_path / "nothing")
    with pytest.raises(WrongCall, match=r"is not a capture, because it has no capture\.yaml"):
        Capture.open(tmp_path)
    file = tmp_path / "capture.yaml"
    good: dict[str, Any] = {
        "format": 1,
        "nvrflow": "1.0",
        "when": "2026-11-28",
        "languages": ["en"],
        "pages": {"en": {"a": "ok"}},
    }
    for bad, said in (
        ({"format": 2}, "has the format 2, and this nvrflow reads only 1; use a newer nvrflow"),
        ({"when": None}, "the capture is damaged"),
        ({"pages": {"en": {"../../secret": "ok"}}}, "pages.* the capture is damaged, take it again"),
        ({"languages": ["../en"]}, "languages.0: .* the capture is damaged, take it again"),
        ({"pages": 3}, "pages: .* the capture is damaged, take it again"),
    ):
        file.write_text(as_yaml({key: value for key, value in {**good, **bad}.items() if value is not None}))
        with pytest.raises(InvalidFile, match=said):
            Capture.open(tmp_path)
    file.write_text(as_yaml({**good, "later": "a key of a later nvrflow"}))
    capture = Capture.open(tmp_path)
    with pytest.raises(InvalidFile, match=r"page\.yaml.*does not exist"):
        _ = capture.pages()[0].facts
    with pytest.raises(InvalidFile, match=r"device\.json: is missing; the capture is damaged, take it again"):
        _ = capture.device


@pytest.mark.parametrize(
    ("device", "key"),
    [
        ({"https": ["TLSv1.2"]}, "https"),
        ({"https": {"versions": [1]}}, "https.versions"),
        ({"certificates": {"key": "RSA 2048"}}, "certificates"),
        ({"cookies": [{"secure": True}]}, "cookies.0.name"),
        ({"start": None}, "start"),
        ({"answers": 1}, "answers"),
        ([], "dict"),
    ],
    ids=str,
)
def test_a_device_file_of_another_form_is_damaged(tmp_path: Path, device: object, key: str) -> None:
    (tmp_path / "capture.yaml").write_text(as_yaml({"format": 1, "nvrflow": "1.0", "when": "2026-11-28"}))
    (tmp_path / "device.json").write_text(json.dumps(device))
    with pytest.raises(InvalidFile, match=rf"{key}.*the capture is damaged, take it again"):
        _ = Capture.open(tmp_path).device


def test_a_folder_that_is_not_empty_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    said = command(tmp_path, "capture", "http://192.0.2.1", "--out", "out", password="x")
    assert said.returncode == 2 and "out: exists already and is not empty; name a new folder" in said.stderr


@pytest.mark.parametrize("face", ["door", pytest.param("windows", marks=pytest.mark.slow)])
def test_framesets_and_the_browsers_own_question_and_further_windows_are_captured(face: str, tmp_path: Path) -> None:
    own = Path(__file__).parent / "strange"
    with StrangeRecorder(face) as one:
        manner = Manner(selectors=own, timeout=8, state=tmp_path / "state")
        capture = take(Wish(one.url, tmp_path / "out", find_flow("sign_in"), (), USER, PASSWORD, manner))
    assert not mismatches(capture, Viewer(selectors=own)) and capture.summary.differs == ()
    with opened(capture.folder, viewer=Viewer(selectors=own)) as recorder:
        assert recorder.go_to("https").has("ok") and recorder.shows("https")


def test_a_donation_without_a_person_to_ask_is_not_made(tmp_path: Path) -> None:
    said = command(tmp_path, "capture", "http://192.0.2.1", "--donate", "--out", "out", password="x")
    assert said.returncode == 2 and "--donate: asks before it writes, and nobody is here to answer" in said.stderr


def test_an_unknown_ui_gives_a_first_selector_file(tmp_path: Path) -> None:
    page = "<title>Recorder 10.4.5.6 (Acme)</title><label>User <input></label><label>Pass <input type=password></label>"
    page += "<button>Go</button><h1>S/N: 7L0123456</h1><button>Mail to bob@corp.acme.test</button>"
    leads = "<script>location.replace('/login?next=/')</script>"  # as many web frameworks do
    with serving({"/": leads, "/login": page}, []) as url:
        said = command(tmp_path, "capture", url, "--draft", "acme/nvr_v1", "--out", "out", password="x")
        assert said.returncode == 0, said.stderr
        fits = command(tmp_path, "identify", url, "--selectors", "out/selectors", "--json")
    assert json.loads(fits.stdout)["firmware"] == "acme/nvr_v1", fits.stdout
    file = tmp_path / "out" / "selectors" / "acme" / "nvr_v1.yaml"
    assert read_yaml(file).data["identify"] == [{"title": "^Recorder .* \\(Acme\\)$"}]
    assert not [made for made in Capture.open(tmp_path / "out").summary.made_up if made in file.read_text()]
    assert set(read_yaml(file).data["pages"]["sign_in"]["elements"]) == {"user", "password", "submit"}
    assert not [one for one in lint([file], tmp_path / "out" / "selectors") if one.severity == "error"]
    with pytest.raises(WrongCall, match="--draft Acme: is not a name for a selector file; write VENDOR/LINE_VERSION"):
        seed("Acme", tmp_path)


def test_a_capture_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with simulate("hikvision/ds_v3") as one:
        said = command(tmp_path, "capture", one.url, "--out", "new/out", "--timeout", "5", password="wrong")
    assert said.returncode == 4 and list((tmp_path / "new").iterdir()) == []


def test_a_capture_without_a_page_is_not_written_and_one_without_all_pages_is_told(tmp_path: Path) -> None:
    own = tmp_path / "own" / "acme"
    own.mkdir(parents=True)
    page = "<title>Acme</title><h1>Front</h1>"
    pages: dict[str, Any] = {
        "front": {
            "path": "/",
            "shown_by": [{"role": "heading"}],
            "elements": {"more": {"find": [{"text": "More"}], "optional": True}},
        },
        "lost": {"path": "/lost", "shown_by": [{"role": "heading", "name": "Lost"}]},
        "more": {"on": "front", "open": "more", "shown_by": [{"role": "heading", "name": "More"}]},
    }
    (own / "nvr.yaml").write_text(as_yaml({"vendor": "Acme", "lines": ["NVR"], "firmware": "1", "pages": pages}))
    with serving({"/": page, "/lost": "<h1>Lost</h1>"}, []) as url:
        given = ("capture", url, "--selectors", "own", "--firmware", "acme/nvr", "--timeout", "2", "--out")
        for typed, code, told in (
            (("all",), 0, "und: 2 of 3 pages"),
            (("none", "--languages", "xx"), 1, "no page could be captured"),
        ):
            said = command(tmp_path, *given, *typed, password="x")
            assert said.returncode == code and told in said.stdout + said.stderr, said.stdout + said.stderr
            assert (tmp_path / typed[0]).exists() is (code == 0)
        assert Capture.open(tmp_path / "all").summary.pages["und"]["more"].startswith("not offered by this device; ")
    with serving({"/": page}, []) as url:
        said = command(tmp_path, "capture", url, *given[2:], "half", "--pages", "front,lost", password="x")
    assert said.returncode == 1 and "Not complete: und/lost could not be captured" in said.stdout, said.stdout + said.stderr
    assert Capture.open(tmp_path / "half").summary.missed == ("und/lost",)


def test_simulate_serves_a_capture_for_looking_only(kept: Kept) -> None:
    folder = kept.capture.folder.parent
    argv = [sys.executable, "-m", "nvrflow", "simulate", "front"]
    with subprocess.Popen(argv, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            overview = urllib.request.urlopen(url).read().decode()
            places = re.findall(r'href="(pages/\w\w/\w+/page\.html)"', overview)
            assert len(places) == 4 and "simulated" in overview
            page = urllib.request.urlopen(url + places[-1]).read().decode()
            assert "Content-Security-Policy" in page
            with pytest.raises(urllib.error.HTTPError, match="501"):
                urllib.request.urlopen(url, data=b"x=1")
        finally:
            server.terminate()


def test_a_page_opens_by_double_click_with_its_styles_and_frames(kept: Kept, playwright: Any) -> None:
    from nvrflow.browser import find_browser

    browser = playwright.chromium.launch(executable_path=find_browser().path, args=["--no-sandbox"])
    page = browser.new_page(offline=True)
    page.goto((kept.capture.folder / "pages" / "en" / "https" / "page.html").as_uri())
    frame = page.frame_locator("iframe[name=contentframe]").frame_locator("iframe[name=paramframe]")
    assert frame.get_by_text("HTTPS Port").is_visible()
    bar = page.locator("body > *").first
    assert bar.evaluate("one => getComputedStyle(one).fontFamily") != "Times New Roman"
    browser.close()


@pytest.mark.slow
@pytest.mark.parametrize("firmware", USABLE)
def test_every_locator_finds_the_same_on_the_capture_of_each_firmware(firmware: str, tmp_path: Path, driver: None) -> None:
    capture = captured(firmware, tmp_path)
    assert not mismatches(capture)
    assert look_at(capture.folder, Viewer()).firmware == firmware
    assert all(state == "ok" for states in capture.summary.pages.values() for state in states.values())
