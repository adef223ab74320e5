"""The process in which flows are rehearsed: its argument says what to do, and it writes lines of JSON for each flow."""

from __future__ import annotations

import faulthandler
import inspect
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

import nvrflow
from nvrflow import errors
from nvrflow.errors import NvrflowError
from nvrflow.firmware import load_firmware
from nvrflow.rehearsal.branches import TooManyQuestions, every_run
from nvrflow.rehearsal.limits import forbid_changes
from nvrflow.rehearsal.stand_in import Notes, RecorderStandIn, Verb
from nvrflow.rehearsal.values import Anything
from nvrflow.running import find_flow, flow_names

Flow = Callable[..., object]


def main() -> None:
    """Rehearse the flows that the first argument names (JSON: `flows`, `selectors`, `files`, `todo`, `verbs`, `limit`).

    Each flow begins with a line `{"begins": flow}`; if it takes longer than `limit` seconds, the process ends without one more.
    """
    told = json.loads(sys.argv[1])
    own = Path(told["flows"]) if told["flows"] else None
    selectors = Path(told["selectors"]) if told["selectors"] else None
    verbs = {name: Verb(*verb) for name, verb in told["verbs"].items()}
    files = {name: load_firmware(name, selectors).file for name in told["files"]}
    sources = {path: name for name, path in flow_names(own).items()}
    answers, sys.stdout = sys.stdout, sys.stderr
    for name in nvrflow.__all__:  # other imports of flows would do something: ask stores, read certificates
        if not hasattr(errors, name):
            setattr(nvrflow, name, Anything())
    nvrflow.__dict__["device_and_authority"] = lambda *_: (Anything(), Anything())
    with Path(os.devnull).open("w") as nowhere:
        forbid_changes()
        for flow in told["todo"]:
            _say(answers, {"begins": flow})
            faulthandler.dump_traceback_later(told["limit"], exit=True, file=nowhere)
            _say(answers, _rehearsed(flow, own, [Notes(file, flow, sources, verbs) for file in files.values()]))
        faulthandler.cancel_dump_traceback_later()


def _say(answers: TextIO, data: Mapping[str, Any]) -> None:
    answers.write(json.dumps(data) + "\n")
    answers.flush()


def _rehearsed(name: str, own: Path | None, parts: list[Notes]) -> dict[str, Any]:
    """What the flow needs and each file (one of `parts`) does not have, or why the flow could not be rehearsed."""
    try:
        flow = find_flow(name, own)
    except Exception as problem:  # a team's module may raise anything while it is imported
        return {"missing": [[] for _ in parts], "used": [[] for _ in parts], "strange": _in_words(problem)}
    strange = next((why for why in [_rehearse(flow, notes) for notes in parts] if why), "")
    used = [sorted(notes.touched) for notes in parts]
    return {"missing": [list(notes.missing) for notes in parts], "used": used, "strange": strange}


def _rehearse(flow: Flow, notes: Notes) -> str:
    """Run the flow on the stand-in until each answer was tried; returns the error if no run came to a normal end."""
    problems = []
    for run in every_run():
        notes.run, notes.used = run, set()
        recorder = RecorderStandIn(notes)
        try:
            flow(recorder, **_arguments(flow))
            recorder.leave()
        except (NvrflowError, AssertionError, TooManyQuestions):
            problems.append("")  # a flow may say that this recorder is not for it, and a test may fail
        except (Exception, SystemExit) as problem:
            problems.append(_in_words(problem))
        else:
            problems.append("")
    return problems[0] if all(problems) else ""


def _arguments(flow: Flow) -> Mapping[str, Any]:
    """A value for each parameter without a default, except the recorder, and for `trusting`."""
    others = list(inspect.signature(flow).parameters.values())[1:]
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    wanted = [one.name for one in others if one.kind in named and (one.default is one.empty or one.name == "trusting")]
    return {name: Anything() for name in wanted}


def _in_words(problem: BaseException) -> str:
    said = str(problem).strip().splitlines()
    return f"{type(problem).__name__}: {said[0]}" if said else type(problem).__name__


if __name__ == "__main__":
    main()
