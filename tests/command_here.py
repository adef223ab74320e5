"""The command as `main` runs it, in this process: for tests that call it often and are not about its process."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from nvrflow import environment
from nvrflow.cli import main


def command_here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `nvrflow` with these arguments; what it changes in a process of its own is put back."""
    argv, said, complained = ["nvrflow", *map(str, arguments)], io.StringIO(), io.StringIO()
    at_end = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(said), redirect_stderr(complained):
        patched.setattr(sys, "argv", argv)
        patched.setattr(environment, "_taken", [])
        with pytest.raises(SystemExit) as ended:
            main()
    signal.signal(signal.SIGTERM, at_end)
    code = ended.value.code
    return subprocess.CompletedProcess(argv, code if isinstance(code, int) else 0, said.getvalue(), complained.getvalue())
