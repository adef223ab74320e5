"""What is said about a test after each of its phases: why it failed, what was kept of it, and what passed by a fallback."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import AccountLocked, SignInRefused
from nvrflow.pytest_plugin.allure_results import TIMES, Account, Times, tell_allure
from nvrflow.pytest_plugin.artefacts import ARTEFACTS, attach
from nvrflow.pytest_plugin.collector import COLLECTED
from nvrflow.pytest_plugin.failure import FAILURE, attributes, failure_of, of_drift, tell
from nvrflow.pytest_plugin.flags import uses_recorder
from nvrflow.pytest_plugin.known_faults import Told, excuse, known_faults
from nvrflow.pytest_plugin.leases import LEASED, LEASES, Leased
from nvrflow.pytest_plugin.stand import REPORT, STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from nvrflow.report import Report

FAILURES = pytest.StashKey[list[Told]]()
Kept = tuple[str, "Path"]


class Explainer:
    """Says why a test on a recorder failed, before any other plugin hears of it."""

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
        """Add kind, element and steps to the report of a failure."""
        result = yield
        if uses_recorder(item):
            if result.when == "setup":
                item.stash[FAILURES] = []
            problem = call.excinfo.value if call.excinfo is not None else None
            if result.failed and problem is not None:
                _explain(item, result, problem)
        return result


def _explain(item: pytest.Item, result: Any, problem: BaseException) -> None:
    """Tell of a failure; a known fault does not fail the run, and a refused sign-in stops the recorder's other tests."""
    report = item.stash.get(REPORT, None)
    failure = item.stash[FAILURE] = failure_of(problem, report)
    fault = next((one for one in known_faults(item.config) if one.explains(failure, _version(report))), None)
    told = Told(failure, fault)
    item.stash[FAILURES].append(told)
    tell(result, failure)
    result.nvrflow_headline = told.headline
    excuse(result, told)
    if isinstance(problem, SignInRefused | AccountLocked) and item.stash.get(LEASED, Leased()).device is not None:
        item.config.stash[LEASES].stop("a sign-in was refused in this test run, and no other test tries again; see its error")
        result.nvrflow = {"refused": True}
    if report is not None:
        lines = [f"{n:2} {one.outcome:6} {one.title}  [{one.locator or one.id}]" for n, one in enumerate(report.steps, 1)]
        result.sections.append(("steps on the recorder", "\n".join([*lines, *report.notes])))


def _version(report: Report | None) -> str:
    return str((report.firmware or {}).get("version") or "") if report is not None else ""


def hand_over(item: pytest.Item, result: Any) -> None:
    """At the end of a test, after all other plugins: its files and properties, for all reports."""
    report, artefacts = item.stash.get(REPORT, None), item.stash.get(ARTEFACTS, None)
    failures, drift = item.stash.get(FAILURES, []), [one.proposal for one in report.drift] if report is not None else []
    kept = artefacts.kept if artefacts is not None else []
    strict = of_drift(report, item.config)
    if strict is not None and not failures:
        result.outcome, result.longrepr, failures = "failed", f"{strict.headline}: {strict.message}", [Told(strict)]
        result.nvrflow_headline = strict.headline
    first = min(failures, key=lambda one: bool(one.ticket), default=None)  # what is not known comes first
    result.user_properties += [*(attributes(first.failure) if first is not None else ())]
    result.user_properties += [("nvrflow_known", one.ticket) for one in failures if one.ticket]
    result.user_properties += [("nvrflow_drift", one) for one in drift]
    attach(item, result, kept)
    tell_allure(item, Account(report, first, tuple(kept), tuple(drift), item.stash.get(TIMES, Times()).ends))
    result.nvrflow = {**getattr(result, "nvrflow", {}), **_for_the_run(item, failures, first, kept), "drift": drift}
    mine: tuple[pytest.StashKey[Any], ...] = (REPORT, ARTEFACTS, FAILURE, STEPS, TIMES, COLLECTED)
    for key in mine:
        if key in item.stash:
            del item.stash[key]


def _for_the_run(item: pytest.Item, failures: Sequence[Told], first: Told | None, kept: Sequence[Kept]) -> dict[str, Any]:
    """What the process that a person started is told of a test, as plain data."""
    report, attempt = item.stash.get(REPORT, None), getattr(item, "execution_count", 1)
    return {
        "node": item.nodeid,
        "test": item.nodeid + (f" (attempt {attempt})" if attempt > 1 else ""),
        "headline": first.failure.headline if first is not None else "",
        "message": first.failure.message if first is not None else "",
        "excused": first.ticket if first is not None else "",
        "known": [one.fault.ticket for one in failures if one.fault is not None],
        "elements": sorted({one.element for one in report.steps if one.element}) if report is not None else [],
        "version": _version(report),
        "recorder": report.recorder if report is not None else "",
        "files": [(kind, str(path)) for kind, path in kept],
    }
