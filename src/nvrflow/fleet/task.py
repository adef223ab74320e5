"""The work for one recorder of a fleet, as it is handed to another process: where, what, and how."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from nvrflow.inventory.roster import Device
from nvrflow.recorder import Manner


class Fence(Protocol):
    """Says why no further step may begin, in one sentence; empty while one may."""

    def why(self) -> str: ...


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

    def as_dict(self) -> dict[str, Any]:
        """What a worker at a site is told: nothing that names a file, a browser or a store of another computer."""
        manner = self.manner
        told = {"check": manner.check, "language": manner.language, "timeout": manner.timeout, "last_try": manner.last_try}
        return {"name": self.name, "keep": self.keep, "strict": self.strict, "manner": told}

    def told_by(self, document: Mapping[str, Any]) -> Work:
        """The work that a document of `as_dict` names, with the flows, selector files and browser of this one."""
        manner = replace(self.manner, **document["manner"])
        return replace(self, name=document["name"], keep=document["keep"], strict=document["strict"], manner=manner)


@dataclass(frozen=True)
class Task:
    """The work on one recorder, whose own folder is below that of the whole run.

    While the file `halt` exists, no further step begins. `fence` says whether the task is still this process's own.
    """

    device: Device
    work: Work
    folder: Path
    halt: Path
    fence: Fence | None = None

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
