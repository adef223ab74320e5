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
    shown = [one for step in report.steps for one in (step.raw, step.failure) if one]
    picture = [("picture", folder / shown[-1])] if shown else []
    return [("report", folder / "report.html"), *picture]
