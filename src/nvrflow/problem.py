"""One finding of any kind, as data: a code for programs, a sentence and an advice for people.

Certificates, stores, clients and this computer are all judged with this one type. Whoever decides looks at `code` and
`level`, never at the wording.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["refusal", "warning", "note"]


@dataclass(frozen=True)
class Problem:
    """What is wrong or worth knowing.

    `code` is stable and made of lower-case words with dashes (`no-san`, `wrong-name`). `where` names what it is about
    (`device certificate`, `CA certificate`, `firefox:default`), `sentence` says what is so, `advice` what to do now.
    `level`: a `refusal` keeps the certificate out of every store, a `warning` has to be seen before the person decides, a `note`
    is worth knowing. `client` names the only client that it is true for (`firefox`); empty: for all.
    """

    code: str
    where: str
    sentence: str
    advice: str = ""
    level: Level = "refusal"
    client: str = ""

    def __str__(self) -> str:
        """The message for a person: *where: what is so; what to do*."""
        return f"{self.where}: {self.text}"

    @property
    def text(self) -> str:
        """The message without `where`, for a place that says it already."""
        return self.sentence + (f"; {self.advice}" if self.advice else "")

    @property
    def fatal(self) -> bool:
        """Whether nothing may be imported because of it."""
        return self.level == "refusal"

    def as_dict(self) -> dict[str, str]:
        """Plain data for JSON."""
        return asdict(self)


def refusals(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those because of which nothing may be imported."""
    return tuple(problem for problem in problems if problem.level == "refusal")


def warnings(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Those that a person has to see before deciding."""
    return tuple(problem for problem in problems if problem.level == "warning")
