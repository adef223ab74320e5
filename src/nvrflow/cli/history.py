"""`nvrflow history`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvrflow.errors import WrongCall

if TYPE_CHECKING:
    from nvrflow.history.chronicle import Chronicle


@click.command(short_help="The captures and runs of a device line over time.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with a chart.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def history(folder: Path, html: Path | None, as_json: bool) -> int:
    """List every capture and every run below FOLDER, oldest first: firmware, verdict, TLS, certificate and seconds.

    Each device line has a table of its own. With --html, a chart shows the seconds over time; the page opens offline.
    """
    from nvrflow.cli.paragraph import say
    from nvrflow.history.chronicle import chronicles
    from nvrflow.history.chronicle_page import as_html
    from nvrflow.whole_file import write_whole

    found, unreadable = chronicles(folder)
    if html is not None:
        try:
            html.parent.mkdir(parents=True, exist_ok=True)
            write_whole(html, as_html(found, folder, unreadable).encode())
        except OSError as problem:
            raise WrongCall(f"--html {html}: cannot be written ({problem.strerror}); name another place") from None
    if as_json:
        lines = [{"line": one.line, "milestones": [each.as_dict() for each in one.milestones]} for one in found]
        click.echo(json.dumps({"lines": lines, "unreadable": unreadable}, ensure_ascii=False, indent=2))
    else:
        _table(found)
    for one in unreadable:
        say(f"not read: {one}", err=True, indent=2)
    return 0


def _table(found: Sequence[Chronicle]) -> None:
    from rich import box
    from rich.table import Table

    from nvrflow.cli.terminal import console_on, has_unicode, spoken
    from nvrflow.history.chronicle import moment_of

    console = console_on(sys.stdout)
    for chronicle in found:
        console.print(spoken(console, chronicle.line))
        table = Table(box=box.SIMPLE if has_unicode(console) else box.ASCII, pad_edge=False)
        for title in ("when", "what", "firmware", "verdict", "TLS", "certificate"):
            table.add_column(title, overflow="fold", no_wrap=title in ("when", "firmware"))
        table.add_column("seconds", justify="right")
        for one in chronicle.milestones:
            when = moment_of(one).strftime("%Y-%m-%d %H:%M")
            cells = (
                when,
                one.what,
                one.version or "?",
                one.verdict,
                one.tls or "-",
                one.certificate or "-",
                f"{one.seconds:.1f}",
            )
            table.add_row(*(spoken(console, cell) for cell in cells))
        console.print(table)
