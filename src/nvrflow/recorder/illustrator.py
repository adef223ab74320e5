"""Pictures for documentation: one page, or one element of it, still and without secrets, with what it points at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.browser.visible import bring_into_view
from nvrflow.errors import HeldBack, WrongCall
from nvrflow.recorder.caption import captions
from nvrflow.recorder.finder import Match
from nvrflow.recorder.secret_fields import mark_shown
from nvrflow.recorder.verbs import element_of, look_at_last_click
from nvrflow.recorder.window import Window
from nvrflow.report import Illustration, Pointer, Rectangle, Step, Target
from nvrflow.report.illustration import Sheet

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_NAME = re.compile(r"\w[\w-]{0,99}")
_WHOLE = "element => element.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'})"


@dataclass(frozen=True)
class Subject:
    """What a picture shows: the whole `page`, or its element `of` with `padding` CSS pixels around.

    `mark` are elements that get a box with a number, `arrow` those that an arrow points at, each with a short text or with none.
    """

    page: str
    of: str = ""
    mark: Sequence[str] = ()
    arrow: Mapping[str, str] = field(default_factory=dict)
    padding: float = 16

    @property
    def elements(self) -> list[str]:
        """Every element that has to be on the screen."""
        return [*([self.of] if self.of else []), *self.mark, *self.arrow]


def illustrate(window: Window, name: str, subject: Subject) -> None:
    """Take the picture `name` of what is shown now, as one step, and keep it with the steps. Raises WrongCall, SelectorDrift."""
    _must_do(window, name, subject)
    steps, title = window.steps, f"Take the picture {name}"
    look_at_last_click(window)
    whole = f"{subject.page}.{subject.of}" if subject.of else ""
    step_id = f"picture-{name}".replace("_", "-")
    with steps.described(), steps.step(step_id, title, verb="picture", value=name, element=whole) as step:
        if steps.held and not all(element_of(window, subject.page, one).is_there() for one in subject.elements):
            steps.unseen(step)
            raise HeldBack(title)
        found = {element: _found(window, subject.page, element, step) for element in subject.elements}
        window.settle()
        for target in reversed(found.values()):  # that of which it is a picture comes last
            bring_into_view(target)
        if subject.of:
            found[subject.of].evaluate(_WHOLE)
        mark_shown(window.page, window.firmware)
        volatile = window.finder.any_of(window.file.volatile) if window.file.volatile else None
        screen = window.steps.camera.once_still(window.page, volatile)
        boxes = {element: _box(window, subject.page, element, target) for element, target in found.items()}
        scale = float(window.page.evaluate("() => window.devicePixelRatio"))
        facts = _facts(window, name, subject, boxes, scale)
        texts = captions(window.page, [text for text in subject.arrow.values() if text], scale)
        steps.sheets.append(Sheet(facts, screen, texts))


def _must_do(window: Window, name: str, subject: Subject) -> None:
    """Raise WrongCall for an element that the selector file does not have, and for a name that cannot be the picture's."""
    for element in subject.elements:
        element_of(window, subject.page, element)
    if not _NAME.fullmatch(name):
        raise WrongCall(f"{subject.page}: a picture cannot be called {name!r}; use letters, digits, hyphens and underscores")
    if any(sheet.facts.name == name for sheet in window.steps.sheets):
        raise WrongCall(f"{subject.page}: this run has a picture called {name!r} already; give each its own name")


def _found(window: Window, page: str, name: str, step: Step) -> Locator:
    element = element_of(window, page, name)
    match: Match = element.find(step)
    if step.element == element.full:
        step.locator, step.fallback, step.target = match.locator, match.index, Target(called=element.called)
    if match.index:
        window.steps.drift(element.full, window.finder.describe(element.spec.find[0]), match.locator)
    return match.found


def _box(window: Window, page: str, name: str, target: Locator) -> Rectangle:
    """Where an element is in the picture. Raises WrongCall for one that lies outside."""
    box, size = target.bounding_box(), window.page.viewport_size
    if box is None or size is None:
        raise WrongCall(f"{window.firmware.name}: {page}.{name}: has no place on the screen, so there can be no picture of it")
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    if not (0 <= across < size["width"] and 0 <= down < size["height"]):
        room = f"{size['width']}x{size['height']}"
        why = f"does not fit on one screen of {room} with what else is in the picture; take a larger one, or two pictures"
        raise WrongCall(f"{window.firmware.name}: {page}.{name}: {why}")
    return box["x"], box["y"], box["width"], box["height"]


def _facts(window: Window, name: str, subject: Subject, boxes: Mapping[str, Rectangle], scale: float) -> Illustration:
    called = {element: element_of(window, subject.page, element).called for element in boxes}
    numbered = [Pointer(one, called[one], boxes[one], number) for number, one in enumerate(subject.mark, 1)]
    arrows = [Pointer(one, called[one], boxes[one], None, text) for one, text in subject.arrow.items()]
    return Illustration(
        name=name,
        page=subject.page,
        of=subject.of,
        box=boxes[subject.of] if subject.of else None,
        padding=subject.padding,
        pointers=[*numbered, *arrows],
        alt=_alt(window, subject, [*numbered, *arrows]),
        scale=scale,
    )


def _alt(window: Window, subject: Subject, pointers: Sequence[Pointer]) -> str:
    """What is to be seen, in the words of the recorder's own language."""
    page = window.file.pages[subject.page]
    way = next((way for way in page.all_ways if way.open), None)
    title = element_of(window, way.on, way.open[-1]).called if way is not None else subject.page.replace("_", " ")
    shown = f"{title}: {element_of(window, subject.page, subject.of).called}" if subject.of else title
    notes = [f"{one.number} {one.called}" if one.number is not None else f"→ {one.called}" for one in pointers]
    texts = [f"{note}: {one.text}" if one.text else note for note, one in zip(notes, pointers, strict=True)]
    return f"{shown} ({'; '.join(texts)})" if texts else shown
