"""Putting a real recorder back as it was before a test that changed it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.errors import NvrflowError, SelectorDrift, SessionLimit, TimedOut, Unreachable
from nvrflow.recorder.restart import PATIENCE as RESTART

if TYPE_CHECKING:
    from nvrflow.pytest_plugin.selection import Wanted
    from nvrflow.recorder import Recorder
    from nvrflow.report import Step


_OLD_SESSION = 600.0  # seconds until a recorder ends the session of a browser that is gone; most need one to five minutes
_OFTEN = 3.0
_MOST = 6  # steps in a message


class NotPutBack(NvrflowError):
    """A test changed the recorder, and it could not be put back."""

    kind = "not-put-back"


def put_back(recorder: Recorder, wanted: Wanted, secure_before: bool | None) -> None:
    """Undo what the test wrote: by its own flows, the latest first, and by the shipped flow if HTTPS was switched.

    Raises NotPutBack if it fails, or if the test wrote something and nothing says how to put it back.
    """
    wrote = [step.title for step in recorder.report.steps if step.effect == "write" and step.outcome != "would"]
    if not wrote:
        return
    did = _told(recorder.report.steps)
    restorers = [*([wanted.restore] if wanted.restore else []), *recorder.restorers]
    switched = secure_before is not None and recorder.url.startswith("https:") != secure_before
    if not restorers and not switched:
        raise NotPutBack(
            f"{recorder.host}: the test changed the recorder ({wrote[0]}) and does not say how to put it back; "
            "call recorder.restore_with(flow) in the test, or give the marker restore=flow"
        )
    try:
        _sign_in_again(recorder)
        for flow in reversed(restorers):
            flow(recorder)
        if secure_before is not None and recorder.url.startswith("https:") != secure_before:
            _switch_https(recorder, secure_before)
        _leave_it_answering(recorder)
    except Exception as problem:
        said = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
        raise NotPutBack(
            f"{recorder.host}: the recorder could not be put back as it was: {said}; do it by hand. The test did this: {did}"
        ) from problem


def await_free_seat(recorder: Recorder, tell: Callable[[str], None]) -> None:
    """Wait until the session of a process that died has ended on the recorder, then sign out again.

    Raises SessionLimit after ten minutes, and whatever a sign-in raises.
    """
    from nvrflow.flows.sign_in import sign_in

    began, told = time.monotonic(), False
    while True:
        try:
            sign_in(recorder)
        except SessionLimit:
            if time.monotonic() - began > _OLD_SESSION:
                raise
            if not told:
                tell(f"nvrflow: {recorder.host}: waiting until the session of a test process that died has ended")
            told = True
            threading.Event().wait(_OFTEN)
            recorder.reopen()
        else:
            break
    recorder.leave()
    recorder.reopen()
    recorder.report.steps.clear()


def _told(steps: Sequence[Step]) -> str:
    """What a test typed, chose and saved, for a person who has to undo it."""
    did = [one.title for one in steps if not one.leaving and one.chapter != "Sign in" and _changes(one)]
    return "; ".join(did[:_MOST]) + (f"; and {len(did) - _MOST} more steps" if len(did) > _MOST else "")


def _changes(step: Step) -> bool:
    return step.outcome == "done" and (step.effect == "write" or step.verb in ("fill", "select", "check", "uncheck", "upload"))


def _sign_in_again(recorder: Recorder) -> None:
    """Begin at the start page: a failed test may have left dialogs open, and what it saved may restart the recorder."""
    from nvrflow.flows.sign_in import sign_in

    recorder.leave()
    end = time.monotonic() + RESTART
    while True:
        try:
            recorder.reopen()
            recorder.go_to("sign_in")
            break
        except (Unreachable, SelectorDrift, TimedOut):  # the start page may come without its scripts
            if time.monotonic() > end:
                raise
            threading.Event().wait(_OFTEN)
    sign_in(recorder)


def _leave_it_answering(recorder: Recorder) -> None:
    """Sign out, and wait for a recorder that restarts because of what was put back: the next test needs it."""
    recorder.leave()
    place, end = place_of(recorder.url), time.monotonic() + RESTART
    while not tls.listens(place.host, place.port):
        if time.monotonic() > end:
            raise Unreachable(f"{place.url}: does not answer since it was put back; check its power and its network")
        threading.Event().wait(_OFTEN)


def _switch_https(recorder: Recorder, on: bool) -> None:
    from nvrflow.flows.disable_https import disable_https
    from nvrflow.flows.enable_https import enable_https

    (enable_https if on else disable_https)(recorder)
