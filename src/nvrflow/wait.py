"""A wait that a person may notice: what is waited for, and how long at most; whoever shows progress hears of it.

Whoever waits says so with `waiting`, wherever in the program that is. Whoever shows progress is named once with `heard_by`, and
decides what to show and when. Where nobody is named, nothing happens.
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
    """One wait: `what` goes on after "waiting for", `limit` is in seconds (None: whatever is awaited has no limit of its own)."""

    what: str
    limit: float | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return time.monotonic() - self.began


class Hearer(Protocol):
    """Who wants to know when a wait begins and when it is over."""

    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...


_hearer: ContextVar[Hearer | None] = ContextVar("hearer", default=None)


@contextmanager
def heard_by(hearer: Hearer) -> Iterator[None]:
    """In the block `hearer` is told of every wait of this thread, and nobody else is."""
    before = _hearer.get()
    _hearer.set(hearer)
    try:
        yield
    finally:
        _hearer.set(before)


@contextmanager
def waiting(what: str, limit: float | None = None) -> Iterator[None]:
    """The block waits for `what`, at most `limit` seconds."""
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
