"""What a person sees while a flow runs: a live list of steps at a terminal, plain lines elsewhere, a summary at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from nvrflow.report import Report, Step

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

_OUTCOMES = {
    "done": "Done",
    "already": "Already so: nothing had to be changed",
    "checked": "Checked: nothing was changed",
    "failed": "Failed",
}


def progress_for(as_json: bool) -> Progress:
    """The display for this terminal; with `as_json` all of it goes to standard error."""
    return Progress(sys.stderr, sys.stderr if as_json else sys.stdout)


class Progress:
    """A listener that shows each step as it ends, and the current one while it runs."""

    def __init__(self, live: TextIO, final: TextIO) -> None:
        from rich.console import Console

        self._live = Console(file=live, highlight=False, markup=False, soft_wrap=not live.isatty())
        self._final = Console(file=final, highlight=False, markup=False, width=None if final.isatty() else 120)
        self._plain = not self._live.is_terminal
        self._status: Status | None = None
        self._marks = _marks(self._live)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def chapter(self, title: str) -> None:
        """A heading."""
        self._stop()
        self._live.print(title if self._plain else f"\n{title}", style="bold")

    def starts(self, title: str) -> None:
        """The step that runs now."""
        if not self._plain:
            self._stop()
            self._status = self._live.status(f" {title}", spinner="dots" if self._unicode else "line")
            self._status.start()

    def ended(self, step: Step) -> None:
        """One line for a step that is over."""
        self._stop()
        good, bad, held, drift = self._marks
        mark, style = {"done": (good, "green"), "failed": (bad, "red")}.get(step.outcome, (held, "blue"))
        from rich.text import Text

        line = Text.assemble(("  " + mark, style), " ", step.title)
        if step.effect == "write":
            line.append("  write", style="yellow")
        if step.fallback:
            line.append(f"  {drift} found by {step.locator}", style="magenta")
        if step.outcome == "would":
            line.append("  held back by --check", style="blue")
        line.append(f"  {step.seconds:.2f} s", style="dim")
        self._live.print(line)

    def says(self, sentence: str) -> None:
        """Anything else that is worth a line."""
        self._stop()
        self._live.print(f"  {sentence}", style="dim")

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nothing is drawn in the block: a person is asked something."""
        self._stop()
        yield

    def summary(self, report: Report, folder: Path) -> None:
        """The steps as a table, the outcome in a sentence, and where to read more."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
        for heading, justify in (("#", "right"), ("step", "left"), ("effect", "left"), ("s", "right"), ("note", "left")):
            table.add_column(heading, justify=justify, overflow="fold", ratio=2 if heading == "note" else None)  # type: ignore[arg-type]
        for number, step in enumerate(report.steps, 1):
            effect = step.effect if step.outcome == "done" else {"would": "held back", "failed": "failed"}[step.outcome]
            table.add_row(str(number), step.title, effect, f"{step.seconds:.2f}", step.note)
        self._final.print()
        self._final.print(table)
        self._final.print()
        for line, style in self._verdict(report):
            self._final.print(line, style=style)
        self._final.print(f"Run folder: {folder}", soft_wrap=True)

    def _verdict(self, report: Report) -> Iterator[tuple[str, str]]:
        for drift in report.drift:
            yield f"Drift: {drift.proposal}", "magenta"
        https = report.https
        if https and https.after and https.url:
            words = {
                True: "trusted by a browser that ignores no error",
                False: f"not trusted ({https.reason})",
                None: "not verified",
            }
            yield f"HTTPS: {https.url} ({https.tls or 'TLS version unknown'}), {words[https.trusted]}", ""
        for change in report.trust:
            yield f"Trust: {change.store}: {change.kind}, {'changed' if change.changed else 'not changed'}", ""
        if report.error:
            yield f"{_OUTCOMES['failed']}: {report.error['kind']}: {report.error['message']}", "bold red"
        else:
            yield f"{_OUTCOMES[report.outcome]}.", "bold green"

    @property
    def _unicode(self) -> bool:
        return (self._live.encoding or "").lower().replace("-", "") in ("utf8", "utf16")

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _marks(console: Console) -> tuple[str, str, str, str]:
    """Done, failed, held back, drift; in ASCII where the terminal has nothing else."""
    if (console.encoding or "").lower().replace("-", "") in ("utf8", "utf16"):
        return "✓", "✗", "○", "≠"
    return "ok", "FAILED", "--", "!"
