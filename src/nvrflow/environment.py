"""Environment variables: the password's, which no program that nvrflow starts may have, and those that name a home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PASSWORD = "NVRFLOW_PASSWORD"
_taken: list[str] = []


def take_password(given: str | None = None) -> None:
    """Take the password out of this process's own environment, so that whatever it starts cannot inherit it.

    For programs that are nvrflow's own (the command, a test run): from then on only `password` knows it. `given` is one that
    came another way.
    """
    given = os.environ.pop(PASSWORD, None) or given
    if given is not None:
        _taken[:] = [given]


def password() -> str | None:
    """What NVRFLOW_PASSWORD says, or said when it was taken; None or an empty text when there is none."""
    return os.environ.get(PASSWORD, _taken[0] if _taken else None)


def for_children(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environment` (default: this process's own) as a program that is started may have it: without the password."""
    return {name: value for name, value in (os.environ if environment is None else environment).items() if name != PASSWORD}


def in_home(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environment` (default: this process's own) for a program that lives in `home`: no XDG folder leads out of it."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if not name.startswith("XDG_")} | {"HOME": str(home)}
