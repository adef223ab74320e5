"""The command runner on real processes: no shell, no waiting for ever, no flood."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from nvrflow.command import MOST_OUTPUT, Command, run, tool

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the tools called here are POSIX ones")


def python(code: str, **more: object) -> Command:
    return Command((sys.executable, "-c", code), **more)  # type: ignore[arg-type]


def test_arguments_reach_the_tool_as_they_are() -> None:
    nasty = "a b; $(touch x) `y` \"q\" 'p' \\"
    ended = run(Command((sys.executable, "-c", "import sys; print(sys.argv[1])", nasty)))
    assert ended.ok and ended.output == f"{nasty}\n"


def test_the_printed_form_is_what_a_person_types() -> None:
    assert Command(("/bin/echo", "a b", "$x")).shown == "/bin/echo 'a b' '$x'"
    assert Command(("/bin/rm", "x"), may_fail=True).shown.endswith("|| true")


def test_standard_input_is_closed() -> None:
    assert run(python("import sys; print(repr(sys.stdin.read()))")).output == "''\n"


def test_a_tool_that_never_ends_is_stopped_with_all_it_started() -> None:
    code = "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"
    ended = run(python(code, timeout=1.0))
    assert ended.outcome == "timeout" and "did not end within 1 seconds" in ended.why
    while lives(int(ended.output)):  # a process that was killed ends when it is its turn; the test's own time limit ends the wait
        threading.Event().wait(0.01)


def lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_tool_that_writes_without_end_is_stopped_and_its_output_capped() -> None:
    ended = run(Command((shutil.which("yes") or "/usr/bin/yes",), timeout=30.0))
    assert ended.outcome == "flood" and len(ended.output) == MOST_OUTPUT


def test_errors_without_end_are_stopped_too() -> None:
    ended = run(python("import sys\nwhile True: sys.stderr.write('x' * 999)", timeout=30.0))
    assert ended.outcome == "flood" and len(ended.errors) == MOST_OUTPUT and "wrote more than" in ended.why


def test_a_missing_tool_is_an_outcome_and_no_exception() -> None:
    ended = run(Command(("/nonexistent/tool",)))
    assert ended.outcome == "missing" and not ended.ok and "No such file" in ended.why


def test_a_tool_is_called_by_its_absolute_path_only() -> None:
    assert run(Command(("echo", "x"))).outcome == "missing"


def test_a_failure_says_the_tools_last_words() -> None:
    ended = run(python("import sys; print('first', file=sys.stderr); print('last words', file=sys.stderr); sys.exit(3)"))
    assert ended.code == 3 and ended.why.endswith("ended with 3: first last words")
    assert run(python("import sys; sys.exit(4)")).why.endswith("ended with 4 and printed nothing")


def test_the_language_is_always_the_tools_own() -> None:
    ended = run(
        python(
            "import os; print(os.environ['LC_ALL'], os.environ.get('X'), os.environ.get('HOME'))",
            environment={"X": "y", "HOME": None},
        )
    )
    assert ended.output == "C y None\n"


@pytest.mark.parametrize(("mask", "mode"), [(0o077, 0o600), (0o022, 0o644)])
def test_files_are_private_unless_said_otherwise(tmp_path: Path, mask: int, mode: int) -> None:
    run(python(f"open({str(tmp_path / 'file')!r}, 'w')", umask=mask))
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


def test_tools_are_found_in_the_given_path_and_in_the_systems_folders(tmp_path: Path) -> None:
    own = tmp_path / "own-tool"
    own.touch(mode=0o755)
    assert tool("own-tool", {"PATH": str(tmp_path)}) == str(own)
    assert tool("own-tool", {"PATH": "/nonexistent"}) is None
    assert tool("sh", {"PATH": "/nonexistent"}) in ("/usr/bin/sh", "/bin/sh")
