"""The results of a run over a fleet in PostgreSQL, which the workers of all sites write."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from nvrflow.errors import NvrflowError, WrongCall
from nvrflow.fleet.conclusion import Ending
from nvrflow.fleet.fence import Fence
from nvrflow.fleet.logbook import Entry

FORMAT = 1
_PATIENCE = 60.0  # seconds in which a database that restarts has to answer again
_OFTEN = 0.5  # seconds between two tries
TABLES = """
CREATE TABLE IF NOT EXISTS nvrflow_run (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, format integer NOT NULL, work text NOT NULL,
  began timestamptz NOT NULL DEFAULT now(), given jsonb NOT NULL
);
CREATE TABLE IF NOT EXISTS nvrflow_recorder (
  run bigint NOT NULL REFERENCES nvrflow_run ON DELETE CASCADE, name text NOT NULL, place integer NOT NULL, url text NOT NULL,
  site text NOT NULL, tags jsonb NOT NULL, state text NOT NULL CHECK (state IN ('waiting', 'queued', 'running', 'ended')),
  job bigint, outcome text, ending jsonb, changed timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run, name)
);
CREATE INDEX IF NOT EXISTS nvrflow_recorder_changed ON nvrflow_recorder (run, changed);
CREATE TABLE IF NOT EXISTS nvrflow_report (
  run bigint NOT NULL, name text NOT NULL, file text NOT NULL, data bytea NOT NULL, PRIMARY KEY (run, name, file),
  FOREIGN KEY (run, name) REFERENCES nvrflow_recorder ON DELETE CASCADE
);
"""
_ENTER = """
INSERT INTO nvrflow_recorder (run, name, place, url, site, tags, state) VALUES (%s, %s, %s, %s, %s, %s, 'waiting')
ON CONFLICT (run, name) DO UPDATE SET place = excluded.place, url = excluded.url, site = excluded.site, tags = excluded.tags
"""
_ENDED = """
UPDATE nvrflow_recorder SET state = 'ended', outcome = %(outcome)s, ending = %(ending)s, changed = clock_timestamp()
WHERE run = %(run)s AND name = %(name)s AND (%(job)s::bigint IS NULL OR EXISTS (
  SELECT FROM procrastinate_jobs WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s))
"""


@dataclass
class SharedLogbook:
    """The logbook of the run with the number `run` in the database at `url`."""

    url: str
    run: int
    _open: psycopg.Connection[Any] | None = field(default=None, repr=False)

    @property
    def where(self) -> str:
        """Where the results are, for a person."""
        return f"run {self.run} in the database"

    @classmethod
    def begin(cls, url: str, work: str, given: Mapping[str, Any]) -> SharedLogbook:
        """Begin a run. Raises NvrflowError if the database cannot be reached."""
        book = cls(url, 0)
        query = "INSERT INTO nvrflow_run (format, work, given) VALUES (%s, %s, %s) RETURNING id"
        row = book._do(query, FORMAT, work, json.dumps(given))
        book.run = row[0][0]
        return book

    @classmethod
    def at(cls, url: str, run: int) -> SharedLogbook:
        """The logbook of an earlier run. Raises WrongCall."""
        book = cls(url, run)
        if not book._do("SELECT id FROM nvrflow_run WHERE id = %s", run):
            raise WrongCall(f"--resume: the database has no run {run}; nvrflow fleet run says the number of its run at its end")
        return book

    @classmethod
    def all(cls, url: str) -> list[SharedLogbook]:
        """The logbooks of all runs in a database, the first to begin first."""
        return [cls(url, run) for (run,) in cls(url, 0)._do("SELECT id FROM nvrflow_run ORDER BY id")]

    @property
    def about(self) -> dict[str, Any]:
        """The work, when it began (ISO 8601), and what was given."""
        ((work, began, given),) = self._do("SELECT work, began, given FROM nvrflow_run WHERE id = %s", self.run)
        return {"work": work, "began": f"{began:%Y-%m-%dT%H:%M:%S%z}", "given": given}

    def enter(self, devices: Iterable[Any]) -> None:
        """Enter recorders as waiting; those that are known keep their state."""
        rows = [
            (self.run, one.name, number, one.url, one.site, json.dumps(sorted(one.tags))) for number, one in enumerate(devices)
        ]
        with self._connection().cursor() as cursor:
            cursor.executemany(_ENTER, rows)

    def starts(self, name: str) -> None:
        """Note that the work on a recorder was handed out."""
        self._set(name, "queued")

    def withdrawn(self, name: str) -> None:
        """Note that the work on a recorder was taken back before it began."""
        self._set(name, "waiting")

    def handed(self, name: str, job: int) -> None:
        """Note the number of the job that does the work on a recorder."""
        self._do("UPDATE nvrflow_recorder SET job = %s WHERE run = %s AND name = %s", job, self.run, name)

    def job_of(self, name: str) -> int | None:
        """The number of the job that waits in the queue for a recorder of this run, or works on it now."""
        found = self._do(
            "SELECT job FROM nvrflow_recorder AS r JOIN procrastinate_jobs AS j ON j.id = r.job"
            " WHERE r.run = %s AND r.name = %s AND j.status IN ('todo', 'doing')",
            self.run, name,
        )  # fmt: skip
        return found[0][0] if found else None

    def running(self, name: str, job: int) -> None:
        """Note that a worker has begun the work on a recorder."""
        self._do(
            "UPDATE nvrflow_recorder SET state = 'running', job = %s, changed = clock_timestamp() WHERE run = %s AND name = %s",
            job, self.run, name,
        )  # fmt: skip

    def ended(self, ending: Ending, fence: Fence | None = None) -> None:
        """Note how the work on a recorder ended; with a `fence` only if the job is still its worker's own."""
        told = json.dumps(ending.as_dict(), ensure_ascii=False)
        of_job = {"job": fence.job if fence else None, "worker": fence.worker if fence else None}
        self._once_more(_ENDED, {"run": self.run, "name": ending.name, "outcome": ending.outcome, "ending": told, **of_job})

    def entries(self) -> Iterator[Entry]:
        """Every recorder, in the order of the list."""
        for name, url, site, tags, state, ending in self._do(
            "SELECT name, url, site, tags, state, ending FROM nvrflow_recorder WHERE run = %s ORDER BY place, name", self.run
        ):
            yield Entry(name, url, site, tuple(tags), state, Ending(**ending) if ending else None)

    def ended_since(self, moment: str) -> tuple[list[Ending], str]:
        """What has ended since a moment of the database's clock, and the moment to ask for next.

        What ended in the five seconds before is told once more, because a statement may count later than its own clock says.
        """
        rows = self._do(
            "SELECT ending, changed::text FROM nvrflow_recorder WHERE run = %s AND state = 'ended' AND changed > %s::timestamptz"
            " - interval '5 s'"
            " ORDER BY changed",
            self.run, moment,
        )  # fmt: skip
        return [Ending(**ending) for ending, _ in rows], rows[-1][1] if rows else moment

    def keep(self, name: str, file: str, data: bytes) -> None:
        """Keep a file of a recorder's report."""
        self._do(
            "INSERT INTO nvrflow_report VALUES (%s, %s, %s, %s) ON CONFLICT (run, name, file) DO UPDATE SET data = excluded.data",
            self.run, name, file, data,
        )  # fmt: skip

    def close(self) -> None:
        """End the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _set(self, name: str, state: str) -> None:
        self._do(
            "UPDATE nvrflow_recorder SET state = %s, outcome = NULL, ending = NULL, changed = clock_timestamp()"
            " WHERE run = %s AND name = %s",
            state, self.run, name,
        )  # fmt: skip

    def _do(self, query: str, *values: Any) -> list[Any]:
        return self._once_more(query, values)

    def _once_more(self, query: str, values: Any) -> list[Any]:
        """The rows of a statement; while the database does not answer, it is tried again for a minute. Raises NvrflowError."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                cursor = self._connection().execute(query, values)
                return cursor.fetchall() if cursor.description else []
            except (psycopg.OperationalError, NvrflowError) as problem:
                self._open = None
                if self.run == 0 or time.monotonic() > end:
                    why = " ".join(str(problem).split())
                    raise NvrflowError(f"--database: does not answer ({why}); check that it runs") from None
                threading.Event().wait(_OFTEN)

    def _connection(self) -> psycopg.Connection[Any]:
        if self._open is None or self._open.closed:
            self._open = connected(self.url)
        return self._open


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection in which each statement counts at once. Raises NvrflowError with the database's own reason."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.Error as problem:
        why = " ".join(str(problem).split())
        raise NvrflowError(f"--database: cannot be reached ({why}); check its address, and that it runs") from None
