"""The accounts, locks and sessions of a simulated recorder, by the recorder's own clock."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Clock:
    """The recorder's clock: `offset` seconds ahead of this computer's, and movable by hand."""

    offset: float = 0.0
    _ahead: float = 0.0

    def advance(self, seconds: float) -> None:
        """Move the clock forward by so many seconds, for locks, sessions and the date."""
        self._ahead += seconds

    def elapsed(self) -> float:
        """Seconds since some moment in the past; the number never falls."""
        return time.monotonic() + self._ahead

    def wall(self) -> datetime:
        """The date and time that the recorder shows."""
        return datetime.now() + timedelta(seconds=self.offset + self._ahead)


@dataclass(frozen=True)
class Lockout:
    """After so many wrong `tries` the user and the address are locked for so many `seconds`."""

    tries: int
    seconds: float
    by_address: bool


@dataclass
class _Count:
    wrong: int = 0
    locked_until: float = 0.0


@dataclass
class Accounts:
    """The recorder's users with their passwords, and the wrong tries of each user and each address."""

    clock: Clock
    passwords: dict[str, str]
    lockout: Lockout
    _counts: dict[tuple[str, str], _Count] = field(default_factory=dict)

    def lock_remaining(self, user: str, address: str | None = None) -> float:
        """Seconds until `user` may try again from `address` (None: an address without wrong tries); 0 if there is no lock."""
        now = self.clock.elapsed()
        return max(0.0, *(count.locked_until - now for count in self._concerned(user, address)))

    def tries_left(self, user: str, address: str) -> int:
        """How many more tries `user` has from `address`."""
        return max(0, self.lockout.tries - max(count.wrong for count in self._concerned(user, address)))

    def refused(self, user: str, address: str) -> None:
        """Count a wrong try, and lock if it was the last."""
        for count in self._concerned(user, address):
            count.wrong += 1
            if count.wrong >= self.lockout.tries:
                count.locked_until = self.clock.elapsed() + self.lockout.seconds

    def accepted(self, user: str, address: str) -> None:
        """Forget the wrong tries of `user` and `address`."""
        for count in self._concerned(user, address):
            count.wrong = 0

    def _concerned(self, user: str, address: str | None) -> list[_Count]:
        keys = [("user", user)]
        if address is not None and self.lockout.by_address:
            keys.append(("address", address))
        counts = [self._counts.setdefault(key, _Count()) for key in keys]
        for count in counts:
            if count.locked_until and count.locked_until <= self.clock.elapsed():
                count.wrong, count.locked_until = 0, 0.0
        return counts


@dataclass
class Session:
    """One person who is signed in; `seen` is the time of the last request."""

    user: str
    address: str
    seen: float


@dataclass
class Sessions:
    """The sessions of people who are signed in; a session ends `timeout` seconds after its last call."""

    clock: Clock
    timeout: float
    limit: int
    elsewhere: int = 0
    _live: dict[str, Session] = field(default_factory=dict)

    def count(self) -> int:
        """How many sessions there are, without those from elsewhere."""
        self._expire()
        return len(self._live)

    def full(self) -> bool:
        """Whether no further session is possible."""
        return self.count() + self.elsewhere >= self.limit

    def open(self, name: str, user: str, address: str) -> None:
        """Begin the session `name`."""
        self._live[name] = Session(user, address, self.clock.elapsed())

    def touch(self, name: str) -> Session | None:
        """The session `name`, which lasts another `timeout` from now; None if there is no such session."""
        self._expire()
        session = self._live.get(name)
        if session:
            session.seen = self.clock.elapsed()
        return session

    def end(self, name: str) -> None:
        """End the session `name`, if there is one."""
        self._live.pop(name, None)

    def end_all(self) -> None:
        """End every session, as a restart does."""
        self._live.clear()

    def _expire(self) -> None:
        limit = self.clock.elapsed() - self.timeout
        self._live = {name: session for name, session in self._live.items() if session.seen > limit}


def new_session_name() -> str:
    """A session id as recorders give it: 32 hexadecimal digits."""
    return secrets.token_hex(16)
