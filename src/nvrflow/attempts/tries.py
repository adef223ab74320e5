"""The tries to sign in of one run: asked for before, written down before the click, and written down again when it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from nvrflow.address import Place
from nvrflow.attempts.mark import PasswordMark
from nvrflow.attempts.memory import SignInMemory
from nvrflow.attempts.standing import Standing, present
from nvrflow.errors import (
    AccountLocked,
    HeldBack,
    InvalidFile,
    NotInitialised,
    PluginNeeded,
    RequestHeld,
    SessionLimit,
    SignInRefused,
    TimedOut,
)

_PATIENCE = 120.0  # seconds for another run's sign-in: more than a page, an answer and a pop-up may take
_NOT_JUDGED = (HeldBack, RequestHeld, SessionLimit, NotInitialised, PluginNeeded)


@dataclass
class Tries:
    """Whether one more sign-in may be tried, and what came of it; `reached` are the places at which this recorder is reached.

    A try lasts from `counted`, around the click, until `accepted`, or until a refusal goes through `heard`. Meanwhile other runs
    that want the same account wait. `last_try` is what `--last-try` says: the person takes the risk of a lock.
    """

    memory: SignInMemory
    reached: list[Place]
    user: str
    last_try: bool
    notes: list[str]
    _password: str | None = None
    _trying: ExitStack | None = None

    @property
    def places(self) -> frozenset[str]:
        """Host and port of each place; the ports 80 and 443 are of one recorder, others may be forwarded to several."""
        return frozenset(place.netloc for place in self.reached)

    def moved(self, place: Place) -> None:
        """The same recorder is reached at this place, too."""
        self.reached.append(place)

    def may_begin(self) -> None:
        """Raise AccountLocked or SignInRefused if a try would be wrong whatever the password is; InvalidFile, see the memory."""
        self._permit(self._standing())

    def typed(self, password: str) -> None:
        """The password that the next click on the sign-in page will send."""
        self._password = password

    @contextmanager
    def counted(self) -> Iterator[None]:
        """The click that sends what was typed: not made at all where a try would be wrong, else written down before.

        Raises AccountLocked, SignInRefused, InvalidFile or TimedOut before the block if no try may be made.
        """
        if self._password is not None and self._trying is None:
            self._begin(self._password)
        with self.heard():
            yield

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Whatever may tell how the try went: a refusal that the block raises is written down, and goes on up."""
        try:
            yield
        except SignInRefused as problem:
            mark = PasswordMark.of(self._password) if self._password is not None and self._trying is not None else None
            tries_left = problem.tries_left
            self._end(lambda known: known.refused(present(), mark, tries_left))
            raise
        except AccountLocked as problem:
            seconds = problem.seconds
            self._end(lambda known: known.locked(present(), seconds))
            raise
        except _NOT_JUDGED:
            self._end(Standing.taken_back)
            raise
        except BaseException:
            self.over(signed_in=False)
            raise

    @contextmanager
    def reaching(self, page: str) -> Iterator[None]:
        """The way to a page: whoever arrives at another one than the sign-in page has been let in."""
        with self.heard():
            yield
        if page != "sign_in":
            self.accepted()

    def accepted(self) -> None:
        """The recorder let us in: all that was remembered of this account is over."""
        self._end(lambda known: Standing(known.places, known.user))

    def over(self, signed_in: bool) -> None:
        """Nothing more will be heard of a try: it was accepted if its flow said so, else its outcome stays unknown."""
        if signed_in:
            self.accepted()
        self._end(None)

    def _begin(self, password: str) -> None:
        trying = ExitStack()
        with ExitStack() as undone:
            undone.enter_context(self.memory.alone(self.places, self.user, _PATIENCE))
            known = self._standing()
            self._permit(known)
            self._permit_password(known, password)
            self.memory.change(self.places, self.user, lambda now: now.beginning(present()))
            trying = undone.pop_all()
        self._trying = trying

    def _end(self, changed: Callable[[Standing], Standing] | None) -> None:
        if self._trying is None:
            return
        trying, self._trying, self._password = self._trying, None, None
        with trying:
            if changed is None:
                return
            try:
                self.memory.change(self.places, self.user, changed)
            except (InvalidFile, TimedOut) as problem:
                self.notes.append(f"how the sign-in ended could not be written down: {problem}")

    def _standing(self) -> Standing:
        return self.memory.standing(self.places, self.user)

    def _permit(self, known: Standing) -> None:
        if known.lock is not None:
            left = ceil((known.lock.until - present()).total_seconds())
            raise AccountLocked(self._about_lock(known), left, known.lock.since)
        if known.left is not None and known.left <= 1 and not self.last_try:
            raise SignInRefused(
                f"{self._who}: {_about_last(known)}. Sure of the password? {self._how()}", known.left, known.last_in
            )

    def _permit_password(self, known: Standing, password: str) -> None:
        if self.last_try or not any(mark.fits(password) for mark in known.marks):
            return
        at = f" at {shown(known.refused_at)}" if known.refused_at else ""
        raise SignInRefused(
            f"{self._who}: this password was refused{at}, so nvrflow does not try it again; give the right one. "
            f"If it was made the right one since then: {self._how()}",
            known.left,
            known.refused_at,
        )

    @property
    def _who(self) -> str:
        return f"{self.reached[0].netloc}: {self.user}"

    def _how(self) -> str:
        own = "" if self.user == "admin" else f" --user {self.user}"
        return f"`nvrflow run sign_in {self.reached[0].url}{own} --last-try` tries it now"

    def _about_lock(self, known: Standing) -> str:
        assert known.lock is not None
        minutes = max(1, ceil((known.lock.until - present()).total_seconds() / 60))
        more = f"{minutes} more {'minute' if minutes == 1 else 'minutes'}, until {shown(known.lock.until)}"
        if known.lock.said:
            return f"{self._who}: the account is locked for {more}; nvrflow does not try before"
        return (
            f"{self._who}: the recorder locked the account at {shown(known.lock.since)} and did not say for how long; "
            f"nvrflow waits {more}"
        )


def _about_last(known: Standing) -> str:
    """Why the next try may be the last, for a person."""
    at = shown(known.last_in) if known.last_in else "an earlier time"
    if known.tries_left is not None:
        return f"a sign-in was refused at {at}, and one try is left before the account is locked; nvrflow does not use it"
    if known.refusals:
        return (
            f"a sign-in was refused at {at}, and the recorder does not say how many tries are left; the next one may be the "
            "last, and nvrflow does not use it"
        )
    return (
        f"a sign-in was begun at {at}, and it is not known how it ended; if it was refused, the next wrong one may lock the "
        "account, so nvrflow waits half an hour before it tries again"
    )


def shown(time: datetime) -> str:
    """A time as a person here reads it: 21:44, or with the date if it is not today's."""
    local = time.astimezone()
    return f"{local:%H:%M}" if local.date() == datetime.now().astimezone().date() else f"{local:%Y-%m-%d %H:%M}"
