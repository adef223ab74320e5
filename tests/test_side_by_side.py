"""How the tests are run: which of them need a browser, and how many processes they get."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import pytest_xdist_auto_num_workers

from nvrflow.browser.driver import driver

ROOT = Path(__file__).resolve().parent.parent


def collected(*arguments: str) -> list[str]:
    """The names of the tests that pytest would run."""
    argv = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *arguments]
    listing = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL).stdout
    return [line for line in listing.splitlines() if "::" in line]


def test_a_test_that_starts_a_browser_by_itself_by_a_helper_or_by_a_fixture_is_marked() -> None:
    itself, helper, fixture = "tests/trust/test_forgeries.py", "tests/test_popups.py", "tests/test_front_classic.py"
    left = collected("-m", "not browser", itself, helper, fixture, "tests/test_paragraph.py")
    assert {name.split("::")[0] for name in left} == {"tests/test_paragraph.py"}


def test_a_test_without_the_marker_gets_no_browser() -> None:
    with pytest.raises(AssertionError, match="mark it `browser`"):
        driver().chromium.launch()


def test_a_test_that_is_named_runs_in_the_process_that_was_started() -> None:
    assert workers_for("tests/test_paragraph.py::test_one") == 0


def test_all_tests_run_in_at_most_two_processes_for_each_core_and_never_in_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert workers_for("tests") in (1, 2, 3, 4)
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 1 << 12, "SC_PHYS_PAGES": 3 << 18}.__getitem__)
    assert workers_for("tests") == 3
    monkeypatch.setattr("os.sysconf", {"SC_PAGE_SIZE": 1 << 12, "SC_PHYS_PAGES": 1}.__getitem__)
    assert workers_for("tests") == 1


def workers_for(*named: str) -> int:
    return pytest_xdist_auto_num_workers(cast(Any, SimpleNamespace(args=list(named))))
