"""The end of a run for a person: results, run folder, the outcome in a sentence, and what to do next.

The steps are not listed again: they were shown while they happened, and the run folder has all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvrflow.cli.paragraph import WIDEST, paragraph
from nvrflow.cli.terminal import counted, encodable, marks_of, seconds, spoken
from nvrflow.report import Report
from nvrflow.report.advice import advice, done_with, next_command, verdict
from nvrflow.report.client import trusted_by
from nvrflow.report.plain import plain

if TYPE_CHECKING:
    from rich.console import Console

_KINDS = {
    "limited": "for this recorder only",
    "pin": "this one certificate",
    "ca": "the recorder's CA, for everything that it signs",
    "as-guide": "both files, for every site",
}


def print_summary(
    console: Console, report: Report, folder: Path, commands: bool = False, advise: bool = True, options: str = ""
) -> None:
    """Print the results of the run, its folder, the outcome, and with `advise` what to do next.

    With `commands` the commands of each import are printed too, each on a line of its own. A command that is offered as what to
    do next gets the `options`.
    """
    document = report.as_dict()
    console.print()
    for label, text in _findings(document):
        _print_labelled(console, label, text)
    for line in _commands(document) if commands else ():
        console.print(f"  {encodable(console, line)}", soft_wrap=True)
    _print_labelled(console, "Run folder", str(folder))
    console.print()
    _conclude(console, report, document)
    if advise and (following := next_command(document, options)):
        _print_labelled(console, *following)


def print_conclusion(console: Console, report: Report, told: Sequence[tuple[str, str]], sentence: str) -> None:
    """Print lines, each with its label or with none, and the outcome in a sentence; an error with its message.

    What to do is said, too, except for drift, which the lines are about.
    """
    console.print()
    for label, text in told:
        _print_labelled(console, label, text)
    console.print()
    good, bad, _ = marks_of(console)
    mark, style = (bad, "bold red") if report.outcome == "failed" else (good, "bold green")
    for line in paragraph(spoken(console, f"{mark} {sentence}."), _width(console), indent=2):
        console.print(line, style=style, soft_wrap=True)
    if report.error is not None:
        _print_labelled(console, report.error["kind"], report.error["message"])
        if report.error["kind"] != "selector-drift" and advice(report.error["kind"]):
            _print_labelled(console, "What to do", advice(report.error["kind"]))


def _conclude(console: Console, report: Report, document: dict[str, Any]) -> None:
    """The outcome; for an error also its place, its message and what to do."""
    good, bad, held = marks_of(console)
    mark, style = {"failed": (bad, "bold red"), "checked": (held, "bold blue")}.get(report.outcome, (good, "bold green"))
    sentence = f"{mark} {verdict(document)}."
    if report.error is None:
        sentence += f" {counted(len(report.steps), 'step')} in {seconds(report.seconds)}."
    for line in paragraph(spoken(console, sentence), _width(console), indent=2):
        console.print(line, style=style, soft_wrap=True)
    if report.error is not None:
        step = report.error["step"]
        place = next((f" in step {number}, {one.title}" for number, one in enumerate(report.steps, 1) if one.id == step), "")
        _print_labelled(console, report.error["kind"] + place, report.error["message"])
        if advice(report.error["kind"]):
            _print_labelled(console, "What to do", advice(report.error["kind"]))


def _findings(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The results of the run, each with its label; one line for each store."""
    https = document["https"]
    if https and https["after"] is not None and _is_news(https, document["outcome"]):
        on = [https["url"], https["tls"], "HTTP redirects to it" if https["redirects"] else None, trusted_by(https)]
        if https["after"]:
            yield "HTTPS", ", ".join(one for one in on if one)
        else:
            yield "HTTPS", "off"
    files = dict.fromkeys(one["file"] for one in document["certificates"] if one["file"])
    if files:
        yield "Certificates", ", ".join(files)
    for store, changes in groupby(document["trust"], key=lambda change: change["store"]):
        yield "Trust", f"{store}: " + "; ".join(_trust(change, document["outcome"]) for change in changes)
    for one in document["certificates"]:
        told = [warning for warning in one["warnings"] if not any(warning in note for note in document["notes"])]
        yield from (("Warning", f"{one['role']} certificate: {warning}") for warning in told)
    for drift in document["drift"]:
        yield "Drift", drift["proposal"]
    for note in document["notes"]:
        yield "Note", note


def _is_news(https: dict[str, Any], outcome: str) -> bool:
    """Whether the run learned or changed anything about HTTPS; a run that failed early did not."""
    answered = https["trusted"] is not None or https["reason"] or https["clients"]
    return outcome != "failed" or https["before"] != https["after"] or bool(answered)


def _trust(change: dict[str, Any], outcome: str) -> str:
    """One certificate in a store: what was done with it, what it makes trusted, and its SHA-256."""
    what = change["note"] or _KINDS.get(change["kind"], "")
    return (
        f"{done_with(change, outcome)}, {change['kind']}" + (f" ({what})" if what else "") + f", SHA-256 {change['anchor'][:23]}…"
    )


def _commands(document: dict[str, Any]) -> Iterator[str]:
    """The commands for every store, below its name."""
    for change in document["trust"]:
        for number, command in enumerate(change["commands"]):
            yield from ([f"# {change['store']}"] if number == 0 else [])
            yield from plain(command).split("\n")


def _print_labelled(console: Console, label: str, text: str) -> None:
    """`label: text`, with further lines indented."""
    from rich.text import Text

    head = spoken(console, label) + ":" if label else ""
    for number, line in enumerate(paragraph(f"{head} {encodable(console, text.strip())}".strip(), _width(console), indent=2)):
        styled = Text(line)
        if number == 0:
            styled.stylize("bold", 0, len(head))
        console.print(styled, soft_wrap=True)


def _width(console: Console) -> int | None:
    return min(console.width, WIDEST) if console.is_terminal else None
