"""The recorder that a test is about: a real one, or a simulated one that is started for the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from nvrflow.pytest_plugin.flags import PASSWORD
from nvrflow.pytest_plugin.leases import LEASED, Leased


@dataclass(frozen=True)
class RecorderUnderTest:
    """The address of the tested recorder, and the user; `firmware` None means that it is identified.

    `real`: it is still there after the test, so what a test changes has to be put back.
    """

    url: str
    user: str
    password: str | Callable[[], str] = field(repr=False)  # pytest shows what a failed test was given
    firmware: str | None
    real: bool = False


def simulated_names(config: pytest.Config) -> list[str]:
    """The simulated recorders on which tests run."""
    from nvrflow.simulator import usable

    wanted = config.getoption("--firmware")
    return [wanted] if wanted else list(usable())


def _real(leased: Leased, firmware: str | None, password: str, may_look_up: bool) -> RecorderUnderTest:
    """The recorder that this process has leased; its own password counts before NVRFLOW_PASSWORD."""
    if leased.problem is not None:
        raise leased.problem
    device = leased.device
    if device is None:
        pytest.skip(leased.skipped)
    known: str | Callable[[], str] = password
    if may_look_up and device.password is not None:
        known = device.password.password
    return RecorderUnderTest(device.url, device.user, known, device.firmware or firmware, real=True)


def subject_of(
    request: pytest.FixtureRequest, firmware: str | None, settings: dict[str, Any], password: str | None
) -> Iterator[RecorderUnderTest]:
    """What the fixture `recorder_under_test` gives; a simulated recorder runs until the test is over."""
    leased = request.node.stash.get(LEASED, None)
    if leased is not None:
        yield _real(leased, firmware, request.config.stash[PASSWORD] if password is None else password, password is None)
        return
    from nvrflow.simulator import simulate

    with simulate(firmware or "", **settings) as simulated:
        yield RecorderUnderTest(simulated.url, simulated.user, password or simulated.password, None)
