"""A recorder on this computer that behaves like a real one: real HTTP and TLS, own certificates, accounts, lockout.

with simulate("dahua/nvr_v4", certificate="expired") as recorder:
    print(recorder.url, recorder.user, recorder.password)
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nvrflow.errors import WrongCall
from nvrflow.simulator.recorder_files import available, load, usable

if TYPE_CHECKING:
    from nvrflow.simulator.service import SimulatedRecorder

__all__ = ["available", "serve_forever", "simulate", "usable"]


def simulate(firmware: str, **settings: Any) -> SimulatedRecorder:
    """Start a simulated recorder; close it, or use it in a `with`. Raises WrongCall, and InvalidFile for its recorder.yaml.

    `settings` are those of `recorder_settings.Settings`; words as from a command line are understood (`"3"`, `"true"`, `"a,b"`).
    """
    try:
        from nvrflow.simulator.service import SimulatedRecorder
    except ModuleNotFoundError as problem:
        raise WrongCall(f"simulate: the package {problem.name} is not installed; pip install 'nvrflow[simulator]'") from None
    file, chosen, homes = load(firmware, settings)
    return SimulatedRecorder(firmware, file, chosen, homes)


def serve_forever(firmware: str, ready: Callable[[SimulatedRecorder], None], **settings: Any) -> None:
    """Run a simulated recorder until SIGINT or SIGTERM, then close it; `ready` is called once it answers. Main thread only."""
    never = threading.Event()
    stopped: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: stopped.append(number)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with simulate(firmware, **settings) as recorder:
            ready(recorder)
            while not stopped:
                never.wait(0.2)  # a wait without an end cannot be interrupted on Windows
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
