"""Rehearsals of flows and their results; they run in a separate process, which is ended if it takes too long."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nvrflow.command import Command, run
from nvrflow.recorder.page import Page
from nvrflow.rehearsal.stand_in import Missing

_LIMIT = 60.0  # seconds for a process; it normally ends by itself much earlier
_FLOW_LIMIT = 10.0  # seconds for one flow, and one second more for each selector file
_MOST_OUTPUT = 4 * 1024 * 1024


@dataclass(frozen=True)
class Rehearsal:
    """One flow on several selector files: what each of them (by name) does not have, and why the flow could not be rehearsed.

    `used` is what the flow uses or asks for of each file: pages with the name of an element, of rows, `rows.element`, or nothing.
    """

    flow: str
    missing: Mapping[str, Sequence[Missing]]
    strange: str = ""
    used: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def rehearse(
    flows: Sequence[str], files: Sequence[str], own_flows: Path | None = None, own_files: Path | None = None
) -> list[Rehearsal]:
    """What `flows` need and `files` (selector files, all of them valid) do not have; both by name.

    `strange` says so if a flow takes too long, or does something that cannot be rehearsed.
    """
    found: list[Rehearsal] = []
    todo = list(flows)
    while todo and files:
        told = {
            "flows": _text(own_flows),
            "selectors": _text(own_files),
            "files": list(files),
            "todo": todo,
            "verbs": _verbs(),
            "limit": _FLOW_LIMIT + len(files),
        }
        argv = (str(Path(sys.executable).absolute()), "-m", "nvrflow.rehearsal.child", json.dumps(told))
        ended = run(Command(argv, timeout=_LIMIT, most_output=_MOST_OUTPUT))
        done = list(_done(ended.output, files))
        found += done
        todo = todo[len(done) :]
        if todo:
            why = "it does not come to an end" if f'"begins": "{todo[0]}"' in ended.output else ended.why
            found.append(Rehearsal(todo.pop(0), {}, why))
    return found


def _done(output: str, files: Sequence[str]) -> Iterator[Rehearsal]:
    flow = ""
    for line in output.splitlines():
        said = json.loads(line)
        flow = said.get("begins", flow)
        if "missing" in said:
            missing = [[Missing(*one) for one in found] for found in said["missing"]]
            used = [[(page, element) for page, element in found] for found in said["used"]]
            by_file = dict(zip(files, missing, strict=True)), dict(zip(files, used, strict=True))
            yield Rehearsal(flow, by_file[0], said["strange"], by_file[1])


def _verbs() -> dict[str, Any]:
    """Every verb of a page, read from the class, so that a new verb is known at once."""
    known = {name: verb for name, verb in vars(Page).items() if not name.startswith("_") and inspect.isfunction(verb)}
    return {name: (list(inspect.signature(verb).parameters)[1:], _returned(verb)) for name, verb in known.items()}


def _returned(verb: Any) -> str:
    annotation = inspect.signature(verb).return_annotation
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _text(path: Path | None) -> str | None:
    return str(path.absolute()) if path else None
