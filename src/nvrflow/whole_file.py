"""A file that is written whole or not at all: whoever reads it finds the old one or the new one, never a half."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int | None = None, *, lasting: bool = False) -> None:
    """Write `data` to `path`, whose folder exists. Nothing is left behind when it fails. Raises OSError.

    `mode` is the file's, exactly; None leaves that to the umask, as for any other file. `lasting` waits until the disk has it,
    so that the file also survives a power cut.
    """
    fresh = path.with_name(f".{secrets.token_hex(8)}.new")
    try:
        with open(fresh, "xb", opener=lambda name, flags: os.open(name, flags, 0o666 if mode is None else mode)) as file:
            file.write(data)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        if mode is not None:
            fresh.chmod(mode)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
