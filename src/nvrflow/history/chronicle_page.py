"""The history as one HTML file that opens offline: a chart and a table for each device line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nvrflow.history.chart import chart_of
from nvrflow.history.chronicle import Chronicle, moment_of
from nvrflow.report import nvrflow_version


def as_html(found: Sequence[Chronicle], folder: Path, unreadable: Sequence[str] = ()) -> str:
    """The whole page; `folder` is the one that holds everything."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("nvrflow.history", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["below"] = lambda place: place.relative_to(folder).as_posix()
    environment.filters["day"] = lambda one: moment_of(one).strftime("%Y-%m-%d %H:%M")
    return environment.get_template("history.html.j2").render(
        version=nvrflow_version(),
        folder=folder,
        lines=[{"chronicle": one, "chart": chart_of(one), "changes": set(one.changes())} for one in found],
        unreadable=unreadable,
    )
