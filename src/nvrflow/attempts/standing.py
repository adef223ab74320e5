"""How an account stands at a recorder: what refused and unfinished sign-ins leave, and whether one more may be tried.

Recorders lock an account after some wrong passwords (two to twenty, set on the recorder), often together with the computer
that they came from, for 1 to 60 minutes. Most say how many tries are left, some say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from nvrflow.attempts.mark import PasswordMark

ASSUMED_TRIES = 2  # where the recorder names no figure: after one refusal, the next one may be the last
ASSUMED_LOCK = 30 * 60.0  # seconds, where the recorder does not say how long it locks; the usual figure of its vendors
LONGEST_LOCK = 24 * 3600.0  # seconds; whatever figure was read, the recorder is asked again after a day
UNKNOWN_COUNTS = 30 * 60.0  # seconds for which a try of unknown outcome counts, where the recorder names no figure
MOST_MARKS = 8


@dataclass(frozen=True)
class Lock:
    """The account is locked for `seconds` from `since` on; `said` tells that the recorder itself named the figure."""

    since: datetime
    seconds: float
    said: bool = True

    @property
    def until(self) -> datetime:
        """When it is over."""
        return self.since + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Standing:
    """One account at one recorder, which is reached at any of `places` (`192.0.2.10:8080`). All times are in UTC.

    `refusals` are counted since the last sign-in that was accepted or the last lock, `tries_left` is the recorder's own figure
    at the last of them, `refused_at` its time. `begun` holds the tries whose outcome nobody has written down: of a run that
    was killed, or that heard no answer. `marks` know the refused passwords again.
    """

    places: frozenset[str]
    user: str
    refusals: int = 0
    tries_left: int | None = None
    refused_at: datetime | None = None
    begun: tuple[datetime, ...] = ()
    marks: tuple[PasswordMark, ...] = ()
    lock: Lock | None = None

    def is_of(self, places: frozenset[str], user: str) -> bool:
        """Whether it is this account's, at a recorder that is reached at one of these places."""
        return self.user == user and not self.places.isdisjoint(places)

    def at(self, now: datetime) -> Standing:
        """The same as it is to be read `now`: what is over is gone.

        A clock that was set back makes a time of the future; it counts as `now`. So a lock is neither ended early by that nor
        made longer than its whole length from now on.
        """
        begun = tuple(min(one, now) for one in self.begun)
        if self.tries_left is None:
            begun = tuple(one for one in begun if (now - one).total_seconds() < UNKNOWN_COUNTS)
        known = replace(self, begun=begun, refused_at=min(self.refused_at, now) if self.refused_at else None)
        if known.lock is None:
            return known
        lock = replace(known.lock, since=min(known.lock.since, now), seconds=min(known.lock.seconds, LONGEST_LOCK))
        if lock.until > now:
            return replace(known, lock=lock)
        return replace(known, lock=None, refusals=0, tries_left=None, begun=())  # the recorder begins to count anew

    def is_ahead_of(self, now: datetime) -> bool:
        """Whether one of its times is still to come, because the clock was set back since."""
        times = [*self.begun, *([self.refused_at] if self.refused_at else []), *([self.lock.since] if self.lock else [])]
        return any(time > now for time in times)

    @property
    def last_in(self) -> datetime | None:
        """When the last try was that was refused or may have been."""
        return max((*self.begun, *([self.refused_at] if self.refused_at else [])), default=None)

    @property
    def left(self) -> int | None:
        """How many tries are left before a lock, as far as is known; None where nothing was ever refused."""
        if self.tries_left is not None:
            return max(0, self.tries_left - len(self.begun))
        spent = self.refusals + len(self.begun)
        return max(0, ASSUMED_TRIES - spent) if spent else None

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to remember."""
        return not (self.refusals or self.begun or self.marks or self.lock)

    def beginning(self, now: datetime) -> Standing:
        """One try more, of which nobody knows yet how it ends."""
        return replace(self, begun=(*self.begun, now))

    def taken_back(self) -> Standing:
        """The last try that was begun did not count: no password was judged."""
        return replace(self, begun=self.begun[:-1])

    def refused(self, now: datetime, mark: PasswordMark | None, tries_left: int | None) -> Standing:
        """The last try that was begun was refused. Where the recorder says that none is left, it is about to lock."""
        marks = (*self.marks, *([mark] if mark else []))[-MOST_MARKS:]
        before = self.begun[:-1] if tries_left is None else ()  # the recorder's own figure holds the earlier ones, too
        known = replace(self, refusals=self.refusals + 1, tries_left=tries_left, refused_at=now, begun=before, marks=marks)
        return known.locked(now, None) if tries_left == 0 else known

    def locked(self, now: datetime, seconds: float | None) -> Standing:
        """The recorder locked the account, for so many seconds if it says so. The password was not judged."""
        return replace(self, begun=(), lock=Lock(now, seconds or ASSUMED_LOCK, bool(seconds)))


def present() -> datetime:
    """The time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
