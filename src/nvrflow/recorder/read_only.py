"""A time in which an open recorder is only looked at: under the rules of `--check`, and with an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.browser.proxy_request import Asked
from nvrflow.recorder.dry_run import policy
from nvrflow.recorder.recorder import Recorder

if TYPE_CHECKING:
    from playwright.sync_api import Request, Route

_WAIT = 5.0  # seconds of one wait


@contextmanager
def read_only(recorder: Recorder, seconds: float) -> Iterator[None]:
    """During the block no write step is done, and no request goes out that `--check` would hold back.

    After `seconds` no further step begins. The block leaves nothing in the recorder's report.
    """
    steps, window, end = recorder.steps, recorder.window, time.monotonic() + seconds
    kept = {name: getattr(steps, name) for name in ("report", "pictures", "take_pictures", "check", "held", "passed_by")}
    objection, timeout = steps.objection, window.timeout

    def over() -> str:
        return objection() or ("the time for looking around is over" if time.monotonic() > end else "")

    with ExitStack() as changed:
        changed.callback(vars(steps).update, kept, objection=objection)
        changed.callback(setattr, window, "timeout", timeout)
        steps.report = replace(steps.report, steps=[], notes=[], drift=[], said=[])
        steps.pictures, steps.take_pictures, steps.check, steps.passed_by = [], False, True, set()
        steps.objection, window.timeout = over, min(timeout, _WAIT)
        changed.enter_context(_guarded(recorder))
        yield


@contextmanager
def _guarded(recorder: Recorder) -> Iterator[None]:
    """Hold back requests in the browser that a dry run would not send, and at the gate whatever a WebSocket sends."""
    bounds = recorder.session.bounds
    goes_out = policy([recorder.firmware.file], bounds.reaches)
    guard, context = _guard(goes_out), recorder.page.context
    context.route("**/*", guard)
    bounds.quiet = True
    try:
        yield
    finally:
        bounds.quiet = False
        with suppress(PlaywrightError):  # a browser that has ended holds nothing back any more
            context.unroute("**/*", guard)


def _guard(goes_out: Callable[[Asked], bool]) -> Callable[[Route, Request], None]:
    def guard(route: Route, request: Request) -> None:
        with suppress(PlaywrightError):
            asked = Asked(request.method, request.url, request.headers, request.post_data_buffer or b"")
            if goes_out(asked):
                route.fallback()
            else:
                route.abort("blockedbyclient")

    return guard


def words_on(recorder: Recorder) -> str:
    """All words that the recorder's page and its frames show now, frame by frame."""
    shown = []
    for frame in recorder.page.frames:
        with suppress(PlaywrightError):
            shown.append(frame.locator("body").inner_text(timeout=_WAIT * 1000).strip())
    return "\n\n".join(text for text in shown if text)
