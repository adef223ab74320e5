"""Checking for room: before the recorder is changed, there must be room for everything that is written afterwards."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nvrflow.errors import NoRoom

# Measured: a whole run of 21 steps leaves 5 MB, nearly all of it pictures. Four times that, for longer flows and a trace.
NEEDED = 20 * 1000 * 1000
_PROBE = bytes(64 * 1024)


def ensure_room(folders: Mapping[str, Path], needed: int = NEEDED) -> None:
    """Check that each folder can be written and has room for `needed` bytes; the keys say what it is for. Raises NoRoom.

    Missing folders are created. A real file is written and removed, because only that detects a quota, a read-only file system
    and another user's folder.
    """
    for purpose, path in folders.items():
        try:
            path.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(path).free
            with tempfile.TemporaryFile(dir=path) as file:
                file.write(_PROBE)
                file.flush()
        except OSError as problem:
            why = problem.strerror or str(problem)
            raise NoRoom(
                f"{path}: {purpose} cannot be written there ({why}), so nothing was changed on the recorder; make the folder "
                "writable or make room on its disk, then run the command again"
            ) from None
        if free < needed:
            raise NoRoom(
                f"{path}: {purpose} needs {_megabytes(needed)} there and {_megabytes(free)} are free, so nothing was changed on "
                "the recorder; make room on that disk, then run the command again"
            )


def _megabytes(octets: int) -> str:
    return f"{octets / 1e6:.0f} MB" if octets >= 1e6 or not octets else f"{octets / 1e6:.1f} MB"
