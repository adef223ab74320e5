"""Getting from what is shown to a page: up to the nearest page that is shown, and down again by clicks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import translated
from nvrflow.errors import SelectorDrift, TimedOut
from nvrflow.firmware import Locator, Way
from nvrflow.recorder.finder import Match
from nvrflow.recorder.nearest import hints
from nvrflow.recorder.outcomes import SLICE
from nvrflow.recorder.readiness import await_ready
from nvrflow.recorder.screen import Screen
from nvrflow.recorder.target import target_of
from nvrflow.recorder.view import window_of
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder


class NoWay(SelectorDrift):
    """A way to a page that is not offered now; another one may be."""


def go_to(recorder: Recorder, name: str, patient: bool = True) -> Screen:
    """Show the page `name` as a person would, and wait until it is ready. Raises SelectorDrift when no way leads there.

    Unless `patient`, an element that is not offered now is not waited for: NoWay is raised, because another way is left.
    """
    pages = recorder.firmware.file.pages
    if name not in pages:
        raise SelectorDrift(f"{recorder.firmware.name}: the selector file has no page {name!r}; it has {', '.join(pages)}")
    if is_shown(recorder, name):
        await_ready(recorder, name, time.monotonic() + recorder.timeout)
        recorder.listen_once()
    else:
        recorder.steps.go_on()
        _enter(recorder, name, patient)
        arrive(recorder, name)
    return Screen(recorder, name)


def is_shown(recorder: Recorder, name: str) -> bool:
    """Whether the page is shown now; a page that nothing shows counts as shown where the page it lies on is."""
    page = recorder.firmware.file.pages[name]
    if not recorder.view.turn_to(name):
        return False
    if page.shown_by:
        return recorder.finder.shows(page.shown_by)
    return any(is_shown(recorder, way.on) for way in page.all_ways) if page.all_ways else bool(page.path is None)


def arrive(recorder: Recorder, name: str, ready: bool = True) -> Screen:
    """Wait until the page is shown, and ready if that is asked for; pop-ups are answered meanwhile."""
    page = recorder.firmware.file.pages[name]
    deadline = time.monotonic() + recorder.timeout
    with waiting(f"the page {name}", recorder.timeout):
        _await_window(recorder, name, deadline)
        _await_shown(recorder, name, page.shown_by or [], deadline)
    recorder.pending = None
    if ready:
        await_ready(recorder, name, deadline)
    recorder.listen_once()
    return Screen(recorder, name)


def _await_shown(recorder: Recorder, name: str, shown_by: Sequence[Locator], deadline: float) -> None:
    while shown_by and not recorder.view.comes(shown_by, SLICE):
        if recorder.pending is not None:
            recorder.pending.raise_refusal(recorder)
        if time.monotonic() > deadline:
            tried = ", ".join(map(recorder.finder.describe, shown_by))
            waited = f"not shown within {recorder.timeout:g} s"
            near = hints(recorder.finder, shown_by)
            raise SelectorDrift(f"{recorder.firmware.name}: {name}: {waited}; {tried} should be visible{near}")
        if not recorder.signed_in and recorder.session.follow_to_https():
            recorder.view.read_as(recorder.firmware)
        recorder.popups.answer_any()


def _await_window(recorder: Recorder, name: str, deadline: float) -> None:
    while not recorder.view.turn_to(name):
        if time.monotonic() > deadline:
            waited = f"no browser window opened within {recorder.timeout:g} s at an address like"
            window = window_of(recorder.firmware.file, name)
            raise SelectorDrift(f"{recorder.firmware.name}: {name}: {waited} {window}")
        if not recorder.view.happens("popup", SLICE):
            recorder.popups.answer_any()


def _enter(recorder: Recorder, name: str, patient: bool) -> None:
    page = recorder.firmware.file.pages[name]
    if page.path is not None and recorder.session.is_fresh(page.path):
        return
    if page.path is not None:
        recorder.view.turn_to(name)
        step_id = f"open-{name}".replace("_", "-")
        with (
            translated(recorder.url),
            recorder.steps.step(step_id, f"Open {recorder.url}", verb="open", value=recorder.url),
            waiting(f"the page {name}", recorder.timeout),
        ):
            recorder.page.goto(recorder.address(page.path), wait_until="domcontentloaded", timeout=recorder.timeout_ms)
        return
    refused: list[str] = []
    ways = page.all_ways
    for index, way in enumerate(ways):
        try:
            _take(recorder, name, way, patient and index == len(ways) - 1)
            return
        except NoWay as problem:
            refused.append(str(problem))
    if not ways:
        raise SelectorDrift(f"{recorder.firmware.name}: {name}: is not shown, and the selector file knows no way to it")
    raise NoWay("; ".join(refused))


def _take(recorder: Recorder, name: str, way: Way, patient: bool) -> None:
    """One way: the page it starts from, then each element; a way that is not offered is left before its first click."""
    steps = len(recorder.report.steps)
    start = go_to(recorder, way.on, patient)
    moved = len(recorder.report.steps) > steps
    if moved and recorder.firmware.file.pages[name].shown_by and is_shown(recorder, name):
        _mention(recorder, name, way)
        return
    if way.open and not patient and not _offered(recorder, start, way.open[0]):
        _leave(recorder, way.on)
        raise NoWay(f"{recorder.firmware.name}: {way.on}.{way.open[0]}: not offered")
    known = len(recorder.report.steps)
    try:
        _click_through(recorder, name, way, start)
    except TimedOut as problem:
        if is_shown(recorder, way.on):
            raise
        recorder.report.notes.append(f"{problem}. Something came in between; the way was taken once more.")
        recorder.steps.forget_failed(known)
        _click_through(recorder, name, way, go_to(recorder, way.on))


def _click_through(recorder: Recorder, name: str, way: Way, start: Screen) -> None:
    for index, element in enumerate(way.open):
        short = f"open-{name}" if index == len(way.open) - 1 else f"open-{name}-{element}"
        with recorder.named(short.replace("_", "-")):
            start.click(element)


def _offered(recorder: Recorder, start: Screen, element: str) -> bool:
    """Whether the way is offered now; still pictures wait a little, because they have to show the same way every time."""
    if start.offers(element):
        return True
    find = recorder.firmware.file.pages[start.name].elements[element].find
    return recorder.steps.camera.still and recorder.view.comes(find, 10 * SLICE)


def _mention(recorder: Recorder, name: str, way: Way) -> None:
    """What a person would click if the page were not shown already, pictured and not clicked."""
    steps, elements = recorder.steps, recorder.firmware.file.pages[way.on].elements
    for element in way.open:
        match = recorder.finder.probe(elements[element].find)
        if isinstance(match, Match):
            title = f"Click {recorder.firmware.called(elements[element], element)} if it is not selected already"
            with steps.step(f"open-{name}".replace("_", "-"), title, "read", f"{way.on}.{element}", "click") as step:
                step.locator, step.fallback = match.locator, match.index
                step.target = target_of(recorder.firmware, elements[element], step.element, match.index)
                recorder.view.settle()
                steps.photograph(step, recorder.page, match.found, optional=True)


def _leave(recorder: Recorder, name: str) -> None:
    """Close a window that would cover the way back."""
    for element in recorder.firmware.file.pages[name].close:
        Screen(recorder, name).click(element)
