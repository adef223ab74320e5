"""One run over a fleet: which recorders, in which order, when it stops, and how it goes on after an interruption."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from nvrflow.fleet.conclusion import Ending
from nvrflow.fleet.crew import Pace
from nvrflow.fleet.logbook import Book
from nvrflow.fleet.task import Task, Work
from nvrflow.inventory.roster import Device

_LOOK = 0.3  # seconds between two looks at what was interrupted
_ADAPT = 1.0  # seconds between two looks at the cores


@dataclass(frozen=True)
class Order:
    """What a person said about the run: how many recorders at most, and when it stops early.

    `canary`: the first N alone; the others only if each of these ended well and `agree` says yes. `stop_after`: N failures one
    after the other end the run. `at_once` is the number of recorders at the same time (None: as many as the computer can feed).
    `refused`: also those that refused the sign-in in an earlier run, because the password is another one now.
    """

    limit: int | None = None
    canary: int = 0
    stop_after: int | None = None
    at_once: int | None = None
    refused: bool = False


class Workers(Protocol):
    """Who works: the stations of this computer, or the workers of all sites."""

    def __len__(self) -> int: ...
    def start(self, task: Task) -> object: ...
    def ended(self, patience: float) -> list[Ending]: ...
    def withdraw(self) -> None: ...
    def halt(self) -> None: ...
    def dismiss(self) -> None: ...


class Watcher(Protocol):
    """Hears of the progress of a run over a fleet."""

    def leaves_out(self, refused: Sequence[str]) -> None: ...
    def begins(self, total: int) -> None: ...
    def starts(self, device: Device) -> None: ...
    def ended(self, ending: Ending) -> None: ...
    def stops(self, why: str, running: int) -> None: ...


@dataclass
class Campaign:
    """A piece of work on many recorders, whose results are in the logbook from one moment to the next.

    `agree` is asked after the canaries, with a question for a person. `halt` is a file that ends the work on all recorders
    before their next step, when somebody interrupts a second time.
    """

    devices: Sequence[Device]
    work: Work
    book: Book
    crew: Workers
    folder: Path
    watcher: Watcher
    order: Order = field(default_factory=Order)
    agree: Callable[[str], bool] = lambda _: True
    why_stopped: str = ""
    interrupted: int = 0
    _in_a_row: int = 0
    _looked: float = 0.0

    @property
    def halt(self) -> Path:
        """The file that ends the work on all recorders before their next step."""
        return self.folder / ".halt"

    def go(self) -> None:
        """Work on every recorder that is left, and note each result. Ctrl-C lets the running ones end; a second one ends them."""
        self._resume_all()
        self.book.enter(self.devices)
        left = self._left()
        self.watcher.begins(len(left))
        first, rest = left[: self.order.canary], left[self.order.canary :]
        try:
            with self._noticed():
                self._all_of(first)
            if first and rest and not self.why_stopped:
                self._judge(first, len(rest))
            with self._noticed():
                self._all_of(rest)
        finally:
            self.crew.dismiss()
            self._resume_all()

    def _resume_all(self) -> None:
        with suppress(OSError):
            self.halt.unlink(missing_ok=True)

    def _left(self) -> list[Device]:
        """The recorders that are not done yet. One that refused the sign-in is never asked again by itself."""
        known = {entry.name: entry.ending for entry in self.book.entries()}
        left = []
        for device in self.devices:
            ending = known[device.name]
            if ending is None or not (ending.is_good or (ending.is_refused and not self.order.refused)):
                left.append(device)
        if shut := [
            one.name for one in self.devices if (ending := known[one.name]) and ending.is_refused and not self.order.refused
        ]:
            self.watcher.leaves_out(shut)
        return left[: self.order.limit]

    def _judge(self, canaries: Sequence[Device], rest: int) -> None:
        """Stop unless every canary ended well and somebody agrees."""
        ended = {entry.name: entry.ending for entry in self.book.entries()}
        bad = [one.name for one in canaries if (ending := ended[one.name]) is None or not ending.is_good]
        if bad:
            self._stop(f"of the recorders that came first, {', '.join(bad[:5])} did not end well")
        elif not self.agree(f"{', '.join(one.name for one in canaries[:5])}: ended well. Go on with the others ({rest})?"):
            self._stop("nobody agreed to go on after the first recorders")

    def _all_of(self, devices: Sequence[Device]) -> None:
        waiting = list(reversed(devices))
        pace = Pace(self.order.at_once)
        while (waiting and not self.why_stopped) or len(self.crew):
            while waiting and not self.why_stopped and len(self.crew) < pace.at_once:
                self._start(waiting.pop())
            for ending in self.crew.ended(_LOOK):
                self._note(ending)
            if time.monotonic() - self._looked >= _ADAPT:
                self._looked = time.monotonic()
                pace.adapt()
            self._answer_interrupts()

    def _start(self, device: Device) -> None:
        self.book.starts(device.name)
        self.watcher.starts(device)
        self.crew.start(Task(device, self.work, self.folder, self.halt))

    def _note(self, ending: Ending) -> None:
        self.book.ended(ending)
        self.watcher.ended(ending)
        self._in_a_row = 0 if ending.outcome != "failed" else self._in_a_row + 1
        if self.order.stop_after and self._in_a_row >= self.order.stop_after and not self.why_stopped:
            self._stop(f"{self._in_a_row} recorders failed one after the other")

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """In the block, Ctrl-C and SIGTERM are counted, and end nothing in the middle of a line."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._notice) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _notice(self, number: int, frame: FrameType | None) -> None:
        self.interrupted += 1

    def _answer_interrupts(self) -> None:
        """After the first interruption no further recorder begins; after the second, no further step."""
        if self.interrupted and not self.why_stopped:
            self._stop("interrupted")
        if self.interrupted > 1:
            self.crew.halt()

    def _stop(self, why: str) -> None:
        self.why_stopped = why
        self.crew.withdraw()
        self.watcher.stops(why, len(self.crew))
