"""Fixtures `ui_baseline` and `image_baseline`, and what a run says about its baselines: what it wrote, and what nothing used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from nvrflow.baseline.checks import Desk, ImageBaseline, UiBaseline
    from nvrflow.baseline.collection import Collection

_LEDGER = pytest.StashKey["Ledger"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for baselines, and the setting for their folder."""
    group = parser.getgroup("nvrflow", "CCTV recorders (nvrflow)")
    group.addoption("--update-baselines", action="store_true", help="Write baselines that are missing or differ.")
    group.addoption("--baselines-report", action="store_true", help="List the baselines that this run used, and did not use.")
    parser.addini(
        "nvrflow_baselines", "The folder of baselines, below the root folder (default: baselines).", default="baselines"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin the ledger of this run."""
    config.stash[_LEDGER] = Ledger(config)
    config.pluginmanager.register(config.stash[_LEDGER], "nvrflow-baselines")


@dataclass(eq=False)  # pytest keeps plugins in sets
class Ledger:
    """What a run used and wrote, in all its processes, and the files of tests that do not prove what is unused.

    Those are files with a test that was skipped or deselected: it may be the one that uses a baseline.
    """

    config: pytest.Config
    used: set[str] = field(default_factory=set)
    wrote: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)
    failed: bool = False
    unused: list[str] = field(default_factory=list)
    kept: Collection | None = None

    @property
    def collection(self) -> Collection:
        """The baselines of this run."""
        from nvrflow.baseline.collection import Collection

        if self.kept is None:
            folder = self.config.rootpath / self.config.getini("nvrflow_baselines")
            self.kept = Collection(folder, self.config.getoption("--update-baselines"), self.used, self.wrote)
        return self.kept

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note the files of tests that were deselected."""
        self.unproven |= {item.nodeid.partition("::")[0] for item in items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the file of a test that was skipped, and that a test failed."""
        if report.outcome == "skipped":
            self.unproven.add(report.nodeid.partition("::")[0])
        self.failed = self.failed or report.outcome == "failed"

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take what a process of pytest-xdist used and wrote; one that died tells nothing, and then nothing counts as unused."""
        told: dict[str, list[str]] | None = getattr(node, "workeroutput", {}).get("nvrflow_baselines")
        self.failed = self.failed or told is None
        for name, values in (told or {}).items():
            getattr(self, name).update(values)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Hand the ledger to the controller of pytest-xdist; there, or without it, let the run fail for an unused baseline."""
        if hasattr(self.config, "workerinput"):
            told = {name: sorted(getattr(self, name)) for name in ("used", "wrote", "unproven")}
            self.config.workeroutput["nvrflow_baselines"] = told  # type: ignore[attr-defined]
        elif self.used and exitstatus == pytest.ExitCode.OK and not self.failed and self._is_whole():
            self.unused = self._unused()
            if self.unused:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _is_whole(self) -> bool:
        """Whether every test was asked for: no path, no -k, no --last-failed, no --ignore, from the root folder."""
        config, source = self.config, pytest.Config.ArgsSource
        narrowing = ("keyword", "lf", "ignore", "ignore_glob", "deselect", "collectonly")
        from_the_root = config.invocation_params.dir == config.rootpath
        whole = config.args_source == source.TESTPATHS or (config.args_source == source.INVOCATION_DIR and from_the_root)
        return whole and not any(config.getoption(name, None) for name in narrowing)

    def _unused(self) -> list[str]:
        from nvrflow.baseline.collection import unused

        beside, _ = unused(self.collection.files(), self.used)
        owners = {name: self.collection.owner(name) for name in beside}
        return [name for name, owner in owners.items() if owner not in self.unproven and (owner or not self.unproven)]

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which baselines were written and which are unused; with --baselines-report, list all of them."""
        lines = [*self._written(), *self._left(), *(self._all() if self.config.getoption("--baselines-report") else [])]
        if lines:
            terminalreporter.section("baselines")
            for line in lines:
                terminalreporter.write_line(line)

    def _written(self) -> list[str]:
        folder = self.config.getini("nvrflow_baselines")
        head = f"wrote {len(self.wrote)} {'baseline' if len(self.wrote) == 1 else 'baselines'}; look at them before you commit:"
        return [head, *(f"  {folder}/{name}" for name in sorted(self.wrote))] if self.wrote else []

    def _left(self) -> list[str]:
        folder = self.config.getini("nvrflow_baselines")
        head = "no test used these baselines, so the run failed; delete them, or bring back the test that used them:"
        return [head, *(f"  {folder}/{name}" for name in self.unused)] if self.unused else []

    def _all(self) -> list[str]:
        files = self.collection.files()
        used = [f"  used    {name}" for name in files if name in self.used]
        unused = [f"  unused  {name}" for name in files if name not in self.used]
        return [f"{len(used)} used, {len(unused)} unused by this run, in {self.collection.folder}:", *used, *unused]


@pytest.fixture
def baseline_desk(request: pytest.FixtureRequest, output_path: str) -> Desk:
    """Where this test checks its baselines; differences are written into pytest-playwright's folder for this test."""
    from nvrflow.baseline.checks import Desk

    return Desk(request.config.stash[_LEDGER].collection, request.node.nodeid, Path(output_path))


@pytest.fixture
def ui_baseline(baseline_desk: Desk) -> UiBaseline:
    """Compares what a page says with what it said before: `ui_baseline.check(recorder.go_to("https"))`."""
    from nvrflow.baseline.checks import UiBaseline

    return UiBaseline(baseline_desk)


@pytest.fixture
def image_baseline(baseline_desk: Desk) -> ImageBaseline:
    """Compares how a page looks with how it looked: `image_baseline.check(recorder.go_to("https"), of="form")`."""
    from nvrflow.baseline.checks import ImageBaseline

    return ImageBaseline(baseline_desk)
