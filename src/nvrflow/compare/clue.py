"""One thing that differs on one page in one language, before it is known on how many pages it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nvrflow.capture.controls import Box, Control

Kind = Literal["page", "control", "label", "setting", "certificate", "tls", "picture", "time", "flow"]
Change = Literal["added", "removed", "renamed", "moved", "changed"]
Aspect = Literal[
    "",  # what the change says already
    "words",
    "spaces",
    "key",
    "untranslated",
    "kind",
    "enabled",
    "readonly",
    "required",
    "limits",
    "default",
    "options",
    "order",
    "other-page",
    "popup",
    "twice",
    "together",
    "icon",
    "colour",
    "look",
    "slower",
    "faster",
    "reached",
    "found",
    "weaker",
    "stronger",
    "facts",
    "shared",
    "port",
]


@dataclass(frozen=True)
class Clue:
    """One difference on one page in one language. `identity` is what it is about, the same on all pages and in all languages.

    `name` is what a person calls it. `a` and `b` are the controls that it is about, before and after. `parts`, for several
    controls that stand together, are the identities of those that can be used, in their order.
    """

    kind: Kind
    change: Change
    aspect: Aspect
    identity: str
    name: str
    page: str
    language: str
    before: str | None = None
    after: str | None = None
    a: tuple[Control, ...] = ()
    b: tuple[Control, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What it is about: clues with one subject are one difference."""
        return self.kind, self.change, self.aspect, self.identity

    def boxes(self, after: bool) -> tuple[Box, ...]:
        """Where it stands before, or `after`."""
        return tuple(control.box for control in (self.b if after else self.a))
