"""The recorder that a test is about: a real one, or a simulated one that is started for the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

PASSWORD = pytest.StashKey[str]()
BEGAN = pytest.StashKey[datetime]()


@dataclass(frozen=True)
class RecorderUnderTest:
    """The address of the tested recorder, and the user; `firmware` None means that it is identified.

    `real`: it is still there after the test, so what a test changes has to be put back.
    """

    url: str
    user: str
    password: str | Callable[[], str]
    firmware: str | None
    real: bool = False


def simulated_names(config: pytest.Config) -> list[str]:
    """The simulated recorders on which tests run."""
    from nvrflow.simulator import usable

    wanted = config.getoption("--firmware")
    return [wanted] if wanted else list(usable())


@pytest.fixture(scope="session")
def firmware_name(request: pytest.FixtureRequest) -> str | None:
    """The selector file's name: that of the simulated recorder, or of `--firmware` (None: identified)."""
    name: str | None = getattr(request, "param", None) or request.config.getoption("--firmware")
    return name


@pytest.fixture
def simulator_settings() -> dict[str, Any]:
    """Settings of simulated recorders that differ from their files, for example {"certificate": "expired"}; override it."""
    return {}


@pytest.fixture
def password() -> str | None:
    """The password of the account; override it to take it from elsewhere (None: the recorder's own, or NVRFLOW_PASSWORD)."""
    return None


@pytest.fixture
def recorder_under_test(
    request: pytest.FixtureRequest, firmware_name: str | None, simulator_settings: dict[str, Any], password: str | None
) -> Iterator[RecorderUnderTest]:
    """The real recorder of `--recorder`, or a new simulated recorder for each test."""
    config = request.config
    url = config.getoption("--recorder")
    if url:
        known = config.stash[PASSWORD] if password is None else password
        yield RecorderUnderTest(url, config.getoption("--recorder-user"), known, firmware_name, real=True)
        return
    from nvrflow.simulator import simulate

    with simulate(firmware_name or "", **simulator_settings) as simulated:
        yield RecorderUnderTest(simulated.url, simulated.user, password or simulated.password, None)
