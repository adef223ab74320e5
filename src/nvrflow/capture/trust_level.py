"""How far a selector file can be trusted: read from the evidence beside it, and typed by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nvrflow.address import link_of
from nvrflow.capture.archive import Capture
from nvrflow.content import folder, from_json
from nvrflow.errors import NvrflowError
from nvrflow.hostname import is_this_computer

Level = Literal["nothing yet", "simulated", "replayed", "run on a device"]


@dataclass(frozen=True)
class Trust:
    """The level of one selector file, the highest that there is evidence for, and on what (model, version, date).

    `simulated`: a simulated recorder has its pages. `replayed`: the capture of a real device lies in the repository, and the
    tests replay it. `run on a device`: the report of a run on a real device lies there, or what `check --record` wrote.
    """

    level: Level
    on: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.level} ({'; '.join(self.on)})" if self.on else self.level


def trust_in(name: str, fixtures: Path | None = None) -> Trust:
    """The trust in the selector file `name`, from `fixtures/NAME`: `reports/*.json`, `captures/*/` and `recorder.yaml`.

    The capture of a simulated recorder, and a report of one, count for nothing more than `simulated`. Raises InvalidFile for a
    damaged capture.
    """
    home = (fixtures or folder("fixtures")) / name
    if runs := tuple(_runs(home, name)):
        return Trust("run on a device", runs)
    if replayed := tuple(_replayed(captures_of(name, fixtures), name)):
        return Trust("replayed", replayed)
    return Trust("simulated" if (home / "recorder.yaml").is_file() else "nothing yet")


def captures_of(name: str, fixtures: Path | None = None) -> list[Path]:
    """The folders of all captures for the selector file `name` in the repository."""
    return sorted(path for path in ((fixtures or folder("fixtures")) / name / "captures").glob("*") if Capture.is_at(path))


def _replayed(captures: list[Path], name: str) -> Iterator[str]:
    for summary in (Capture.open(path).summary for path in captures):
        if summary.firmware == name and not summary.simulated:
            yield " ".join(part for part in (summary.model, summary.version, summary.when[:10]) if part)


def _runs(home: Path, name: str) -> Iterator[str]:
    for path in sorted((home / "reports").glob("*.json")):
        try:
            report = from_json(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise NvrflowError(f"{path}: is not a report ({problem}); put the report.json of a run there") from None
        if _is_of_a_device(report, name):
            firmware = report["firmware"]
            parts = (firmware.get("model"), firmware.get("version"), str(report.get("started", ""))[:10])
            yield " ".join(str(part) for part in parts if part)


def _is_of_a_device(report: Any, name: str) -> bool:
    """Whether a run on a real recorder came to its end with this selector file."""
    if not isinstance(report, dict) or not isinstance(report.get("firmware"), dict):
        return False
    ended = ("done", "already", "checked") if report.get("verdicts") else ("done", "already")  # a check that found everything
    is_done = report.get("outcome") in ended and report["firmware"].get("name") == name
    return bool(is_done) and not is_this_computer(link_of(str(report.get("recorder", ""))).host)
