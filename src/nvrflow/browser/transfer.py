"""A file on its way from the recorder: it has a limit of time, and one of size while it comes."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from nvrflow.browser.beat import Beat
from nvrflow.browser.process import incoming_of

if TYPE_CHECKING:
    from playwright.sync_api import Download

LARGEST = 500_000_000  # bytes; a backup of a recorder's settings has a few millions at most
_BEAT = 0.25  # seconds


@dataclass(frozen=True)
class Arrival:
    """How a download ended: `late` or `large` if it was broken off for that, else the browser's own `failure`, if any."""

    broken_off: Literal["", "late", "large"] = ""
    failure: str = ""


def arrival_of(file: Download, seconds: float, largest: int = LARGEST) -> Arrival:
    """Wait for the end of a download, at most `seconds`, and for at most `largest` bytes; what does not end is cancelled."""
    end = time.monotonic() + seconds
    browser = file.page.context.browser
    incoming = incoming_of(browser) if browser is not None else None
    why: list[Literal["late", "large"]] = []

    def look() -> None:
        if why:
            return
        if time.monotonic() > end:
            why.append("late")
        elif incoming is not None and _size(incoming) > largest:
            why.append("large")
        if why:
            beat.begin(file.cancel)

    beat = Beat(_BEAT, look)
    try:
        failure = file.failure() or ""
    finally:
        beat.stop()
    return Arrival(why[0] if why and failure else "", failure)


def _size(folder: Path) -> int:
    """The bytes of all files that a browser has received so far."""
    size = 0
    for path in folder.glob("*"):
        with suppress(OSError):  # one that is removed just now
            size += path.stat().st_size
    return size
