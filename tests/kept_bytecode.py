"""Where Python may not write bytecode beside its source, as in many containers, the tests keep it in their own environment.

Otherwise every process that a test starts compiles all that it imports, and pytest rewrites each assertion again: more than half
of the time in which it collects the tests. Importing this module is all that it takes.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

FOLDER = Path(sys.prefix) / "bytecode"


def keep_bytecode() -> None:
    """From now on write bytecode to FOLDER, here and in the processes that this one starts, if it would be written nowhere."""
    has_own_environment = sys.prefix != sys.base_prefix and os.access(sys.prefix, os.W_OK)
    if sys.dont_write_bytecode and has_own_environment:
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(FOLDER)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def forget_temporary() -> None:
    """Remove what was kept of folders that earlier runs of pytest made: their names do not come again."""
    for folder in FOLDER.joinpath(*Path(tempfile.gettempdir()).resolve().parts[1:]).glob("pytest-of-*"):
        shutil.rmtree(folder, ignore_errors=True)


keep_bytecode()
