"""The run as one HTML file that opens offline."""

from __future__ import annotations

import base64
from datetime import datetime
from itertools import groupby
from typing import Any

from nvrflow.report.advice import advice, done_with, heading, verdict
from nvrflow.report.client import trusted_by

_ROLES = {"device": "The recorder's own", "trusted-ca": "CA that signed it"}


def as_html(document: dict[str, Any], thumbnails: dict[str, bytes]) -> str:
    """`document` (report.json) with its JPEG thumbnails by the pictures' names, each linked to its full picture."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("nvrflow.report", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"when": when, "seconds": seconds, "groups": _groups, "names": _names}
    steps = [{**step, "number": number} for number, step in enumerate(document["steps"], 1)]
    error = document["error"]
    return environment.get_template("report.html.j2").render(
        run=document,
        verdict=verdict(document),
        failing=next((step for step in steps if error and step["id"] == error["step"]), None),
        heading=heading,
        done_with=done_with,
        trusted_by=trusted_by,
        advice=advice,
        chapters=[(title, list(inner)) for title, inner in groupby(steps, key=lambda step: step["chapter"])],
        writes=sum(step["effect"] == "write" and step["outcome"] == "done" for step in steps),
        held=sum(step["outcome"] == "would" for step in steps),
        pictures={step_id: "data:image/jpeg;base64," + base64.b64encode(jpeg).decode() for step_id, jpeg in thumbnails.items()},
        roles=_ROLES,
    )


def when(moment: str) -> str:
    """An ISO 8601 date and time for a person; anything else as it is."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    zone = read.strftime("%z")
    return f"{read.day} {read:%B %Y, %H:%M:%S}" + (
        f" UTC{zone[:3]}:{zone[3:5]}" if zone.strip("+-0:") else " UTC" if zone else ""
    )


def seconds(duration: float) -> str:
    """A duration in seconds, written for a person."""
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s" if minutes else f"{duration:.1f} s" if duration >= 10 else f"{duration:.2f} s"


def _groups(fingerprint: str) -> list[str]:
    """A fingerprint in groups of four bytes, so that a person can compare it."""
    plain = fingerprint.replace(":", "")
    pairs = [plain[start : start + 2] for start in range(0, len(plain), 2)]
    return [":".join(pairs[start : start + 4]) for start in range(0, len(pairs), 4)]


def _names(distinguished: str) -> list[str]:
    """A distinguished name in parts, each with its comma, so that a line can break between them."""
    parts = distinguished.split(",")
    return [part + "," for part in parts[:-1]] + parts[-1:]
