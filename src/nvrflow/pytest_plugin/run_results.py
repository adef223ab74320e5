"""What all processes of a test run report to the one that was started by a person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest

from nvrflow.pytest_plugin.fault_history import FaultHistory, Sightings
from nvrflow.pytest_plugin.known_faults import known_faults


@dataclass(eq=False)  # pytest keeps plugins in sets
class RunResults:
    """Hears of the report of each test; `refused`: a real recorder has refused a sign-in, or was locked.

    `folder` is that of the report page. `refusal`: why a process of pytest-xdist could not begin. `missed` says of known faults
    how many runs in a row did not show them.
    """

    config: pytest.Config
    folder: Path
    refused: bool = False
    told: list[dict[str, Any]] = field(default_factory=list)
    seen: Sightings = field(default_factory=Sightings)
    refusal: str = ""
    missed: dict[str, int] = field(default_factory=dict)

    def hear(self, report: pytest.TestReport) -> None:
        """Note what the plugin has added to a report, and name its files in JUnit's output of the test."""
        found: dict[str, Any] = getattr(report, "nvrflow", {})
        self.refused = self.refused or bool(found.get("refused"))
        if "node" in found:
            self.seen.hear(found)
        if found.get("headline") or found.get("drift"):
            self.told.append(found)
            self._attach(report, [path for _, path in found["files"]])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what failed, what was known, what passed by a fallback, and where the report page is."""
        if self.refusal:
            terminalreporter.write_line(f"ERROR: {self.refusal}", red=True)
        drift = {one: None for found in self.told for one in found["drift"]}
        if drift:
            terminalreporter.section("selector drift: found by a fallback", yellow=True)
            for proposal in drift:
                terminalreporter.write_line(proposal)
        self._tell_known(terminalreporter)
        self._tell_failures(terminalreporter)
        if self.told:
            terminalreporter.write_line(f"nvrflow: report: {self.folder / 'index.html'}")

    def _tell_known(self, terminalreporter: Any) -> None:
        known, lines = [found for found in self.told if found.get("excused")], self._removable()
        if known or lines:
            terminalreporter.section("known faults", yellow=True)
        for found in known:
            terminalreporter.write_line(f"known: {found['excused']}  {found['headline']}  {found['test']}")
        for line in lines:
            terminalreporter.write_line(line)

    def _removable(self) -> list[str]:
        patience, folder = int(self.config.getini("nvrflow_known_runs")), self.config.getini("nvrflow_known")
        return [
            f"{folder}/{ticket}.yaml: has not occurred in {count} runs that could have shown it; remove the file if it is fixed"
            for ticket, count in self.missed.items()
            if count >= patience
        ]

    def _tell_failures(self, terminalreporter: Any) -> None:
        failed = [found for found in self.told if found["headline"] and not found.get("excused")]
        if failed:
            terminalreporter.section("failures on recorders", red=True)
        for found in failed:
            picture = next((path for kind, path in found["files"] if kind == "picture"), "")
            terminalreporter.write_line(f"{found['headline']}  {found['test']}")
            if picture:
                terminalreporter.write_line(f"    {os.path.relpath(picture, self.config.invocation_params.dir)}")

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: Any, data: list[str]) -> None:
        """Begin the text of a failure in pytest-html with kind and element."""
        headline = getattr(report, "nvrflow_headline", "")
        if headline:
            data.insert(0, f"<b>{escape(headline)}</b>\n")

    def write(self) -> None:
        """Write the report page and its summary, if a test failed on a recorder or met drift; count known faults."""
        faults = known_faults(self.config) if self.seen.tests else ()
        if faults:
            with suppress(OSError):
                self.missed = FaultHistory(self.folder / "known.json").add(faults, self.seen)
        if not self.told:
            return
        from nvrflow.pytest_plugin.index_page import page_of, summary_of
        from nvrflow.whole_file import write_whole

        self.folder.mkdir(parents=True, exist_ok=True)
        shown = [
            {**one, "files": [(kind, Path(os.path.relpath(path, self.folder)).as_posix()) for kind, path in one["files"]]}
            for one in self.told
        ]
        page = page_of(shown, f"{datetime.now().astimezone():%Y-%m-%d %H:%M %Z}")
        write_whole(self.folder / "index.html", page.encode())
        write_whole(self.folder / "summary.md", summary_of(shown).encode())
        self._forget_earlier_runs()

    def _forget_earlier_runs(self) -> None:
        """Remove the folders of failed tests that the page of this run no longer names."""
        top = (self.folder / "tests").absolute()
        named = {
            Path(path).absolute().relative_to(top).parts[0] for path in self._paths() if Path(path).absolute().is_relative_to(top)
        }
        for folder in top.iterdir() if top.is_dir() else ():
            if folder.name not in named and folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)

    def _paths(self) -> Iterator[str]:
        yield from (path for found in self.told for _, path in found["files"])

    def _attach(self, report: pytest.TestReport, paths: list[str]) -> None:
        """Lines that GitLab and Jenkins understand, in the output of the test in JUnit."""
        xml = next((one for one in self.config.pluginmanager.get_plugins() if type(one).__name__ == "LogXML"), None)
        if xml is None or not paths:
            return
        from xml.etree.ElementTree import Element

        output = Element("system-out")
        output.text = "\n".join(f"[[ATTACHMENT|{path}]]" for path in paths)
        xml.node_reporter(report).append(output)
