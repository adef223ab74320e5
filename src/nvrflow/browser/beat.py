"""A beat in Playwright's own event loop, which runs only while a call of Playwright waits: what a wait needs besides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from greenlet import greenlet

from nvrflow.browser.playwright_errors import PlaywrightError

Call = Callable[[], object]


class Beat:
    """Calls `beat` every `seconds` from the moment it is made until `stop`; made while Playwright's driver runs."""

    def __init__(self, seconds: float, beat: Call) -> None:
        self.loop = asyncio.get_running_loop()
        self._seconds, self._call = seconds, beat
        self._timer = self.loop.call_later(seconds, self._beat)

    def stop(self) -> None:
        """Call it no more."""
        self._timer.cancel()

    def calls(self) -> set[asyncio.Task[Any]]:
        """The calls of Playwright that wait now, and Playwright's own tasks."""
        return asyncio.all_tasks(self.loop)

    def begin(self, call: Call) -> set[asyncio.Task[Any]]:
        """Make a call of Playwright from within `beat`, without waiting for its end; its errors are ignored."""
        before = self.calls()
        greenlet(lambda: _quietly(call)).switch()  # as Playwright itself calls what listens to its events
        return self.calls() - before

    def _beat(self) -> None:
        self._timer = self.loop.call_later(self._seconds, self._beat)
        self._call()


def _quietly(call: Call) -> None:
    with suppress(PlaywrightError):
        call()
