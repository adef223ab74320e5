"""The ledger: what was put where, written before and after each change, so that all of it can be taken back exactly."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

from nvrflow.certificate import Certificate, read_certificates
from nvrflow.errors import InvalidFile, TimedOut
from nvrflow.report import nvrflow_version
from nvrflow.trust.actions import write_whole
from nvrflow.trust.stores import Use

Phase = Literal["planned", "done", "removing"]
_FORMAT = 1
T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """One certificate in one store.

    `source_sha256` is the recorder's certificate that it stands for (the one a person confirmed), `device_sha256` the
    recorder's own; `preexisting` means a person had put it there, `previous_flags` what its flags were then. `ports` are
    those at which this recorder is reached (HTTP and HTTPS), because several recorders may stand behind one address.
    """

    host: str
    kind: str
    use: Use
    store: str
    place: str
    sha256: str
    label: str
    flags: str
    source_sha256: str
    source_spki: str
    device_sha256: str
    approval: str
    pem: str
    phase: Phase = "planned"
    preexisting: bool = False
    previous_flags: str = ""
    when: str = ""
    nvrflow: str = ""
    ports: Sequence[int] = ()

    def is_of(self, host: str, ports: Collection[int]) -> bool:
        """Whether it is of the recorder at `host` that is reached at one of `ports`; unknown ports fit all."""
        return self.host == host and (not ports or not self.ports or not set(ports).isdisjoint(self.ports))

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes an entry the same one."""
        return self.host, self.store, self.place, self.sha256

    @property
    def certificate(self) -> Certificate:
        """The certificate itself."""
        return read_certificates(self.pem.encode(), "ledger")[0]


@dataclass(frozen=True)
class Ledger:
    """The file `trust.json` in the user's state folder."""

    path: Path

    def entries(self) -> list[Entry]:
        """All entries, in the order in which they were made. Raises InvalidFile when the file is damaged."""
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            return [Entry(**entry) for entry in document["entries"]]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError, KeyError) as problem:
            raise InvalidFile(
                f"the ledger of what was trusted cannot be read ({problem}); move it away and untrust by file", self.path
            ) from None
        except OSError as problem:
            raise InvalidFile(problem.strerror or str(problem), self.path) from None

    def put(self, entry: Entry) -> Entry:
        """Write an entry down, in place of an earlier one with the same key."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        dated = replace(entry, when=entry.when or now, nvrflow=nvrflow_version())
        kept = self.entries()
        keys = [one.key for one in kept]
        if dated.key in keys:
            kept[keys.index(dated.key)] = dated
        else:
            kept.append(dated)
        self._write(kept)
        return dated

    def drop(self, entry: Entry) -> None:
        """Strike an entry out."""
        self._write(one for one in self.entries() if one.key != entry.key)

    def of_host(self, host: str, ports: Collection[int] = ()) -> list[Entry]:
        """The entries of one address, or of the one recorder there that is reached at one of `ports`."""
        return [entry for entry in self.entries() if entry.is_of(host, ports)]

    @contextmanager
    def alone(self, seconds: float = 60.0) -> Iterator[None]:
        """Keep other runs (and threads) of nvrflow out while stores are changed. Raises TimedOut when they take too long."""
        self._make_folder()
        end = time.monotonic() + seconds
        with self._opened_lock() as file:
            while not _locked(file):
                if time.monotonic() > end:
                    raise TimedOut(
                        f"{self.path.parent}: another nvrflow has been at the trust stores for {seconds:g} seconds; try again"
                    )
                threading.Event().wait(0.1)
            try:
                yield
            finally:
                _unlock(file)

    def between_changes(self, look: Callable[[], T]) -> T:
        """What `look` finds while no other run changes stores: a database that is just being made cannot be read.

        Where nvrflow has never changed anything, nothing is left behind: only changing makes the lock's file.
        """
        if not self._lock.exists():
            found = look()
            if not self._lock.exists():
                return found
        with self.alone():
            return look()

    @property
    def _lock(self) -> Path:
        return self.path.parent / "trust.lock"

    def _opened_lock(self) -> IO[bytes]:
        try:
            return self._lock.open("a+b")
        except OSError as problem:
            raise InvalidFile(f"{problem.strerror}; nothing is trusted without a ledger", self._lock) from None

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise InvalidFile(f"{problem.strerror}; nothing is trusted without a ledger", self.path) from None

    def _write(self, entries: Iterable[Entry]) -> None:
        document = {"format": _FORMAT, "entries": [asdict(entry) for entry in entries]}
        try:
            self._make_folder()
            write_whole(self.path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
        except OSError as problem:
            raise InvalidFile(
                f"the ledger cannot be written ({problem.strerror}); nothing is trusted without it", self.path
            ) from None


def _locked(file: IO[bytes]) -> bool:
    """Whether the file could be locked for this run alone."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            windows: Any = __import__("msvcrt")
            file.seek(0)
            windows.locking(file.fileno(), windows.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def _unlock(file: IO[bytes]) -> None:
    """Let others in; POSIX does it when the file is closed."""
    if os.name != "posix":
        windows: Any = __import__("msvcrt")
        file.seek(0)
        windows.locking(file.fileno(), windows.LK_UNLCK, 1)
