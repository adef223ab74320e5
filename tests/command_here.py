"""The command as `main` runs it, in this process: for tests that call it often and are not about its process."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from nvrflow import environment
from nvrflow.cli import main


def command_here(*arguments: object, folder: Path | None = None, password: str = "") -> subprocess.CompletedProcess[str]:
    """Run `nvrflow` with these arguments in `folder`; what it changes in a process of its own is put back."""
    argv, said, complained = ["nvrflow", *map(str, arguments)], io.BytesIO(), io.BytesIO()
    output, errors = (io.TextIOWrapper(into, encoding="utf-8", write_through=True) for into in (said, complained))
    at_end = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(output), redirect_stderr(errors):
        patched.setattr(sys, "argv", argv)
        patched.setattr(environment, "_taken", [])
        if folder is not None:
            patched.chdir(folder)
        if password:
            patched.setenv("NVRFLOW_PASSWORD", password)
        with pytest.raises(SystemExit) as ended:
            main()
    signal.signal(signal.SIGTERM, at_end)
    code = ended.value.code
    told = [into.getvalue().decode("utf-8").replace("\r\n", "\n") for into in (said, complained)]
    return subprocess.CompletedProcess(argv, code if isinstance(code, int) else 0, *told)
