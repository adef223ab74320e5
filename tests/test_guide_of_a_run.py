"""`nvrflow guide RUN_FOLDER`: the guide of any run, from its folder alone, without the recorder that it was made on."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from plain_recorder import PlainRecorder, serving
from run_for_guide import run_for_guide

from nvrflow.browser import use_driver
from nvrflow.errors import SignInRefused, WrongCall
from nvrflow.guide import Source, Wish
from nvrflow.guide.composing import compose
from nvrflow.guide.words import words_in
from nvrflow.guide_runs import Shooting, make_guides, run_folder
from nvrflow.recorder import Manner
from nvrflow.report.record import Record
from nvrflow.running import Run
from nvrflow.simulator import simulate
from nvrflow.trust.stages import Trusting

WISH = Wish(("md", "html"))


@dataclass(frozen=True)
class Made:
    """A guide that was written with its run, the folder of that run, and that of a plain `secure` run; the recorders are gone."""

    guide: Path
    run: Path
    secured: Path
    host: str


@pytest.fixture(scope="module")
def made(playwright: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    use_driver(playwright)
    top = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        with simulate("dahua/nvr_v4", restart_seconds=0.3, scan_seconds=0.3) as recorder:
            shooting = Shooting(
                (recorder.url,), "download_certificates", user=recorder.user, password=lambda _: recorder.password,
                manner=Manner(check=True, timeout=20), scale=1, runs=top / "runs",
            )  # fmt: skip
            batch = make_guides(shooting, top / "guide", WISH)
            secured, folder = Run(
                "secure", recorder.url, recorder.user, recorder.password, Manner(timeout=20), top / "secured",
                arguments={"trusting": Trusting(yes=True, stores=("chromium-nss",))},
            ).go()  # fmt: skip
            assert secured.error is None
        yield Made(batch.guides[0].folder, batch.guides[0].run, folder.path, recorder.url)


def test_it_is_byte_for_byte_the_guide_that_was_written_with_the_run(made: Made, tmp_path: Path) -> None:
    make_guides(Shooting((str(made.run),)), tmp_path / "again", WISH)
    first, second = (
        sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
        for top in (made.guide, tmp_path / "again")
    )
    assert len(first) > 25 and first == second
    _, different, missing = filecmp.cmpfiles(made.guide, tmp_path / "again", first, shallow=False)
    assert (different, missing) == ([], [])


def test_a_plain_run_with_quick_pictures_has_a_guide_that_says_what_the_run_proved(made: Made, tmp_path: Path) -> None:
    (guide,) = make_guides(Shooting((str(made.secured),)), tmp_path, WISH).guides
    text = (tmp_path / "guide.md").read_text(encoding="utf-8")
    https = json.loads((made.secured / "report.json").read_text(encoding="utf-8"))["https"]
    assert f"nothing but these certificates opened `{https['url']}`" in text
    assert "Click **Details** next to **Configuration Security**." in text and "Try the certificates" not in text
    assert guide.pictures == len(re.findall(r"^\[!\[", text, re.MULTILINE)) > 14


def test_a_warning_that_concerns_only_the_import_is_not_part_of_the_guide(made: Made, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(made.secured, run)
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    report["certificates"][0]["codes"] = ["further-names", "expired"]
    (run / "report.json").write_text(json.dumps(report), encoding="utf-8")
    make_guides(Shooting((str(run),)), tmp_path / "guide", WISH)
    assert "It has expired." in (tmp_path / "guide" / "guide.md").read_text(encoding="utf-8")


def test_raw_pictures_of_a_quick_run_are_lossless_and_without_marks(made: Made) -> None:
    source = Source(Record.read(made.secured))
    step = next(step for step in source.steps if step.id == "open-menu")
    assert step.raw is not None and step.screenshot is not None
    with Image.open(made.secured / step.raw) as raw, Image.open(made.secured / step.screenshot) as marked:
        assert raw.format == "PNG" and raw.size == marked.size
        assert (229, 38, 58) not in {colour for _, colour in raw.convert("RGB").getcolors(1 << 24) or []}
        assert (229, 38, 58) in {colour for _, colour in marked.convert("RGB").getcolors(1 << 24) or []}


def test_with_a_placeholder_the_address_is_in_no_text_and_its_places_in_pictures_are_covered(made: Made, tmp_path: Path) -> None:
    make_guides(Shooting((str(made.secured),), placeholder="http://192.0.2.10"), tmp_path, WISH)
    for name in ("guide.md", "guide.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "127.0.0.1" not in text and "192.0.2.10" in text
    step = next(step for step in Source(Record.read(made.secured)).steps if step.addresses)
    assert step.addresses is not None
    x, y, width, height = step.addresses[0]
    with Image.open(tmp_path / "raw" / f"{step.id}.png") as image:
        assert image.convert("RGB").getpixel((int(x + width / 2), int(y + height / 2))) == (96, 104, 117)


def test_a_run_that_did_not_look_for_addresses_is_refused_with_a_placeholder(made: Made, tmp_path: Path) -> None:
    old = shutil.copytree(made.secured, tmp_path / "old")
    document = json.loads((old / "report.json").read_text(encoding="utf-8"))
    for step in document["steps"]:
        step["addresses"] = None
    (old / "report.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(WrongCall, match="so --as cannot cover it; run the flow once more"):
        make_guides(Shooting((str(old),), placeholder="http://192.0.2.10"), tmp_path / "guide", WISH)
    assert not (tmp_path / "guide").exists()


def test_several_runs_have_an_index_and_a_folder_each(made: Made, tmp_path: Path) -> None:
    other = shutil.copytree(made.secured, tmp_path / "other")
    text = (other / "report.json").read_text(encoding="utf-8")
    (other / "report.json").write_text(text.replace(made.host, "http://192.0.2.44"), encoding="utf-8")
    batch = make_guides(Shooting((str(made.secured), str(other))), tmp_path / "all", Wish(("md",)))
    assert [guide.folder.name for guide in batch.guides] == ["dahua-nvr_v4", "dahua-nvr_v4-2"]
    assert batch.index is not None
    assert all(f"{guide.folder.name}/guide.md" in batch.index.read_text(encoding="utf-8") for guide in batch.guides)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such folder; name the folder of a run"),
        ({}, "holds no report.json; name the folder of a run"),
        ({"report.json": "{"}, r"its report\.json cannot be read as nvrflow's"),
        ({"report.json": "[]"}, r"its report\.json cannot be read as nvrflow's"),
        ({"report.json": '{"nvrflow": "1", "flow": "x", "recorder": "http://a", "steps": [{}]}'}, "cannot be read as nvrflow's"),
        ({"report.json": '{"nvrflow": "1", "flow": "x", "recorder": "http://a", "steps": []}'}, "did nothing on a recorder"),
    ],
)
def test_a_folder_that_is_none_of_a_run_is_a_wrong_call(tmp_path: Path, content: dict[str, str] | None, message: str) -> None:
    folder = tmp_path / "run"
    if content is not None:
        folder.mkdir()
    for name, text in (content or {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(WrongCall, match=message):
        make_guides(Shooting((str(folder),)), tmp_path / "guide", WISH)
    assert not (tmp_path / "guide").exists()


@pytest.mark.parametrize("missing", ["steps", "downloads"])
def test_a_run_folder_that_lost_a_file_is_told_by_its_name(made: Made, tmp_path: Path, missing: str) -> None:
    broken = shutil.copytree(made.secured, tmp_path / "broken")
    next(path for path in sorted((broken / missing).iterdir()) if path.suffix != ".png" or ".raw." in path.name).unlink()
    with pytest.raises(WrongCall, match="the run folder is damaged"):
        make_guides(Shooting((str(broken),)), tmp_path / "guide", WISH)


def test_addresses_and_folders_are_told_apart(tmp_path: Path) -> None:
    assert run_folder("192.0.2.10") is run_folder("http://192.0.2.10/x") is run_folder("nvr.local:8080/") is None
    assert run_folder("nvrflow-runs/gone") == Path("nvrflow-runs/gone")
    assert run_folder(str(tmp_path)) == tmp_path


def test_a_refused_sign_in_has_no_guide_and_leaves_its_run(simulated: Any, playwright: Any, tmp_path: Path) -> None:
    use_driver(playwright)
    recorder = simulated()
    account = SimpleNamespace(url=recorder.url, user=recorder.user, password="wrong-wrong")
    with pytest.raises(SignInRefused):
        run_for_guide(account, tmp_path / "runs", "sign_in")
    (run,) = (tmp_path / "runs").iterdir()
    assert json.loads((run / "report.json").read_text(encoding="utf-8"))["error"]["kind"] == "sign-in-refused"
    with pytest.raises(SignInRefused):
        make_guides(Shooting((str(run),)), tmp_path / "guide", WISH)


SELECTORS = """
pages:
  home:
    path: /
    shown_by: [{role: heading, name: Home}]
    elements:
      save: {find: [{role: button, name: Save}], effect: write}
      far: [{role: button, name: Far}]
      other: [{role: link, name: Other}]
  other:
    on: home
    open: save
    shown_by: [{role: heading, name: Other}]
"""
PAGE = """<h1>Home</h1><button onclick="document.querySelector('h1').textContent = 'Other'">Save</button>
<p style="margin-top: 3000px">192.0.2.77 and more <button>Far</button></p><div style="height: 300px"></div>
<div style="position: fixed; bottom: 0; left: 0; right: 0; height: 90px; background: gray">Footer</div>"""


def test_where_a_check_cannot_go_on_it_ends_as_checked_and_says_from_which_step(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS)
    (tmp_path / "look.py").write_text("def look(recorder):\n    recorder.go_to('other')\n", encoding="utf-8")
    with serving(plain.pages, []) as url:
        manner = Manner("plain", tmp_path / "selectors", check=True, timeout=1.0)
        report, folder = Run("look", url, manner=manner, out=tmp_path / "run", flows=tmp_path).go()
    assert (report.outcome, report.error) == ("checked", None)
    assert report.cut_short is not None and report.cut_short["kind"] == "selector-drift"
    assert any("nothing could be described without changing the recorder" in note for note in report.notes)
    problem = compose(Source(Record.read(folder.path)), words_in("en"), "2026-11-28").chapters[-1].problem
    assert problem is not None and problem.heading.startswith("From here on the guide could not be continued")


def test_a_control_below_the_fold_or_under_a_footer_is_brought_into_its_picture(tmp_path: Path) -> None:
    plain = PlainRecorder(tmp_path, {"/": PAGE}, SELECTORS)
    with plain.opened(screenshots=True) as recorder:
        recorder.go_to("home").click("far")
        (step,) = [step for step in recorder.report.steps if step.id == "click-home-far"]
        (picture,) = [one for one in recorder.steps.pictures if one.step_id == step.id]
        raw = picture.raw()
    assert step.target is not None and step.target.box is not None
    assert 0 < step.target.box[1] < raw.height / picture.scale - 90
    assert step.addresses is not None and len(step.addresses) == 1
    picture.annotated(raw, 1)
