"""Running the operating system's own tools: shown beforehand, with a time limit, and never through a shell."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from nvrflow.environment import for_children

MOST_OUTPUT = 64 * 1024
_GUARD = """
import os, shutil, signal, subprocess, sys, threading
folder, argv = sys.argv[1], sys.argv[2:]
posix = os.name == "posix"
silent = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
try:
    process = subprocess.Popen(argv, start_new_session=posix, **silent)
    def end():
        sys.stdin.buffer.read()
        process.kill()
    threading.Thread(target=end, daemon=True).start()
    process.wait()
    if posix:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:
            pass
finally:
    for _ in range(50 if folder else 0):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
        threading.Event().wait(0.1)
"""
_ALSO_SEARCHED = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")


@dataclass(frozen=True)
class Command:
    """One call of a tool: its arguments (the tool by its absolute path), a time limit in seconds, a file mask.

    `environment` is added to the caller's (None: the variable is removed). `umask` is 077 so that no private file becomes
    readable for others, and 022 for tools that write files for everybody. `may_fail` marks a command whose failure does not
    matter (for example, what it removes may not exist).
    """

    argv: tuple[str, ...]
    timeout: float = 20.0
    environment: Mapping[str, str | None] = field(default_factory=dict)
    umask: int = 0o077
    may_fail: bool = False
    most_output: int = MOST_OUTPUT

    @property
    def shown(self) -> str:
        """The command as it can be typed into a POSIX shell."""
        return shlex.join(self.argv) + (" || true" if self.may_fail else "")


@dataclass(frozen=True)
class Ended:
    """How a command ended. `outcome` is `ended`, `timeout`, `flood` (it wrote too much and was killed) or `missing`."""

    command: Command
    outcome: Literal["ended", "timeout", "flood", "missing"]
    code: int | None = None
    output: str = ""
    errors: str = ""

    @property
    def ok(self) -> bool:
        """Whether the tool itself reports success. That alone proves little, so check the result afterwards."""
        return self.outcome == "ended" and self.code == 0

    @property
    def why(self) -> str:
        """One line that says what went wrong: the last lines of the tool's output, or what the runner did."""
        tool = Path(self.command.argv[0]).name
        if self.outcome == "timeout":
            return f"{tool} did not end within {self.command.timeout:g} seconds and was stopped"
        if self.outcome == "flood":
            return f"{tool} wrote more than {self.command.most_output} bytes and was stopped"
        if self.outcome == "missing":
            return f"{self.command.argv[0]} cannot be started: {self.errors}"
        said = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return f"{tool} ended with {self.code}" + (f": {' '.join(said[-2:])[:300]}" if said else " and printed nothing")


def tool(name: str, environment: Mapping[str, str] | None = None) -> str | None:
    """The absolute path of a tool, searched in PATH and then in the usual system folders; None if it is missing."""
    found = shutil.which(name, path=(environment if environment is not None else os.environ).get("PATH", os.defpath))
    found = found or shutil.which(name, path=os.pathsep.join(_ALSO_SEARCHED))
    return str(Path(found).absolute()) if found else None


def run(command: Command) -> Ended:
    """Run a command until it ends or reaches its time limit or output limit; its standard input is closed."""
    if not Path(command.argv[0]).is_absolute():
        return Ended(command, "missing", errors="its absolute path was not given")
    try:
        process = _started(command)
    except OSError as problem:
        return Ended(command, "missing", errors=problem.strerror or str(problem))
    flood = threading.Event()
    assert process.stdout and process.stderr
    output, errors = bytearray(), bytearray()
    readers = [
        threading.Thread(target=_read, args=(pipe, into, flood, process, command.most_output), daemon=True)
        for pipe, into in ((process.stdout, output), (process.stderr, errors))
    ]
    for reader in readers:
        reader.start()
    outcome: Literal["ended", "timeout", "flood"] = "ended"
    try:
        process.wait(command.timeout)
    except subprocess.TimeoutExpired:
        outcome = "timeout"
    finally:
        _stop(process)
    for reader in readers:
        reader.join(timeout=2)  # a grandchild that left the group may still hold the pipe
    if flood.is_set():
        outcome = "flood"
    return Ended(command, outcome, process.returncode, _text(output), _text(errors))


def for_powershell(text: str) -> str:
    """One argument as Windows' PowerShell reads it: in single quotes, those within it doubled."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


@contextmanager
def running(command: Command) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program during the block, then end it and everything that it started. Its output is discarded."""
    process = subprocess.Popen(
        list(command.argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_laid(command.environment),
        start_new_session=os.name == "posix",
    )
    try:
        yield process
    finally:
        _stop(process)


@contextmanager
def guarded(command: Command, folder: Path | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program as `running` does, with a guard: if this process ends in any way, even by SIGKILL, the program ends too.

    The guard is a separate small Python process. It starts the program, waits until its standard input closes, then ends the
    program and deletes `folder` (the program's files). The block gets the guard, which ends when the program does.
    """
    guard = subprocess.Popen(
        [sys.executable, "-I", "-c", _GUARD, str(folder or ""), *command.argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_laid(command.environment),
        start_new_session=os.name == "posix",
    )
    assert guard.stdin
    try:
        yield guard
    finally:
        guard.stdin.close()
        try:
            guard.wait(15)
        finally:
            _stop(guard)


def _started(command: Command) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(command.argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_laid({**command.environment, "LC_ALL": "C"}),
        umask=command.umask if os.name == "posix" else -1,
        start_new_session=os.name == "posix",
    )


def _laid(environment: Mapping[str, str | None]) -> dict[str, str]:
    """This process's environment with `environment` added; the password is removed."""
    return for_children({name: value for name, value in {**os.environ, **environment}.items() if value is not None})


def _read(pipe: IO[bytes], into: bytearray, flood: threading.Event, process: subprocess.Popen[bytes], most: int) -> None:
    while chunk := os.read(pipe.fileno(), 8192):
        into += chunk[: most - len(into)]
        if len(into) >= most:
            flood.set()
            _stop(process)
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything that it started; it is no error if they have ended already."""
    try:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass
    process.wait(5)


def _text(data: bytearray) -> str:
    return bytes(data).decode("utf-8", errors="replace")
