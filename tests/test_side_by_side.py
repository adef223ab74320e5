"""How the tests are run: which of them need a browser, and how many processes they get."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from conftest import pytest_xdist_auto_num_workers, pytest_xdist_make_scheduler
from slow_tests import leave_out, tenth_of

from nvrflow.browser.driver import driver

ROOT = Path(__file__).resolve().parent.parent
SLOW_ONE = "tests/test_patience.py::test_a_wrong_locator_is_told_long_before_the_limit_where_nothing_moves[nothing]"


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


def test_slow_tests_run_where_they_are_asked_for_and_ten_tenths_are_all_of_them() -> None:
    names = {f"tests/test_x.py::test_{number}": number % 2 == 1 for number in range(100)}
    quick, slow = ({one for one in names if names[one] is is_slow} for is_slow in (False, True))
    assert taken(names) == quick and taken(names, markexpr="slow") == {*names}, "pytest itself chooses by the marker"
    assert taken(names, args=[min(slow)]) == {*names}, "a test that is named itself"
    tenths = [taken(names, slow_tenth=number) - quick for number in range(10)]
    assert set().union(*tenths) == slow and sum(map(len, tenths)) == len(slow) and len([one for one in tenths if one]) > 5


@dataclass(frozen=True)
class Named:
    """Of a test its name, and whether it is slow."""

    nodeid: str
    is_slow: bool

    def get_closest_marker(self, name: str) -> bool:
        return self.is_slow and name == "slow"


def taken(names: dict[str, bool], markexpr: str = "", slow_tenth: int | None = None, args: Sequence[str] = ()) -> set[str]:
    """Which of these tests, each slow or not, a run with these options takes."""
    items = [Named(one, slow) for one, slow in names.items()]
    hook = SimpleNamespace(pytest_deselected=lambda items: None)
    option = SimpleNamespace(markexpr=markexpr, slow_tenth=slow_tenth)
    leave_out(cast(Any, SimpleNamespace(option=option, args=args, hook=hook)), cast(Any, items))
    return {one.nodeid for one in items}


def test_a_slow_test_runs_with_its_tenth() -> None:
    assert SLOW_ONE in collected("--slow-tenth", str(tenth_of(SLOW_ONE)), "tests/test_patience.py")


@pytest.mark.slow  # quick: the test after it
def test_tests_that_share_what_takes_long_or_change_the_computer_run_in_one_process(tmp_path: Path) -> None:
    """Nothing is really run: a plugin writes down which process was given which test."""
    (tmp_path / "given.py").write_text(
        "import os, pathlib\n"
        "def pytest_runtest_protocol(item, nextitem):\n"
        f"    with pathlib.Path({str(tmp_path)!r}, os.environ['PYTEST_XDIST_WORKER']).open('a') as file:\n"
        "        file.write(item.path.stem + '\\n')\n"
        "    return True\n"
    )
    argv = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-p", "given", "-p", "no:cacheprovider"]
    files = [f"tests/trust/{name}.py" for name in ("test_forgeries", "test_system_store", "test_policies", "test_names")]
    run = subprocess.run(
        [*argv, *files], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, timeout=120
    )
    given = [set(path.read_text(encoding="utf-8").split()) for path in tmp_path.glob("gw?")]
    assert set().union(*given) == {Path(file).stem for file in files}, run.stdout.decode()
    assert sum("test_forgeries" in each for each in given) == 1
    assert [len({"test_system_store", "test_policies"} & each) for each in given].count(2) == 1
    assert not any(len({"test_system_store", "test_policies"} & each) == 1 for each in given)


def test_other_tests_are_handed_out_one_by_one() -> None:
    config = SimpleNamespace(
        getvalue=lambda name: {"dist": "loadgroup", "tx": ["popen"], "numprocesses": 2}.get(name), option=None
    )
    scheduler = pytest_xdist_make_scheduler(cast(Any, config), None)
    one, other = (scheduler._split_scope(f"tests/trust/test_names.py::test_{name}") for name in "ab")
    assert one != other
    assert len({scheduler._split_scope(f"tests/trust/test_{name}.py::test_a") for name in ("policies", "system_store")}) == 1


def workers_for(*named: str) -> int:
    return pytest_xdist_auto_num_workers(cast(Any, SimpleNamespace(args=list(named))))
