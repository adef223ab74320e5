"""A team's repository from the template: `nvrflow new` writes it whole or not at all, and it passes at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nvrflow.cli import main
from nvrflow.recorder.start_page import look_at
from nvrflow.simulator import simulate

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"


def tracked() -> list[str]:
    """The files of the template, as a clone has them."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"], cwd=TEMPLATE, capture_output=True, text=True, check=True
    )
    return sorted(listed.stdout.split())


def type_in(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["nvrflow", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_the_whole_template_is_written_and_what_to_do_now_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said, _ = type_in(capsys, monkeypatch, "new", str(tmp_path / "a team" / "tests"))
    made = tmp_path / "a team" / "tests"
    assert code == 0 and f"\n    cd '{made}'\n    pip install -r requirements.txt\n    pytest --firmware dahua/nvr_v4\n" in said
    written = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    assert written == tracked() and len(written) > 15
    assert all((made / name).read_bytes() == (TEMPLATE / name).read_bytes() for name in written)


def test_an_empty_folder_or_a_fresh_clone_is_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").rmdir()
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    code, said, _ = type_in(capsys, monkeypatch, "new", ".", "--json")
    assert code == 0 and json.loads(said)["files"] == tracked()
    code, said, _ = type_in(capsys, monkeypatch, "new", str(tmp_path / "other"))
    assert {one.name for one in tmp_path.iterdir()} == {".git", "other", *(name.split("/")[0] for name in tracked())}


@pytest.mark.parametrize("there", ["notes.txt", ".env", "folder itself"])
def test_a_folder_that_holds_something_is_left_as_it_is(
    there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "own"
    if there == "folder itself":
        place.write_text("a file", encoding="utf-8")
    else:
        place.mkdir()
        (place / there).write_text("mine", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    code, said, problem = type_in(capsys, monkeypatch, "new", str(place))
    assert code == 2 and not said and sorted(tmp_path.rglob("*")) == before
    assert "new or empty" in problem and (there in problem or there == "folder itself")


@pytest.mark.parametrize("fresh", [True, False], ids=["new folder", "empty folder"])
def test_nothing_is_left_where_a_file_cannot_be_written(fresh: bool, tmp_path: Path) -> None:
    place = tmp_path / "a" / "b"
    if not fresh:
        place.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    largest = sorted((TEMPLATE / name).stat().st_size for name in tracked())[-3]  # some files fit, the largest do not
    argv = [sys.executable, "-m", "nvrflow", "new", str(place)]
    limited = ["bash", "-c", f'ulimit -f {largest // 1024} && exec "$@"', "bash", *argv]
    ended = subprocess.run(limited, capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert ended.returncode == 2 and "File too large); name another folder" in ended.stderr, ended.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.browser
def test_the_example_of_a_selector_file_is_for_a_later_firmware_and_for_no_other(tmp_path: Path) -> None:
    later = tmp_path / "fixtures/dahua/nvr_v4_9/recorder.yaml"
    later.parent.mkdir(parents=True)
    later.write_text("extends: dahua/nvr_v4_3\ndevice: {version: 4.9.0}\n", encoding="utf-8")
    for name, fits in (("dahua/nvr_v4_9", "dahua/nvr_v4_9"), ("dahua/nvr_v4_3", "dahua/nvr_v4_3")):
        with simulate(name, fixtures=tmp_path / "fixtures") as recorder:
            assert look_at(recorder.url, TEMPLATE / "selectors").firmware == fits


def test_its_readme_names_every_file_and_no_other() -> None:
    text = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    named = {name.rstrip("/") for row in re.findall(r"^\| (`.+?) \|", text, re.M) for name in re.findall(r"`(.+?)`", row)}
    assert named == {name.split("/")[0] for name in tracked()} - {"README.md", ".gitignore"}
