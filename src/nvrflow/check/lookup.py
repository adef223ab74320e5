"""The command `try`: what a locator finds on one page of a recorder, and what is similar where it finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nvrflow.browser.playwright_errors import translated
from nvrflow.capture.controls import Control, controls_of
from nvrflow.capture.replay import opened
from nvrflow.check.candidates import rank, wanted_of
from nvrflow.check.captured import is_capture, viewer_of
from nvrflow.check.glimpse import box_of, control_at
from nvrflow.check.repair import best_locator
from nvrflow.check.typed import known_to, locators
from nvrflow.check.yaml_text import inline
from nvrflow.errors import WrongCall
from nvrflow.firmware import Element, Locator
from nvrflow.gallery import show
from nvrflow.recorder import Manner, Recorder, open_recorder
from nvrflow.recorder.finder import Match
from nvrflow.recorder.steps import Steps
from nvrflow.report import Listener, Rectangle, Report, Silence
from nvrflow.report.secrecy import Gate

_MOST = 10
_START = "sign_in"


@dataclass(frozen=True)
class Inquirer:
    """Who asks, and how: the account, the manner of driving, a folder with own flows, and who hears of progress."""

    user: str = "admin"
    password: str | Callable[[], str] | None = None
    manner: Manner = field(default_factory=Manner)
    flows: Path | None = None
    listener: Listener = field(default_factory=Silence)


@dataclass(frozen=True)
class Looked:
    """What one locator finds: how many, how many of them visible, whether it names exactly one, and the first visible ones.

    `matches` are `{role, name, box}`; `near` is what resembles the words of a locator that finds nothing visible.
    """

    locator: str
    count: int
    visible: int
    is_unique: bool
    matches: tuple[dict[str, Any], ...]
    near: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Tried:
    """The answer for all locators, with the selector file and the page."""

    recorder: str
    firmware: str
    page: str
    looked: tuple[Looked, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        tried = [
            {
                "locator": one.locator,
                "count": one.count,
                "visible": one.visible,
                "unique": one.is_unique,
                "matches": list(one.matches),
                "candidates": list(one.near),
            }
            for one in self.looked
        ]
        return {"recorder": self.recorder, "firmware": self.firmware, "page": self.page, "tried": tried}


def look_up(place: str, typed: Sequence[str], page: str = _START, inquirer: Inquirer | None = None) -> Tried:
    """What each of the locators finds on the page of the recorder at `place`. Nothing is changed there.

    Raises WrongCall for what is not a locator, or for a page that the selector file does not have, and whatever ends a run.
    """
    inquirer, wanted = inquirer or Inquirer(), locators(typed)
    with recorder_at(place, inquirer) as recorder:
        known_to(recorder.firmware, wanted)
        if page not in recorder.firmware.file.pages:
            known = ", ".join(recorder.firmware.file.pages)
            raise WrongCall(f"--page {page}: {recorder.firmware.name} has no such page; it has {known}")
        if is_capture(place):
            recorder.go_to(page)
        else:
            show(recorder, page, inquirer.flows)
        recorder.window.turn_to(page)
        recorder.window.settle()
        gate = Gate(recorder.session.secrets, recorder.firmware.names)
        with translated(f"{recorder.firmware.name}: {page}"):
            controls = controls_of(recorder.page)
            looked = tuple(_covered(_looked(recorder, one, controls), gate) for one in wanted)
        return Tried(place if is_capture(place) else recorder.url, recorder.firmware.name, page, looked)


@contextmanager
def recorder_at(place: str, inquirer: Inquirer) -> Iterator[Recorder]:
    """The recorder at an address, or in the folder of a capture, opened so that nothing can be changed on it."""
    if is_capture(place):
        with opened(Path(place), inquirer.manner.language, viewer_of(inquirer.manner, inquirer.listener)) as recorder:
            yield recorder
        return
    steps = Steps(Report(flow="try", recorder=place), inquirer.listener)
    manner = replace(inquirer.manner, check=True, screenshots=False)
    with open_recorder(place, inquirer.user, inquirer.password, manner=manner, steps=steps) as recorder:
        yield recorder


def _looked(recorder: Recorder, locator: Locator, controls: Sequence[Control]) -> Looked:
    window, finder = recorder.window, recorder.window.finder
    every, visible = finder.every(locator).count(), finder.visible(locator)
    shown = visible.count()
    boxes = [box_of(one) for one in visible.all()[:_MOST]]
    near = []
    if not shown:
        element = Element(find=[locator])
        for one in rank(controls, wanted_of(recorder.firmware, "", element), {}):
            near.append(
                {
                    **_told(one.control, one.control.box),
                    "score": round(one.score, 2),
                    "locator": best_locator(window, one.control),
                }
            )
    return Looked(
        inline(locator.model_dump(exclude_none=True)),
        every,
        shown,
        isinstance(finder.probe([locator]), Match),
        tuple(_told(control_at(controls, box) if box else None, box) for box in boxes),
        tuple(near),
    )


def _told(control: Control | None, box: Rectangle | None) -> dict[str, Any]:
    return {
        "role": control.role if control else None,
        "name": control.name if control else None,
        "box": list(box) if box else None,
    }


def _covered(looked: Looked, gate: Gate) -> Looked:
    return replace(looked, matches=tuple(gate.data(looked.matches)), near=tuple(gate.data(looked.near)))
