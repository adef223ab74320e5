"""A team's own flow that cannot be run is told with its file and line before anything is done on a recorder."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_here import command_here
from one_browser import one_browser
from plain_recorder import PlainRecorder, serving

from nvrflow.errors import InvalidFile, WrongCall
from nvrflow.recorder import Manner
from nvrflow.running import Run, find_flow

HOME = """
pages:
  home: {path: /, shown_by: [{role: heading, name: Acme home}]}
"""

UNUSABLE = {
    "async def own(recorder):\n    recorder.go_to('home')": (1, "`own` is an `async def`, which does nothing"),
    "# later\ndef own(recorder):\n    yield recorder": (2, "`own` is a function with `yield`"),
    "def own(recorder, channel):\n    pass": (1, "cannot be called with the recorder alone .*'channel'"),
    "def own(*, recorder):\n    pass": (1, "cannot be called with the recorder alone"),
    "def own():\n    pass": (None, r"must define `def own\(recorder\)`"),
    "import sys\n\nsys.exit(3)": (3, "cannot be imported: SystemExit: 3"),
    "LIMIT = 1 / 0": (1, "cannot be imported: ZeroDivisionError: division by zero"),
    "import nothing_like_it": (1, "cannot be imported: No module named 'nothing_like_it'"),
    "def own(recorder)\n": (1, "is not valid Python"),
}


@pytest.mark.parametrize("source", UNUSABLE)
def test_a_flow_that_cannot_be_run_is_told_with_file_and_line(tmp_path: Path, source: str) -> None:
    line, why = UNUSABLE[source]
    (tmp_path / "own.py").write_text(source, encoding="utf-8")
    with pytest.raises(InvalidFile, match=why) as caught:
        find_flow("own", tmp_path)
    assert (caught.value.file, caught.value.line) == (tmp_path / "own.py", line)


def test_the_line_is_told_in_a_folder_that_was_named_from_here_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.py").write_text("\nraise RuntimeError('no configuration')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidFile, match=r"^own\.py:2: cannot be imported: RuntimeError: no configuration"):
        find_flow("own", Path())


ENDLESS = """def own(recorder):
    def again():
        recorder.shows("home")
        again()
    again()
"""


def test_a_flow_that_calls_itself_for_ever_is_no_defect_of_nvrflow(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(ENDLESS, encoding="utf-8")
    plain = PlainRecorder(tmp_path, {"/": "<h1>Acme home</h1>"}, HOME)
    manner = Manner(firmware="plain", selectors=tmp_path / "selectors", running=one_browser(), screenshots=False)
    with serving(plain.pages, plain.requests) as url:
        report, folder = Run("own", url, "admin", "secret", manner, tmp_path / "out", flows=tmp_path).go()
    assert report.error is not None and report.error["kind"] == "flow"
    assert "own.py:" in report.error["message"] and "RecursionError" in report.error["message"]
    assert (folder.path / "junit.xml").exists()


def test_a_flow_may_have_further_parameters_with_defaults_and_one_for_trust(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def own(recorder, trusting, channel=1, **more):\n    pass", encoding="utf-8")
    assert find_flow("own", tmp_path).__name__ == "own"


def test_a_folder_is_no_flow(tmp_path: Path) -> None:
    (tmp_path / "own.py").mkdir()
    with pytest.raises(WrongCall, match="own: there is no such flow"):
        find_flow("own", tmp_path)


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "1e400"])
def test_a_time_limit_without_an_end_is_refused(seconds: str) -> None:
    ended = command_here("run", "sign_in", "http://127.0.0.1:1", f"--timeout={seconds}")
    assert ended.returncode == 2 and "--timeout" in ended.stderr and "defect" not in ended.stderr


def test_a_video_where_none_is_made_is_told_where_it_is() -> None:
    ended = command_here("secure", "http://127.0.0.1:1", "--video")
    assert ended.returncode == 2 and "only nvrflow guide makes a video" in ended.stderr
