"""What `check` finds out about an element: one verdict, why, candidates, and the change that would correct the selector file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from nvrflow.firmware.parts import Where
from nvrflow.report import Rectangle
from nvrflow.report.secrecy import Gate

Verdict = Literal["found", "drift", "missing", "not-reachable", "not-applicable"]
WORST_FIRST: tuple[Verdict, ...] = ("missing", "drift", "not-reachable", "not-applicable", "found")


@dataclass(frozen=True)
class AddWord:
    """A change: the text `text` (its name below `texts`) gets one more word in a language."""

    text: str
    language: str
    word: str


@dataclass(frozen=True)
class PutFirst:
    """A change: the locators of the element at `where` begin with `locator` (plain data, as in YAML)."""

    where: Where
    locator: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class MoveFirst:
    """A change: of the locators of the element at `where`, the one at `index` becomes the first."""

    where: Where
    index: int


Change = AddWord | PutFirst | MoveFirst


@dataclass(frozen=True)
class Candidate:
    """A control that may be the missing element: a score from 0 to 1, and what speaks for and against it.

    `locator` would find it, as in YAML; empty where nothing stable finds it alone. `page` is the page on which it stands.
    """

    role: str
    name: str
    score: float
    why: tuple[str, ...]
    page: str
    locator: str = ""
    box: Rectangle | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        said = {"role": self.role, "name": self.name, "score": round(self.score, 2), "why": list(self.why)}
        return {**said, "page": self.page, "locator": self.locator or None, "box": list(self.box) if self.box else None}


@dataclass(frozen=True)
class Judged:
    """The verdict on one element, `page.element`; also on `page.rows`, `page.rows.cell`, `handlers.name.element`,
    `obstacles.name`, and on `page.shown_by` and `page.ready` for what shows that a page is there and can be used.

    `locator` is the one that matched, in words, `fallback` its place. `cause` is the element that keeps it from being reached.
    `proposal` is the change in words; `changes` are what a patch makes of it. `box` is its place in CSS pixels of the window.
    """

    element: str
    verdict: Verdict
    locator: str = ""
    fallback: int = 0
    reason: str = ""
    cause: str = ""
    candidates: tuple[Candidate, ...] = ()
    proposal: str = ""
    changes: tuple[Change, ...] = ()
    box: Rectangle | None = None

    @property
    def page(self) -> str:
        """The page to which it belongs; `handlers` and `obstacles` for what belongs to none."""
        return self.element.partition(".")[0]

    def covered(self, gate: Gate) -> Judged:
        """This verdict without secrets in its texts; a change that would write a secret into a file is dropped."""
        candidates = tuple(
            replace(one, name=gate.text(one.name), why=tuple(map(gate.text, one.why)), locator=gate.text(one.locator))
            for one in self.candidates
        )
        told = replace(self, reason=gate.text(self.reason), proposal=gate.text(self.proposal), candidates=candidates)
        leaks = any(gate.text(repr(change)) != repr(change) for change in self.changes)
        return told.withdrawn("its words are not proposed, because they hold a secret") if leaks else told

    def withdrawn(self, why: str) -> Judged:
        """This verdict without its proposal, and why there is none."""
        return replace(self, proposal="", changes=(), reason=f"{self.reason}; {why}" if self.reason else why)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "element": self.element,
            "verdict": self.verdict,
            "locator": self.locator or None,
            "fallback": self.fallback,
            "reason": self.reason or None,
            "cause": self.cause or None,
            "candidates": [one.as_dict() for one in self.candidates],
            "proposal": self.proposal or None,
            "box": list(self.box) if self.box else None,
        }
