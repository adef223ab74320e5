"""Every capture and run below a folder, by device line and in order of time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nvrflow.capture.archive import Capture
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.history.milestone import Milestone, of_capture, of_run

_DEEPEST = 4  # folders below the one that was named


@dataclass(frozen=True)
class Chronicle:
    """The milestones of one device line, oldest first."""

    line: str
    milestones: tuple[Milestone, ...]

    def changes(self) -> Iterator[int]:
        """The places at which the firmware's version is another one than before."""
        version = ""
        for place, one in enumerate(self.milestones):
            if one.version and one.version != version:
                if version:
                    yield place
                version = one.version


def chronicles(folder: Path) -> tuple[list[Chronicle], list[str]]:
    """The chronicle of each device line below `folder`, and what could not be read. Raises WrongCall if there is nothing."""
    if not folder.is_dir():
        raise WrongCall(f"{folder}: there is no such folder; name the one that holds captures and runs")
    lines: dict[str, list[Milestone]] = {}
    unreadable = list[str]()
    for place, read in _places(folder):
        try:
            one = read(place)
        except NvrflowError as problem:
            unreadable.append(str(problem))
            continue
        lines.setdefault(one.line, []).append(one)
    if not lines:
        said = f"; {unreadable[0]}" if unreadable else ""
        raise WrongCall(f"{folder}: holds no capture and no run{said}; `nvrflow capture URL --out FOLDER` makes one")
    return [Chronicle(line, tuple(sorted(found, key=moment_of))) for line, found in sorted(lines.items())], unreadable


def moment_of(one: Milestone) -> datetime:
    """When it was, with a time zone; the beginning of time if that cannot be read."""
    try:
        moment = datetime.fromisoformat(one.when)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _places(folder: Path) -> Iterator[tuple[Path, Callable[[Path], Milestone]]]:
    """Each folder with a capture or a run, and what reads it; nothing is looked for within those."""
    for top, below, files in os.walk(folder):
        place = Path(top)
        if Capture.is_at(place):
            yield place, of_capture
            below.clear()
        elif "report.json" in files:
            yield place, of_run
            below.clear()
        elif len(place.relative_to(folder).parts) >= _DEEPEST:
            below.clear()
        below.sort()
