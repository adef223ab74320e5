"""The results for people: a Markdown summary for the page of a CI job, and one HTML page with earlier results beside."""

from __future__ import annotations

from collections.abc import Sequence

from nvrflow.compare.markdown_note import escaped
from nvrflow.regression.scoreboard import OUTCOMES, Outcome, Scoreboard
from nvrflow.report import nvrflow_version

MARKS: dict[Outcome, str] = {"passed": "✓", "failed": "✗", "error": "✗", "not applicable": "–", "skipped": "–"}


def as_markdown(board: Scoreboard) -> str:
    """The results as Markdown: what failed first, each test with its promise."""
    about = " ".join(filter(None, (board.model, board.version, f"({board.firmware})" if board.firmware else "")))
    lines = [f"## {'✓' if board.is_good else '✗'} {escaped(about or board.recorder)}", "", f"{board.total}.", ""]
    lines += ["| | what is promised | result |", "| --- | --- | --- |"]
    for one in sorted(board.results, key=lambda one: OUTCOMES.index(one.outcome)):
        said = f"{one.outcome}: {one.message}" if one.message else one.outcome
        lines.append(f"| {MARKS[one.outcome]} | {escaped(one.promise)} | {escaped(' '.join(said.split()))} |")
    return "\n".join([*lines, ""])


def as_html(board: Scoreboard, before: Sequence[Scoreboard] = ()) -> str:
    """The results as one HTML page that opens offline; `before` are earlier ones, newest first."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("nvrflow.regression", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    runs = [*reversed(before), board]
    by_run = [{one.name: one for one in run.results} for run in runs]
    rows = [
        {"result": one, "mark": MARKS[one.outcome], "history": [results.get(one.name) for results in by_run]}
        for one in sorted(board.results, key=lambda one: OUTCOMES.index(one.outcome))
    ]
    return environment.get_template("results.html.j2").render(
        board=board, rows=rows, runs=runs, marks=MARKS, version=nvrflow_version()
    )
