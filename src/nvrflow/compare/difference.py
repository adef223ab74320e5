"""One difference between two firmwares, as a person reads it: what changed, where, and what it means for flows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nvrflow.capture.controls import Box
from nvrflow.compare.clue import Aspect, Change, Kind

Consequence = Literal["breaking", "drift", "none"]
CONSEQUENCES: tuple[Consequence, ...] = ("breaking", "drift", "none")  # worst first
# What people look at first among differences with one consequence.
_KINDS: tuple[Kind, ...] = ("flow", "certificate", "tls", "page", "control", "setting", "label", "time", "picture")


@dataclass(frozen=True)
class Touched:
    """An element of the selector file (`page.name`) that a difference concerns, and how its locators find it before and after.

    `before` and `after` are the places (from 0) of the locator that finds it; None: none does. `disabled` and `covered`: it
    cannot be used now, and could before.
    """

    element: str
    language: str
    before: int | None
    after: int | None
    disabled: bool = False
    covered: bool = False

    @property
    def consequence(self) -> Consequence:
        """`breaking` where it is not found or cannot be used any more, `drift` where only a later locator finds it."""
        if self.before is not None and (self.after is None or self.disabled or self.covered):
            return "breaking"
        return "drift" if self.before is not None and self.after is not None and self.after > self.before else "none"


@dataclass(frozen=True)
class Shot:
    """The pictures of one page before and after (None: there is none), with the changed regions in pixels of each."""

    page: str
    language: str
    a: Path | None
    b: Path | None
    boxes_a: tuple[Box, ...] = ()
    boxes_b: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Difference:
    """One difference. `identity` is what it is about; `pages` and `languages` are where it was seen, `elements` what it concerns.

    `name` is what a person calls it. `before` and `after` are None where there was or is nothing; for words that differ in some
    languages they are by language. `flows` are those with a consequence.
    """

    kind: Kind
    change: Change
    aspect: Aspect
    identity: str
    name: str
    pages: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    before: str | Mapping[str, str] | None = None
    after: str | Mapping[str, str] | None = None
    consequence: Consequence = "none"
    flows: tuple[str, ...] = ()
    elements: tuple[Touched, ...] = ()
    shots: tuple[Shot, ...] = ()
    lost_pages: tuple[str, ...] = ()
    note: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """Ten hexadecimal digits that stay the same while this is about the same thing, whatever its values are."""
        at = ",".join(sorted(self.pages)) if len(self.pages) <= 3 else "*"
        told = "\n".join((self.kind, self.change, self.aspect, at, self.identity))
        return hashlib.sha256(told.encode()).hexdigest()[:10]

    @property
    def where(self) -> str:
        """The page on which it is, the number of pages, or the part of the device."""
        if not self.pages:
            return {"certificate": "certificate", "tls": "HTTPS", "label": "dictionary"}.get(self.kind, "device")
        more = f" and {len(self.pages) - 3} more" if len(self.pages) > 3 else ""
        return self.pages[0] if len(self.pages) == 1 else f"{len(self.pages)} pages: {', '.join(self.pages[:3])}{more}"

    @property
    def rank(self) -> tuple[int, int, int, str, str]:
        """Worst first: by consequence, then kind, then how many flows and pages it concerns."""
        return CONSEQUENCES.index(self.consequence), _KINDS.index(self.kind), -len(self.flows), self.where, self.name

    def is_as_bad_as(self, limit: str) -> bool:
        """Whether it is `breaking`, or at least `drift`; everything is as bad as `any`, and nothing as bad as `never`."""
        limits = {"never": 0, "breaking": 1, "drift": 2, "any": 3}
        return self.consequence in CONSEQUENCES[: limits[limit]]
