"""The results of a regression test: what each test promises, and whether the firmware keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from nvrflow.errors import InvalidFile
from nvrflow.report import nvrflow_version
from nvrflow.whole_file import write_whole

Outcome = Literal["passed", "failed", "error", "not applicable", "skipped"]
OUTCOMES: tuple[Outcome, ...] = ("failed", "error", "passed", "not applicable", "skipped")
NAME = "results.json"
FORMAT = 1


@dataclass(frozen=True)
class Result:
    """One test. `promise` is what it promises, `kind` the kind of the failure, `seconds` how long it took."""

    name: str
    promise: str
    outcome: Outcome
    kind: str = ""
    message: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Scoreboard:
    """All results on one recorder. `when` is ISO 8601 with the time zone."""

    recorder: str
    when: str
    results: Sequence[Result]
    firmware: str = ""
    model: str = ""
    version: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing failed, and something passed."""
        outcomes = {one.outcome for one in self.results}
        return "passed" in outcomes and not outcomes & {"failed", "error"}

    def count(self, outcome: Outcome) -> int:
        """How many tests ended so."""
        return sum(one.outcome == outcome for one in self.results)

    @property
    def total(self) -> str:
        """The number of results by outcome, in words."""
        return ", ".join(f"{count} {outcome}" for outcome in OUTCOMES if (count := self.count(outcome))) or "no test ran"

    def write(self, folder: Path) -> None:
        """Write results.json. Raises OSError."""
        data = {"format": FORMAT, "nvrflow": nvrflow_version(), **asdict(self)}
        write_whole(folder / NAME, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())


def read(folder: Path) -> Scoreboard:
    """The results that stand in a folder. Raises InvalidFile."""
    file = folder / NAME
    try:
        data: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        results = tuple(_result(one) for one in data["results"])
        told = (str(data.get(key, "")) for key in ("firmware", "model", "version"))
        return Scoreboard(str(data["recorder"]), str(data["when"]), results, *told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise InvalidFile(f"cannot be read as the results of `nvrflow regress` ({problem!r})", file) from None


def _result(data: Mapping[str, Any]) -> Result:
    if data["outcome"] not in OUTCOMES:
        raise ValueError(f"no outcome {data['outcome']!r}")
    name, promise, kind, message = (str(data.get(key, "")) for key in ("name", "promise", "kind", "message"))
    return Result(name, promise, data["outcome"], kind, message, float(data.get("seconds", 0)))


def earlier(folder: Path, now: Scoreboard, most: int = 9) -> list[Scoreboard]:
    """Earlier results on the same kind of recorder in the folders beside `folder`, newest first; unreadable ones are left out."""
    found = list[Scoreboard]()
    for place in folder.resolve().parent.glob(f"*/{NAME}"):
        if place.parent == folder.resolve():
            continue
        try:
            one = read(place.parent)
        except InvalidFile:
            continue
        if (one.firmware, one.model) == (now.firmware, now.model) and one.when < now.when:
            found.append(one)
    return sorted(found, key=lambda one: one.when, reverse=True)[:most]
