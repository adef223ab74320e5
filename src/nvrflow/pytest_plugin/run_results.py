"""What all processes of a test run report to the one that was started by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

RESULTS = pytest.StashKey["RunResults"]()


@dataclass(eq=False)  # pytest keeps plugins in sets
class RunResults:
    """Hears of the report of each test; `refused`: a real recorder has refused a sign-in, or was locked."""

    refused: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what the plugin has added to a report."""
        told: dict[str, Any] = getattr(report, "nvrflow", {})
        self.refused = self.refused or bool(told.get("refused"))
