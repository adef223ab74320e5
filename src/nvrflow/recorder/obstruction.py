"""What may lie between a person and an element, for example a pop-up; for what lies above everything else it is nothing."""

from __future__ import annotations

from typing import Protocol

from nvrflow.report import Step


class InTheWay(Protocol):
    """What may cover an element or block its use."""

    def answer_any(self, before: Step | None = None) -> bool:
        """Answer one pop-up that is in the way, as a step before the running step; True if something was answered."""

    def leaves_one(self) -> bool:
        """Whether something in the way stays unanswered."""


class NothingInTheWay:
    """The obstruction of elements that lie above everything else: there is none."""

    def answer_any(self, before: Step | None = None) -> bool:
        """Answer nothing."""
        return False

    def leaves_one(self) -> bool:
        """Say that nothing stays."""
        return False
