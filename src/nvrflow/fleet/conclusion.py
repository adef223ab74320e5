"""What became of the work on one recorder, in a few facts: the outcome, the error, and facts about the recorder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nvrflow.errors import NvrflowError
from nvrflow.report import Report

Outcome = Literal["done", "already", "checked", "failed", "skipped"]
REFUSED = ("sign-in-refused", "account-locked")


@dataclass(frozen=True)
class Ending:
    """How the work on the recorder `name` ended; `url` and `site` are those of the list.

    `error` is `{kind, message, step}` as in report.json. `report` is the recorder's folder, relative to that of the whole run
    (empty: none). `when` is ISO 8601, `seconds` wall time. `facts` are those of the recorder: `firmware`, `model`, `version`,
    `trusted`, `drift` (a number), and those of `survey`, as far as they became known.
    """

    name: str
    url: str
    outcome: Outcome
    site: str = ""
    error: Mapping[str, Any] | None = None
    report: str = ""
    when: str = ""
    seconds: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether the recorder is as it was wanted."""
        return self.outcome in ("done", "already", "checked")

    @property
    def is_refused(self) -> bool:
        """Whether the recorder refused the sign-in, so that nothing may try again by itself."""
        return self.error is not None and self.error.get("kind") in REFUSED

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return dict(vars(self))


def told(problem: NvrflowError) -> dict[str, Any]:
    """An error as it stands in report.json."""
    return {"kind": problem.kind, "message": str(problem), "step": problem.step}


def facts_of(report: Report) -> dict[str, Any]:
    """What a run learned of its recorder."""
    firmware, https = report.firmware or {}, report.https
    known = {
        "firmware": firmware.get("name"),
        "model": firmware.get("model"),
        "version": firmware.get("version"),
        "trusted": https.trusted if https else None,
        "drift": len(report.drift),
    }
    return {key: value for key, value in known.items() if value not in (None, 0)}
