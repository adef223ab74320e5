"""The end of a run for a person: its steps as a table, what came of them, and the outcome in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.cli.terminal import WIDEST, counted, encodable, marks_of, seconds, spoken
from nvrflow.report import Report, Step
from nvrflow.report.advice import advice, verdict
from nvrflow.report.plain import plain

if TYPE_CHECKING:
    from rich.console import Console


def print_summary(console: Console, report: Report, folder: Path) -> None:
    """The steps as a table, what came of them, where to read more, the outcome; of an error also what to do."""
    document = report.as_dict()
    if report.steps:
        console.print()
        console.print(_table(console, report.steps))
    console.print()
    for label, text in _findings(document):
        _print_labelled(console, label, text)
    console.print(f"Run folder: {folder}", soft_wrap=True)
    console.print()
    _conclude(console, report, document)


def _conclude(console: Console, report: Report, document: dict[str, Any]) -> None:
    """The outcome, and of an error its place, its own message and what to do."""
    good, bad, held = marks_of(console)
    mark, style = {"failed": (bad, "bold red"), "checked": (held, "bold blue")}.get(report.outcome, (good, "bold green"))
    sentence = f"{mark} {verdict(document)}."
    if report.error is None:
        number = len(report.steps)
        sentence += f" {counted(number, 'step')} in {seconds(report.seconds)}."
    console.print(spoken(console, sentence), style=style, soft_wrap=not console.is_terminal)
    if report.error is not None:
        step = report.error["step"]
        place = next((f" in step {number}, {one.title}" for number, one in enumerate(report.steps, 1) if one.id == step), "")
        _print_labelled(console, report.error["kind"] + place, report.error["message"])
        if advice(report.error["kind"]):
            _print_labelled(console, "what to do", advice(report.error["kind"]))


def _table(console: Console, steps: list[Step]) -> Any:
    """The steps under their chapters, each with its note."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Step", overflow="fold", max_width=WIDEST - 36, min_width=12)
    table.add_column("Effect", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    table.add_column("Time", justify="right", no_wrap=True)
    number = 0
    for chapter, inner in groupby(steps, key=lambda step: step.chapter):
        if chapter:
            table.add_row("", Text(spoken(console, chapter), style="bold"))
        for step in inner:
            number += 1
            title = Text(spoken(console, step.title))
            if step.note:
                title.append("\n" + spoken(console, step.note), style="dim")
            result = {"would": ("held back", "blue"), "failed": ("failed", "bold red")}.get(step.outcome, ("done", "green"))
            shown = ("drift", "magenta") if step.fallback and step.outcome == "done" else result
            effect = Text(step.effect, style="yellow" if step.effect == "write" else "")
            table.add_row(str(number), title, effect, Text(*shown), Text(seconds(step.seconds), style="dim"))
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

    line = Text.assemble((spoken(console, label) + ": ", "bold"), encodable(console, plain(text).strip()))
    console.print(line, soft_wrap=not console.is_terminal)
