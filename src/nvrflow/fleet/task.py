"""The work for one recorder of a fleet, as it is handed to another process: where, what, and how."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nvrflow.inventory.roster import Device
from nvrflow.recorder import Manner

Keep = Literal["all", "failures", "none"]
WITHOUT_FLOW = ("check", "capture", "verify", "identify")  # work that is not a flow


@dataclass(frozen=True)
class Work:
    """What is done on every recorder: `name` is a flow or one of WITHOUT_FLOW.

    `terms` are keywords of `Trusting` for a flow that imports certificates. `keep` says of which runs the pictures are kept.
    """

    name: str
    manner: Manner = field(default_factory=Manner)
    flows: Path | None = None
    terms: Mapping[str, Any] | None = None
    keep: Keep = "failures"
    strict: bool = False
    trace: bool = False


@dataclass(frozen=True)
class Task:
    """The work on one recorder, whose own folder is below that of the whole run.

    While the file `halt` exists, no further step begins.
    """

    device: Device
    work: Work
    folder: Path
    halt: Path

    @property
    def report(self) -> str:
        """The recorder's own folder, relative to that of the whole run. Two recorders never have the same."""
        name = self.device.name
        plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip(".-")[:60]
        unlike = "" if plain == name else "-" + hashlib.sha256(name.encode()).hexdigest()[:8]
        return f"recorders/{plain}{unlike}"

    @property
    def out(self) -> Path:
        """The recorder's own folder."""
        return self.folder / self.report
