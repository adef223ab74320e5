"""A simulated recorder on this computer: real HTTP and TLS, certificates of its own, accounts, a lockout.

with simulate("dahua/nvr_v4", certificate="expired") as recorder:
    print(recorder.url, recorder.user, recorder.password)
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.errors import WrongCall
from nvrflow.simulator.recorder_files import available, load, usable
from nvrflow.simulator.setting_values import listed

if TYPE_CHECKING:
    from nvrflow.simulator.service import SimulatedRecorder

__all__ = ["available", "require", "serve_forever", "settings_of", "simulate", "usable"]


def simulate(firmware: str, *, fixtures: Path | None = None, **settings: Any) -> SimulatedRecorder:
    """Start a simulated recorder; close it, or use it with `with`. Raises WrongCall, and InvalidFile for its recorder.yaml.

    `settings` are those of `recorder_settings.Settings`; words as on a command line are accepted (`"3"`, `"true"`, `"a,b"`).
    `fixtures` is a folder with recorders of one's own, which come before the shipped ones.
    """
    require()
    from nvrflow.simulator.service import SimulatedRecorder

    file, chosen, homes = load(firmware, settings, fixtures)
    return SimulatedRecorder(firmware, file, chosen, homes)


def require() -> None:
    """Raise WrongCall, with the command that helps, if a package is missing that every simulated recorder needs."""
    missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
    if missing:
        raise WrongCall(
            f"simulated recorders need the package {missing[0]}, which is not installed; type: pip install 'nvrflow[simulator]'"
        )


def settings_of(firmware: str, fixtures: Path | None = None) -> list[tuple[str, str, str]]:
    """The settings of one recorder: `name=value`, the values that it may have, what it means. Raises WrongCall, InvalidFile."""
    file, settings, homes = load(firmware, {}, fixtures)
    languages = sorted({words.stem for home in homes for words in home.glob("web/lang/*.txt")})
    return listed(settings, languages, list(file.differences))


def serve_forever(
    firmware: str, ready: Callable[[SimulatedRecorder], None], *, fixtures: Path | None = None, **settings: Any
) -> None:
    """Run a simulated recorder until SIGINT or SIGTERM, then close it; `ready` is called when it answers. Main thread only."""
    never = threading.Event()
    stopped: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: stopped.append(number)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with simulate(firmware, fixtures=fixtures, **settings) as recorder:
            ready(recorder)
            while not stopped:
                never.wait(0.2)  # a wait without a time limit cannot be interrupted on Windows
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
