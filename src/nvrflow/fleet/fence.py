"""Whether a job is still its worker's own: asked of the database before each step, because a frozen worker cannot know it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import psycopg

_PATIENCE = 30.0  # seconds in which a database that restarts has to answer again
_OFTEN = 0.5  # seconds between two tries
_OWN = "SELECT status::text, worker_id, abort_requested FROM procrastinate_jobs WHERE id = %s"
_connections: dict[str, psycopg.Connection[tuple[str, int | None, bool]]] = {}


@dataclass(frozen=True)
class Fence:
    """The job with the number `job` in the database at `url`, which the worker with the number `worker` has fetched."""

    url: str
    job: int
    worker: int

    def why(self) -> str:
        """Why no further step may begin, in one sentence; empty while the job is this worker's own."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                row = self._row()
                break
            except psycopg.Error:
                _connections.pop(self.url, None)
                if time.monotonic() > end:
                    return f"the database did not answer for {_PATIENCE:g} s, so another worker may have been given this recorder"
                threading.Event().wait(_OFTEN)
        if row is None or row[0] != "doing" or row[1] != self.worker:
            return "this worker was not heard of for a while, and the recorder was given to another one"
        return "the work was cancelled" if row[2] else ""

    def _row(self) -> tuple[str, int | None, bool] | None:
        known = _connections.get(self.url)
        if known is None or known.closed:
            known = psycopg.connect(self.url, autocommit=True, connect_timeout=5)
            _connections[self.url] = known
        return known.execute(_OWN, (self.job,)).fetchone()
