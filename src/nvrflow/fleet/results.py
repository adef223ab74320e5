"""The results of one run over a fleet as a document: every recorder that was meant, and how the work on it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nvrflow.fleet.conclusion import Ending
from nvrflow.fleet.logbook import Book, Entry, Logbook
from nvrflow.report import nvrflow_version

NOT_BEGUN = "not-begun"


@dataclass(frozen=True)
class Results:
    """What became of every recorder; one whose turn did not come has the outcome skipped and the reason as its error."""

    where: str
    work: str
    endings: tuple[Ending, ...]
    stopped: str = ""
    folder: Path | None = None

    @property
    def all_good(self) -> bool:
        """Whether every recorder is as it was wanted, but for those that --limit left out."""
        left_out = () if self.stopped else (NOT_BEGUN,)
        return all(one.is_good or (one.error is not None and one.error["kind"] in left_out) for one in self.endings)

    @property
    def counts(self) -> Counter[str]:
        """How many recorders have each outcome."""
        return Counter(one.outcome for one in self.endings)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; `report` is the folder of the recorder's own report."""
        told = [one.as_dict() | {"report": self._report(one)} for one in self.endings]
        return {
            "nvrflow": nvrflow_version(),
            "work": self.work,
            "folder": self.where,
            "stopped": self.stopped or None,
            "counts": dict(self.counts),
            "recorders": told,
        }

    def _report(self, one: Ending) -> str | None:
        return str(self.folder / one.report) if one.report and self.folder is not None else None


def results_of(book: Book, names: Collection[str] | None = None, stopped: str = "") -> Results:
    """The results in a logbook, of the recorders `names` only if these are given."""
    endings = [_ending(entry, stopped) for entry in book.entries() if names is None or entry.name in names]
    folder = book.folder if isinstance(book, Logbook) else None
    return Results(book.where, book.about["work"], tuple(endings), stopped, folder)


def _ending(entry: Entry, stopped: str) -> Ending:
    if entry.ending is not None:
        return entry.ending
    if entry.state == "running":
        said = {
            "kind": "interrupted",
            "message": "the work was cut off in the middle; --resume reads its state first",
            "step": None,
        }
        return Ending(entry.name, entry.url, "failed", entry.site, said)
    why = f"not begun: {stopped}" if stopped else "not begun: --limit left it out"
    return Ending(
        entry.name, entry.url, "skipped", entry.site, {"kind": NOT_BEGUN, "message": f"{why}; --resume goes on", "step": None}
    )
