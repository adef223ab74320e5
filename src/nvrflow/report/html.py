"""The run as one HTML file that opens offline."""

from __future__ import annotations

from itertools import groupby
from typing import Any

_VERDICTS = {
    "done": "Done",
    "already": "Already so, nothing was changed",
    "checked": "Checked, nothing was changed",
    "failed": "Failed",
}


def as_html(document: dict[str, Any], thumbnails: dict[str, str]) -> str:
    """`document` (report.json) with thumbnails (data URLs by step id), each linked to its full picture beside the file."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("nvrflow.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    numbered = [{**step, "number": number} for number, step in enumerate(document["steps"], 1)]
    chapters = [(title, list(steps)) for title, steps in groupby(numbered, key=lambda step: step["chapter"])]
    return environment.get_template("report.html.j2").render(
        run=document, verdict=_VERDICTS[document["outcome"]], chapters=chapters, thumbnails=thumbnails, groups=_groups
    )


def _groups(fingerprint: str) -> list[str]:
    """A fingerprint in groups of four bytes, so that a person can compare it."""
    pairs = fingerprint.split(":")
    return [":".join(pairs[start : start + 4]) for start in range(0, len(pairs), 4)]
