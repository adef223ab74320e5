"""The ledger: what was imported into which store, written before and after each change, so that it can be undone exactly."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from filelock import FileLock, Timeout

from nvrflow.certificate import Certificate, read_certificates
from nvrflow.content import from_json
from nvrflow.errors import CertificateRefused, InvalidFile, TimedOut
from nvrflow.report import nvrflow_version
from nvrflow.trust.computer import Computer
from nvrflow.trust.stores import Use
from nvrflow.whole_file import write_whole

Phase = Literal["planned", "done", "removing"]
_FORMAT = 1
_NOTHING = "nothing is imported without it, so give this folder room and write access"
_REMEMBERED = 200  # how many recorders whose trust was removed are remembered
T = TypeVar("T")


@dataclass(frozen=True)
class Entry:
    """One certificate in one store.

    `source_sha256` is the recorder's certificate that a person confirmed, `device_sha256` the recorder's own certificate.
    `preexisting` means that a person had put the certificate there; `previous_flags` are the flags that it had then. `ports` are
    the HTTP and HTTPS ports of this recorder, because several recorders may share one address.
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
        """Whether the entry belongs to the recorder at `host` with one of `ports`; unknown ports match all."""
        return self.host == host and (not ports or not self.ports or not set(ports).isdisjoint(self.ports))

    @property
    def spot(self) -> tuple[str, str, str]:
        """The certificate and its store, which several recorders can share."""
        return self.store, self.place, self.sha256

    def replaces(self, other: Entry) -> bool:
        """Whether `other` is about the same certificate in the same store for the same recorder."""
        return self.spot == other.spot and self.is_of(other.host, other.ports)

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate itself."""
        return read_certificates(self.pem.encode(), "ledger")[0]


@dataclass(frozen=True)
class TakenBack:
    """A recorder whose trust was removed, and when (UTC, `2026-11-27T21:30:00Z`)."""

    host: str
    ports: Sequence[int] = ()
    when: str = ""


@dataclass(frozen=True)
class _Document:
    entries: list[Entry] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)


@dataclass(frozen=True)
class Ledger:
    """The file `trust.json` in the user's state folder.

    `machine` is the lock file for the stores of the whole computer, which administrators with other homes change, too.
    """

    path: Path
    machine: Path | None = None

    def entries(self) -> list[Entry]:
        """All entries, in the order in which they were made. Raises InvalidFile for a damaged file or another format."""
        return self._read().entries

    def put(self, entry: Entry) -> Entry:
        """Write an entry; it replaces an earlier entry for the same recorder, store and certificate."""
        dated = replace(entry, when=entry.when or _now(), nvrflow=nvrflow_version())
        document = self._read()
        same = [number for number, one in enumerate(document.entries) if dated.replaces(one)]
        if same:
            dated = replace(dated, ports=tuple(dict.fromkeys((*document.entries[same[0]].ports, *dated.ports))))
            document.entries[same[0]] = dated
        else:
            document.entries.append(dated)
        self._write(document)
        return dated

    def drop(self, entry: Entry) -> None:
        """Delete an entry."""
        document = self._read()
        self._write(replace(document, entries=[one for one in document.entries if not entry.replaces(one)]))

    def remember(self, entry: Entry) -> None:
        """Record that the trust in this recorder was removed."""
        document = self._read()
        gone = TakenBack(entry.host, tuple(entry.ports), _now())
        others = [one for one in document.taken_back if (one.host, tuple(one.ports)) != (gone.host, gone.ports)]
        self._write(replace(document, taken_back=[*others, gone][-_REMEMBERED:]))

    def of_host(self, host: str, ports: Collection[int] = ()) -> list[Entry]:
        """The entries of one address, or only those of the recorder there that has one of `ports`."""
        return [entry for entry in self.entries() if entry.is_of(host, ports)]

    def taken_back(self, host: str) -> TakenBack | None:
        """When the trust in a recorder at `host` was last removed; None if it never was."""
        return next((one for one in reversed(self._read().taken_back) if one.host == host), None)

    @contextmanager
    def alone(self, seconds: float = 60.0) -> Iterator[None]:
        """Lock out other runs and threads of nvrflow while stores are changed. Raises TimedOut after so many seconds.

        As administrator this also locks out the runs of other administrators, who have ledgers of their own.
        """
        with self._locked(self._lock, seconds), self.alone_on_machine(seconds):
            yield

    @contextmanager
    def alone_on_machine(self, seconds: float = 60.0) -> Iterator[None]:
        """Lock out other administrators only; for a user who is none, this locks nothing. Raises TimedOut."""
        with self._locked(self.machine, seconds) if self.machine else nullcontext():
            yield

    @contextmanager
    def _locked(self, lock: Path, seconds: float) -> Iterator[None]:
        self._make_folder(lock.parent)
        try:
            with FileLock(lock, timeout=seconds, mode=0o600):
                yield
        except Timeout:
            raise TimedOut(
                f"{lock.parent}: another nvrflow still changes the trust stores after {seconds:g} seconds; try again later"
            ) from None
        except OSError as problem:
            raise InvalidFile(f"the ledger cannot be locked ({problem.strerror}); {_NOTHING}", lock) from None

    def between_changes(self, look: Callable[[], T]) -> T:
        """Call `look` while no other run changes stores, because a database that is just being made cannot be read.

        If nvrflow has never changed anything here, this leaves no file behind: only a change makes the lock file.
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

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise InvalidFile(f"the ledger cannot be locked ({problem.strerror}); {_NOTHING}", self.path) from None

    def _read(self) -> _Document:
        try:
            document = from_json(self.path.read_text(encoding="utf-8"))
            found = document.get("format")
            if found != _FORMAT:
                raise self._unreadable(f"it has format {found!r}, and this version of nvrflow reads format {_FORMAT}")
            entries = [Entry(**entry) for entry in document["entries"]]
            for entry in entries:
                _ = entry.certificate  # read now, so that a damaged certificate is noticed here
            return _Document(entries, [TakenBack(**one) for one in document.get("taken_back", [])])
        except FileNotFoundError:
            return _Document()
        except OSError as problem:
            raise InvalidFile(problem.strerror or str(problem), self.path) from None
        except (ValueError, TypeError, KeyError, AttributeError, IndexError, CertificateRefused) as problem:
            raise self._unreadable(f"it is damaged ({problem})") from None

    def _unreadable(self, why: str) -> InvalidFile:
        return InvalidFile(
            f"the ledger of trusted recorders cannot be read: {why}. Remove trust by certificate files (nvrflow untrust FILE…) or"
            " remove everything (nvrflow untrust --all); then move this file away",
            self.path,
        )

    def _write(self, document: _Document) -> None:
        data = {
            "format": _FORMAT,
            "entries": [asdict(entry) for entry in document.entries],
            "taken_back": [asdict(one) for one in document.taken_back],
        }
        try:
            self._make_folder(self.path.parent)
            write_whole(self.path, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode(), 0o600, lasting=True)
        except OSError as problem:
            raise InvalidFile(
                f"the ledger cannot be written ({problem.strerror}); {_NOTHING}",
                self.path,
            ) from None


def ledger_of(computer: Computer) -> Ledger:
    """The ledger of this computer's user."""
    shared = computer.admin and computer.system == "linux"  # elsewhere the system's own tools change one certificate at a time
    return Ledger(computer.state / "trust.json", computer.under("/run/nvrflow-trust.lock") if shared else None)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
