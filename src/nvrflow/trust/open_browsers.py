"""Browsers that were opened before the import, and may show warnings until they are started again.

Measured with Chromium 156 and Firefox 153: Chromium remembers a failure that it has seen, and reads a policy only at its start;
Firefox notices a new CA at once, a pinned certificate or a removal after a restart.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from nvrflow.problem import Problem
from nvrflow.trust.computer import Computer
from nvrflow.trust.ledger import Entry
from nvrflow.trust.surroundings import PROFILES


def restart_notes(computer: Computer, entries: Sequence[Entry]) -> Iterator[Problem]:
    """Yield a note for each open browser of this user that was started before an import into a store that it reads."""
    if computer.system != "linux":
        return
    for name, store, lock in _locks(computer, entries):
        started = _started(lock)
        since = max((_when(entry) for entry in entries if entry.store.startswith(store)), default=None)
        if started is not None and since is not None and started < since:
            yield Problem(
                "restart-browser",
                name,
                "was opened before the import, and may show warnings until it is started again",
                "close all its windows and start it again",
                "note",
                name.partition(":")[0],
            )


def _locks(computer: Computer, entries: Sequence[Entry]) -> Iterator[tuple[str, str, Path]]:
    """Name, beginning of its stores' names, and the lock link of an open browser in its folder (`host-PID`, `ip:+PID`)."""
    base = computer.xdg("XDG_CONFIG_HOME", ".config")
    for browser in PROFILES:
        yield "chromium", "chromium-nss", base / browser / "SingletonLock"
    for entry in entries:
        if entry.store.startswith("firefox"):
            yield entry.store, entry.store, Path(entry.place) / "lock"


def _started(lock: Path) -> datetime | None:
    """When the process that holds the lock was started; None if no process holds it (proc(5): field 22 of `stat`, `btime`)."""
    try:
        process = lock.readlink().name.rpartition("-" if lock.name == "SingletonLock" else "+")[2]
        ticks = Path(f"/proc/{int(process)}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
        boot = next(line for line in Path("/proc/stat").read_text(encoding="utf-8").splitlines() if line.startswith("btime "))
        return datetime.fromtimestamp(int(boot.split()[1]) + int(ticks) / os.sysconf("SC_CLK_TCK"), UTC)
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def _when(entry: Entry) -> datetime:
    return datetime.fromisoformat(entry.when) if entry.when else datetime.min.replace(tzinfo=UTC)
