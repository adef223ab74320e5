"""One capture or one run in a few facts: when, of what, how it ended, which TLS, how long it took."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nvrflow.capture.archive import OK, Capture
from nvrflow.errors import InvalidFile

Tone = Literal["good", "warn", "bad"]
_TONES: dict[str, Tone] = {"done": "good", "already": "good", "checked": "good", "failed": "bad"}
_OLD = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1")


@dataclass(frozen=True)
class Milestone:
    """One line of the history. `what` is `capture` or the flow; `line` tells device lines apart (model, OEM, region).

    `when` is ISO 8601. `verdict` is how it ended, and `tone` how good that is. `tls` are the versions of HTTPS, `certificate` its
    key and signature. `seconds`: of a run all of it, of a capture the sum of the ways to its pages in its first language.
    """

    folder: Path
    what: str
    line: str
    when: str
    firmware: str
    version: str
    verdict: str
    tone: Tone
    tls: str = ""
    certificate: str = ""
    seconds: float = 0.0

    @property
    def has_old_tls(self) -> bool:
        """Whether a TLS version is accepted that browsers have dropped."""
        return any(name in _OLD for name in self.tls.split(", "))

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {**vars(self), "folder": str(self.folder)}


def of_capture(folder: Path) -> Milestone:
    """The milestone of a capture. Raises InvalidFile, WrongCall."""
    capture = Capture.open(folder)
    summary, states = capture.summary, next(iter(capture.summary.pages.values()), {})
    reached = sum(state == OK for state in states.values())
    https: Mapping[str, Any] = capture.device.get("https") or {}
    served: Mapping[str, Any] = (capture.device.get("certificates") or [{}])[0]
    return Milestone(
        folder, "capture", _line(summary.model, summary.variant.oem, summary.variant.region), summary.when,
        summary.firmware or "", summary.version or "", f"{reached} of {len(states)} pages",
        "good" if reached == len(states) else "warn" if reached else "bad",
        tls=", ".join(sorted(https.get("versions") or {})), certificate=_certificate(served),
        seconds=round(sum(page.seconds for page in capture.pages()), 2),
    )  # fmt: skip


def of_run(folder: Path) -> Milestone:
    """The milestone of a run. Raises InvalidFile."""
    file = folder / "report.json"
    try:
        report: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        firmware, https = report["firmware"] or {}, report["https"] or {}
        served: Mapping[str, Any] = next((one for one in report["certificates"] if one.get("role") == "device"), {})
        verdict, tone = _verdict(report)
        return Milestone(
            folder, str(report["flow"]), _line(firmware.get("model"), firmware.get("vendor"), None), str(report["started"]),
            str(firmware.get("name") or ""), str(firmware.get("version") or ""), verdict, tone,
            tls=str(https.get("tls") or ""), certificate=_certificate(served), seconds=float(report["seconds"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise InvalidFile(f"cannot be read as a run's report ({problem!r})", file) from None


def _verdict(report: Mapping[str, Any]) -> tuple[str, Tone]:
    """How the run ended; of `check`, what became of the elements."""
    outcome = str(report["outcome"])
    verdicts = [one.get("verdict") for one in report.get("elements") or []]
    if verdicts:
        counts = {name: verdicts.count(name) for name in ("missing", "not-reachable", "drift") if name in verdicts}
        told = ", ".join(f"{count} {name}" for name, count in counts.items()) or f"all {verdicts.count('found')} found"
        return told, "bad" if "missing" in counts else "warn" if counts else "good"
    if report["error"]:
        return f"{outcome}: {report['error'].get('kind')}", "bad"
    drift = len(report.get("drift") or [])
    return (f"{outcome}, {drift} drift", "warn") if drift else (outcome, _TONES.get(outcome, "warn"))


def _line(model: str | None, oem: str | None, region: str | None) -> str:
    return " ".join(filter(None, (oem, model, region))) or "unknown model"


def _certificate(facts: Mapping[str, Any]) -> str:
    return ", ".join(filter(None, (str(facts.get("key") or ""), str(facts.get("signature") or ""))))
