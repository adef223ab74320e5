"""What a person sees while a fleet is worked on: a live table at a terminal, a line for each recorder elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from nvrflow.cli.paragraph import agreed
from nvrflow.cli.terminal import console_on, counted, encodable, has_unicode, marks_of, seconds, spoken, undisturbed
from nvrflow.report.plain import one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table as Grid

    from nvrflow.fleet.census import Census
    from nvrflow.fleet.conclusion import Ending
    from nvrflow.fleet.results import Results
    from nvrflow.inventory.roster import Device

_MANY = 200  # recorders in a table that a person still reads
_SHOWN = 12  # running recorders in the live table


class Table:
    """Hears of the progress of a run over a fleet, and shows it on standard error; a context manager."""

    def __init__(self, as_json: bool) -> None:
        self._console = console_on(sys.stderr)
        self._marks = marks_of(self._console)
        self._running: dict[str, float] = {}
        self._total, self._good, self._bad = 0, 0, 0
        self._began = time.monotonic()
        self._display: Live | None = None

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._hide()

    def leaves_out(self, refused: Sequence[str]) -> None:
        """Tell which recorders are not tried again, and what a person can do."""
        names = ", ".join(refused[:5]) + (f" and {len(refused) - 5} more" if len(refused) > 5 else "")
        line = f"left out, because the sign-in was refused: {names}; correct the password, then add --refused"
        self._console.print(spoken(self._console, line), style="yellow", soft_wrap=True)

    def begins(self, total: int) -> None:
        """Show how many recorders are left to do."""
        self._total, self._began = total, time.monotonic()
        self._console.print(f"{counted(total, 'recorder')} to do")
        self._show()

    def starts(self, device: Device) -> None:
        """Show that the work on a recorder begins."""
        self._running[device.name] = time.monotonic()

    def ended(self, ending: Ending) -> None:
        """Show how the work on a recorder ended. At a terminal, one that ended well only counts."""
        self._running.pop(ending.name, None)
        self._good, self._bad = self._good + ending.is_good, self._bad + (not ending.is_good)
        if self._console.is_terminal and ending.is_good:
            return
        mark = self._marks[0] if ending.is_good else self._marks[1] if ending.outcome == "failed" else self._marks[2]
        place = f" ({ending.site})" if ending.site else ""
        why = f": {ending.error['kind']}: {ending.error['message']}" if ending.error else ""
        line = f"{mark} {ending.name}{place} {ending.outcome}, {seconds(ending.seconds)}{why}"
        self._console.print(spoken(self._console, line), soft_wrap=True)

    def stops(self, why: str, running: int) -> None:
        """Show that no further recorder begins, and why."""
        rest = f"; {counted(running, 'recorder')} will be finished first (Ctrl-C again ends them, too)" if running else ""
        self._console.print(spoken(self._console, f"stopping: {why}{rest}"), style="yellow", soft_wrap=True)

    def agreed(self, question: str, yes: bool) -> bool:
        """Ask a person; without a terminal nobody agrees."""
        if yes:
            return True
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            self._console.print("nobody is here to agree; add --yes, or use --resume at a terminal", soft_wrap=True)
            return False
        self._hide()
        answer = agreed(question)
        self._show()
        return answer

    def _show(self) -> None:
        if not self._console.is_terminal or self._display is not None:
            return
        from rich.live import Live

        with undisturbed():
            self._display = Live(console=self._console, get_renderable=self._grid, transient=True, refresh_per_second=4)
            self._display.start(refresh=True)

    def _hide(self) -> None:
        if self._display is not None:
            with undisturbed():
                self._display.stop()
                self._display = None

    def _grid(self) -> Grid:
        """The counts, the expected rest of the time, and below them the running recorders."""
        from rich.table import Table as Grid

        now, ended = time.monotonic(), self._good + self._bad
        rest = (now - self._began) / ended * (self._total - ended) if ended else 0.0
        left = f", about {rest:.0f} s left" if 0 < rest < 90 else f", about {rest / 60:.0f} min left" if rest else ""
        running = dict(self._running)  # drawn by another thread
        grid = Grid(box=None, show_header=False, pad_edge=False)
        grid.add_row(f"{ended} of {self._total} ended, {self._bad} not well{left}")
        for name, since in list(running.items())[:_SHOWN]:
            grid.add_row(f"  {spoken(self._console, name)}  {now - since:.0f} s")
        if len(running) > _SHOWN:
            grid.add_row(f"  and {len(running) - _SHOWN} more")
        return grid


def conclusion(results: Results, file: TextIO) -> None:
    """The counts, where the results are, and what to type next."""
    console = console_on(file)
    counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(results.counts.items()))
    console.print(spoken(console, f"{results.work}: {counts}"), soft_wrap=True)
    console.print(spoken(console, f"Results: {results.where}"), soft_wrap=True)
    of_folder = results.folder is not None
    report = results.where if of_folder else "--database URL"
    console.print(spoken(console, f"Next: nvrflow fleet report {report}"), soft_wrap=True)
    if not results.all_good:
        again = f"--out {results.where}" if of_folder else f"--run {results.where.split()[1]}"
        console.print(spoken(console, f"To go on: the same command with --resume {again}"), soft_wrap=True)


def inventory(devices: Sequence[Device], file: TextIO) -> None:
    """The recorders of a list: a table at a terminal, elsewhere a line for each with tabs."""
    console = console_on(file)
    rows = [_cells(one) for one in devices]
    if not console.is_terminal or len(rows) > _MANY:
        for row in rows:
            print(encodable(console, "\t".join(one_line(cell) for cell in row)), file=file)
        return
    grid = _grid_of(console, ("name", "address", "site", "user", "firmware", "tags", "password"))
    for row in rows:
        grid.add_row(*(spoken(console, cell) for cell in row))
    console.print(grid)
    console.print(counted(len(devices), "recorder"))


def _cells(one: Device) -> tuple[str, ...]:
    where = f"{one.password.kind}: {one.password.place}" if one.password else "NVRFLOW_PASSWORD"
    return (one.name, one.url, one.site, one.user, one.firmware, " ".join(sorted(one.tags)), where)


def overview(census: Census, written: Sequence[Path], file: TextIO) -> None:
    """The census on one screen: the numbers, and where the files are."""
    console = console_on(file)
    counts = (
        ("did not end well", census.failed),
        ("with a certificate that has ended or ends within 60 days", census.ending),
        ("still on plain HTTP", census.open_http),
        ("with only TLS that browsers have dropped", census.old_tls),
        ("with a self-signed certificate", census.self_signed),
    )
    console.print(counted(len(census.recorders), "recorder"))
    for words, those in counts:
        if those:
            names = ", ".join(one.name for one in those[:5]) + (f" and {len(those) - 5} more" if len(those) > 5 else "")
            console.print(spoken(console, f"  {len(those):>5} {words}: {names}"), soft_wrap=True)
    for shared in census.shared[:5]:
        names = ", ".join(shared.names[:5])
        console.print(spoken(console, f"  {len(shared.names):>5} share one {shared.what}: {names}"), soft_wrap=True)
    for title, found in (("outcome", census.outcomes), ("firmware", census.firmwares), ("TLS", census.versions_of_tls)):
        grid = _grid_of(console, (title, "recorders"))
        for name, number in found[:8]:
            grid.add_row(spoken(console, name), str(number))
        console.print(grid)
    for one in census.unreadable:
        console.print(spoken(console, f"not read: {one}"), soft_wrap=True)
    for path in written:
        console.print(spoken(console, f"Written: {path}"), soft_wrap=True)


def _grid_of(console: Console, titles: Sequence[str]) -> Grid:
    from rich import box
    from rich.table import Table as Grid

    grid = Grid(box=box.SIMPLE if has_unicode(console) else box.ASCII, pad_edge=False)
    for title in titles:
        grid.add_column(title, overflow="fold", justify="right" if title == "recorders" else "left")
    return grid
