"""The stations of this computer: processes that work on recorders at the same time, as many as the computer can feed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker

import psutil
from pebble import CONSTS, ProcessExpired, ProcessPool

from nvrflow.errors import NvrflowError, TimedOut
from nvrflow.fleet import station
from nvrflow.fleet.conclusion import Ending, told
from nvrflow.fleet.task import Task

_MEMORY = 300_000_000  # bytes that one more browser may need
_FULL = 90.0  # percent of all cores at which another station would only make the others slower
_GOODBYE = 30.0  # seconds in which a station that is ended signs out and writes its report
_PER_CORE = (2, 8)  # stations for recorders that answer at once, and for slow ones


@dataclass
class Pace:
    """How many recorders are worked on at once: at first two for each core, and more while cores are idle.

    `given` is a number that a person chose. Recorders that answer slowly leave the cores idle, so more of them fit.
    """

    given: int | None = None
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    at_once: int = field(init=False)

    def __post_init__(self) -> None:
        self.at_once = self.given or min(_PER_CORE[0] * self.cores, max(1, psutil.virtual_memory().available // _MEMORY))
        psutil.cpu_percent()  # from now on it tells the time since the last call

    def adapt(self) -> None:
        """Look at cores and memory since the last call, and allow one more or one less."""
        if self.given:
            return
        busy, room = psutil.cpu_percent(), psutil.virtual_memory().available
        if busy >= _FULL or room < _MEMORY:
            self.at_once = max(min(self.at_once, _PER_CORE[0] * self.cores), self.at_once - 1)
        elif self.at_once < _PER_CORE[1] * self.cores and room > 2 * _MEMORY:
            self.at_once += 1


@dataclass
class Crew:
    """Stations that are started when they are needed and ended with `dismiss`.

    `password` and `variables` are handed to them in memory, and stand in no environment and no command line. `limit`: a station
    that works on one recorder for longer, in seconds, is ended, and another one takes its place.
    """

    password: str | None
    variables: Mapping[str, str]
    limit: float
    work: Callable[[Task], Ending] = station.do
    _idle: list[ProcessPool] = field(default_factory=list)
    _busy: dict[Future[Ending], tuple[ProcessPool, Task]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many recorders are worked on now."""
        return len(self._busy)

    def start(self, task: Task) -> Future[Ending]:
        """Give a task to an idle station, or to a new one."""
        with _deaf():
            pool = self._idle.pop() if self._idle else self._hired()
            future: Future[Ending] = pool.schedule(self.work, args=[task], timeout=self.limit)
        self._busy[future] = (pool, task)
        return future

    def ended(self, patience: float) -> list[Ending]:
        """Wait until a recorder is done, at most `patience` seconds, and return how the work on it ended."""
        done, _ = wait(self._busy, patience, FIRST_COMPLETED)
        return [self.settled(future) for future in done]

    def settled(self, future: Future[Ending]) -> Ending:
        """How the work on a recorder ended that is done; its station can take another task."""
        pool, task = self._busy.pop(future)
        if pool.active:
            self._idle.append(pool)
        return self._ending(future, task)

    def withdraw(self) -> None:
        """Take back what was handed out and not begun: nothing, because a station begins at once."""

    def halt(self) -> None:
        """End the work on all recorders before the next step."""
        for _, task in self._busy.values():
            with suppress(OSError):
                task.halt.touch()

    def dismiss(self) -> None:
        """End all stations; each closes its browser first."""
        pools = [*self._idle, *(pool for pool, _ in self._busy.values())]
        closing = [pool.schedule(station.close) for pool in self._idle]
        wait(closing, 10)
        for pool in pools:
            end: Callable[[], None] = pool.close if pool in self._idle else pool.stop
            end()
        for pool in pools:
            pool.join(10)
        self._idle.clear()
        self._busy.clear()

    def _hired(self) -> ProcessPool:
        CONSTS.term_timeout = _GOODBYE
        context = multiprocessing.get_context("spawn")
        return ProcessPool(1, context=context, initializer=station.prepare, initargs=[self.password, dict(self.variables)])

    def _ending(self, future: Future[Ending], task: Task) -> Ending:
        try:
            return future.result()
        except TimeoutError:
            said: NvrflowError = TimedOut(
                f"{task.device.name}: not done within {self.limit:g} s, and ended; a session may still be open on the recorder;"
                " look at it, or allow more time with --deadline"
            )
        except Exception as problem:  # its process was killed, or could not even start
            code = f" (code {problem.exitcode})" if isinstance(problem, ProcessExpired) else ""
            said = NvrflowError(
                f"{task.device.name}: the process that worked on it ended{code}; its state is not known; run the command again"
                " with --resume, which reads it first"
            )
        folder = task.report if task.out.is_dir() else ""
        return Ending(task.device.name, task.device.url, "failed", task.device.site, told(said), folder)


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes and threads that start in the block do not hear a terminal's Ctrl-C before they say what it means to them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # would allow the signal again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
