"""Pictures for documentation: a page or an element by its name, marked as asked, written only if they look different."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_here import command_here
from plain_recorder import PlainRecorder, serving

from nvrflow.errors import WrongCall
from nvrflow.gallery import Hung, Shown, Visit, Wanted, hang
from nvrflow.recorder import Manner
from nvrflow.recorder.illustrator import Subject
from nvrflow.running import Run
from nvrflow.simulator import simulate

WHITE, BLACK, GREEN, MARK, COVER = (255, 255, 255), (0, 0, 0), (0, 160, 0), (229, 38, 58), (96, 104, 117)
# The box that is pictured lies at 100,200 and is 300x100; what the page shows in its dark scheme is black.
PAGE = """<style>body { margin: 0; background: white } @media (prefers-color-scheme: dark) { body { background: black } }
  section { position: absolute; left: 100px; top: 200px; width: 300px; height: 100px; background: rgb(0 160 0) }
  button { position: absolute; left: 200px; top: 240px; width: 100px; height: 20px; border: 0; background: rgb(0 160 0) }
  a { position: absolute; left: 700px; top: 500px }</style>
<h1>Acme home</h1><section id=box></section><button>Save</button><a href="/other">Other</a>
<b id=key style="position: absolute; left: 100px; top: 400px; font-size: 40px; background: red">KEY</b>
<i id=clock style="position: absolute; left: 400px; top: 400px"></i>
<script>setInterval(() => clock.textContent = performance.now(), 50)</script>"""
DOOR = """<title>Acme</title><h1>Sign in</h1><label>Password <input type=password></label>
<button onclick="location = '/home'">Enter</button>"""
SELECTORS = """
volatile: [{css: "#clock"}]
pages:
  sign_in:
    path: /
    shown_by: [{role: heading, name: Sign in}]
    elements:
      password: {find: [{label: Password}], secret: true}
      submit: [{role: button, name: Enter}]
  home:
    shown_by: [{role: heading, name: Acme home}]
    elements:
      box: {find: [{css: "#box"}], called: the box}
      save: [{role: button, name: Save}]
      key: {find: [{css: "#key"}], secret: true}
      gone: [{role: button, name: Gone}]
      other: [{role: link, name: Other}]
  other:
    on: home
    open: other
    shown_by: [{role: heading, name: Other}]
"""

HOME = SELECTORS[SELECTORS.index("  home:") :].replace("home:", "home:\n    path: /", 1)
OPEN = SELECTORS[: SELECTORS.index("  sign_in:")] + HOME  # nobody has to sign in there


class Acme:
    """A recorder whose pages can be changed, and pictures of it below `folder`."""

    def __init__(self, folder: Path, url: str, pages: dict[str, str], requests: list[str]) -> None:
        self.folder, self.url, self.pages, self.requests = folder, url, pages, requests
        self.manner = Manner(firmware="plain", selectors=folder / "selectors", timeout=6.0, state=folder / "state")

    def hang(self, subject: Subject, name: str = "docs/picture.png", verify: bool = False, **shown: Any) -> list[Hung]:
        wanted = Wanted(self.url, subject, self.folder / name, Shown(**{"scale": 1.0, **shown}))
        return hang(wanted, Visit(password="secret", manner=self.manner), verify)


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Acme]:
    PlainRecorder(tmp_path, {}, SELECTORS)
    pages, requests = {"/": DOOR, "/home": PAGE, "/other": "<h1>Other</h1>"}, list[str]()
    with serving(pages, requests) as url:
        yield Acme(tmp_path, url, pages, requests)


def seen(path: Path) -> Any:
    from PIL import Image

    return Image.open(path).convert("RGB")


def colours(image: Any, left: int, top: int, right: int, bottom: int) -> set[Any]:
    return {image.getpixel((x, y)) for x in range(left, right) for y in range(top, bottom)}


def test_an_element_is_cut_out_with_its_padding_and_has_a_text_for_those_who_do_not_see_it(acme: Acme) -> None:
    (one,) = acme.hang(Subject("home", "box", padding=10))
    image = seen(one.file)
    assert image.size == (320, 120)
    assert (image.getpixel((9, 9)), image.getpixel((10, 10)), image.getpixel((309, 109))) == (WHITE, GREEN, GREEN)
    assert one.alt_file.name == "picture.png.alt.txt" and one.alt_file.read_text(encoding="utf-8") == "home: the box\n"


def test_what_is_marked_is_boxed_and_numbered_and_said_and_what_an_arrow_points_at_too(acme: Acme) -> None:
    (plain,) = acme.hang(Subject("home"), "plain.png")
    (one,) = acme.hang(Subject("home", mark=["save"], arrow={"other": "Look here, 看"}))
    image, before = seen(one.file), seen(plain.file)
    assert image.size == (1280, 720) and MARK not in colours(before, 150, 200, 800, 560)
    assert MARK in colours(image, 190, 230, 200, 270), "the frame around the button"
    assert image.crop((200, 240, 300, 260)).tobytes() == before.crop((200, 240, 300, 260)).tobytes(), "the button itself"
    assert MARK in colours(image, 640, 440, 900, 580), "the text beside the link"
    assert image.crop((702, 502, 730, 515)).tobytes() == before.crop((702, 502, 730, 515)).tobytes(), "the link itself"
    assert one.alt == "home (1 Save; → Other: Look here, 看)"


def test_a_picture_has_neither_a_secret_nor_what_never_looks_the_same_twice(acme: Acme) -> None:
    (one,) = acme.hang(Subject("home"))
    image = seen(one.file)
    assert colours(image, 102, 402, 170, 440) == {COVER}
    assert colours(image, 400, 400, 600, 420) == {WHITE}


def test_a_file_that_looks_the_same_stays_and_one_that_does_not_is_written(acme: Acme) -> None:
    states = [[one.state for one in acme.hang(Subject("home", "box"))] for _ in range(2)]
    file = acme.folder / "docs" / "picture.png"
    stamp = file.stat().st_mtime_ns
    acme.pages["/home"] = PAGE.replace("<i id", "<!-- new --><i id")
    states += [[one.state for one in acme.hang(Subject("home", "box"))]]
    assert states == [["written"], ["unchanged"], ["unchanged"]] and file.stat().st_mtime_ns == stamp
    acme.pages["/home"] = PAGE.replace("rgb(0 160 0)", "rgb(0 160 90)")
    assert [one.state for one in acme.hang(Subject("home", "box"))] == ["written"]
    assert file.stat().st_mtime_ns != stamp


def test_verify_writes_nothing_and_tells_missing_from_out_of_date(acme: Acme) -> None:
    (one,) = acme.hang(Subject("home", "box"), verify=True)
    assert one.state == "missing" and not (acme.folder / "docs").exists()
    acme.hang(Subject("home", "box"))
    assert [one.state for one in acme.hang(Subject("home", "box"), verify=True)] == ["unchanged"]
    before = {path: path.read_bytes() for path in (acme.folder / "docs").iterdir()}
    acme.pages["/home"] = PAGE.replace("rgb(0 160 0)", "rgb(0 160 90)")
    (one,) = acme.hang(Subject("home", "box"), verify=True)
    assert one.state == "outdated" and one.is_out_of_date
    assert {path: path.read_bytes() for path in (acme.folder / "docs").iterdir()} == before


def test_an_alternative_text_that_is_not_true_any_more_is_out_of_date(acme: Acme) -> None:
    (one,) = acme.hang(Subject("home", "box"))
    one.alt_file.write_text("something else\n", encoding="utf-8")
    assert acme.hang(Subject("home", "box"), verify=True)[0].state == "outdated"


def test_both_colour_schemes_come_from_one_visit_in_files_of_their_own(acme: Acme) -> None:
    light, dark = acme.hang(Subject("home"), "docs/home.webp", schemes=("light", "dark"))
    assert [one.file.name for one in (light, dark)] == ["home.light.webp", "home.dark.webp"]
    assert (seen(light.file).getpixel((5, 300)), seen(dark.file).getpixel((5, 300))) == (WHITE, BLACK)
    assert acme.requests.count("/home") == 1
    assert light.file.read_bytes()[8:12] == b"WEBP"


def test_a_picture_is_taken_once_nothing_moves(acme: Acme) -> None:
    grows = "let n = 0; const timer = setInterval(() => { box.style.opacity = ++n / 10; if (n > 9) clearInterval(timer) }, 200)"
    acme.pages["/home"] = PAGE.replace("id=box", "id=box style='opacity: 0'") + f"<script>{grows}</script>"
    (one,) = acme.hang(Subject("home", "box"))
    assert colours(seen(one.file), 20, 20, 100, 30) == {GREEN}


def test_size_and_scale_are_those_that_were_asked_for(acme: Acme) -> None:
    (one,) = acme.hang(Subject("home"), width=900, height=600, scale=2.0)
    assert seen(one.file).size == (1800, 1200)


def test_each_language_has_a_file_of_its_own(acme: Acme) -> None:
    names = [one.file.name for one in acme.hang(Subject("sign_in", "submit"), languages=("en", "de"))]
    assert names == ["picture.en.png", "picture.de.png"]


def test_nobody_signs_in_for_a_page_that_everybody_sees(acme: Acme) -> None:
    acme.hang(Subject("sign_in"))
    assert "/home" not in acme.requests
    acme.hang(Subject("home"), "home.png")
    assert "/home" in acme.requests


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (Subject("hoem"), "plain: the selector file has no page 'hoem'; did you mean home?"),
        (Subject("home", "bx"), "plain: home.bx: the selector file has no such element; the page home has box, save, "),
        (Subject("home", mark=["x"]), "plain: home.x: the selector file has no such element"),
    ],
    ids=["page", "element", "mark"],
)
def test_what_the_selector_file_does_not_have_is_a_wrong_call_before_anybody_signs_in(
    acme: Acme, subject: Subject, said: str
) -> None:
    with pytest.raises(WrongCall, match="selector file has no") as ended:
        acme.hang(subject)
    assert str(ended.value).startswith(said)
    assert "/home" not in acme.requests and not (acme.folder / "docs").exists()


def test_what_does_not_fit_on_one_screen_is_said(acme: Acme) -> None:
    acme.pages["/home"] = PAGE + "<button style='position: absolute; top: 4000px'>Gone</button>"
    with pytest.raises(WrongCall, match=r"home.gone: does not fit on one screen of 1280x720"):
        acme.hang(Subject("home", "box", mark=["gone"]))


FLOW = """
def pictures(recorder):
    page = recorder.go_to("home")
    page.picture("the_box", of="box", mark=["save"], arrow=["box"], padding=10)
    page.picture("whole")
"""


def test_the_pictures_of_a_flow_lie_in_its_run_folder_with_their_facts(tmp_path: Path) -> None:
    PlainRecorder(tmp_path, {}, OPEN)
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "pictures.py").write_text(FLOW, encoding="utf-8")
    manner = Manner(firmware="plain", selectors=tmp_path / "selectors", timeout=6.0, screenshots=False)
    with serving({"/": PAGE}, []) as url:
        report, folder = Run("pictures", url, password="x", manner=manner, flows=tmp_path / "flows", out=tmp_path / "out").go()
    assert report.error is None
    document = json.loads((folder.path / "report.json").read_text(encoding="utf-8"))
    box, whole = document["illustrations"]
    assert (box["file"], box["page"], box["of"], box["box"]) == ("pictures/the_box.png", "home", "box", [100, 200, 300, 100])
    assert [(one["element"], one["called"], one["number"]) for one in box["pointers"]] == [
        ("save", "Save", 1),
        ("box", "the box", None),
    ]
    assert box["alt"] == "home: the box (1 Save; → the box)"
    assert seen(folder.path / box["file"]).width >= 320 and seen(folder.path / whole["file"]).size == (1280, 720)
    assert [step["verb"] for step in document["steps"]] == ["open", "picture", "picture"]


def test_a_page_behind_the_sign_in_is_pictured_without_changing_the_recorder(tmp_path: Path) -> None:
    with simulate("dahua/nvr_v4") as recorder:
        before = recorder.state()
        wanted = Wanted(recorder.url, Subject("https"), tmp_path / "https.png", Shown(scale=1.0))
        (one,) = hang(wanted, Visit(recorder.user, recorder.password, Manner(state=tmp_path / "state")))
        assert recorder.state() == before and recorder.sessions == 0
    assert one.state == "written" and seen(one.file).size == (1280, 720)


def command(home: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return command_here("picture", *argv, folder=home, password="secret")


@pytest.mark.browser
def test_the_command_writes_a_picture_and_verify_fails_once_the_recorder_shows_something_else(acme: Acme, home: Path) -> None:
    own = ("--firmware", "plain", "--selectors", str(acme.folder / "selectors"), "--timeout", "6", "--out", "docs/home.png")
    made = command(home, acme.url, "home.box", "--mark", "save", *own)
    assert made.returncode == 0, made.stderr
    assert made.stdout == "docs/home.png: written\n" and (home / "docs" / "home.png.alt.txt").is_file()
    acme.pages["/home"] = PAGE.replace("rgb(0 160 0)", "rgb(0 160 90)")
    stale = command(home, acme.url, "home.box", "--mark", "save", *own, "--verify", "--json")
    assert stale.returncode == 1
    assert [one["state"] for one in json.loads(stale.stdout)["pictures"]] == ["outdated"]
    assert "without --verify" in stale.stderr
    assert not (home / "nvrflow-runs").exists()
