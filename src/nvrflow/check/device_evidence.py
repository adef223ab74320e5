"""A check of a real device as evidence beside its selector file: what was found, and nothing about whose device it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from nvrflow.address import link_of
from nvrflow.content import folder
from nvrflow.errors import WrongCall
from nvrflow.hostname import is_this_computer
from nvrflow.report import Report, nvrflow_version
from nvrflow.whole_file import write_whole

_SOMEWHERE = "http://192.0.2.1"  # an address for examples (RFC 5737) in place of the device's own


def check_before(url: str) -> None:
    """Raise WrongCall if a check of this address can be no evidence: a capture, or a recorder on this computer."""
    if is_this_computer(link_of(url if "://" in url else f"http://{url}").host):
        raise WrongCall(f"--record: {url} is this computer, so it is a simulated recorder; only a real device is evidence")


def record(report: Report, fixtures: Path | None = None) -> Path:
    """Write the evidence of a check into `fixtures/NAME/reports/`, and return the file. Raises WrongCall if it is none.

    The file has the selector file's name, model, version, date and the number of each verdict; no address, name or picture.
    """
    firmware, elements = report.firmware or {}, report.extra.get("elements") or []
    verdicts = Counter(one["verdict"] for one in elements)
    if report.outcome != "checked" or not elements or verdicts["missing"]:
        raise WrongCall("--record: nothing was recorded, because the check found something missing or did not come to its end")
    if not firmware.get("model"):
        raise WrongCall("--record: nothing was recorded, because the recorder does not say its model; see `about`")
    told: dict[str, Any] = {
        "nvrflow": nvrflow_version(),
        "flow": "check",
        "recorder": _SOMEWHERE,
        "outcome": report.outcome,
        "started": report.started[:10],
        "firmware": {key: firmware[key] for key in ("name", "model", "version") if firmware.get(key)},
        "verdicts": dict(verdicts),
    }
    home = (fixtures or folder("fixtures")) / str(firmware["name"])
    name = "-".join(filter(None, (str(firmware["model"]), str(firmware.get("version") or ""), told["started"])))
    path = home / "reports" / f"{re.sub(r'[^A-Za-z0-9.-]+', '-', name).lower()}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (json.dumps(told, indent=2) + "\n").encode())
    except OSError as problem:
        raise WrongCall(f"--record: {path} cannot be written ({problem.strerror}); use a checkout of your own") from None
    return path
