"""What all processes of a test run report to the one that was started by a person."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest

RESULTS = pytest.StashKey["RunResults"]()


@dataclass(eq=False)  # pytest keeps plugins in sets
class RunResults:
    """Hears of the report of each test; `refused`: a real recorder has refused a sign-in, or was locked.

    `folder` is that of the report page.
    """

    config: pytest.Config
    folder: Path
    refused: bool = False
    told: list[dict[str, Any]] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what the plugin has added to a report, and name its files in JUnit's output of the test."""
        found: dict[str, Any] = getattr(report, "nvrflow", {})
        self.refused = self.refused or bool(found.get("refused"))
        if found.get("headline") or found.get("drift"):
            self.told.append(found)
            self._attach(report, [path for _, path in found["files"]])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what passed by a fallback, and where the report page is."""
        drift = {one: None for found in self.told for one in found["drift"]}
        if drift:
            terminalreporter.section("selector drift: found by a fallback", yellow=True)
            for proposal in drift:
                terminalreporter.write_line(proposal)
        self._tell_failures(terminalreporter)
        if self.told:
            terminalreporter.write_line(f"nvrflow: report: {self.folder / 'index.html'}")

    def _tell_failures(self, terminalreporter: Any) -> None:
        failed = [found for found in self.told if found["headline"]]
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
        """Write the report page and its summary, if a test failed on a recorder or met drift."""
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

    def _attach(self, report: pytest.TestReport, paths: list[str]) -> None:
        """Lines that GitLab and Jenkins understand, in the output of the test in JUnit."""
        xml = next((one for one in self.config.pluginmanager.get_plugins() if type(one).__name__ == "LogXML"), None)
        if xml is None or not paths:
            return
        from xml.etree.ElementTree import Element

        output = Element("system-out")
        output.text = "\n".join(f"[[ATTACHMENT|{path}]]" for path in paths)
        xml.node_reporter(report).append(output)
