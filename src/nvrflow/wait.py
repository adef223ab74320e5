"""Announcing a wait that a person may notice: what nvrflow waits for, and for how long at most.

Code that waits uses `waiting`, anywhere in the program. The progress display registers once with `heard_by` and decides what to
show and when. Without a registered display, nothing happens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, eq=False)
class Wait:
    """One wait: `what` continues the words "waiting for", `limit` is in seconds (None: the wait has no limit of its own)."""

    what: str
    limit: float | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long the wait has lasted."""
        return time.monotonic() - self.began


class Hearer(Protocol):
    """A listener that is called when a wait begins and when it ends."""

    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...


_hearer: ContextVar[Hearer | None] = ContextVar("hearer", default=None)


@contextmanager
def heard_by(hearer: Hearer) -> Iterator[None]:
    """During the block, report every wait of this thread to `hearer` only."""
    before = _hearer.get()
    _hearer.set(hearer)
    try:
        yield
    finally:
        _hearer.set(before)


@contextmanager
def waiting(what: str, limit: float | None = None) -> Iterator[None]:
    """Announce that the block waits for `what`, at most `limit` seconds."""
    hearer = _hearer.get()
    if hearer is None:
        yield
        return
    wait = Wait(what, limit)
    hearer.waits(wait)
    try:
        yield
    finally:
        hearer.waited(wait)
