"""What a run did: the nouns of `report.json`, filled during the run and written at its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Literal, Protocol

from nvrflow.errors import NvrflowError
from nvrflow.wait import Wait

Effect = Literal["read", "write"]
Outcome = Literal["done", "already", "checked", "failed"]
Pictures = Literal["none", "quick", "still"]
Rectangle = tuple[float, float, float, float]  # left, top, width, height in CSS pixels of the main viewport


def nvrflow_version() -> str:
    """The installed version, for reports and `--version`."""
    try:
        return version("nvrflow")
    except PackageNotFoundError:
        return "0+unknown"


@dataclass
class Target:
    """The target of a step: as the selector file calls it, and as the page showed it just before.

    `called` are the selector file's words for it, `row` those of its row, `kind` is the kind for a reader (button, tab, menu,
    link, other), `secret` says that its text may appear in no output. `words` and `role` (ARIA) are the page's own. `box` is
    left, top, width and height in CSS pixels of the main viewport; `around` are the boxes of its containers, from the inside
    out. `named`: the selector file has its own words for `called`, which then come before those of the page.
    """

    called: str = ""
    row: str = ""
    kind: str = "other"
    secret: bool = False
    words: str = ""
    role: str = ""
    box: Rectangle | None = None
    around: list[Rectangle] = field(default_factory=list)
    named: bool = False


@dataclass
class Step:
    """One action on the recorder's page, or one action of nvrflow outside of it.

    `id` stays when other steps are inserted; `seconds` is wall time; `screenshot` is relative to the run folder; `fallback` is
    the index of the locator that matched (0: the first). `outcome` is `would` for a write step that `--check` held back. `verb`
    is the action, `value` the text that was typed or chosen or the name of the received file, never a secret.
    `optional`: done only where it is needed; `unseen`: described, but its target was not on the screen. `announced` is what the
    recorder said afterwards, if that is one line. `leaving`: done to leave the recorder, and not part of the flow.

    `raw` is the picture without marks, relative to the run folder, `scale` its pixels per CSS pixel. `addresses` are the boxes
    in it that show the recorder's host or any IPv4 address, in CSS pixels; None where nobody looked. `failure` is the picture
    taken after the step had failed, or after something failed between this step and the next.
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
    unseen: bool = False
    leaving: bool = False
    raw: str | None = None
    failure: str | None = None
    scale: float = 1.0
    addresses: list[Rectangle] | None = None


@dataclass
class Said:
    """A sentence of the flow: the step before which it belongs (counted from 0), its chapter, its translations by language."""

    before: int
    chapter: str
    sentence: str
    translations: dict[str, str] = field(default_factory=dict)


@dataclass
class Drift:
    """An element that its first locator in the selector file did not find: what was found, and the YAML line to change."""

    element: str
    expected: str
    found: str
    proposal: str


@dataclass
class Pointer:
    """What an illustration points at: an element, its words, and how - with a `number` in a box, or with an arrow and a `text`.

    `box` is left, top, width and height in CSS pixels of the main viewport.
    """

    element: str
    called: str
    box: Rectangle
    number: int | None = None
    text: str = ""


@dataclass
class Illustration:
    """A picture for documentation that a flow asked for: of a page, or of one element `of` it with `padding` CSS pixels around.

    `file` is relative to the run folder, `alt` says in one line what is to be seen, `scale` is image pixels per CSS pixel.
    """

    name: str
    page: str
    of: str = ""
    box: Rectangle | None = None
    padding: float = 0
    pointers: list[Pointer] = field(default_factory=list)
    alt: str = ""
    scale: float = 1.0
    file: str | None = None


@dataclass
class TrustChange:
    """One certificate in one store: `kind` is limited, pin, ca or as-guide, `anchor` its SHA-256.

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
    """HTTPS of the recorder before and after the run, and whether this computer's clients trust it.

    `trusted`: True if every client that the changed stores serve opened the recorder, False if one of them refused, None if
    nothing was imported; `reason` says why it is not True. `clients` are all that were asked, each `{name, trusted, reason}`.
    `proved` is the address that a fresh browser opened which trusts nothing but the recorder's certificates.
    """

    before: bool | None = None
    after: bool | None = None
    url: str | None = None
    tls: str | None = None
    redirects: bool | None = None
    trusted: bool | None = None
    reason: str | None = None
    clients: list[dict[str, Any]] = field(default_factory=list)
    proved: str | None = None


class Listener(Protocol):
    """Hears of the progress of a run, for example to show it at a terminal."""

    def chapter(self, title: str) -> None: ...
    def starts(self, title: str) -> None: ...
    def ended(self, step: Step) -> None: ...
    def says(self, sentence: str) -> None: ...
    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...


class Silence:
    """A listener that shows nothing."""

    def chapter(self, title: str) -> None: ...
    def starts(self, title: str) -> None: ...
    def ended(self, step: Step) -> None: ...
    def says(self, sentence: str) -> None: ...
    def waits(self, wait: Wait) -> None: ...
    def waited(self, wait: Wait) -> None: ...


@dataclass
class Report:
    """The results of a run; `as_dict()` is `report.json`.

    `enforced`: from its first request on, a gate let nothing out but what is known to change nothing on the recorder.
    `cut_short`: a `--check` could describe nothing any more from this step on (`{kind, message, step}`), because of what it had
    held back before. `title` is what the flow calls itself, `chapters` what its headings are in other languages, each by
    language (`""`: the flow's own); `said` are its own sentences. `pictures` tells how pictures were taken, `videos` names the
    screencasts in the run folder, `illustrations` the pictures that the flow itself asked for. `extra` are a command's own keys.
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
    cut_short: dict[str, Any] | None = None
    title: dict[str, str] = field(default_factory=dict)
    chapters: dict[str, dict[str, str]] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    pictures: Pictures = "none"
    videos: list[str] = field(default_factory=list)
    illustrations: list[Illustration] = field(default_factory=list)
    started: str = ""
    seconds: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    def failed(self, problem: NvrflowError) -> None:
        """Record `problem` as the outcome; an earlier error is not overwritten."""
        self.outcome = "failed"
        if self.error is None:
            self.error = {"kind": problem.kind, "message": str(problem), "step": problem.step}

    def checked_until(self, problem: NvrflowError) -> None:
        """Record that `--check` ends at `problem`, because the flow needs something that was held back before."""
        self.outcome = "checked"
        self.cut_short = {"kind": problem.kind, "message": str(problem), "step": problem.step}
        title = next((step.title for step in self.steps if step.id == problem.step), "here")
        self.notes.append(f"from this step on nothing could be described without changing the recorder: {title} ({problem})")
        for step in self.steps:
            step.outcome = "would" if step.id == problem.step else step.outcome

    def as_dict(self) -> dict[str, Any]:
        """The report with the contract's keys, ready for JSON."""
        own = asdict(self)
        return {"nvrflow": nvrflow_version(), **own, **own.pop("extra")}
