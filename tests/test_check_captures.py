"""`nvrflow check` and `nvrflow try` on a capture: the verdicts of the recorder itself, without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from changed_recorder import changed_recorder
from click.testing import CliRunner
from conftest import BRISK

from nvrflow.capture.tour import Wish, take
from nvrflow.check.examination import Examination, proposed_patch
from nvrflow.check.lookup import Inquirer, look_up
from nvrflow.cli import nvrflow
from nvrflow.recorder import Manner
from nvrflow.running import find_flow

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_a_capture_gets_the_verdicts_of_its_recorder_and_the_same_patch(tmp_path: Path) -> None:
    (tmp_path / "changed").mkdir()
    words = {"menu.Setup": "Main setup", "app.Export": "Exports"}
    with changed_recorder(tmp_path / "changed", "uniview/nvr", BRISK, words) as recorder:
        manner = Manner(screenshots=False, timeout=10)
        live = Examination(recorder.url, recorder.user, recorder.password, manner, out=tmp_path / "live")
        live.go()
        folder = tmp_path / "capture"
        take(Wish(recorder.url, folder, find_flow("sign_in"), (), recorder.user, recorder.password, manner))
    captured = Examination(str(folder), manner=Manner(), out=tmp_path / "captured")
    _, written = captured.go()
    assert verdicts(captured) == {**verdicts(live), "account.confirm": "not-reachable"}, "nothing is clicked in a capture"
    assert captured.patch("uniview/nvr").text == live.patch("uniview/nvr").text != ""
    assert proposed_patch(folder, Manner()) == live.patch("uniview/nvr").text
    assert written.document["error"]["kind"] == "selector-drift" and (tmp_path / "captured" / "report.html").is_file()
    looked = look_up(str(folder), ["role=link", "name=Main setup"], "setup", Inquirer()).looked
    assert looked[0].is_unique


@pytest.mark.slow
def test_compare_shows_the_patch_that_check_proposes(tmp_path: Path, simulated: Any) -> None:
    (tmp_path / "changed").mkdir()
    manner = Manner(screenshots=False, timeout=10)
    with changed_recorder(tmp_path / "changed", "uniview/nvr", BRISK, {"menu.Setup": "Main setup"}) as changed:
        for recorder, name in ((simulated("uniview/nvr"), "before"), (changed, "after")):
            take(Wish(recorder.url, tmp_path / name, find_flow("sign_in"), (), recorder.user, recorder.password, manner))
    argv = ["compare", str(tmp_path / "before"), str(tmp_path / "after"), "--json", "--out", str(tmp_path / "told")]
    ended = CliRunner().invoke(nvrflow, argv)
    assert ended.exit_code == 0, ended.output
    assert "+  setup: {en: [Setup, Main setup], es: " in json.loads(ended.stdout)["patch"]


def verdicts(job: Examination) -> dict[str, Any]:
    return {one.element: one.verdict for one in job.outcome.judged}
