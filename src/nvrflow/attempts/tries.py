"""The sign-in tries of one run: permitted beforehand, recorded before the click, and recorded again with their result."""

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

_PATIENCE = 120.0  # seconds for another run's sign-in: more than a page, an answer and a pop-up need
_NOT_JUDGED = (HeldBack, RequestHeld, SessionLimit, NotInitialised, PluginNeeded)


@dataclass
class Tries:
    """Decides whether a sign-in may be tried, and records the result; `reached` are the addresses of this recorder.

    A try lasts from `counted`, around the click, until `accepted`, or until a refusal passes through `heard`. Meanwhile other
    runs with the same account wait. `last_try` is the option `--last-try`: the person accepts the risk of a lock.
    `answered`: the recorder's own answer accepted the sign-in, and no page was reached since.
    `options` are those that a command for the same account needs again. `traffic` counts the requests that a dry run has held
    back and those that it has sent: a try of which nothing was sent does not count.
    """

    memory: SignInMemory
    reached: list[Place]
    user: str
    last_try: bool
    notes: list[str]
    options: str = ""
    traffic: Callable[[], tuple[int, int]] = lambda: (0, 0)
    answered: bool = False
    _before: tuple[int, int] = (0, 0)
    _password: str | None = None
    _trying: ExitStack | None = None

    @property
    def places(self) -> frozenset[str]:
        """Host and port of each address; ports 80 and 443 belong to one recorder, other ports may be forwarded to several."""
        return frozenset(place.netloc for place in self.reached)

    @property
    def trying(self) -> bool:
        """Whether a password was sent and its result is not known yet."""
        return self._trying is not None

    def moved(self, place: Place) -> None:
        """Record a further address of the same recorder."""
        self.reached.append(place)

    def may_begin(self) -> None:
        """Raise AccountLocked or SignInRefused if a try would be wrong with any password; InvalidFile as the memory does."""
        self._permit(self._standing())

    def typed(self, password: str) -> None:
        """Set the password that the next click on the sign-in page will send."""
        self._password = password

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Wrap the click that sends the password: the try is recorded before it, and forbidden if it would be wrong.

        Raises AccountLocked, SignInRefused, InvalidFile or TimedOut before the block if no try may be made.
        """
        if self._password is not None and self._trying is None:
            self._begin(self._password)
        with self.heard():
            yield

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Wrap code that may learn the result: a refusal that the block raises is recorded and raised again."""
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
        """Wrap the way to a page: arriving at any page but the sign-in page means that the sign-in was accepted."""
        with self.heard():
            yield
        if page != "sign_in":
            self.accepted()
            self.answered = False

    def accepted_by_answer(self) -> None:
        """Record that the recorder itself has said that it accepts the sign-in, whatever its pages show afterwards."""
        self.answered = self._trying is not None
        self.accepted()

    def accepted(self) -> None:
        """Record that the sign-in was accepted, and forget everything about this account."""
        self._end(lambda known: Standing(known.places, known.user))

    def over(self, signed_in: bool) -> None:
        """End a try: it was accepted if its flow says so, or was never sent; otherwise its outcome stays unknown."""
        if signed_in:
            self.accepted()
        (held, sent), before = self.traffic(), self._before
        self._end(Standing.taken_back if held > before[0] and sent == before[1] else None)

    def _begin(self, password: str) -> None:
        trying = ExitStack()
        with ExitStack() as undone:
            undone.enter_context(self.memory.alone(self.places, self.user, _PATIENCE))
            known = self._standing()
            self._permit(known)
            self._permit_password(known, password)
            self.memory.change(self.places, self.user, lambda now: now.beginning(present()))
            trying = undone.pop_all()
        self._trying, self._before = trying, self.traffic()

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
                self.notes.append(f"the result of the sign-in could not be recorded: {problem}")

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
            f"{self._who}: this password was refused{at}, so nvrflow does not try it again; give the right password. "
            f"If the recorder's password has been changed to this one since then: {self._how()}",
            known.left,
            known.refused_at,
        )

    @property
    def _who(self) -> str:
        return f"{self.reached[0].netloc}: {self.user}"

    def _how(self) -> str:
        return f"`nvrflow run sign_in {self.reached[0].url}{self.options} --last-try` tries it now"

    def _about_lock(self, known: Standing) -> str:
        assert known.lock is not None
        minutes = max(1, ceil((known.lock.until - present()).total_seconds() / 60))
        more = f"{minutes} more {'minute' if minutes == 1 else 'minutes'}, until {shown(known.lock.until)}"
        if known.lock.said:
            return f"{self._who}: the account is locked for {more}; nvrflow does not try to sign in before then"
        return (
            f"{self._who}: the recorder locked the account at {shown(known.lock.since)} and did not say for how long; "
            f"nvrflow waits {more}"
        )


def _about_last(known: Standing) -> str:
    """The reason why the next try may be the last, for a person."""
    at = shown(known.last_in) if known.last_in else "an earlier time"
    if known.tries_left is not None:
        return f"a sign-in was refused at {at}, and one try is left before the account is locked; nvrflow does not use it"
    if known.refusals:
        return (
            f"a sign-in was refused at {at}, and the recorder does not say how many tries are left; the next try may be the "
            "last, and nvrflow does not use it"
        )
    return (
        f"a sign-in was begun at {at}, and its result is not known; if it was refused, another wrong password may lock the "
        "account, so nvrflow waits half an hour before it tries again"
    )


def shown(time: datetime) -> str:
    """A time for a person, in local time: 21:44, or with the date if it is not today."""
    local = time.astimezone()
    return f"{local:%H:%M}" if local.date() == datetime.now().astimezone().date() else f"{local:%Y-%m-%d %H:%M}"
