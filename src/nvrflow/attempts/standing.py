"""The standing of an account at a recorder: its refused and unfinished sign-ins, and whether another try is safe.

Recorders lock an account after some wrong passwords (two to twenty, set on the recorder), often together with the computer that
they came from, for 1 to 60 minutes. Most recorders say how many tries are left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from nvrflow.attempts.mark import PasswordMark

ASSUMED_TRIES = 2  # if the recorder gives no number: after one refusal, the next may be the last
ASSUMED_LOCK = 30 * 60.0  # seconds, if the recorder does not say how long it locks; the usual value of vendors
LONGEST_LOCK = 24 * 3600.0  # seconds; whatever value was read, the recorder is asked again after a day
UNKNOWN_COUNTS = 30 * 60.0  # seconds for which a try of unknown outcome counts, if the recorder gives no number
MOST_MARKS = 8


@dataclass(frozen=True)
class Lock:
    """A lock of the account for `seconds` from `since` on; with `said` the recorder itself gave that number."""

    since: datetime
    seconds: float
    said: bool = True

    @property
    def until(self) -> datetime:
        """When the lock ends."""
        return self.since + timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Standing:
    """The standing of one account at one recorder, which has the addresses `places` (`192.0.2.10:8080`). All times are UTC.

    `refusals` counts since the last accepted sign-in or the last lock. `tries_left` is the recorder's own number at the last
    refusal, `refused_at` its time. `begun` holds the tries with an unknown outcome: of a run that was killed or got no answer.
    `marks` recognise the refused passwords.
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
        """Whether it belongs to this account, at a recorder with one of these places."""
        return self.user == user and not self.places.isdisjoint(places)

    def at(self, now: datetime) -> Standing:
        """The standing at the time `now`, without whatever has expired.

        A time in the future, after the clock was set back, counts as `now`. So a lock neither ends early because of that, nor
        lasts longer than its full length from now on.
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
        return replace(known, lock=None, refusals=0, tries_left=None, begun=())  # the recorder starts to count again

    def is_ahead_of(self, now: datetime) -> bool:
        """Whether one of its times is in the future, because the clock was set back."""
        times = [*self.begun, *([self.refused_at] if self.refused_at else []), *([self.lock.since] if self.lock else [])]
        return any(time > now for time in times)

    @property
    def last_in(self) -> datetime | None:
        """The time of the last try that was refused or may have been refused."""
        return max((*self.begun, *([self.refused_at] if self.refused_at else [])), default=None)

    @property
    def left(self) -> int | None:
        """How many tries are left before a lock, as far as known; None if nothing was ever refused."""
        if self.tries_left is not None:
            return max(0, self.tries_left - len(self.begun))
        spent = self.refusals + len(self.begun)
        return max(0, ASSUMED_TRIES - spent) if spent else None

    @property
    def is_blank(self) -> bool:
        """Whether it has nothing to remember."""
        return not (self.refusals or self.begun or self.marks or self.lock)

    def beginning(self, now: datetime) -> Standing:
        """Add a try whose outcome is not yet known."""
        return replace(self, begun=(*self.begun, now))

    def taken_back(self) -> Standing:
        """Remove the last begun try: no password was checked."""
        return replace(self, begun=self.begun[:-1])

    def refused(self, now: datetime, mark: PasswordMark | None, tries_left: int | None) -> Standing:
        """Record that the last begun try was refused. If the recorder says that none is left, it is about to lock."""
        marks = (*self.marks, *([mark] if mark else []))[-MOST_MARKS:]
        before = self.begun[:-1] if tries_left is None else ()  # the recorder's own number includes the earlier tries
        known = replace(self, refusals=self.refusals + 1, tries_left=tries_left, refused_at=now, begun=before, marks=marks)
        return known.locked(now, None) if tries_left == 0 else known

    def locked(self, now: datetime, seconds: float | None) -> Standing:
        """Record that the recorder locked the account, for this many seconds if it says so. The password was not checked."""
        return replace(self, begun=(), lock=Lock(now, seconds or ASSUMED_LOCK, bool(seconds)))


def present() -> datetime:
    """The current time in UTC, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
