"""NVRFLOW_PASSWORD is for nvrflow alone: no program that it starts has it in its environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nvrflow.command import Command, run, running
from nvrflow.environment import for_children
from nvrflow.simulator import simulate

SECRET = "hunter2-for-the-recorder-alone"
# Looks at the processes below it, and at no others, while a browser is open.
CHILDREN = """
import os, pathlib, sys
from nvrflow.browser import find_browser, open_browser
{before}
with open_browser(find_browser(), environment={environment}) as process:
    process.new_page()
    parents = {{}}
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try: parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError: pass
    below, todo = [], [os.getpid()]
    while todo:
        found = [pid for pid, parent in parents.items() if parent == todo[0]]
        below += found; todo = todo[1:] + found
    names = [pathlib.Path(f"/proc/{{pid}}/comm").read_text().strip() for pid in below]
    told = [name for pid, name in zip(below, names) if b"{secret}" in pathlib.Path(f"/proc/{{pid}}/environ").read_bytes()]
    print(len(below), told)
"""


@pytest.mark.browser
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="this system shows no process's environment")
@pytest.mark.parametrize("before", ["", "from nvrflow.environment import take_password; take_password()"])
@pytest.mark.parametrize("environment", ["None", "dict(os.environ, NVRFLOW_PASSWORD='{secret}')"], ids=["inherited", "its own"])
def test_neither_the_driver_nor_a_browser_gets_the_password(before: str, environment: str) -> None:
    script = CHILDREN.format(before=before, environment=environment.format(secret=SECRET), secret=SECRET)
    variables = {**os.environ, "NVRFLOW_PASSWORD": SECRET}
    ended = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, timeout=120)
    count, _, told = ended.stdout.strip().partition(" ")
    assert int(count) > 3, ended.stderr
    assert told == "[]"


def test_no_tool_gets_the_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NVRFLOW_PASSWORD", SECRET)
    script = f"import os; open({str(tmp_path / 'told')!r}, 'w').write(os.environ.get('NVRFLOW_PASSWORD', 'none'))"
    for environment in ({}, {"NVRFLOW_PASSWORD": SECRET}):
        assert run(Command((sys.executable, "-c", script), environment=environment)).ok
        assert (tmp_path / "told").read_text(encoding="utf-8") == "none"
    (tmp_path / "told").unlink()
    with running(Command((sys.executable, "-c", script))) as process:
        process.wait(30)
    assert (tmp_path / "told").read_text(encoding="utf-8") == "none"
    assert SECRET not in for_children({"A": "b", "NVRFLOW_PASSWORD": SECRET}).values()


TESTS = """
import os, subprocess, sys
import pytest

@pytest.mark.parametrize("number", range(5))
def test_something(signed_in, number):
    pass
"""
LOOKS = """
import os, subprocess, sys

def test_no_child_has_it(signed_in):
    script = "import os; print(os.environ.get('NVRFLOW_PASSWORD'))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert told.stdout.strip() == "None"
"""


def run_tests(
    folder: Path, home: Path, content: str, recorder: Any, password: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """pytest in a process of its own, with the installed plugin."""
    (folder / "test_own.py").write_text(content, encoding="utf-8")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--recorder", recorder.url, *options, "test_own.py"]
    variables = {**os.environ, "HOME": str(home), "NVRFLOW_PASSWORD": password}
    return subprocess.run(argv, env=variables, cwd=folder, capture_output=True, text=True, timeout=200)


@pytest.mark.browser
@pytest.mark.parametrize(
    "options", [pytest.param((), id="one process", marks=pytest.mark.slow), pytest.param(("-n", "3"), id="three")]
)
def test_five_tests_with_a_wrong_password_make_one_try_and_tell_it_once(
    tmp_path: Path, home: Path, options: tuple[str, ...]
) -> None:
    with simulate("dahua/nvr_v4", lockout_tries=5) as recorder:
        ended = run_tests(tmp_path, home, TESTS, recorder, SECRET, *options)
        assert ended.returncode == 14, ended.stdout + ended.stderr
        assert "4 skipped" in ended.stdout and "1 error in" in ended.stdout
        assert [entry.event for entry in recorder.log] == ["login-refused"]
    told = ended.stdout.partition("short test summary")[0]
    assert told.count("4 tries left before the account is locked") == 1
    assert "Traceback" not in told and SECRET not in ended.stdout + ended.stderr


@pytest.mark.browser
@pytest.mark.parametrize(
    "options", [pytest.param((), id="one process", marks=pytest.mark.slow), pytest.param(("-n", "2"), id="two")]
)
def test_tests_sign_in_with_a_password_that_their_own_children_do_not_get(
    tmp_path: Path, home: Path, options: tuple[str, ...]
) -> None:
    with simulate("dahua/nvr_v4") as recorder:
        ended = run_tests(tmp_path, home, LOOKS, recorder, recorder.password, *options)
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_an_address_with_a_password_is_refused_before_any_test_runs(tmp_path: Path, home: Path) -> None:
    class Elsewhere:
        url = f"http://admin:{SECRET}@192.0.2.10"

    ended = run_tests(tmp_path, home, TESTS, Elsewhere, "x")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--recorder: the address holds an @" in ended.stderr and SECRET not in ended.stdout + ended.stderr
