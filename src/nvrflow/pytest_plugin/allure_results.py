"""A test on a recorder in Allure's results, if allure-pytest writes some: steps, files, kind, element and drift."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.pytest_plugin.failure import TEST_ERROR
from nvrflow.pytest_plugin.known_faults import Told

if TYPE_CHECKING:
    from nvrflow.report import Report, Step
    from nvrflow.wait import Wait

TIMES = pytest.StashKey["Times"]()
_TRACE = "application/vnd.allure.playwright-trace"  # Allure opens it in the trace viewer
_TYPES = {".png": "image/png", ".webm": "video/webm", ".html": "text/html", ".txt": "text/plain", ".zip": _TRACE}
_STATUS = {"done": "passed", "would": "skipped", "failed": "broken"}
_CATEGORIES = {
    "selector-drift": "Selector drift",
    "product-defect": "Product defects",
    "unreachable": "Unreachable",
    "(account-locked|sign-in-refused)": "Locked out, or the sign-in was refused",
    "signed-out": "Signed out by the recorder",
    "timeout": "Timed out",
    "plugin-needed": "Plug-in needed",
    "(not-trusted|certificate-refused)": "Not trusted",
    TEST_ERROR: "Test errors",
}


@dataclass
class Times:
    """Hears when each step of a test ends; `ends` has the seconds since 1970, by the step's id."""

    ends: dict[str, float] = field(default_factory=dict)

    def chapter(self, title: str) -> None: ...
    def starts(self, title: str) -> None: ...
    def says(self, sentence: str) -> None: ...
    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...

    def ended(self, step: Step) -> None:
        """Note the time."""
        self.ends[step.id] = time.time()


@dataclass(frozen=True)
class Account:
    """What Allure is told of one attempt at a test; `ends` as in `Times`."""

    report: Report | None
    told: Told | None
    kept: tuple[tuple[str, Path], ...]
    drift: tuple[str, ...]
    ends: Mapping[str, float]

    @property
    def folder(self) -> Path | None:
        """Where the pictures of the steps are; None if none were kept."""
        return next((path.parent for kind, path in self.kept if kind == "report"), None)


def writes_allure(config: pytest.Config) -> bool:
    """Whether this run writes results for Allure."""
    return bool(getattr(config.option, "allure_report_dir", None)) and config.pluginmanager.has_plugin("allure_listener")


def tell_allure(item: pytest.Item, account: Account) -> None:
    """Add the account to the result of the test that is ending now."""
    if not writes_allure(item.config):
        return
    listener: Any = item.config.pluginmanager.get_plugin("allure_listener")
    result = listener.allure_logger.get_test(None)
    if result is None:
        return
    from allure_commons.model2 import Label, Parameter

    failure, report = account.told.failure if account.told is not None else None, account.report
    firmware = str((report.firmware or {}).get("name", "")) if report is not None else ""
    told = {"selector file": firmware, "element": failure.element if failure is not None else ""}
    result.parameters += [Parameter(name, value, excluded=True) for name, value in told.items() if value]
    tags = [*([failure.kind] if failure is not None else []), *(["drift"] if account.drift else [])]
    result.labels += [Label("tag", one) for one in tags]
    if account.told is not None:
        _mark(result, account.told)
    if report is not None:
        _add_steps(result, listener, account, report)
    for name, path in account.kept:
        _attach_file(listener, name, path)
    if failure is not None and failure.nearest:
        _attach_text(listener, "nearest candidates on the screen", failure.nearest)
    if account.drift:
        _attach_text(listener, "found by a fallback: what to change", "\n".join(account.drift))


def _mark(result: Any, told: Told) -> None:
    """Kind, element and message first; what the recorder does wrong is failed, everything else but an assertion broken."""
    from allure_commons.model2 import Label, StatusDetails

    failure = told.failure
    trace = result.statusDetails.trace if result.statusDetails is not None else None
    message = f"{told.headline}: {failure.message}"
    result.statusDetails = StatusDetails(known=bool(told.ticket) or None, message=message, trace=trace)
    if told.ticket:
        result.labels.append(Label("tag", f"known: {told.ticket}"))
    elif failure.kind == "product-defect" or result.status not in ("failed", "broken"):
        result.status = "failed"


def _add_steps(result: Any, listener: Any, account: Account, report: Report) -> None:
    """Each step of the recorder as a step of Allure, below its chapter, with its picture and the locator that found it."""
    chapter: Any = None
    for step in report.steps:
        made = _step_of(step, account)
        for name, path in _pictures(step, account.folder):
            made.attachments.append(_attachment(listener, name, path))
        if not step.chapter:
            chapter = None
            result.steps.append(made)
            continue
        if chapter is None or chapter.name != step.chapter:
            chapter = _chapter_of(step)
            result.steps.append(chapter)
        chapter.steps.append(made)
        chapter.start, chapter.stop = chapter.start or made.start, made.stop
        chapter.status = made.status if made.status == "broken" else chapter.status


def _chapter_of(step: Step) -> Any:
    from allure_commons.model2 import TestStepResult

    return TestStepResult(name=step.chapter, status="passed")


def _step_of(step: Step, account: Account) -> Any:
    from allure_commons.model2 import Parameter, TestStepResult

    told = {"element": step.element, "locator": step.locator, "fallback": str(step.fallback or ""), "note": step.note}
    stop = int(account.ends.get(step.id, 0) * 1000)
    return TestStepResult(
        name=step.title,
        status=_STATUS[step.outcome],
        start=stop - int(step.seconds * 1000),
        stop=stop,
        parameters=[Parameter(name, value) for name, value in told.items() if value],
    )


def _pictures(step: Step, folder: Path | None) -> Iterator[tuple[str, Path]]:
    if folder is not None:
        for name, file in (("before", step.screenshot), ("after the failure", step.failure)):
            if file:
                yield name, folder / file


def _attachment(listener: Any, name: str, path: Path) -> Any:
    """The file as an attachment that belongs to no test yet."""
    _attach_file(listener, name, path)
    return listener.allure_logger.get_test(None).attachments.pop()


def _attach_file(listener: Any, name: str, path: Path) -> None:
    listener.attach_file(str(path), name, _TYPES.get(path.suffix, "application/octet-stream"), path.suffix.lstrip("."))


def _attach_text(listener: Any, name: str, text: str) -> None:
    listener.attach_data(text, name, "text/plain", "txt")


def write_categories(config: pytest.Config) -> None:
    """Name the kinds of failures for Allure, unless the team has named its own."""
    if not writes_allure(config):
        return
    path = Path(config.option.allure_report_dir, "categories.json")
    if path.parent.is_dir() and not path.exists():
        told = [{"name": name, "messageRegex": f"(?s)^{kind}[ :].*"} for kind, name in _CATEGORIES.items()]
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
