"""What this computer remembers of refused sign-ins and locked accounts, across runs and between runs at the same time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from nvrflow.address import host_of
from nvrflow.attempts.mark import PasswordMark
from nvrflow.attempts.standing import Lock, Standing, present
from nvrflow.content import from_json
from nvrflow.errors import InvalidFile, TimedOut
from nvrflow.whole_file import write_whole

_FORMAT = 1
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_WRITING = 20.0  # seconds that another run may take to write


@dataclass(frozen=True)
class SignInMemory:
    """The file `sign-ins.json` in `folder`, readable only by its owner. No password can be derived from its content."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / "sign-ins.json"

    def standing(self, places: frozenset[str], user: str) -> Standing:
        """The current standing of `user` at the recorder with these `places`. Raises InvalidFile if the file is damaged.

        Times in the future are corrected in the file at once, so that a lock starts again only once after the clock was set back.
        """
        known, now = _merged(self._read(), places, user), present()
        if known.is_ahead_of(now):
            self.change(places, user, lambda corrected: corrected)
        return known.at(now)

    def change(self, places: frozenset[str], user: str, changed: Callable[[Standing], Standing]) -> None:
        """Replace the account's standing by what `changed` returns. Raises InvalidFile if the file cannot be written."""
        with self._locked("sign-ins.lock", _WRITING, "writes down how a sign-in ended"):
            now, known = present(), self._read()
            own = changed(_merged(known, places, user).at(now))
            others = [one for one in known if not one.is_of(places, user)]
            self._write([*others, *([] if own.is_blank else [own])])

    @contextmanager
    def alone(self, places: frozenset[str], user: str, seconds: float) -> Iterator[None]:
        """Make other runs wait before they try the same account at the same host, until the result of this try is known.

        The operating system releases the lock of a run that is killed. Raises TimedOut after so many seconds, and InvalidFile.
        """
        hosts = " ".join(sorted({host_of(place) for place in places}))
        name = hashlib.sha256(f"{hosts} {user}".encode()).hexdigest()[:16]
        with self._locked(f"sign-in-{name}.lock", seconds, f"signs in to {hosts} as {user}"):
            yield

    @contextmanager
    def _locked(self, name: str, seconds: float, what: str) -> Iterator[None]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self.folder / name, timeout=seconds, mode=0o600)
            lock.acquire()
        except Timeout:
            said = f"another nvrflow {what} and has not finished after {seconds:g} seconds; wait until it ends, then try again"
            raise TimedOut(f"{self.folder / name}: {said}") from None
        except OSError as problem:
            raise self._unwritable(problem) from None
        try:
            yield
        finally:
            lock.release()

    def _read(self) -> list[Standing]:
        try:
            document = from_json(self.path.read_bytes())
            if document["format"] != _FORMAT:
                raise InvalidFile(
                    f"another version of nvrflow wrote this memory of sign-ins (format {document['format']}); {_DAMAGED}",
                    self.path,
                )
            return [_standing(one) for one in document["accounts"]]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InvalidFile(f"the memory of sign-ins is damaged; {_DAMAGED}", self.path) from None
        except OSError as problem:
            raise InvalidFile(f"the memory of sign-ins cannot be read ({problem.strerror}); {_DAMAGED}", self.path) from None

    def _write(self, accounts: list[Standing]) -> None:
        document = {"format": _FORMAT, "accounts": [_plain(one) for one in accounts]}
        try:
            write_whole(self.path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode(), 0o600, lasting=True)
        except OSError as problem:
            raise self._unwritable(problem) from None

    def _unwritable(self, problem: OSError) -> InvalidFile:
        why = problem.strerror or str(problem)
        advice = "give this folder room and write access, or set XDG_STATE_HOME to another folder"
        return InvalidFile(
            f"the memory of sign-ins cannot be written ({why}), and nvrflow does not sign in without it; {advice}", self.path
        )


_DAMAGED = "it may say that an account is locked, so nvrflow does not sign in; if no account is locked, delete the file"


def _merged(known: list[Standing], places: frozenset[str], user: str) -> Standing:
    """The account's standing. Standings that turn out to belong to one recorder count together, and the worst of them holds."""
    own = [one for one in known if one.is_of(places, user)]
    figures = [one.tries_left for one in own if one.tries_left is not None]
    return Standing(
        places.union(*(one.places for one in own)),
        user,
        sum(one.refusals for one in own),
        min(figures, default=None),
        max((one.refused_at for one in own if one.refused_at), default=None),
        tuple(sorted(time for one in own for time in one.begun)),
        tuple(mark for one in own for mark in one.marks),
        max((one.lock for one in own if one.lock), key=lambda lock: lock.until, default=None),
    )


def _plain(one: Standing) -> dict[str, Any]:
    """Plain data for the file."""
    lock = one.lock
    return {
        "places": sorted(one.places),
        "user": one.user,
        "refusals": one.refusals,
        "tries_left": one.tries_left,
        "refused_at": one.refused_at.strftime(_TIME) if one.refused_at else None,
        "begun": [time.strftime(_TIME) for time in one.begun],
        "marks": [[mark.salt, mark.mark] for mark in one.marks],
        "lock": {"since": lock.since.strftime(_TIME), "seconds": lock.seconds, "said": lock.said} if lock else None,
    }


def _standing(data: dict[str, Any]) -> Standing:
    """A standing from the data of the file. Raises ValueError, TypeError or KeyError for other data."""
    lock, refused_at, figure = data["lock"], data["refused_at"], data["tries_left"]
    return Standing(
        frozenset(map(str, data["places"])),
        str(data["user"]),
        int(data["refusals"]),
        None if figure is None else int(figure),
        _time(refused_at) if refused_at else None,
        tuple(map(_time, data["begun"])),
        tuple(PasswordMark(bytes.fromhex(salt).hex(), str(mark)) for salt, mark in data["marks"]),
        Lock(_time(lock["since"]), float(lock["seconds"]), bool(lock["said"])) if lock else None,
    )


def _time(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
