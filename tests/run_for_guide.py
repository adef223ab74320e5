"""A run with still pictures on a recorder, read back from its folder as a guide reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nvrflow.guide import Source
from nvrflow.guide_runs import Shooting, runs_of
from nvrflow.recorder import Manner
from nvrflow.report.record import Record


def run_for_guide(
    recorder: Any, runs: Path, flow: str = "secure", language: str | None = None, flows: Path | None = None, **manner: Any
) -> Source:
    """The source of the guide; with `check` unless that is switched off."""
    chosen = Manner(**{"check": True, "timeout": 20, **manner})
    languages = (language,) if language else ()
    shooting = Shooting(
        (recorder.url,), flow, languages, recorder.user, lambda _: recorder.password, chosen, flows, scale=1, runs=runs
    )
    ((_, record),) = runs_of(shooting, recorder.url, [])
    return Source(record)


def read_again(source: Source) -> Source:
    """The same run, read once more."""
    return Source(Record.read(source.record.path))
