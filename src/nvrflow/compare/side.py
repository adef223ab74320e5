"""One side of a comparison: a capture, the folder of a run, or a live recorder, which is captured first."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nvrflow.capture.archive import Capture
from nvrflow.errors import InvalidFile, WrongCall

Taking = Callable[[str], Capture]


@dataclass(frozen=True)
class Side:
    """What is compared, under the `name` by which a person called it: a capture, or a run's report."""

    name: str
    capture: Capture | None = None
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def firmware(self) -> str | None:
        """The selector file's name."""
        return self.capture.firmware if self.capture else self._of_run("name")

    @property
    def version(self) -> str | None:
        """The firmware's version, as far as the recorder says it."""
        return self.capture.summary.version if self.capture else self._of_run("version")

    @property
    def when(self) -> str:
        """When it was captured or run, ISO 8601."""
        return self.capture.summary.when if self.capture else str(self.report.get("started") or "")

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its pages."""
        spoken = self.report.get("language")
        return self.capture.languages if self.capture else (str(spoken),) if spoken else ()

    @property
    def variant(self) -> Mapping[str, str | None]:
        """What tells devices apart: model, hardware, oem, region."""
        return vars(self.capture.summary.variant) if self.capture else {"model": self._of_run("model")}

    @property
    def device(self) -> Mapping[str, Any]:
        """Certificates, HTTPS and cookies, in the form of a capture's device.json."""
        if self.capture:
            return self.capture.device
        https = self.report.get("https") or {}
        served = [one for one in self.report.get("certificates") or [] if one.get("role") == "device"]
        known: dict[str, Any] = {"redirect": https.get("redirects"), "versions": {https["tls"]: []} if https.get("tls") else {}}
        return {"certificates": served, "https": known}

    @property
    def seconds(self) -> dict[str, list[float]]:
        """How long each page, or each step of a run, took; one number for each language."""
        if self.capture is None:
            return {step["id"]: [step["seconds"]] for step in self.report.get("steps") or []}
        found: dict[str, list[float]] = {}
        for language in self.capture.languages:
            for page in self.capture.pages(language):
                found.setdefault(page.name, []).append(page.seconds)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "is": "capture" if self.capture else "run",
            "firmware": self.firmware,
            "version": self.version,
            "when": self.when,
            "languages": list(self.languages),
            "variant": {key: value for key, value in self.variant.items() if value},
        }

    def _of_run(self, key: str) -> str | None:
        value = (self.report.get("firmware") or {}).get(key)
        return str(value) if value else None


def side_of(place: str, taking: Taking) -> Side:
    """The side that a person named: the folder of a capture or of a run, or a recorder's address, which `taking` captures.

    Raises WrongCall, InvalidFile.
    """
    folder = Path(place)
    if Capture.is_at(folder):
        return Side(place, Capture.open(folder))
    if "://" in place:
        return Side(place, taking(place))
    if (folder / "report.json").is_file():
        return Side(place, report=_report(folder / "report.json"))
    what = "is neither a capture nor the folder of a run" if folder.is_dir() else "there is no such folder"
    raise WrongCall(f"{place}: {what}; name the folder of a capture or a run, or a recorder's address with http:// or https://")


def _report(file: Path) -> Mapping[str, Any]:
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InvalidFile(f"cannot be read as a report ({problem})", file) from None
    if not isinstance(report, dict) or "steps" not in report:
        raise InvalidFile("is not the report of a run, because it has no `steps`", file)
    return report
