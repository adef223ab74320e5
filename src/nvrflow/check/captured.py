"""The visit to every page of a capture: each is looked at as it was kept, nothing is clicked, and nobody signs in."""

from __future__ import annotations

from pathlib import Path

from nvrflow.capture.archive import Capture
from nvrflow.capture.replay import Viewer, opened
from nvrflow.check.barrier import Barrier
from nvrflow.check.walk import Walk
from nvrflow.errors import SelectorDrift
from nvrflow.recorder import Manner, Recorder
from nvrflow.report import Listener, Report, Step
from nvrflow.report.pictures import Picture


def is_capture(place: str) -> bool:
    """Whether `place` is a folder that holds a capture."""
    return Capture.is_at(place)


def viewer_of(manner: Manner, listener: Listener) -> Viewer:
    """How a capture is looked at, by the options of all commands."""
    return Viewer(manner.browser, manner.headed, manner.selectors, manner.firmware, listener)


def look_through(folder: Path, walk: Walk, manner: Manner, listener: Listener) -> tuple[Report, list[Picture]]:
    """Look at each page that was captured; the others are barriers with the reason. Raises WrongCall, InvalidFile."""
    with opened(folder, manner.language, viewer_of(manner, listener)) as recorder:
        report = recorder.report
        report.flow, report.recorder, report.outcome = "check", str(folder), "checked"
        walk.know(recorder)
        for name in recorder.firmware.file.pages:
            _look(recorder, name, walk)
        walk.know(recorder)
        return report, recorder.steps.pictures


def _look(recorder: Recorder, name: str, walk: Walk) -> None:
    try:
        recorder.go_to(name)
    except SelectorDrift as problem:
        walk.reached[name] = False
        walk.barriers[name] = Barrier("", str(problem))
        return
    step = Step(f"look-{name}".replace("_", "-"), f"Look at the page {name}", verb="look", value=name)
    recorder.report.steps.append(step)
    walk.arrived(recorder, name, step)
