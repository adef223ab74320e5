"""Environment variables: the password's, which no program that nvrflow starts may have, and those that name a home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PASSWORD = "NVRFLOW_PASSWORD"
_taken: list[str] = []
_variables: dict[str, str] = {}


def take_password(given: str | None = None) -> None:
    """Remove the password from this process's environment, so that programs that it starts cannot inherit it.

    For nvrflow's own programs (the command, a test run): from then on only `password` returns it. `given` is a password that
    came in another way.
    """
    given = os.environ.pop(PASSWORD, None) or given
    if given is not None:
        _taken[:] = [given]


def password() -> str | None:
    """The value of NVRFLOW_PASSWORD, also after it was removed; None or an empty text if there is none."""
    return os.environ.get(PASSWORD, _taken[0] if _taken else None)


def take_variable(name: str) -> str | None:
    """The value of another variable that holds a password; it is removed from this process's environment, too."""
    given = os.environ.pop(name, None)
    if given is not None:
        _variables[name] = given
    return _variables.get(name)


def give_variables(given: Mapping[str, str]) -> None:
    """Let `take_variable` know the values of variables that another process took out of its own environment."""
    _variables.update(given)


def for_children(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environment` (default: this process's own) without the password, for a program that is started."""
    return {name: value for name, value in (os.environ if environment is None else environment).items() if name != PASSWORD}


def in_home(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`environment` (default: this process's own) for a program that lives in `home`: no XDG folder leads out of it."""
    given = os.environ if environment is None else environment
    return {name: value for name, value in given.items() if not name.startswith("XDG_")} | {"HOME": str(home)}
