"""The folder of a test that failed: its steps with pictures, as a run of a command keeps them, without secrets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nvrflow.pytest_plugin.failure import Failure

if TYPE_CHECKING:
    from nvrflow.recorder.steps import Steps


def write_record(folder: Path, steps: Steps, failure: Failure, secrets: Iterable[str]) -> list[tuple[str, Path]]:
    """Write report.html, report.json and the pictures; returns the page and the last picture, with their kinds."""
    from nvrflow.report.folder import RunFolder

    folder.mkdir(parents=True, exist_ok=True)
    report = steps.report
    report.outcome, report.error = "failed", {"kind": failure.kind, "message": failure.message, "step": failure.step}
    report.pictures = "quick"
    names = steps.firmware.names if steps.firmware is not None else ()
    RunFolder(folder).write(report, steps.pictures, set(secrets), names)
    (folder / "junit.xml").unlink(missing_ok=True)  # the test's own is pytest's
    after = [step.failure for step in report.steps if step.failure and not step.leaving]
    before = [step.raw for step in report.steps if step.raw and not step.leaving]
    shown = after[-1:] or before[-1:]  # what came later, such as the sign-out, is not the failure
    picture = [("picture", folder / name) for name in shown]
    return [("report", folder / "report.html"), *picture]
