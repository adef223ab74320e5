"""The results of the ready suite: `nvrflow regress` and `pytest --pyargs nvrflow.suite --results DIR`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nvrflow.errors import NvrflowError

if TYPE_CHECKING:
    from nvrflow.recorder import Recorder
    from nvrflow.regression.scoreboard import Outcome, Result

SUITE = "nvrflow.suite"
_NOT_APPLICABLE = "Skipped: not applicable: "


def configure(config: pytest.Config) -> None:
    """Keep results if they are wanted. Raises pytest.UsageError for a file or folder that cannot be used."""
    known: Path | None = config.getoption("--known-script-errors")
    if known is not None and not known.is_file():
        raise pytest.UsageError(f"--known-script-errors {known}: there is no such file")
    folder: Path | None = config.getoption("--results")
    if folder is None:
        return
    config.pluginmanager.register(_Noter(), "nvrflow-suite-promises")
    if hasattr(config, "workerinput"):
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise pytest.UsageError(f"--results {folder}: cannot be made ({problem.strerror}); name another folder") from None
    config.pluginmanager.register(
        _Keeper(folder, config.getoption("--recorder") or "simulated recorders"), "nvrflow-suite-results"
    )


class _Keeper:
    """Collects what each test of the suite promised and how it ended, in the order of the run."""

    def __init__(self, folder: Path, recorder: str) -> None:
        self.folder, self.recorder = folder, recorder
        self.began = datetime.now(UTC).isoformat(timespec="seconds")
        self.results: dict[str, Result] = {}
        self.about: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the result of one test; also of one that ran in a process of pytest-xdist."""
        from nvrflow.regression.scoreboard import Result

        told = dict(report.user_properties)
        if "nvrflow_promise" not in told:
            return
        said = {name: told.get(f"nvrflow_{name}") for name in ("firmware", "model", "version")}
        self.about |= {name: str(value) for name, value in said.items() if value}
        before = self.results.get(report.nodeid)
        outcome, message = _outcome(report)
        seconds = report.duration + (before.seconds if before else 0)
        if before is not None and report.passed:
            outcome, message = before.outcome, before.message
        kind = str(told.get("nvrflow_suite_kind", "")) if outcome in ("failed", "error") else ""
        self.results[report.nodeid] = Result(
            report.nodeid.rpartition("::")[2], str(told["nvrflow_promise"]), outcome, kind, message, round(seconds, 2)
        )

    def pytest_sessionfinish(self) -> None:
        """Write the results. A full disk is said, and spoils nothing else."""
        from nvrflow.regression.result_pages import as_html, as_markdown
        from nvrflow.regression.scoreboard import Scoreboard, earlier
        from nvrflow.whole_file import write_whole

        board = Scoreboard(self.recorder, self.began, tuple(self.results.values()), **self.about)
        try:
            board.write(self.folder)
            write_whole(self.folder / "summary.md", as_markdown(board).encode())
            write_whole(self.folder / "index.html", as_html(board, earlier(self.folder, board)).encode())
        except OSError as problem:
            pytest.exit(f"--results {self.folder}: cannot be written ({problem.strerror})", returncode=1)


def _outcome(report: pytest.TestReport) -> tuple[Outcome, str]:
    if report.passed:
        return "passed", ""
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else _message(report)
    if hasattr(report, "wasxfail"):
        return "skipped", f"{report.wasxfail}: {said}"
    if report.skipped:
        applicable = not said.startswith(_NOT_APPLICABLE)
        return ("skipped" if applicable else "not applicable"), said.removeprefix(_NOT_APPLICABLE).removeprefix("Skipped: ")
    return ("failed" if report.when == "call" else "error"), said


def _message(report: pytest.TestReport) -> str:
    """The reason without Python's own words around it."""
    crash = getattr(report.longrepr, "reprcrash", None)
    said = str(crash.message if crash is not None else report.longrepr)
    kind = str(dict(report.user_properties).get("nvrflow_kind", "test-error"))
    said = said.partition(": ")[2] if said.startswith((f"{kind} ", f"{kind}:")) else said  # the plugin's own beginning
    first = said.partition("\nassert ")[0]
    head, colon, rest = first.partition(": ")
    is_class = bool(colon) and head.replace(".", "").replace("_", "").isalnum() and (head[:1].isupper() or "." in head)
    return rest if is_class else first


class _Noter:
    """Notes in each process what a test promises."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
        """Note it before the report is made."""
        _note(item, call, getattr(item, "funcargs", {}).get("recorder"))


def _note(item: pytest.Item, call: pytest.CallInfo[Any], recorder: Recorder | None) -> None:
    """Write into the report of a test of the suite what it promises, on what it ran, and the kind of its failure."""
    module = getattr(item, "module", None)
    if module is None or not module.__name__.startswith(SUITE):
        return
    words = " ".join((getattr(item, "function", item).__doc__ or item.name).split())
    told: dict[str, object] = {"nvrflow_promise": words}
    if recorder is not None:
        firmware = recorder.report.firmware or {}
        names = {"firmware": "name", "model": "model", "version": "version"}
        told |= {f"nvrflow_{name}": firmware.get(key) for name, key in names.items()}
    problem = call.excinfo.value if call.excinfo is not None else None
    if isinstance(problem, NvrflowError):
        told["nvrflow_suite_kind"] = problem.kind
    elif isinstance(problem, AssertionError):
        told["nvrflow_suite_kind"] = "product-defect"
    item.user_properties[:] = [pair for pair in item.user_properties if pair[0] not in told] + list(told.items())
