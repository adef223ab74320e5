"""What a person sees while a flow runs: a live list of steps at a terminal, plain lines elsewhere, a summary at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from nvrflow.cli.terminal import WIDEST, console_on, has_unicode, marks_of, seconds, spoken, undisturbed
from nvrflow.report import Report, Step

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_PATIENCE = 2.0  # seconds after which a running step shows how long it has been running


def progress_for(as_json: bool) -> Progress:
    """The display for this terminal; with `as_json` all of it goes to standard error."""
    return Progress(sys.stderr, sys.stderr if as_json else sys.stdout)


class Progress:
    """A listener that shows each step as it ends, and the running one below them; a context manager that leaves a sane terminal.

    `live` gets the steps while they happen, `final` the summary. Without a terminal there is a plain line for each step.
    """

    def __init__(self, live: TextIO, final: TextIO) -> None:
        self._live, self._final = console_on(live), console_on(final)
        self._marks = marks_of(self._live)
        self._display: Live | None = None
        self._running: list[tuple[str, float]] = []  # a step that interrupts another runs within it

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._running.clear()
        self._hide()

    def chapter(self, title: str) -> None:
        """A heading."""
        if self._live.is_terminal:
            self._live.print()
        self._live.print(spoken(self._live, title), style="bold", soft_wrap=True)

    def starts(self, title: str) -> None:
        """The step that runs now."""
        self._running.append((spoken(self._live, title), time.monotonic()))
        self._show()

    def ended(self, step: Step) -> None:
        """One line for a step that is over; the one that it interrupted runs on."""
        del self._running[-1:]
        if self._display is not None:
            self._display.refresh()
        mark, style = {"done": (self._marks[0], "green"), "failed": (self._marks[1], "red")}.get(
            step.outcome, (self._marks[2], "blue")
        )
        self._live.print(self._line(mark, style, spoken(self._live, step.title), _remarks(step)), soft_wrap=True)

    def says(self, sentence: str) -> None:
        """Anything else that is worth a line."""
        self._live.print(f"    {spoken(self._live, sentence)}", style="dim", soft_wrap=not self._live.is_terminal)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nothing is drawn in the block: a person is asked something. Afterwards the running step is shown again."""
        self._hide()
        try:
            yield
        finally:
            self._show()

    def summary(self, report: Report, folder: Path) -> None:
        """The steps as a table, what came of them, the outcome in a sentence, and where to read more."""
        from nvrflow.cli.summary import print_summary

        self._running.clear()
        self._hide()
        print_summary(self._final, report, folder)

    def _line(self, mark: str, style: str, title: str, remarks: list[tuple[str, str]]) -> Text:
        """Mark and title at the left, remarks at the right edge of a terminal; one line, whatever the title's length."""
        from rich.text import Text

        right = Text("  ").join(Text(spoken(self._live, words), style=colour) for words, colour in remarks)
        left = Text.assemble(("  " + mark, style), " ", title)
        if not self._live.is_terminal:
            return Text.assemble(left, "  ", right)
        room = min(self._live.width - 1, WIDEST) - right.cell_len - 2
        left.truncate(max(room, 12), overflow="ellipsis" if has_unicode(self._live) else "crop", pad=True)
        return Text.assemble(left, "  ", right)

    def _show(self) -> None:
        """Draw the running step, at a terminal."""
        if self._display is not None:
            self._display.refresh()
        if not self._running or self._display is not None or not self._live.is_terminal:
            return
        from rich.live import Live

        with undisturbed():
            self._display = Live(console=self._live, get_renderable=self._spinner, transient=True, refresh_per_second=10)
            self._display.start(refresh=True)

    def _hide(self) -> None:
        if self._display is not None:
            with undisturbed():
                self._display.stop()
                self._display = None

    def _spinner(self) -> Text:
        """The running step in one line; nothing between two steps."""
        from rich.text import Text

        if not self._running:
            return Text("")
        title, since = self._running[-1]
        elapsed = time.monotonic() - since
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if has_unicode(self._live) else "|/-\\"
        remarks = [(f"{elapsed:.0f} s", "dim")] if elapsed >= _PATIENCE else []
        return self._line(frames[int(elapsed * 10) % len(frames)].ljust(len(self._marks[0])), "cyan", title, remarks)


def _remarks(step: Step) -> list[tuple[str, str]]:
    """What is to be said of a step at the end of its line, with colours."""
    words = [("write", "yellow")] if step.effect == "write" else []
    words += [("drift", "magenta")] if step.fallback else []
    words += {"would": [("held back", "blue")], "failed": [("failed", "bold red")]}.get(step.outcome, [])
    return [*words, (f"{seconds(step.seconds):>7}", "dim")]
