"""What a run did: the nouns of `report.json`, filled while the run goes on and written at its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, Protocol

from nvrflow.errors import NvrflowError
from nvrflow.wait import Wait

Effect = Literal["read", "write"]
Outcome = Literal["done", "already", "checked", "failed"]


def nvrflow_version() -> str:
    """The installed version, for reports and `--version`."""
    try:
        return version("nvrflow")
    except PackageNotFoundError:
        return "0+unknown"


@dataclass
class Target:
    """What a step was done to: as the selector file calls it, and as the page showed it just before.

    `called` are the selector file's words for it, `row` those of the row in which it stands, `kind` what a reader sees (button,
    tab, menu, link, other), `secret` whether what is typed or shown there may appear nowhere. `words` and `role` (ARIA) are the
    page's own. `box` is left, top, width and height in CSS pixels of the main viewport; `around` are the boxes of what contains
    the target, from the inside out, in the same pixels.
    """

    called: str = ""
    row: str = ""
    kind: str = "other"
    secret: bool = False
    words: str = ""
    role: str = ""
    box: tuple[float, float, float, float] | None = None
    around: list[tuple[float, float, float, float]] = field(default_factory=list)


@dataclass
class Step:
    """One action of a person on the recorder's page, or one thing nvrflow did beside it.

    `id` survives inserted steps; `seconds` is wall time; `screenshot` is relative to the run folder; `fallback` is the
    index of the locator that matched (0: the first one). `outcome` is `would` for a write step that `--check` held back. `verb`
    is what was done, `value` what was typed or chosen or the name of the file that came, never a secret.
    `optional`: done only where it is needed. `announced` is what the recorder said afterwards, where that is one line.
    """

    id: str
    title: str
    effect: Effect = "read"
    element: str = ""
    locator: str = ""
    fallback: int = 0
    seconds: float = 0.0
    screenshot: str | None = None
    chapter: str = ""
    outcome: Literal["done", "would", "failed"] = "done"
    note: str = ""
    verb: str = ""
    value: str = ""
    optional: bool = False
    announced: str = ""
    target: Target | None = None


@dataclass
class Drift:
    """An element that was not where the selector file's first locator says: what was found, and the YAML line to change."""

    element: str
    expected: str
    found: str
    proposal: str


@dataclass
class TrustChange:
    """One certificate in one store: `kind` is limited, pin, ca or as-guide, `anchor` the SHA-256 of what lies there.

    `note` says in a few words what is trusted; `commands` are the operating system's, one a line, as they can be typed.
    """

    store: str
    kind: str
    anchor: str
    changed: bool
    note: str = ""
    commands: list[str] = field(default_factory=list)


@dataclass
class Https:
    """HTTPS of the recorder before and after, and what this computer's clients say of it.

    `trusted`: True if every client that the changed stores serve opened the recorder, False if one of them refused, None if
    nothing was imported; `reason` says why it is not True. `clients` are all that were asked, each `{name, trusted, reason}`.
    """

    before: bool | None = None
    after: bool | None = None
    url: str | None = None
    tls: str | None = None
    redirects: bool | None = None
    trusted: bool | None = None
    reason: str | None = None
    clients: list[dict[str, Any]] = field(default_factory=list)


class Listener(Protocol):
    """Who wants to hear of progress while it happens (the terminal)."""

    def chapter(self, title: str) -> None: ...
    def starts(self, title: str) -> None: ...
    def ended(self, step: Step) -> None: ...
    def says(self, sentence: str) -> None: ...
    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...


class Silence:
    """A listener that says nothing."""

    def chapter(self, title: str) -> None: ...
    def starts(self, title: str) -> None: ...
    def ended(self, step: Step) -> None: ...
    def says(self, sentence: str) -> None: ...
    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...


@dataclass
class Report:
    """All that a run has to say; `as_dict()` is `report.json`.

    `enforced`: from its first request on, a gate let nothing out but what is known to change nothing on the recorder.
    """

    flow: str
    recorder: str
    outcome: Outcome = "done"
    error: dict[str, Any] | None = None
    firmware: dict[str, Any] | None = None
    language: str | None = None
    steps: list[Step] = field(default_factory=list)
    drift: list[Drift] = field(default_factory=list)
    certificates: list[dict[str, Any]] = field(default_factory=list)
    trust: list[TrustChange] = field(default_factory=list)
    https: Https | None = None
    notes: list[str] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    enforced: bool = False
    started: str = ""
    seconds: float = 0.0

    def failed(self, problem: NvrflowError) -> None:
        """Record `problem` as the outcome; an earlier error is not overwritten."""
        self.outcome = "failed"
        if self.error is None:
            self.error = {"kind": problem.kind, "message": str(problem), "step": problem.step}

    def as_dict(self) -> dict[str, Any]:
        """The report with the contract's keys, ready for JSON."""
        return {"nvrflow": nvrflow_version(), **asdict(self)}
