"""A worker at a site: it takes the tasks of its site's queue, and does them with the stations of its own computer."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import procrastinate
from procrastinate import JobContext, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

from nvrflow.errors import Interrupted, NvrflowError, WrongCall
from nvrflow.fleet.conclusion import Ending, told
from nvrflow.fleet.crew import Crew
from nvrflow.fleet.fence import Fence
from nvrflow.fleet.shared_logbook import SharedLogbook
from nvrflow.fleet.task import Task, Work
from nvrflow.fleet.task_queue import WORK
from nvrflow.inventory.roster import Device

LATER = ("unreachable", "session-limit", "in-use", "upgrade-in-progress")  # what may be over after a while
_WAITS = (60, 300)  # seconds before the second and the third try
_PAUSE = 5.0  # seconds before a database that does not answer is tried again
_LARGEST = 5_000_000  # bytes of a file that is kept in the database
_RESCUE = "nvrflow.fleet.rescue"


class NotYet(Exception):
    """The recorder could not be worked on now, and may be a while later."""


class Patience(BaseRetryStrategy):
    """Two further tries for what may be over after a while; none for anything else, and so none for a refused sign-in."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, NotYet) and job.attempts < len(_WAITS):
            return RetryDecision(retry_in={"seconds": _WAITS[job.attempts]})
        return None


@dataclass
class SiteWorker:
    """A worker of the site `site`, for the recorders that its own list has.

    A job names a recorder, and says nothing about passwords: their places stand in the worker's own list. `own` is what the site
    decides about every work: flows, selector files, browser. `stalled` are the seconds after which a worker that was not heard
    of counts as gone, and its recorders are given to others. `tell` shows a sentence to a person.
    """

    url: str
    site: str
    devices: dict[str, Device]
    own: Work
    crew: Crew
    folder: Path
    at_once: int
    stalled: float = 30.0
    tell: Callable[[str], None] = lambda _: None
    _books: dict[int, SharedLogbook] = field(default_factory=dict)

    def run(self, wait: bool = True) -> None:
        """Work until SIGTERM or Ctrl-C, which let the running recorders end; without `wait` until the queue is empty.

        While the database does not answer, it is tried again. Raises NvrflowError for that without `wait`.
        """
        for name in ("procrastinate", "psycopg"):
            logging.getLogger(name).addHandler(logging.NullHandler())  # what goes wrong is told in `tell`'s words
        try:
            while not (ended := self._once(wait)) and wait:
                self.tell(f"the database did not answer; trying again in {_PAUSE:g} s")
                threading.Event().wait(_PAUSE)
            if not ended:
                raise NvrflowError("--database: did not answer; check that it runs")
        finally:
            self.crew.dismiss()
            for book in self._books.values():
                book.close()

    def _once(self, wait: bool) -> bool:
        """Work until somebody ends it or the queue is empty; False if the database is gone."""
        try:
            return asyncio.run(self._work(wait)) or not wait
        except ConnectorException as problem:
            self.tell(" ".join(str(problem.__cause__ or problem).split()))
            return False

    async def _work(self, wait: bool) -> bool:
        """Work until the end; True if somebody ended it."""
        loop, app, ended = asyncio.get_running_loop(), self._app(), []
        loop.set_exception_handler(self._surprised)
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[self.site], name=self.site, concurrency=self.at_once, wait=wait, install_signal_handlers=False,
                    fetch_job_polling_interval=2.0, abort_job_polling_interval=2.0, update_heartbeat_interval=self.stalled / 3,
                    stalled_worker_timeout=self.stalled,
                )
            )  # fmt: skip

            def end() -> None:
                ended.append(True)
                working.cancel()  # jobs that run come to their end

            for number in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError):  # Windows has none; there Ctrl-C ends the program as usual
                    loop.add_signal_handler(number, end)
            with suppress(asyncio.CancelledError):
                await working
        return bool(ended)

    def _surprised(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell of a job whose end could not be noted: the database is gone, or has given the job to another worker."""
        problem = context.get("exception")
        why = " ".join(str(getattr(problem, "__cause__", None) or problem or context.get("message")).split())
        self.tell(f"the end of a job could not be noted in the queue ({why[:200]})")

    def _app(self) -> procrastinate.App:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=self.url))

        @app.task(name=WORK, queue=self.site, pass_context=True, retry=Patience())
        async def work(context: JobContext, /, **job: Any) -> None:
            await self._do(context, **job)

        @app.periodic(cron="* * * * * */10", periodic_id=self.site)  # the last field are seconds
        @app.task(name=_RESCUE, queue=self.site, pass_context=True, queueing_lock=f"{_RESCUE} {self.site}")
        async def rescue(_: JobContext, timestamp: int) -> None:
            for job in await app.job_manager.get_stalled_jobs(
                queue=self.site, task_name=WORK, seconds_since_heartbeat=self.stalled
            ):
                await app.job_manager.retry_job(job)

        return app

    async def _do(self, context: JobContext, run: int, name: str, url: str, work: dict[str, Any]) -> None:
        """One job: the work on one recorder, whose ending goes into the logbook if the job is still this worker's own."""
        assert context.job.id is not None
        assert context.job.worker_id is not None
        fence = Fence(self.url, context.job.id, context.job.worker_id)
        book = self._books.setdefault(run, SharedLogbook(self.url, run))
        await asyncio.to_thread(book.running, name, fence.job)
        try:
            ending = await self._ended(self.task(run, name, url, work, fence))
        except NvrflowError as problem:
            ending = Ending(name, url, "failed", self.site, told(problem))
        except (asyncio.CancelledError, CancelledError):
            ending = Ending(name, url, "failed", self.site, told(Interrupted("the work was cancelled")))
            await asyncio.to_thread(self._note, book, ending, fence)
            raise
        except Exception as problem:  # a job that another version of nvrflow has written
            said = NvrflowError(f"{name}: the job cannot be read ({type(problem).__name__}); is the worker's nvrflow up to date?")
            ending = Ending(name, url, "failed", self.site, told(said))
        if ending.error is not None and ending.error["kind"] in LATER and context.job.attempts < len(_WAITS):
            self.tell(f"{name} later: {ending.error['kind']}: {ending.error['message']}")
            raise NotYet(ending.error["kind"])
        await asyncio.to_thread(self._note, book, ending, fence)

    async def _ended(self, task: Task) -> Ending:
        future = self.crew.start(task)
        with suppress(Exception):
            await asyncio.wrap_future(future)
        return self.crew.settled(future)

    def task(self, run: int, name: str, url: str, work: dict[str, Any], fence: Fence) -> Task:
        """The task with what only the site knows. Raises WrongCall for a recorder that the site's own list does not have."""
        device = self.devices.get(name)
        if device is None or device.place != Device(name, url).place:
            raise WrongCall(f"{name} ({url}): the worker's own list at {self.site} has no such recorder; add it there")
        folder = self.folder / f"run-{run}"
        return Task(device, self.own.told_by(work), folder, folder / ".halt", fence)

    def _note(self, book: SharedLogbook, ending: Ending, fence: Fence) -> None:
        """Write files and ending; while the database does not answer, try again for a while."""
        for file in self._files(book, ending):
            book.keep(ending.name, file.name, file.read_bytes())
        book.ended(ending, fence)
        why = f": {ending.error['kind']}: {ending.error['message']}" if ending.error else ""
        self.tell(f"{ending.name} {ending.outcome}, {ending.seconds:.1f} s{why}")

    def _files(self, book: SharedLogbook, ending: Ending) -> list[Path]:
        folder = self.folder / f"run-{book.run}" / ending.report
        files = [folder / name for name in ("report.json", "report.html", "junit.xml", "verify.json")] if ending.report else []
        return [file for file in files if file.is_file() and file.stat().st_size <= _LARGEST]
