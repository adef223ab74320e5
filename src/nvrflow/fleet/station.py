"""A process that works on one recorder after the other, with a browser that stays open between them."""

from __future__ import annotations

import json
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import datetime
from types import FrameType
from typing import Any, NoReturn

from nvrflow.address import normalised
from nvrflow.browser import Browser, find_browser, open_browser
from nvrflow.environment import give_variables, take_password
from nvrflow.errors import Defect, Interrupted, NvrflowError
from nvrflow.fleet.conclusion import Ending, Outcome, facts_of, told
from nvrflow.fleet.survey import surveyed
from nvrflow.fleet.task import WITHOUT_FLOW, Task
from nvrflow.inventory.lease import Lease
from nvrflow.report import Report
from nvrflow.report.folder import RunFolder
from nvrflow.state_folder import state_folder
from nvrflow.whole_file import write_whole

_open: ExitStack = ExitStack()
_warm: list[Any] = []  # the open browser of Playwright, or nothing


def prepare(password: str | None, variables: Mapping[str, str]) -> None:
    """Get this process ready: it leaves Ctrl-C to its parent, and knows the given passwords."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    take_password(password)
    give_variables(variables)


def do(task: Task) -> Ending:
    """Work on one recorder, and tell how it ended. Raises nothing: what goes wrong is in the result.

    SIGTERM ends the work as Ctrl-C ends a command: the recorder is signed out and the report is written.
    """
    signal.signal(signal.SIGTERM, _terminated)
    began, when = time.monotonic(), datetime.now().astimezone().isoformat(timespec="seconds")
    lease = Lease(state_folder() / "leases", task.device.place)
    device = task.device

    def ended(outcome: Outcome, error: Mapping[str, Any] | None, facts: Mapping[str, Any] | None = None) -> Ending:
        folder = task.report if task.out.is_dir() else ""
        seconds = round(time.monotonic() - began, 2)
        return Ending(device.name, normalised(device.url), outcome, device.site, error, folder, when, seconds, facts or {})

    try:
        if not lease.take():
            busy = f"{lease.holder()}; run the command again with --resume when it is free"
            return ended("skipped", {"kind": "in-use", "message": busy, "step": None})
        outcome, error, facts = _work_of(task.work.name)(task, _objection(task, lease))
        return ended(outcome, error, {**facts, **surveyed(device.url, task.out / "downloads")})
    except (NvrflowError, KeyboardInterrupt) as problem:
        said = problem if isinstance(problem, NvrflowError) else Interrupted(f"{device.name}: interrupted; go on with --resume")
        return ended("failed", told(said))
    except Exception as problem:
        return ended("failed", told(_defect(task, problem)))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        lease.give_back()


Result = tuple[Outcome, Mapping[str, Any] | None, dict[str, Any]]
Work = Callable[[Task, Callable[[], str]], Result]


def _work_of(name: str) -> Work:
    own: dict[str, Work] = {"check": _check, "capture": _capture, "verify": _verify, "identify": _identify}
    assert set(own) == set(WITHOUT_FLOW)
    return own.get(name, _flow)


def _flow(task: Task, objection: Callable[[], str]) -> Result:
    from nvrflow.running import Run

    work, device = task.work, task.device
    run = Run(
        work.name, device.url, device.user, _password(task), _manner(task), task.out, work.flows, work.trace, objection=objection
    )
    if work.terms is not None:
        from nvrflow.trust.stages import Trusting

        run.arguments["trusting"] = Trusting(**work.terms)
    return _reported(task, *run.go())


def _check(task: Task, objection: Callable[[], str]) -> Result:
    from nvrflow.check.examination import Examination

    work, device = task.work, task.device
    manner = _manner(task)
    job = Examination(device.url, device.user, _password(task), manner, work.strict, task.out, work.flows, work.trace)
    return _reported(task, *replace(job, objection=objection).go())


def _capture(task: Task, objection: Callable[[], str]) -> Result:
    from nvrflow.capture.tour import Wish, take
    from nvrflow.running import find_flow

    device = task.device
    wish = Wish(device.url, task.out, find_flow("sign_in", task.work.flows), (), device.user, _password(task), _manner(task))
    summary = take(replace(wish, objection=objection)).summary
    facts = {"firmware": summary.firmware, "model": summary.model, "version": summary.version}
    if summary.missed:
        missed = f"not captured: {', '.join(summary.missed)}; capture.yaml says why"
        return "failed", {"kind": "failed", "message": missed, "step": None}, facts
    return "done", None, facts


def _verify(task: Task, _: Callable[[], str]) -> Result:
    from nvrflow.trust.verify import verify

    browser = task.work.manner.browser
    found = verify(task.device.url, browser.path if isinstance(browser, Browser) else browser, task.work.manner.timeout)
    document = found.as_dict()
    folder = RunFolder.create(task.out, "verify", task.device.url)
    write_whole(folder.path / "verify.json", json.dumps(document, ensure_ascii=False, indent=2).encode())
    return ("done" if found.trusted else "failed"), document["error"], {"trusted": found.trusted}


def _identify(task: Task, _: Callable[[], str]) -> Result:
    from nvrflow.recorder import open_recorder

    manner = replace(_manner(task), check=True, screenshots=False)
    with open_recorder(task.device.url, task.device.user, "", manner=manner) as recorder:
        found = recorder.report.firmware or {}
        return "checked", None, {key: found[key] for key in ("model", "version") if found.get(key)} | {"firmware": found["name"]}


def _manner(task: Task) -> Any:
    """The manner for this recorder, with the browser of this process where one can be shared."""
    manner = task.work.manner
    if manner.headed or manner.check:
        running = None
    else:
        browser = manner.browser if isinstance(manner.browser, Browser) else find_browser(manner.browser)
        running = _browser(browser)
    return replace(manner, firmware=task.device.firmware or manner.firmware, running=running, attended=False, state=None)


def _browser(browser: Browser) -> Any:
    """The open browser of this process; a new one if it has ended."""
    if not _warm or not _warm[-1].is_connected():
        _open.close()
        _warm[:] = [_open.enter_context(open_browser(browser))]
    return _warm[-1]


def close() -> None:
    """Close the browser of this process, if one is open."""
    _warm.clear()
    _open.close()


def _password(task: Task) -> Callable[[], str] | None:
    return task.device.password.password if task.device.password is not None else None


def _objection(task: Task, lease: Lease) -> Callable[[], str]:
    def why() -> str:
        if task.halt.exists():
            raise Interrupted("interrupted; the steps show in which state the recorder is now")
        if task.fence is not None and (said := task.fence.why()):
            raise Interrupted(f"{task.device.name}: {said}; the steps show how far the work came")
        return lease.lost()

    return why


def _defect(task: Task, problem: Exception) -> Defect:
    """The error of a defect, with its places in a file that can be sent to us; values and messages may be secret."""
    file = task.out / "defect.txt"
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, "".join([*traceback.format_tb(problem.__traceback__), type(problem).__name__]).encode())
    return Defect(f"{task.device.name}: this is a defect in nvrflow ({type(problem).__name__}); please report it with {file}")


def _reported(task: Task, report: Report, folder: RunFolder) -> Result:
    """The result of a run, after its pictures were removed if nobody wants them."""
    if task.work.keep == "none" or (task.work.keep == "failures" and report.error is None):
        _without_pictures(folder)
    return report.outcome, report.error, facts_of(report)


def _without_pictures(folder: RunFolder) -> None:
    """Remove the steps' pictures, and write report.json and the page of the run again without them."""
    from nvrflow.report.html import as_html

    shutil.rmtree(folder.path / "steps", ignore_errors=True)
    folder.document["pictures"] = "none"
    for step in folder.document["steps"]:
        step.update(screenshot=None, raw=None, failure=None)
    write_whole(folder.path / "report.json", (json.dumps(folder.document, ensure_ascii=False, indent=2) + "\n").encode())
    if "report.html" not in folder.writers:
        write_whole(folder.path / "report.html", as_html(folder.document, {}).encode())


def _terminated(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
