"""A recorder for one process at a time on this computer: a lock that the operating system frees when its holder dies."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from nvrflow.content import from_json
from nvrflow.errors import InvalidFile
from nvrflow.whole_file import write_whole


@dataclass
class Lease:
    """The right to use the recorder at `place`, in the folder `folder` of locks.

    `abandoned`: whoever had the recorder before died, and may have left a session on it.
    """

    folder: Path
    place: str
    abandoned: bool = False
    _lock: FileLock | None = field(default=None, repr=False)

    @property
    def _stem(self) -> Path:
        return self.folder / hashlib.sha256(self.place.encode()).hexdigest()[:16]

    @property
    def _note(self) -> Path:
        return self._stem.with_suffix(".json")

    def take(self) -> bool:
        """Take the recorder; False if another process has it. Raises InvalidFile if the folder cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self._stem.with_suffix(".lock"), timeout=0, mode=0o600)
            lock.acquire()
            self._lock, self.abandoned = lock, self._note.exists()
            told = {"place": self.place, "process": os.getpid(), "since": f"{datetime.now():%H:%M:%S}"}
            write_whole(self._note, json.dumps(told).encode(), 0o600)
        except Timeout:
            return False
        except OSError as problem:
            raise InvalidFile(f"the lock of {self.place} cannot be written ({problem.strerror})", self.folder) from None
        return True

    def holder(self) -> str:
        """Who has the recorder, for a message: the process and since when."""
        try:
            told = from_json(self._note.read_bytes())
            return f"{self.place} is used by process {told['process']} since {told['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return f"{self.place} is used by another process"

    def lost(self) -> str:
        """Why the recorder may not be used any more, in one sentence; empty while the lease holds."""
        if self._lock is None:
            return f"{self.place}: the lease was given back"
        try:
            held = from_json(self._note.read_bytes())["process"] == os.getpid() and self._stem.with_suffix(".lock").exists()
        except (OSError, ValueError, KeyError, TypeError):
            held = False
        return "" if held else f"{self.place}: the lease was lost, because its lock was removed or taken; run the test again"

    def give_back(self) -> None:
        """Give the recorder back; no session of this process is on it any more."""
        lock, self._lock = self._lock, None
        if lock is None:
            return
        self._lock = lock
        if not self.lost():
            self._note.unlink(missing_ok=True)
        self._lock = None
        lock.release()
