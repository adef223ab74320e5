"""The census of a fleet as files: one HTML page that opens offline, a spreadsheet, and Markdown."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nvrflow.fleet.census import Census, Known
from nvrflow.report import nvrflow_version
from nvrflow.report.plain import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

_COLUMNS = ("site", "name", "address", "work", "outcome", "error", "firmware", "model", "version", "http", "tls", "trusted",
            "certificate_ends", "days_left", "key", "self_signed", "seconds", "when", "report")  # fmt: skip
_FORMULAS = ("=", "+", "-", "@", "\t")  # by which a spreadsheet would take text for a formula


def as_html(census: Census, beside: Path) -> str:
    """The whole page; links to the recorders' reports are relative to the folder `beside`."""
    environment = _environment(autoescape=True)
    environment.filters["link"] = lambda folder: _link(folder, beside)
    return environment.get_template("census.html.j2").render(census=census, rows=_rows(census), version=nvrflow_version())


def as_markdown(census: Census) -> str:
    """The census for a ticket or a wiki: the numbers, and every recorder that needs somebody."""
    environment = _environment(autoescape=False)
    environment.filters["cell"] = lambda text: one_line(str(text)).replace("|", "\\|").replace("<", "&lt;")
    return environment.get_template("census.md.j2").render(census=census, version=nvrflow_version())


def as_csv(census: Census) -> str:
    """One line for each recorder, with a header; text that a spreadsheet would take for a formula gets an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    writer.writerows({key: _cell(row[key]) for key in _COLUMNS} for row in _rows(census))
    return text.getvalue()


def _rows(census: Census) -> list[dict[str, Any]]:
    return [_row(one, census.now) for one in census.recorders]


def _row(one: Known, now: datetime) -> dict[str, Any]:
    own: Mapping[str, Any] = one.own or {}
    return {
        "site": one.site,
        "name": one.name,
        "address": one.url,
        "work": one.work,
        "outcome": one.outcome,
        "error": one_line(f"{one.error['kind']}: {one.error['message']}") if one.error else "",
        **{key: one.facts.get(key, "") for key in ("firmware", "model", "version", "http", "tls", "trusted")},
        "certificate_ends": f"{one.ends:%Y-%m-%d}" if one.ends else "",
        "days_left": "" if one.ends is None else one.days(now),
        "key": own.get("key", ""),
        "self_signed": own.get("self_signed", ""),
        "seconds": one.seconds,
        "when": one.when,
        "report": str(one.report / "report.html") if one.report else "",
        "tone": "bad" if one.outcome == "failed" else "warn" if one.error else "good",
        "folder": one.report,
    }


def _cell(value: Any) -> Any:
    text = "yes" if value is True else "no" if value is False else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULAS) else text


def _link(folder: Path | None, beside: Path) -> str:
    """The address of a recorder's report, relative to the page; empty if there is none."""
    if folder is None or not (folder / "report.html").is_file():
        return ""
    return quote(Path(os.path.relpath((folder / "report.html").resolve(), beside.resolve())).as_posix())


def _environment(autoescape: bool) -> Environment:
    from jinja2 import Environment, PackageLoader

    return Environment(
        loader=PackageLoader("nvrflow.fleet", "templates"), autoescape=autoescape, trim_blocks=True, lstrip_blocks=True
    )
