"""A finding of any kind, as data: a code for programs, a sentence and advice for people.

Findings about certificates, stores, clients and this computer all have this type. Decisions depend on `code` and `level`, never
on the wording.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["refusal", "warning", "note"]


@dataclass(frozen=True)
class Problem:
    """What is wrong or worth knowing.

    `code` is stable and made of lower-case words with dashes (`no-san`, `wrong-name`). `where` names the thing it is about
    (`device certificate`, `CA certificate`, `firefox:default`), `sentence` says what was found, `advice` what to do now.
    `level`: a `refusal` prevents the import, a `warning` must be shown before the person decides, a `note` is worth knowing.
    `client` names the client if it applies to only one (`firefox`); it is empty if it applies to all.
    """

    code: str
    where: str
    sentence: str
    advice: str = ""
    level: Level = "refusal"
    client: str = ""

    def __str__(self) -> str:
        """The message for a person: *where: what was found; what to do*."""
        return f"{self.where}: {self.text}"

    @property
    def text(self) -> str:
        """The message without `where`, for a place that shows that already."""
        return self.sentence + (f"; {self.advice}" if self.advice else "")

    @property
    def fatal(self) -> bool:
        """Whether it prevents the import."""
        return self.level == "refusal"

    def as_dict(self) -> dict[str, str]:
        """Plain data for JSON."""
        return asdict(self)


def refusals(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that prevent the import."""
    return tuple(problem for problem in problems if problem.level == "refusal")


def warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that a person must see before deciding."""
    return tuple(problem for problem in problems if problem.level == "warning")
