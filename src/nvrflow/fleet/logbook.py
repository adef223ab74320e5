"""The results of one run over a fleet, in a SQLite file that is readable at every moment, also after a power cut."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from nvrflow.errors import InvalidFile, NoRoom, WrongCall
from nvrflow.fleet.conclusion import Ending

FILE = "fleet.sqlite"
_FORMAT = 1
_TABLES = """
CREATE TABLE run (format INTEGER NOT NULL, work TEXT NOT NULL, began TEXT NOT NULL, given TEXT NOT NULL);
CREATE TABLE recorder (
  name TEXT PRIMARY KEY, place INTEGER NOT NULL, url TEXT NOT NULL, site TEXT NOT NULL, tags TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'ended')), outcome TEXT, ending TEXT
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Entry:
    """One recorder in the logbook: `state` is waiting, running (also: cut off in the middle) or ended, then with an `ending`."""

    name: str
    url: str
    site: str
    tags: tuple[str, ...]
    state: str
    ending: Ending | None


class Book(Protocol):
    """The logbook of a run, wherever it is; `where` says so for a person."""

    @property
    def where(self) -> str: ...
    @property
    def about(self) -> dict[str, Any]: ...
    def enter(self, devices: Iterable[Any]) -> None: ...
    def starts(self, name: str) -> None: ...
    def ended(self, ending: Ending) -> None: ...
    def entries(self) -> Iterator[Entry]: ...


@dataclass(frozen=True)
class Logbook:
    """The logbook in the folder of a run."""

    folder: Path

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / FILE

    @property
    def where(self) -> str:
        """Where the results are, for a person."""
        return str(self.folder)

    @classmethod
    def begin(cls, folder: Path, work: str, given: Mapping[str, Any]) -> Logbook:
        """Begin a logbook in a new folder. Raises WrongCall if the folder cannot be written or has one already."""
        book = cls(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if book.path.exists():
                raise WrongCall(
                    f"--out {folder}: has the results of a run already; add --resume to go on with it, or name another"
                )
            with book._open() as file:
                file.executescript(_TABLES)
                file.execute("INSERT INTO run VALUES (?, ?, ?, ?)", (_FORMAT, work, _now(), json.dumps(given, sort_keys=True)))
        except (OSError, sqlite3.Error) as problem:
            why = getattr(problem, "strerror", None) or problem
            raise WrongCall(f"--out {folder}: cannot be written ({why}); name a folder of your own") from None
        return book

    @classmethod
    def at(cls, folder: Path) -> Logbook:
        """The logbook of an earlier run. Raises WrongCall, InvalidFile."""
        book = cls(folder)
        if not book.path.is_file():
            raise WrongCall(f"{folder}: has no results of a fleet ({FILE}); name the folder that `nvrflow fleet run` has written")
        try:
            (found,) = book._all("SELECT format FROM run")
        except (sqlite3.Error, ValueError):
            raise InvalidFile("is not a logbook of a fleet, or damaged", book.path) from None
        if found[0] != _FORMAT:
            raise InvalidFile(
                f"has the format {found[0]}, and this version of nvrflow reads {_FORMAT}; update nvrflow", book.path
            )
        return book

    @property
    def about(self) -> dict[str, Any]:
        """The work, when it began (ISO 8601), and what was given."""
        ((work, began, given),) = self._all("SELECT work, began, given FROM run")
        return {"work": work, "began": began, "given": json.loads(given)}

    def enter(self, devices: Iterable[Any]) -> None:
        """Enter recorders as waiting; those that are known keep their state, and get their present address, site and tags."""
        rows = [(one.name, number, one.url, one.site, json.dumps(sorted(one.tags))) for number, one in enumerate(devices)]
        with self._write() as file:
            file.executemany(
                "INSERT INTO recorder (name, place, url, site, tags, state) VALUES (?, ?, ?, ?, ?, 'waiting')"
                " ON CONFLICT (name) DO UPDATE SET place = excluded.place, url = excluded.url, site = excluded.site,"
                " tags = excluded.tags",
                rows,
            )

    def starts(self, name: str) -> None:
        """Note that the work on a recorder begins."""
        with self._write() as file:
            file.execute("UPDATE recorder SET state = 'running', outcome = NULL, ending = NULL WHERE name = ?", (name,))

    def ended(self, ending: Ending) -> None:
        """Note how the work on a recorder ended."""
        told = json.dumps(ending.as_dict(), ensure_ascii=False)
        with self._write() as file:
            file.execute(
                "UPDATE recorder SET state = 'ended', outcome = ?, ending = ? WHERE name = ?", (ending.outcome, told, ending.name)
            )

    def entries(self) -> Iterator[Entry]:
        """Every recorder, in the order of the list."""
        for name, url, site, tags, state, ending in self._all(
            "SELECT name, url, site, tags, state, ending FROM recorder ORDER BY place, name"
        ):
            known = Ending(**json.loads(ending)) if ending else None
            yield Entry(name, url, site, tuple(json.loads(tags)), state, known)

    def _all(self, query: str) -> list[Any]:
        with self._open() as file:
            return file.execute(query).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as file, file:
            yield file

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """A connection for a change. Raises NoRoom if the file cannot be written."""
        try:
            with self._open() as file:
                yield file
        except (OSError, sqlite3.OperationalError) as problem:
            why = getattr(problem, "strerror", None) or problem
            raise NoRoom(f"{self.path}: cannot be written ({why}); make room, then go on with --resume") from None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
