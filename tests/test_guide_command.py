"""`nvrflow guide` as a documentation writer runs it, on a simulated recorder in another process's hands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from asking_recorder import PASSWORD, AskingRecorder

from nvrflow.browser import find_browser
from nvrflow.simulator import simulate

pytestmark = pytest.mark.browser
ASKING = ("--flow", "sign_in", "--selectors", str(Path(__file__).parent / "asking"))


def guide(home: Path, out: Path, url: str, password: str, *more: str, path: str = "") -> str:
    argv = [sys.executable, "-m", "nvrflow", "guide", url, "--check", "--out", str(out), "--format", "md,html", *more]
    environment = {**os.environ, "HOME": str(home), "NVRFLOW_PASSWORD": password, "PLAYWRIGHT_BROWSERS_PATH": str(home / "none")}
    environment |= {"NVRFLOW_BROWSER": str(find_browser().path), "PATH": path or os.environ["PATH"]}
    ended = subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=170, cwd=home)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.mark.slow  # quick: test_guide.py and test_guide_of_a_run.py, and the commands of the other tests here
def test_the_guide_has_each_step_once_in_order_and_leaves_the_recorder_alone(home: Path, tmp_path: Path) -> None:
    with simulate("dahua/nvr_v4", password="hunter2-hunter2") as recorder:
        before = recorder.state()
        said = guide(home, tmp_path / "guide", recorder.url, recorder.password)
        assert recorder.state() == before
        assert recorder.sessions == 0
    (run,) = (home / "nvrflow-runs").iterdir()
    assert f"Run folder: nvrflow-runs/{run.name}" in said or f"Run folder: {run}" in said
    guide(home, tmp_path / "again", str(run), "")
    for name in ("guide.md", "guide.html"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "guide" / name).read_bytes()
    text = (tmp_path / "guide" / "guide.md").read_text(encoding="utf-8")
    numbers = re.findall(r"\*\*Step (\d+[a-z])\.\*\*", text)
    assert len(numbers) > 12
    assert numbers == sorted(set(numbers))
    words = [
        "SETTING",
        "SECURITY",
        "CA Certificate",
        "Device Certificate",
        "Download",
        "Trusted CA Certificates",
        "Details",
        "Optimize",
    ]
    places = [text.index(f"**{word}**") for word in words]
    assert places == sorted(places)
    for picture in re.findall(r"\((pictures/[^)]+)\)", text):
        assert (tmp_path / "guide" / picture).is_file()
    for path in (tmp_path / "guide").rglob("*"):
        assert path.is_dir() or b"hunter2" not in path.read_bytes(), path


def test_a_video_is_encoded_by_an_ffmpeg_that_is_not_playwrights(home: Path, tmp_path: Path) -> None:
    (home / "bin").mkdir()
    ffmpeg = home / "bin" / "ffmpeg"
    ffmpeg.write_text('#!/bin/sh\nfor last; do :; done\ncat > /dev/null; echo filmed > "$last"\n', encoding="utf-8")
    ffmpeg.chmod(0o755)
    with simulate("dahua/nvr_v4") as recorder:
        path = f"{ffmpeg.parent}:{os.environ['PATH']}"
        options = ("--flow", "sign_in", "--video", "--format", "md")
        said = guide(home, tmp_path / "guide", recorder.url, recorder.password, *options, path=path)
    (run,) = (home / "nvrflow-runs").iterdir()
    assert "no video" not in said
    assert (run / "video.webm").read_text(encoding="utf-8") == "filmed\n"
    assert not (home / "none").exists()


def test_without_an_encoder_it_is_said_before_the_run_how_to_get_one_and_the_rest_is_made(home: Path, tmp_path: Path) -> None:
    with AskingRecorder() as recorder:
        said = guide(home, tmp_path / "guide", recorder.url, PASSWORD, *ASKING, "--video", path=str(tmp_path / "no-programs"))
    assert said.index("There will be no video: this computer has no ffmpeg.") < said.index("Open http")
    (sentence,) = [line for line in said.splitlines() if line.startswith("no video: ")]
    assert re.search(r"encoder is missing; to get it, type: \S+ -m playwright install ffmpeg$", sentence)
    assert (tmp_path / "guide" / "guide.md").is_file() and not list((tmp_path / "guide").glob("*.webm"))


def test_the_closing_line_counts_as_a_person_does(home: Path, tmp_path: Path) -> None:
    with AskingRecorder() as recorder:
        said = guide(home, tmp_path / "guide", recorder.url, PASSWORD, *ASKING, "--format", "md")
    assert "1 chapter, 0 pictures, 1 file written: " in said
