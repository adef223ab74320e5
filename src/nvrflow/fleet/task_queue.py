"""The queue of a fleet in PostgreSQL, which is Procrastinate's: one queue for each site, one lock for each recorder."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from nvrflow.address import link_of
from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.fleet.conclusion import Ending
from nvrflow.fleet.shared_logbook import TABLES, SharedLogbook, connected
from nvrflow.fleet.task import Task

WORK = "nvrflow.fleet.work"
NO_SITE = "any"  # the queue of recorders whose list names no site
_OFTEN = 0.5  # seconds between two questions for what has ended


def checked_database(url: str) -> str:
    """The address of a database as it was typed. Raises WrongCall if it is none, or holds a password that others could see."""
    link = link_of(url)
    if link.scheme not in ("postgresql", "postgres"):
        raise WrongCall("--database: write postgresql://user@host/name; the password belongs in PGPASSWORD or ~/.pgpass")
    if ":" in url.partition("://")[2].rpartition("@")[0]:
        raise WrongCall(
            "--database: the address holds a password, which other users of this computer can see; put it in PGPASSWORD"
        )
    return url


def prepare(url: str) -> None:
    """Make the tables of Procrastinate and of nvrflow, as far as they are missing. Raises NvrflowError."""
    with connected(url) as connection:
        connection.execute(TABLES)
        has = connection.execute("SELECT to_regclass('procrastinate_jobs') IS NOT NULL").fetchone()
    if not has or not has[0]:
        app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        with app.open():
            app.schema_manager.apply_schema()


def need_tables(url: str) -> None:
    """Raise WrongCall, with the command that helps, if a database has not all tables; NvrflowError if it cannot be reached."""
    query = "SELECT to_regclass('procrastinate_workers') IS NOT NULL AND to_regclass('nvrflow_recorder') IS NOT NULL"
    with connected(url) as connection:
        row = connection.execute(query).fetchone()
    if not row or not row[0]:
        raise WrongCall("--database: has no tables of nvrflow; type: nvrflow fleet prepare --database URL")


@dataclass
class SiteCrews:
    """The workers of all sites, as one run sees them: tasks go into the queue, and what has ended comes out of the logbook.

    It has the methods of `Crew`. A recorder that waits in the queue already, for another run, is left out.
    """

    book: SharedLogbook
    _app: Any = None
    _out: dict[str, int] = field(default_factory=dict)
    _since: str = "-infinity"
    _refused: list[Ending] = field(default_factory=list)

    def __len__(self) -> int:
        """How many recorders are waiting in the queue or are worked on now."""
        return len(self._out) + len(self._refused)

    def start(self, task: Task) -> None:
        """Put a task into the queue of its site; one that an earlier command for this run has put there is followed."""
        device = task.device
        try:
            job = self.book.job_of(device.name)
            if job is None:
                job = self._deferred(task)
                self.book.handed(device.name, job)
            self._out[device.name] = job
        except AlreadyEnqueued:
            said = f"{device.name}: waits in the queue already, for another run; run the command again with --resume later"
            error = {"kind": "in-use", "message": said, "step": None}
            self._refused.append(Ending(device.name, device.url, "skipped", device.site, error))
        except ConnectorException as problem:
            why = " ".join(str(problem.__cause__ or problem).split())
            raise NvrflowError(f"--database: the queue cannot be written ({why}); check that the database runs") from None

    @property
    def _queue(self) -> Any:
        if self._app is None:
            self._app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=self.book.url))
            self._app.open()
        return self._app

    def _deferred(self, task: Task) -> int:
        device = task.device
        place = self._queue.configure_task(WORK, queue=device.site or NO_SITE, lock=device.place, queueing_lock=device.place)
        job: int = place.defer(run=self.book.run, name=device.name, url=device.url, work=task.work.as_dict())
        return job

    def ended(self, patience: float) -> list[Ending]:
        """Wait a moment, and return what has ended meanwhile."""
        threading.Event().wait(max(patience, _OFTEN))
        refused, self._refused = self._refused, []
        found, self._since = self.book.ended_since(self._since)
        mine = [one for one in found if one.name in self._out]
        for one in mine:
            del self._out[one.name]
        return [*refused, *mine]

    def withdraw(self) -> None:
        """Take back what waits in the queue."""
        for name, job in list(self._out.items()):
            if self._queue.job_manager.cancel_job_by_id(job):
                del self._out[name]
                self.book.withdrawn(name)

    def halt(self) -> None:
        """Ask the workers to end what they do, before the next step."""
        for job in self._out.values():
            self._queue.job_manager.cancel_job_by_id(job, abort=True)

    def dismiss(self) -> None:
        """End the connections; the workers go on."""
        if self._app is not None:
            self._app.close()
        self.book.close()
