"""What the steps of a run say about elements: those that it used were found, by which locator, and where it failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nvrflow.check.verdict import Judged, MoveFirst
from nvrflow.firmware import SelectorFile
from nvrflow.firmware.parts import Where
from nvrflow.report import Step


@dataclass(frozen=True)
class Hearsay:
    """The steps of one run."""

    steps: Sequence[Step]

    def on(self, element: str, find: Sequence[str], where: Where, whole: Sequence[str] = ()) -> Judged | None:
        """The verdict on an element that a step found; None if no step used it.

        `find` are its locators in words, `whole` those of the file, which may have some for other versions.
        """
        used = [step for step in self.steps if step.element == element and step.locator and step.outcome != "failed"]
        if not used:
            return None
        step = max(used, key=lambda one: one.fallback)
        if step.fallback == 0:
            return Judged(element, "found", step.locator)
        reason = f"{find[0]} finds nothing; {step.locator} finds it"
        index = whole.index(step.locator) if step.locator in whole else step.fallback
        proposal = f"{element}: put the locator first that is number {index + 1}"
        return Judged(
            element, "drift", step.locator, step.fallback, reason, proposal=proposal, changes=(MoveFirst(where, index),)
        )

    def failed_at(self, since: int) -> Step | None:
        """The step on an element that failed last, of those from the index `since` on."""
        return next((step for step in reversed(self.steps[since:]) if step.outcome == "failed" and step.element), None)


def places(file: SelectorFile) -> Mapping[str, Where]:
    """Every element of pages, of their rows and of handlers by its whole name, with its place in the file."""
    found: dict[str, Where] = {}
    for name, page in file.pages.items():
        found |= {f"{name}.{one}": ("pages", name, "elements", one) for one in page.elements}
        for rows, spec in page.rows.items():
            found[f"{name}.{rows}"] = ("pages", name, "rows", rows)
            found |= {f"{name}.{rows}.{one}": ("pages", name, "rows", rows, "cells", one) for one in spec.cells}
            found |= {f"{name}.{rows}.{one}": ("pages", name, "rows", rows, "elements", one) for one in spec.elements}
    for name, handler in file.handlers.items():
        found |= {f"handlers.{name}.{one}": ("handlers", name, "elements", one) for one in handler.elements}
    return found
