"""What a terminal can show: its console and its characters, and how to leave it in a clean state."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from nvrflow.report.plain import one_line

if TYPE_CHECKING:
    from rich.console import Console

_UNBOUNDED = 100  # columns of a stream that is not a terminal; nothing is wrapped there


@contextmanager
def undisturbed() -> Iterator[None]:
    """Delay Ctrl-C until the end of the block, so that the terminal is never left between two states."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[tuple[int, FrameType | None]] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if pressed and callable(before):
        before(*pressed[0])


def console_on(file: TextIO) -> Console:
    """A console on `file` that writes terminal commands only to a real terminal, whatever the environment says."""
    from rich.console import Console

    terminal = file.isatty() and os.environ.get("TERM") != "dumb"
    width = None if file.isatty() else _UNBOUNDED
    return Console(file=file, force_terminal=terminal, highlight=False, markup=False, emoji=False, width=width)


def has_unicode(console: Console) -> bool:
    """Whether the console can write every character."""
    return (console.encoding or "").lower().replace("-", "").startswith("utf")


def marks_of(console: Console) -> tuple[str, str, str]:
    """The marks for done, failed and held back; in ASCII if the terminal has no other characters."""
    return ("✓", "✗", "○") if has_unicode(console) else ("ok", "XX", "--")


def spoken(console: Console, text: str) -> str:
    """`text` in one line, without terminal commands, in characters that the terminal can show."""
    return encodable(console, one_line(text))


def encodable(console: Console, text: str) -> str:
    """`text` with question marks for characters that the terminal cannot show."""
    encoding = console.encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 step`, `2 steps`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def seconds(duration: float) -> str:
    """A duration in seconds, for a person."""
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s" if minutes else f"{duration:.2f} s"
