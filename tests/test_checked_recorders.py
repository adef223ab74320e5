"""`--check` on every simulated recorder: it comes to its end, and the recorder is as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slow_tests import mostly_slow

from nvrflow.recorder import Manner
from nvrflow.report.advice import verdict
from nvrflow.running import Run
from nvrflow.simulator import usable
from nvrflow.trust.stages import Trusting


@pytest.mark.parametrize("firmware", mostly_slow(usable(), {"dahua/nvr_v4", "hikvision/nvr_v4", "uniview/nvr"}.__contains__))
def test_a_check_of_the_whole_work_leaves_the_recorder_as_it_was(firmware: str, simulated: Any, tmp_path: Path) -> None:
    recorder = simulated(firmware, restart_seconds=0.3, scan_seconds=0.3)
    before = recorder.state()
    run = Run(
        "secure", recorder.url, recorder.user, recorder.password,
        Manner(check=True, screenshots=False, timeout=20), tmp_path / "run", arguments={"trusting": Trusting()},
    )  # fmt: skip
    report, folder = run.go()
    assert report.error is None
    assert (report.outcome, report.enforced) == ("checked", True)
    assert verdict(folder.document) == "Checked: nothing was changed"
    assert recorder.state() == before
    assert recorder.sessions == 0, report.notes
    ids = [step.id for step in report.steps if step.outcome in ("done", "would")]
    assert any("sign-in" in one or one == "authenticate" for one in ids) and any("sign-out" in one for one in ids)
    assert report.firmware is not None and report.firmware["name"] == firmware


def test_a_check_that_nothing_enforced_does_not_say_that_nothing_was_changed() -> None:
    document = {"outcome": "checked", "error": None, "https": None, "enforced": False}
    assert verdict(document) == "Checked"
    assert verdict({**document, "enforced": True}) == "Checked: nothing was changed"
