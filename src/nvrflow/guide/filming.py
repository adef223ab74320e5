"""One run of a flow in the studio: its steps, its pictures, and what kept it from going on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nvrflow.address import normalised, place_of
from nvrflow.certificate import Certificate
from nvrflow.errors import NvrflowError, SignInRefused, Unreachable, WrongCall
from nvrflow.firmware import Firmware
from nvrflow.guide.bystander import Bystander
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.recorder.steps import Steps
from nvrflow.recorder.studio import Studio
from nvrflow.report import Listener, Report, Silence, Step
from nvrflow.running import find_flow, takes_trusting

_NO_GUIDE = (WrongCall, Unreachable, SignInRefused)  # there is nothing to be written about


@dataclass(frozen=True)
class Film:
    """What a guide is written from. `steps` end where the flow ended; what the engine did to leave is not among them.

    `objections` are codes of what browsers object to. `problem` ended the flow; `stopped` tells that it did so only because
    steps were described and not done. `secrets` may stand in no file.
    """

    flow: str
    report: Report
    studio: Studio
    firmware: Firmware
    steps: tuple[Step, ...]
    host: str
    device: Certificate | None = None
    authority: Certificate | None = None
    objections: tuple[str, ...] = ()
    proved: str = ""
    problem: NvrflowError | None = None
    stopped: bool = False
    secrets: frozenset[str] = frozenset()


@dataclass
class _Reel:
    """What is known when the camera stops, whatever happened."""

    recorder: Recorder | None = None
    steps: int | None = None
    secrets: set[str] = field(default_factory=set)


def film(
    flow: str,
    url: str,
    user: str,
    password: str | Callable[[], str] | None,
    manner: Manner,
    studio: Studio,
    *,
    flows: Path | None = None,
    listener: Listener | None = None,
) -> Film:
    """Run `flow` on the recorder at `url` and keep what a guide needs. Nothing is imported on this computer.

    A flow that cannot go on is part of the film. Raises WrongCall, Unreachable, SignInRefused, AccountLocked, and whatever
    keeps the recorder from being known.
    """
    function = find_flow(flow, flows)
    steps = Steps(Report(flow, normalised(url)), listener or Silence(), studio=studio)
    reel, problem = _Reel(), None
    with tempfile.TemporaryDirectory(prefix="nvrflow-guide-") as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        bystander = Bystander(home)
        try:
            _run(function, bystander, reel, Path(scratch), steps, (url, user, password, manner))
        except _NO_GUIDE:
            raise
        except NvrflowError as ended:
            if ended.exit_code == 4 or (reel.recorder is None and studio.firmware is None):
                raise
            problem = ended
        device, authority = (_kept(one) for one in (bystander.device, bystander.authority))
    firmware = reel.recorder.firmware if reel.recorder else studio.firmware
    assert firmware is not None
    count = reel.steps if reel.steps is not None else len(steps.report.steps)
    return Film(
        flow, steps.report, studio, firmware, tuple(steps.report.steps[:count]), _host(normalised(url)),
        device, authority, bystander.objections, bystander.proved,
        problem, problem is not None and steps.held, frozenset(reel.secrets),
    )  # fmt: skip


def _run(function: Any, bystander: Bystander, reel: _Reel, scratch: Path, steps: Steps, how: tuple[Any, ...]) -> None:
    url, user, password, manner = how
    arguments = {"trusting": bystander} if takes_trusting(function) else {}
    with open_recorder(url, user, password, manner=manner, steps=steps, downloads=scratch / "downloads") as recorder:
        reel.recorder = recorder
        recorder.session.secrets = reel.secrets
        try:
            function(recorder, **arguments)
        finally:
            reel.steps = len(steps.report.steps)


def _kept(certificate: Certificate | None) -> Certificate | None:
    """The same with its file's name only: the file itself is gone."""
    if certificate is None or certificate.file is None:
        return certificate
    return replace(certificate, file=Path(certificate.file.name))


def _host(url: str) -> str:
    return place_of(url).host
