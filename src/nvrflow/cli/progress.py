"""What a person sees while a flow runs: a live list of steps at a terminal, plain lines elsewhere, the result at the end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from nvrflow.cli.paragraph import WIDEST, paragraph
from nvrflow.cli.terminal import console_on, has_unicode, marks_of, seconds, spoken, undisturbed
from nvrflow.report import Report, Step
from nvrflow.wait import Wait, heard_by

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

_PATIENCE = 2.0  # seconds after which a running step shows how long it has been running
_SILENCE = 3.0  # seconds of waiting after which the display says what for
_LEFT = 4  # columns of a mark, with the spaces beside it


def progress_for(as_json: bool) -> Progress:
    """The display for this terminal; with `as_json` everything goes to standard error."""
    return Progress(sys.stderr, sys.stderr if as_json else sys.stdout)


class Progress:
    """A listener that shows each step as it ends, and below them the running step; a context manager that restores the terminal.

    `live` gets the steps while they happen, `final` the result. Without a terminal there is a plain line for each step. Within
    its block it also shows what a wait is for if the wait takes more than three seconds.
    """

    def __init__(self, live: TextIO, final: TextIO) -> None:
        self._live, self._final = console_on(live), console_on(final)
        self._marks = marks_of(self._live)
        self._display: Live | None = None
        self._running: list[tuple[str, float]] = []  # a step that interrupts another runs within it
        self._heading: str | None = None  # a chapter with one step gets no heading
        self._first: Step | None = None  # the first step of a chapter, until it is known whether another follows
        self._waits: list[Wait] = []
        self._timers: dict[Wait, threading.Timer] = {}
        self._block = ExitStack()

    def __enter__(self) -> Progress:
        self._block.enter_context(heard_by(self))
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._block.close()
        self._running.clear()
        self._settle()
        self._hide()

    def chapter(self, title: str) -> None:
        """Show a heading; at a terminal only when the chapter has a second step, because one step needs no heading."""
        self._settle()
        self._heading = title
        if not self._live.is_terminal:
            self._head()

    def starts(self, title: str) -> None:
        """Show the step that runs now."""
        if self._first is not None:
            self._head()
        self._running.append((spoken(self._live, title), time.monotonic()))
        self._show()

    def ended(self, step: Step) -> None:
        """Show a step that has ended; the step that it interrupted runs on."""
        del self._running[-1:]
        if self._heading is not None and not self._running and self._first is None:
            self._first = step
            self._show()
            return
        self._head()
        self._left_by(step)

    def _left_by(self, step: Step, indent: int = 2) -> None:
        """The line of a step that has ended, or several lines if its title is long."""
        if self._display is not None:
            self._display.refresh()
        for line in self._lines_of(step, indent):
            self._live.print(line, soft_wrap=True)

    def _lines_of(self, step: Step, indent: int) -> list[Text]:
        from rich.text import Text

        marks = {"done": (self._marks[0], "green"), "failed": (self._marks[1], "red")}
        mark, style = marks.get(step.outcome, (self._marks[2], "blue"))
        title, remarks = spoken(self._live, step.title), _remarks(step)
        lines = paragraph(title, self._room(remarks) if self._live.is_terminal else None)
        first = self._line(" " * indent + mark, style, lines[0], remarks)
        return [first, *(Text(" " * (indent + 2) + line) for line in lines[1:])]

    def _head(self) -> None:
        """Print the heading that was held back, and its first step."""
        heading, first, self._heading, self._first = self._heading, self._first, None, None
        if heading is not None:
            self._live.print(spoken(self._live, heading), style="bold", soft_wrap=True)
        if first is not None:
            self._left_by(first)

    def _settle(self) -> None:
        """End the chapter; if it has only one step, print that step without a heading."""
        first, self._heading, self._first = self._first, None, None
        if first is not None:
            self._left_by(first, indent=0)

    def says(self, sentence: str) -> None:
        """Show any other line."""
        self._head()
        for line in paragraph(spoken(self._live, sentence), self._width, indent=_LEFT, first=_LEFT):
            self._live.print(line, style="dim", soft_wrap=True)

    def waits(self, wait: Wait) -> None:
        """Begin a wait; if it lasts, a terminal shows it in the display, and other outputs get one line."""
        self._waits.append(wait)
        if self._live.is_terminal:
            self._show()
            return
        timer = self._timers[wait] = threading.Timer(_SILENCE, self.says, (f"waiting for {wait.what}{_limit(wait)}",))
        timer.daemon = True
        timer.start()

    def waited(self, wait: Wait) -> None:
        """End a wait."""
        self._waits.remove(wait)
        if wait in self._timers:
            self._timers.pop(wait).cancel()
        if not (self._running or self._waits or self._first):
            self._hide()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Draw nothing during the block, in which a person is asked something; afterwards show the running step again."""
        if self._first is not None:
            self._head()
        self._hide()
        try:
            yield
        finally:
            self._show()

    def summary(self, report: Report, folder: Path, commands: bool = False, advise: bool = True, options: str = "") -> None:
        """Show results, run folder, outcome, and what to do next; with `commands` also the commands of each import."""
        from nvrflow.cli.summary import print_summary

        self._running.clear()
        self._settle()
        self._hide()
        print_summary(self._final, report, folder, commands, advise, options)

    def conclusion(self, report: Report, told: Sequence[tuple[str, str]], sentence: str) -> None:
        """Show lines with a label each, the error if there is one, and the outcome of the report in a sentence."""
        from nvrflow.cli.summary import print_conclusion

        self._running.clear()
        self._settle()
        self._hide()
        print_conclusion(self._final, report, told, sentence)

    @property
    def _width(self) -> int | None:
        """The columns of a line; None if lines are not wrapped."""
        return min(self._live.width - 1, WIDEST) if self._live.is_terminal else None

    def _room(self, remarks: list[tuple[str, str]]) -> int:
        """The columns that a terminal leaves for a step's title, beside its mark and its remarks."""
        right = sum(len(words) + 2 for words, _ in remarks)
        return max((self._width or WIDEST) - _LEFT - right, 12)

    def _line(self, mark: str, style: str, title: str, remarks: list[tuple[str, str]]) -> Text:
        """Mark and title at the left, remarks at the right edge of a terminal; one line, whatever the title's length."""
        from rich.text import Text

        right = Text("  ").join(Text(spoken(self._live, words), style=colour) for words, colour in remarks)
        left = Text.assemble((mark, style), " ", title)
        if self._live.is_terminal:
            left.truncate(_LEFT + self._room(remarks), overflow="ellipsis" if has_unicode(self._live) else "crop", pad=True)
        return Text.assemble(left, "  ", right)

    def _show(self) -> None:
        """Draw the running step and the wait, at a terminal."""
        if self._display is not None:
            self._display.refresh()
        if not (self._running or self._waits or self._first) or self._display is not None or not self._live.is_terminal:
            return
        from rich.live import Live

        with undisturbed():
            self._display = Live(console=self._live, get_renderable=self._moving, transient=True, refresh_per_second=10)
            self._display.start(refresh=True)

    def _hide(self) -> None:
        if self._display is not None:
            with undisturbed():
                self._display.stop()
                self._display = None

    def _moving(self) -> Text:
        """The running step in one line, and below it a wait that takes long; empty between two steps."""
        from rich.text import Text

        first = self._first  # drawn by another thread, so each value is read only once
        lines = self._lines_of(first, 0) if first is not None else []
        lines += [self._spinner(*running) for running in self._running[-1:]]
        long = next((wait for wait in reversed(list(self._waits)) if wait.seconds >= _SILENCE), None)
        if long is not None:
            said = f"waiting for {spoken(self._live, long.what)}: {long.seconds:.0f} s{_limit(long)}"
            lines += [Text(line, "dim") for line in paragraph(said, self._width, indent=_LEFT, first=_LEFT)]
        return Text("\n").join(lines)

    def _spinner(self, title: str, since: float) -> Text:
        elapsed = time.monotonic() - since
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if has_unicode(self._live) else "|/-\\"
        remarks = [(f"{elapsed:.0f} s", "dim")] if elapsed >= _PATIENCE else []
        mark = frames[int(elapsed * 10) % len(frames)].ljust(len(self._marks[0]))
        return self._line(("" if self._heading is not None else "  ") + mark, "cyan", title, remarks)


def _limit(wait: Wait) -> str:
    return "" if wait.limit is None else f" (at most {wait.limit:g} s)"


def _remarks(step: Step) -> list[tuple[str, str]]:
    """The remarks at the end of a step's line, with colours."""
    words = [("write", "yellow")] if step.effect == "write" else []
    words += [("drift", "magenta")] if step.fallback else []
    words += {"would": [("held back", "blue")], "failed": [("failed", "bold red")]}.get(step.outcome, [])
    return [*words, (seconds(step.seconds), "dim")]
