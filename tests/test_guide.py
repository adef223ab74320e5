"""The illustrated guide, from a run of the real flow on a simulated recorder to its files."""

from __future__ import annotations

import filecmp
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from plain_recorder import PlainRecorder, serving
from run_for_guide import read_again, run_for_guide

from nvrflow.browser import find_browser, open_browser, use_driver
from nvrflow.errors import NvrflowError
from nvrflow.guide import Made, Source, Wish, make_guide, read_theme
from nvrflow.guide.composing import compose
from nvrflow.guide.manual import Guide
from nvrflow.guide.pictures import crop_of, plates
from nvrflow.guide.words import words_in
from nvrflow.guide_runs import Shooting, make_guides
from nvrflow.recorder import Manner
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.steps import Steps
from nvrflow.report import Report
from nvrflow.report.record import Record
from nvrflow.simulator import simulate

DAY = "2026-11-24"
QUICK = Wish(("md", "html"), date=DAY)


@dataclass(frozen=True)
class Shown:
    """One recorder on which `secure` was run with `--check`, and the guide of that run; its folder lies in `runs`."""

    recorder: Any
    runs: Path
    source: Source
    made: Made
    guide: Guide


@pytest.fixture(scope="module")
def shown(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    use_driver(playwright)
    with pytest.MonkeyPatch.context() as patched, simulate("dahua/nvr_v4") as recorder:
        patched.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        runs = tmp_path_factory.mktemp("runs")
        taken = run_for_guide(recorder, runs)
        made = make_guide(taken, tmp_path_factory.mktemp("guide"), replace(QUICK, formats=("md", "html", "pdf")))
        yield Shown(recorder, runs, taken, made, compose(taken, words_in("en"), DAY))


def items(guide: Guide) -> list[Any]:
    return [item for chapter in guide.chapters for item in chapter.items]


def told(guide: Guide) -> dict[str, str]:
    """What each item says, by its anchor."""
    return {item.anchor: " ".join(sentence.text for sentence in item.sentences) for item in items(guide)}


def test_every_step_of_the_hand_made_guide_in_a_browser_is_there_in_its_order(shown: Shown) -> None:
    said = list(told(shown.guide).values())
    expected = [
        "into its address bar", "Username field", "password of this account", "Login button",
        "Click the SETTING button", "Click the SECURITY menu option", "Click the CA Certificate tab",
        "Make sure that Device Certificate is selected", "Click the Download button", "Click the Trusted CA Certificates tab",
        "Click the Download button", "Security Status", "Details next to Configuration Security",
        "Optimize next to HTTPS Security Configuration", "Switch Enable on", "Click the OK button",
    ]  # fmt: skip
    places: list[int] = []
    for words in expected:
        places.append(next(at for at, text in enumerate(said) if words in text and at > (places[-1] if places else -1)))
    assert places == sorted(places)


def test_the_box_of_each_picture_is_the_control_that_the_sentence_names(shown: Shown) -> None:
    words = {step.id: step.target.words for step in shown.source.steps if step.raw and step.target}
    assert {words[step] for step in ("open-menu", "open-security", "open-https")} == {"SETTING", "SECURITY", "Optimize"}
    assert all(
        words[item.anchor] in " ".join(one.text for one in item.sentences) for item in items(shown.guide) if item.anchor in words
    )


def test_no_number_stands_twice_and_pictures_have_the_numbers_of_the_text(shown: Shown) -> None:
    numbers = [item.number for item in items(shown.guide)]
    assert len(numbers) == len(set(numbers))
    assert all(item.figure.number == item.number for item in items(shown.guide) if item.figure)


def test_a_guide_made_with_check_changes_nothing_and_describes_what_it_held_back(shown: Shown) -> None:
    assert not {"restart", "config"} & {entry.event for entry in shown.recorder.log}
    said = told(shown.guide)
    assert said["click-https-ok"] == "Click the OK button."
    assert said["click-https-confirm"] == "If the recorder asks whether you are sure, click OK."
    assert [chapter.title for chapter in shown.guide.chapters][-1] == "Test HTTPS"


def test_the_announcement_of_the_recorder_is_what_its_page_said(shown: Shown) -> None:
    assert "The recorder then shows Download Completed." in told(shown.guide)["download-device-certificate-download"]


def test_no_file_holds_the_password(shown: Shown) -> None:
    files = [path for path in shown.made.folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert not [path.name for path in files if shown.recorder.password.encode() in path.read_bytes()]


def test_a_video_shows_nothing_of_a_password_not_even_how_long_it_is(tmp_path: Path) -> None:
    camera = Camera(video=tmp_path / "video.webm")
    with open_browser(find_browser()) as process:
        page = process.new_page()
        camera.meet(page)
        page.goto("data:text/html,<input value=admin><input type=password value=secret><input data-nvrflow-secret value=secret>")
        look = "one => [getComputedStyle(one).webkitTextFillColor, getComputedStyle(one).caretColor]"
        user, password, marked = (one.evaluate(look) for one in page.locator("input").all())
        camera.part()
    assert password == marked == ["rgba(0, 0, 0, 0)"] * 2
    assert user[0] == "rgb(0, 0, 0)"


def identical(one: Path, other: Path) -> bool:
    """Whether the folders hold the same files, byte for byte; there are some, and the three documents are among them."""
    names, again = (sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()) for top in (one, other))
    assert names == again and {"guide.md", "guide.html", "guide.pdf"} < set(names)
    return filecmp.cmpfiles(one, other, names, shallow=False)[1:] == ([], [])


@pytest.mark.slow  # quick: the test after it
def test_two_guides_of_the_whole_work_are_identical(shown: Shown, tmp_path: Path) -> None:
    source = run_for_guide(shown.recorder, tmp_path / "runs")
    again = make_guide(source, tmp_path / "again", replace(QUICK, formats=("md", "html", "pdf")))
    assert identical(shown.made.folder, again.folder)


def test_two_runs_on_an_unchanged_recorder_give_identical_folders(playwright: Any, tmp_path: Path) -> None:
    use_driver(playwright)
    more = """<h1>Acme home</h1><p>Now <span class=clock></span></p><input value=0 autofocus><button>More</button><script>
    setInterval(() => { document.querySelector('.clock').textContent = Math.random() }, 100)
    document.querySelector('button').onclick = () => document.body.insertAdjacentHTML('beforeend', '<p>Done')</script>"""
    selectors = "volatile: [{css: .clock}]\npages:\n  home:\n    path: /\n    shown_by: [{role: heading, name: Acme home}]\n"
    plain = PlainRecorder(tmp_path, {"/": more}, f"{selectors}    elements: {{more: [{{role: button, name: More}}]}}\n")
    (tmp_path / "look.py").write_text("def look(recorder):\n    recorder.go_to('home').click('more')\n", encoding="utf-8")
    made = []
    with serving(plain.pages, plain.requests) as url:
        account = SimpleNamespace(url=url, user="nobody", password="none")
        for name in ("first", "again"):
            manner: dict[str, Any] = {"flows": tmp_path, "firmware": "plain", "selectors": tmp_path / "selectors"}
            source = run_for_guide(account, tmp_path / "runs", "look", **manner)
            made.append(make_guide(source, tmp_path / name, replace(QUICK, formats=("md", "html", "pdf"))))
    assert made[0].pictures > 0 and identical(made[0].folder, made[1].folder)


def test_a_clock_that_is_drawn_late_is_in_no_picture(tmp_path: Path) -> None:
    clock = "document.body.insertAdjacentHTML('beforeend', '<p class=clock>' + Math.random())"
    page = f"<h1>Acme home</h1><script>setTimeout(() => {clock}, 350)</script>"
    selectors = "volatile: [{css: .clock}]\npages:\n  home: {path: /, shown_by: [{role: heading, name: Acme home}]}\n"
    plain = PlainRecorder(tmp_path, {"/": page}, selectors)
    pictures = []
    for _ in range(2):
        steps = Steps(Report("", ""), camera=Camera(still=True, scale=1))
        with plain.opened(steps=steps, screenshots=True) as recorder:
            assert recorder.page.locator(".clock").inner_text()
        pictures.append(steps.pictures[0].image)
    assert pictures[0] == pictures[1]


def shortened(shown: Shown, steps: int) -> Source:
    """The same run as if it had ended after so many steps: its guide is made sooner."""
    report = replace(shown.source.report, steps=shown.source.report.steps[:steps])
    return Source(Record(shown.source.record.path, report))


def test_making_it_again_writes_nothing_and_keeps_the_day(shown: Shown, tmp_path: Path) -> None:
    source = shortened(shown, 8)
    assert make_guide(source, tmp_path / "guide", QUICK).written
    again = make_guide(source, tmp_path / "guide", replace(QUICK, date=None))
    assert again.written == ()
    assert DAY in (tmp_path / "guide" / "guide.md").read_text(encoding="utf-8")


def with_step(shown: Shown, step_id: str, **changes: Any) -> Source:
    """The same run in which one step's target is another."""
    again = read_again(shown.source)
    for step in again.steps:
        if step.id == step_id:
            assert step.target is not None
            step.target = replace(step.target, **changes)
    return again


def test_a_renamed_label_changes_exactly_the_step_that_shows_it(shown: Shown) -> None:
    renamed = told(compose(with_step(shown, "open-security", words="PROTECTION"), words_in("en"), DAY))
    before = told(shown.guide)
    assert {anchor for anchor in before if before[anchor] != renamed[anchor]} == {"open-security"}
    assert renamed["open-security"] == "Click the PROTECTION menu option."


def test_a_picture_that_looks_the_same_is_not_written_again(shown: Shown, tmp_path: Path) -> None:
    source = shortened(shown, 8)
    made = make_guide(source, tmp_path / "guide", QUICK)
    assert {"pictures/open-menu.png", "pictures/open-security.png"} < set(made.written)
    raw = made.folder / "raw" / "open-menu.png"
    with Image.open(raw) as image:
        touched = image.convert("RGB")
    touched.putpixel((3, 3), tuple(part ^ 1 for part in touched.getpixel((3, 3))))  # type: ignore[union-attr]
    touched.save(raw)
    again = make_guide(source, made.folder, QUICK)
    assert not {"pictures/open-menu.png", "pictures/open-security.png"} & set(again.written)
    with Image.open(raw) as image:
        assert image.convert("RGB").tobytes() == touched.tobytes()


def test_what_an_earlier_guide_had_and_this_one_has_not_is_deleted(shown: Shown, tmp_path: Path) -> None:
    made = make_guide(shortened(shown, 8), tmp_path / "guide", QUICK)
    own, later = made.folder / "pictures" / "my-own.png", made.folder / "pictures" / "open-security.png"
    own.write_bytes(b"mine")
    assert later.exists()
    make_guide(shortened(shown, 5), made.folder, QUICK)
    assert own.exists() and not later.exists()


def test_raw_pictures_hold_no_annotation(shown: Shown) -> None:
    colour = tuple(int(read_theme().box.colour[at : at + 2], 16) for at in (1, 3, 5))
    for kind, expected in (("raw/open-menu.png", False), ("pictures/open-menu-whole.png", True)):
        with Image.open(shown.made.folder / kind) as image:
            found = colour in {value for _, value in image.convert("RGB").getcolors(1 << 24) or []}
        assert found is expected, kind


def test_a_target_outside_the_picture_is_an_error_and_never_a_wrong_picture(shown: Shown, tmp_path: Path) -> None:
    astray = with_step(shown, "open-menu", box=(5000, 20, 80, 20))
    with pytest.raises(NvrflowError, match="open-menu: the target lies outside the picture"):
        list(plates(astray, shown.guide, read_theme(), tmp_path))


def test_each_crop_lies_on_the_screen_and_holds_the_whole_target(shown: Shown) -> None:
    pictures = [(step, picture) for step in shown.source.steps if (picture := shown.source.picture(step)) and picture.target]
    assert len(pictures) > 10
    for step, picture in pictures:
        crop, target = crop_of(step, picture, 1280, 720), picture.target
        assert target is not None
        assert crop.x >= 0 and crop.y >= 0 and crop.x + crop.width <= 1280 and crop.y + crop.height <= 720
        assert crop.x <= target.x and target.x + target.width <= crop.x + crop.width
        assert crop.y <= target.y and target.y + target.height <= crop.y + crop.height


def test_each_picture_in_the_markdown_leads_to_the_whole_screen(shown: Shown) -> None:
    text = (shown.made.folder / "guide.md").read_text(encoding="utf-8")
    pairs = re.findall(r"\[!\[([^\]]+)\]\((pictures/[\w-]+\.png)\)\]\((pictures/[\w-]+-whole\.png)\)", text)
    assert len(pairs) == shown.made.pictures
    for alt, small, large in pairs:
        assert "Screen of the recorder for step" in alt
        with Image.open(shown.made.folder / small) as crop, Image.open(shown.made.folder / large) as whole:
            assert crop.width <= whole.width and whole.size == (1280, 720)


def test_the_html_opens_offline_and_every_link_in_it_leads_somewhere(shown: Shown) -> None:
    text = (shown.made.folder / "guide.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!#|data:image/webp)', text)
    targets = set(re.findall(r'href="#([^"]+)"', text))
    assert len(targets) > 20 and targets <= set(re.findall(r'id="([^"]+)"', text))
    assert all(alt for alt in re.findall(r'<img [^>]*alt="([^"]*)"', text))


def test_the_pdf_says_the_day_and_has_pages(shown: Shown) -> None:
    data = (shown.made.folder / "guide.pdf").read_bytes()
    assert data.startswith(b"%PDF") and b"/CreationDate (D:20261124000000+00'00')" in data
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 8


def test_a_guide_can_be_in_another_language_than_the_recorder(shown: Shown) -> None:
    said = told(compose(shown.source, words_in("de"), DAY))
    assert said["open-security"] == "Klicken Sie auf den Menüpunkt SECURITY."


def test_commands_for_each_system_are_in_the_chapter_about_importing(shown: Shown) -> None:
    text = (shown.made.folder / "guide.md").read_text(encoding="utf-8")
    assert "nvrflow bundle ServerCert.crt RootCert.cer --out thumb-drive" in text
    assert "certutil.exe -user -f -addstore Root RootCert.cer" in text
    assert "security add-trusted-cert -r trustRoot" in text
    assert 'certutil -A -d "sql:$db" -t C,,' in text


def test_a_recorder_on_which_it_cannot_be_done_has_a_guide_that_says_so(simulated: Any, playwright: Any, tmp_path: Path) -> None:
    use_driver(playwright)
    made = make_guide(run_for_guide(simulated(plugin="required"), tmp_path / "runs"), tmp_path / "guide", QUICK)
    assert made.kind == "plugin-needed"
    text = (made.folder / "guide.md").read_text(encoding="utf-8")
    assert "This cannot be done on this recorder" in text and "plug-in" in text


def test_a_flow_may_add_sentences_and_chapters_with_translations(shown: Shown, tmp_path: Path) -> None:
    (tmp_path / "look.py").write_text(
        "from nvrflow.flows.sign_in import sign_in\n\n"
        "def look(recorder):\n"
        "    recorder.title('Have a look', de='Sich umsehen')\n"
        "    sign_in(recorder)\n"
        "    with recorder.chapter('Look around', de='Umsehen'):\n"
        "        recorder.say('Mind the step.', de='Vorsicht, Stufe.')\n"
        "        recorder.go_to('menu')\n"
        "        recorder.say('That is all.')\n",
        encoding="utf-8",
    )
    taken = run_for_guide(shown.recorder, shown.runs, "look", flows=tmp_path)
    titles = [compose(taken, words_in(code), DAY).title for code in ("en", "de", "es")]
    assert titles == ["Have a look", "Sich umsehen", "Have a look"]
    english, german = (compose(taken, words_in(code), DAY).chapters[-1] for code in ("en", "de"))
    assert (english.title, german.title) == ("Look around", "Umsehen")
    assert told(compose(taken, words_in("en"), DAY))["open-menu"] == "Mind the step. Click the SETTING button. That is all."
    assert german.items[0].sentences[0].text == "Vorsicht, Stufe."


@pytest.mark.slow  # quick: test_asked_by_browser.py::test_each_guide_is_made_of_pages_in_its_own_language
def test_a_matrix_has_a_folder_for_each_language_whose_pages_speak_it_and_an_index(shown: Shown, tmp_path: Path) -> None:
    shooting = Shooting(
        (shown.recorder.url,),
        "sign_in",
        ("en", "zh"),
        password=lambda url: shown.recorder.password,
        manner=Manner(check=True),
        scale=1,
        runs=tmp_path / "runs",
    )
    batch = make_guides(shooting, tmp_path / "all", QUICK)
    assert [made.language for made in batch.guides] == ["en", "zh"]
    assert "点击 **登录** 按钮。" in (batch.guides[1].folder / "guide.md").read_text(encoding="utf-8")
    assert batch.index is not None
    links = re.findall(r'href="([^"]+)"', batch.index.read_text(encoding="utf-8"))
    assert links and all((tmp_path / "all" / link).is_file() for link in links)


@pytest.mark.slow  # quick: test_cli.py::test_demo_secures_writes_the_guide_and_leaves_the_stores_alone
def test_a_real_run_proves_what_the_guide_says(simulated: Any, playwright: Any, tmp_path: Path) -> None:
    use_driver(playwright)
    recorder = simulated()
    taken = run_for_guide(recorder, tmp_path / "runs", check=False)
    assert taken.problem is None and taken.https.proved == recorder.https_url and taken.https.trusted
    said = told(compose(taken, words_in("en"), DAY))
    assert said["click-https-confirm"].startswith("Click the OK button.")
    assert not list((tmp_path / "home").rglob("cert9.db")), "this computer's own stores stay as they are"


def test_steps_outside_of_a_chapter_stand_in_the_one_that_follows(shown: Shown) -> None:
    again = read_again(shown.source)
    for step in again.steps:
        step.chapter = "" if step.id == "open-security-status" else step.chapter
    guide = compose(again, words_in("en"), DAY)
    assert all(chapter.title for chapter in guide.chapters)
    assert told(guide) == told(shown.guide)


def test_a_run_that_wrote_nothing_has_a_guide_that_says_so(shown: Shown) -> None:
    again = read_again(shown.source)
    for step in again.steps:
        step.effect = "read" if step.effect == "write" else step.effect
    told_now = told(compose(again, words_in("en"), DAY))["await-https"]
    assert "nothing had to be changed" in told_now and "nothing had to" not in told(shown.guide)["await-https"]


@pytest.mark.slow  # quick: the test before it
def test_a_guide_says_where_nothing_had_to_be_changed(simulated: Any, playwright: Any, tmp_path: Path) -> None:
    use_driver(playwright)
    taken = run_for_guide(simulated(https=True), tmp_path / "runs", "enable_https")
    assert "nothing had to be changed" in told(compose(taken, words_in("en"), DAY))["await-https"]
