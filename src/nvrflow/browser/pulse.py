"""The browser's pulse: a page that no longer answers is closed, and a browser that no longer answers is ended.

Playwright's calls that read a page (`count`, `evaluate`, `title`) have no time limit, and a script that never ends keeps them for
good. The pulse beats in Playwright's own event loop, which runs only while a call waits; it asks the pages something only where a
call takes long, so that a call that may take long (a download, a wait of a team's own test) goes on as long as the pages answer.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from nvrflow.browser.beat import Beat
from nvrflow.browser.driver import end_driver, group_of_driver
from nvrflow.browser.playwright_errors import SILENT, PlaywrightError

if TYPE_CHECKING:
    from asyncio import Task

    from playwright.sync_api import Browser as Process
    from playwright.sync_api import Frame, Page

_BEAT = 0.5  # seconds
_LONG = 2.0  # seconds after which a call takes long
_NEXT = 2.0  # seconds after which the next, stronger means is used
_AFTERWARDS = 5.0  # seconds for each call after something did not answer once


class Pulse:
    """Watches one browser at a time; `limit` are the seconds within which a page must answer. `silences` gets what did not."""

    def __init__(self, limit: float, silences: list[str]) -> None:
        self._limit, self._silences = limit, silences
        self._told = f"{SILENT} {limit:g} s"
        self._process: Process | None = None
        self._pid = 0
        self._beat: Beat | None = None
        self._mine: WeakSet[Task[Any]] = WeakSet()
        self._waiting: dict[Task[Any], float] = {}
        self._asked: dict[Frame, float] = {}
        self._means: list[Callable[[], None]] = []
        self._rest = 0.0

    def watch(self, process: Process) -> None:
        """Watch `process` from now on. It is called outside of Playwright's own event handlers."""
        self.stop()
        self._silences.clear()  # of an earlier browser
        self._process, self._pid = process, _pid_of(process)
        self._beat = Beat(_BEAT, self._listen)
        self._mine = WeakSet(self._beat.calls())  # Playwright's own tasks, which last as long as its driver

    def stop(self) -> None:
        """Watch nothing any more."""
        if self._beat is not None:
            self._beat.stop()

    def _listen(self) -> None:
        """Count how long calls and questions have waited: in beats, because the loop stands still between two calls."""
        assert self._beat is not None
        calls = self._beat.calls() - set(self._mine)
        self._waiting = {call: self._waiting.get(call, 0.0) + _BEAT for call in calls}
        self._asked = {frame: seconds + _BEAT for frame, seconds in self._asked.items() if not frame.is_detached()}
        longest = max(self._waiting.values(), default=0.0)
        if longest >= _LONG and not longest % _LONG:
            self._ask_all()
        if longest >= self._limit and any(seconds >= self._limit for seconds in self._asked.values()):
            self._act()

    def _act(self) -> None:
        """Use one means after the other, from the gentlest on, until the calls end."""
        if not self._means:
            self._means = [self._close_pages, self._close_browser, self._kill_browser, end_driver]
            self._silences.append(self._told)
            self._limit, self._rest = min(self._limit, _AFTERWARDS), 0.0
        self._rest -= _BEAT
        if self._rest <= 0:
            self._means.pop(0)()
            self._rest = _NEXT

    def _ask_all(self) -> None:
        for page in self._pages():
            for frame in page.frames:
                if frame not in self._asked:
                    self._asked[frame] = 0.0
                    self._start(lambda frame=frame: self._ask(frame))  # type: ignore[misc]

    def _ask(self, frame: Frame) -> None:
        with suppress(PlaywrightError):  # a frame that is being left
            frame.evaluate("0")
        self._asked.pop(frame, None)

    def _close_pages(self) -> None:
        silent = {frame.page for frame, seconds in self._asked.items() if seconds >= self._limit}
        for page in silent:
            self._start(lambda page=page: page.close(reason=self._told))  # type: ignore[misc]

    def _close_browser(self) -> None:
        process = self._process
        assert process is not None
        self._start(lambda: process.close(reason=self._told))

    def _kill_browser(self) -> None:
        """End the browser by its process id; on Linux and macOS Playwright gives each browser a process group of its own."""
        if not self._pid:
            return
        with suppress(OSError):
            if os.name == "posix" and (group := os.getpgid(self._pid)) not in (os.getpgrp(), group_of_driver()):
                os.killpg(group, signal.SIGKILL)
            else:
                os.kill(self._pid, signal.SIGTERM)

    def _pages(self) -> list[Page]:
        assert self._process is not None
        return [page for context in self._process.contexts for page in context.pages if not page.is_closed()]

    def _start(self, call: Callable[[], object]) -> None:
        assert self._beat is not None
        self._mine.update(self._beat.begin(call))


@contextmanager
def pulse_of(limit: float, silences: list[str]) -> Iterator[Pulse]:
    """A pulse for the block."""
    pulse = Pulse(limit, silences)
    try:
        yield pulse
    finally:
        pulse.stop()


def _pid_of(process: Process) -> int:
    """The browser's own process id; 0 if it does not tell."""
    try:
        session = process.new_browser_cdp_session()
        told = session.send("SystemInfo.getProcessInfo")
        session.detach()
    except PlaywrightError:
        return 0
    return next((int(one["id"]) for one in told["processInfo"] if one["type"] == "browser"), 0)
