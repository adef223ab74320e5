"""What a person sees while a flow runs: a live list of steps at a terminal, plain lines elsewhere, a summary at the end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from nvrflow.report import Report, Step
from nvrflow.report.advice import advice, verdict
from nvrflow.report.plain import one_line, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

_WIDEST = 100
_PATIENCE = 2.0  # seconds after which a running step shows how long it has been running


def progress_for(as_json: bool) -> Progress:
    """The display for this terminal; with `as_json` all of it goes to standard error."""
    return Progress(sys.stderr, sys.stderr if as_json else sys.stdout)


class Progress:
    """A listener that shows each step as it ends, and the running one below them; a context manager that leaves a sane terminal.

    `live` gets the steps while they happen, `final` the summary. Without a terminal there is a plain line for each step.
    """

    def __init__(self, live: TextIO, final: TextIO) -> None:
        self._live, self._final = _console(live), _console(final)
        self._marks = _marks(self._live)
        self._display: Live | None = None
        self._running: tuple[str, float] | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._running = None
        self._hide()

    def chapter(self, title: str) -> None:
        """A heading."""
        if self._live.is_terminal:
            self._live.print()
        self._live.print(_spoken(self._live, title), style="bold", soft_wrap=True)

    def starts(self, title: str) -> None:
        """The step that runs now."""
        self._running = (_spoken(self._live, title), time.monotonic())
        self._show()

    def ended(self, step: Step) -> None:
        """One line for a step that is over."""
        self._running = None
        mark, style = {"done": (self._marks[0], "green"), "failed": (self._marks[1], "red")}.get(
            step.outcome, (self._marks[2], "blue")
        )
        self._live.print(self._line(mark, style, _spoken(self._live, step.title), _remarks(step)), soft_wrap=True)

    def says(self, sentence: str) -> None:
        """Anything else that is worth a line."""
        self._live.print(f"    {_spoken(self._live, sentence)}", style="dim", soft_wrap=not self._live.is_terminal)

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
        self._running = None
        self._hide()
        document = report.as_dict()
        out = self._final
        if report.steps:
            out.print()
            out.print(_table(out, report.steps))
        out.print()
        for label, text in _findings(document):
            _print_labelled(out, label, text)
        out.print(f"Run folder: {folder}", soft_wrap=True)
        out.print()
        self._conclude(report, document)

    def _conclude(self, report: Report, document: dict[str, Any]) -> None:
        """The outcome, and of an error its place, its own message and what to do."""
        good, bad, held, _ = _marks(self._final)
        mark, style = {"failed": (bad, "bold red"), "checked": (held, "bold blue")}.get(report.outcome, (good, "bold green"))
        sentence = f"{mark} {verdict(document)}."
        if report.error is None:
            number = len(report.steps)
            sentence += f" {number} step{'' if number == 1 else 's'} in {_seconds(report.seconds)}."
        self._final.print(_spoken(self._final, sentence), style=style, soft_wrap=not self._final.is_terminal)
        if report.error is not None:
            step = report.error["step"]
            place = next((f" in step {number}, {one.title}" for number, one in enumerate(report.steps, 1) if one.id == step), "")
            _print_labelled(self._final, report.error["kind"] + place, report.error["message"])
            if advice(report.error["kind"]):
                _print_labelled(self._final, "what to do", advice(report.error["kind"]))

    def _line(self, mark: str, style: str, title: str, remarks: list[tuple[str, str]]) -> Text:
        """Mark and title at the left, remarks at the right edge of a terminal; one line, whatever the title's length."""
        from rich.text import Text

        right = Text("  ").join(Text(_spoken(self._live, words), style=colour) for words, colour in remarks)
        left = Text.assemble(("  " + mark, style), " ", title)
        if not self._live.is_terminal:
            return Text.assemble(left, "  ", right)
        room = min(self._live.width - 1, _WIDEST) - right.cell_len - 2
        left.truncate(max(room, 12), overflow="ellipsis" if _unicode(self._live) else "crop", pad=True)
        return Text.assemble(left, "  ", right)

    def _show(self) -> None:
        if self._running is None or self._display is not None or not self._live.is_terminal:
            return
        from rich.live import Live

        self._display = Live(console=self._live, get_renderable=self._spinner, transient=True, refresh_per_second=10)
        self._display.start()

    def _hide(self) -> None:
        if self._display is not None:
            self._display.stop()
            self._display = None

    def _spinner(self) -> Text:
        """The running step in one line; nothing between two steps."""
        from rich.text import Text

        running = self._running
        if running is None:
            return Text("")
        title, since = running
        elapsed = time.monotonic() - since
        frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" if _unicode(self._live) else "|/-\\"
        remarks = [(f"{elapsed:.0f} s", "dim")] if elapsed >= _PATIENCE else []
        return self._line(frames[int(elapsed * 10) % len(frames)].ljust(len(self._marks[0])), "cyan", title, remarks)


def _console(file: TextIO) -> Console:
    """A console on `file` that writes commands only to a real terminal, whatever the environment says."""
    from rich.console import Console

    terminal = file.isatty() and os.environ.get("TERM") != "dumb"
    return Console(
        file=file, force_terminal=terminal, highlight=False, markup=False, emoji=False, width=None if file.isatty() else _WIDEST
    )


def _unicode(console: Console) -> bool:
    return (console.encoding or "").lower().replace("-", "").startswith("utf")


def _marks(console: Console) -> tuple[str, str, str, str]:
    """Done, failed, held back, no mark; in ASCII where the terminal has nothing else."""
    return ("✓", "✗", "○", " ") if _unicode(console) else ("ok", "XX", "--", "  ")


def _spoken(console: Console, text: str) -> str:
    """`text` in one line, without terminal commands, in characters that the terminal has."""
    return _encodable(console, one_line(text))


def _encodable(console: Console, text: str) -> str:
    encoding = console.encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding)


def _remarks(step: Step) -> list[tuple[str, str]]:
    """What is to be said of a step at the end of its line, with colours."""
    words = [("write", "yellow")] if step.effect == "write" else []
    words += [("drift", "magenta")] if step.fallback else []
    words += {"would": [("held back", "blue")], "failed": [("failed", "bold red")]}.get(step.outcome, [])
    return [*words, (f"{_seconds(step.seconds):>7}", "dim")]


def _table(console: Console, steps: list[Step]) -> Any:
    """The steps under their chapters, each with its note."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Step", overflow="fold", max_width=_WIDEST - 36, min_width=12)
    table.add_column("Effect", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    table.add_column("Time", justify="right", no_wrap=True)
    number = 0
    for chapter, inner in groupby(steps, key=lambda step: step.chapter):
        if chapter:
            table.add_row("", Text(_spoken(console, chapter), style="bold"))
        for step in inner:
            number += 1
            title = Text(_spoken(console, step.title))
            if step.note:
                title.append("\n" + _spoken(console, step.note), style="dim")
            result = {"would": ("held back", "blue"), "failed": ("failed", "bold red")}.get(step.outcome, ("done", "green"))
            shown = ("drift", "magenta") if step.fallback and step.outcome == "done" else result
            effect = Text(step.effect, style="yellow" if step.effect == "write" else "")
            table.add_row(str(number), title, effect, Text(*shown), Text(_seconds(step.seconds), style="dim"))
    return table


def _findings(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What came of the run, each with its label."""
    https = document["https"]
    if https and https["after"] is not None:
        words = {True: "trusted by a browser that ignores no error", False: "not trusted", None: "not verified"}
        on = [https["url"], https["tls"], "HTTP redirects to it" if https["redirects"] else None, words[https["trusted"]]]
        yield "HTTPS", ", ".join(one for one in on if one) if https["after"] else "off"
        if https["reason"]:
            yield "why", https["reason"]
    for change in document["trust"]:
        note = f" ({change['note']})" if change["note"] else ""
        yield "Trust", f"{change['store']}: {change['kind']}, {'changed' if change['changed'] else 'not changed'}{note}"
    for drift in document["drift"]:
        yield "Drift", drift["proposal"]
    for note in document["notes"]:
        yield "Note", note


def _print_labelled(console: Console, label: str, text: str) -> None:
    """`label: text`; a terminal gets it wrapped at words."""
    from rich.text import Text

    line = Text.assemble((_spoken(console, label) + ": ", "bold"), _encodable(console, plain(text).strip()))
    console.print(line, soft_wrap=not console.is_terminal)


def _seconds(duration: float) -> str:
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s" if minutes else f"{duration:.2f} s"
