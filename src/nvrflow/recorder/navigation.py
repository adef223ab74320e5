"""The way to a page: up to the nearest page that is shown, and down again by clicks."""

from __future__ import annotations

from collections.abc import Sequence

from nvrflow.browser.motion import Patience
from nvrflow.browser.playwright_errors import translated
from nvrflow.errors import SelectorDrift, TimedOut, WrongCall
from nvrflow.firmware import Locator, Page, Way
from nvrflow.recorder.element import Element
from nvrflow.recorder.finder import Match
from nvrflow.recorder.nearest import hints
from nvrflow.recorder.outcome import raise_refusal
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.readiness import await_ready
from nvrflow.recorder.speech import listen_once
from nvrflow.recorder.verbs import click, element_of, look_at_last_click
from nvrflow.recorder.window import SLICE, Window, lineage, window_of
from nvrflow.wait import waiting

_FADING = 3000  # milliseconds in which a page that is being closed goes out of sight


class NoWay(SelectorDrift):
    """The recorder does not offer this way to a page now; it may offer another."""


def known(window: Window, name: str) -> Page:
    """The page `name` of the selector file. Raises WrongCall if it has no such page."""
    pages = window.file.pages
    if name not in pages:
        raise WrongCall(f"{window.firmware.name}: the selector file has no page {name!r}; it has {', '.join(pages)}")
    return pages[name]


def go_to(window: Window, name: str, patient: bool = True, below: str = "") -> None:
    """Show the page `name` as a person would, and wait until it is ready.

    Raises WrongCall for a page that the selector file does not have, SelectorDrift when no way leads there. Without `patient` it
    does not wait for an element that is not offered now: it raises NoWay, because another way is left. `below` is the page to
    which this is the way, if pop-ups and open pages were looked for on the way there and nothing was done since.
    """
    known(window, name)
    if window.shelf is not None:
        window.shelf(name)
        return
    look_at_last_click(window)
    close_others(window, name, below)
    if window.shows_page(name) if below else _comes_into_sight(window, name):
        await_ready(window, name, window.patience())
        listen_once(window)
    else:
        window.steps.go_on()
        _enter(window, name, patient)
        arrive(window, name)


def _comes_into_sight(window: Window, name: str) -> bool:
    """Whether the page is shown, once the pop-ups that lie above it are answered."""
    for _ in window.file.handlers:
        if window.shows_page(name):
            return True
        if window.file.pages[name].path is not None or not Popups(window).answer_any():
            return False
    return window.shows_page(name)


def close_others(window: Window, name: str, below: str = "") -> None:
    """Close every open page that does not lead to the page `name`, if the selector file says how to close it.

    The page `below` is known to be not shown, and every page that does not lead there is known to be closed.
    """
    wanted = lineage(window.file, name)
    closable = {other: page for other, page in window.file.pages.items() if page.close and other not in wanted}
    if below:
        leading = lineage(window.file, below) - {below}
        closable = {other: page for other, page in closable.items() if other in leading}
    known = [locator for page in closable.values() for locator in page.shown_by or []]
    if not known or not window.finder.shows(known):
        return
    deepest_first = sorted(closable, key=lambda other: len(lineage(window.file, other)), reverse=True)
    for other in deepest_first:
        if closable[other].shown_by and window.shows_page(other):
            close(window, other)


def close(window: Window, name: str) -> None:
    """Leave the page with the elements that the selector file names below `close`."""
    page = window.file.pages[name]
    for element in page.close:
        click(element_of(window, name, element), f"close-{name}".replace("_", "-"))
    if page.shown_by:
        window.goes(page.shown_by, _FADING)


def arrive(window: Window, name: str, ready: bool = True) -> None:
    """Wait until the page is shown, and also ready if that is wanted; pop-ups are answered meanwhile. Raises WrongCall."""
    page, patience = known(window, name), window.patience()
    if window.shelf is not None:
        window.shelf(name)
        return
    with waiting(f"the page {name}", window.timeout):
        _await_window(window, name, patience)
        _await_shown(window, name, page.shown_by or [], patience)
    if ready:
        await_ready(window, name, patience)
    listen_once(window)


def _await_shown(window: Window, name: str, shown_by: Sequence[Locator], patience: Patience) -> None:
    if shown_by and window.finder.shows(shown_by):
        raise_refusal(window, window.pending)
        return
    before = len(window.steps.report.steps)
    while shown_by and not window.comes(shown_by, SLICE):
        raise_refusal(window, window.pending)
        if patience.is_over(window.page):
            tried = ", ".join(map(window.finder.describe, shown_by))
            near = hints(window.finder, shown_by) + _answered_since(window, before)
            if name != "sign_in" and "sign_in" in window.file.pages and not window.session.signed_in:
                near += ". Nobody is signed in; a flow calls sign_in first"
            if window.tries.answered:
                near += f". The recorder accepted the sign-in, so nothing is wrong with the password: correct `{name}.shown_by`"
            said = f"{window.firmware.name}: {name}: not shown: {tried} was not visible {patience.told}{near}"
            raise window.reason(SelectorDrift(said))
        if not window.session.signed_in and window.session.follow_to_https():
            window.read_as(window.firmware)
        Popups(window).answer_any()


def _answered_since(window: Window, before: int) -> str:
    """What a message has to say of pop-ups that were answered meanwhile: one of them may have been the page itself."""
    answered = [step.element for step in window.steps.report.steps[before:] if step.element.startswith("handlers.")]
    if not answered:
        return ""
    used = ", ".join(dict.fromkeys(answered))
    return (
        f"; {used} was used meanwhile: if that closed the page itself, let the `shown_by` of the handler say when it is a pop-up"
    )


def _await_window(window: Window, name: str, patience: Patience) -> None:
    while not window.turn_to(name):
        if patience.is_over(window.page):
            address = window_of(window.file, name)
            waited = f"no browser window opened {patience.told} at an address like {address}"
            raise window.reason(SelectorDrift(f"{window.firmware.name}: {name}: {waited}"))
        if not window.happens("popup", SLICE):
            Popups(window).answer_any()


def _enter(window: Window, name: str, patient: bool) -> None:
    page = window.file.pages[name]
    if page.path is not None:
        _open(window, name, page.path)
        return
    refused: list[str] = []
    ways = page.all_ways
    for index, way in enumerate(ways):
        try:
            _take(window, name, way, patient and index == len(ways) - 1, "" if index else name)
            return
        except NoWay as problem:
            refused.append(str(problem))
    if ways:
        raise window.reason(NoWay("; ".join(refused)))


def _open(window: Window, name: str, path: str) -> None:
    """Open the page's address, unless the browser has just been opened there."""
    if window.session.is_fresh(path):
        return
    window.turn_to(name)
    url = window.session.at(path)
    with (
        translated(window.session.url),
        window.steps.step(f"open-{name}".replace("_", "-"), f"Open {url}", verb="open", value=url),
        waiting(f"the page {name}", window.timeout),
    ):
        window.page.goto(url, wait_until="domcontentloaded", timeout=window.timeout_ms)


def _take(window: Window, name: str, way: Way, patient: bool, below: str) -> None:
    """Take one way: show the page where it starts, then click each element; nothing is clicked on a way that is not offered."""
    steps = window.steps
    before = len(steps.report.steps)
    go_to(window, way.on, patient, below)
    moved = len(steps.report.steps) > before
    if moved and window.file.pages[name].shown_by and window.shows_page(name):
        _mention(window, name, way)
        return
    if way.open and not patient and not _is_offered(window, way):
        close(window, way.on)
        raise NoWay(f"{window.firmware.name}: {way.on}.{way.open[0]}: not offered")
    known = len(steps.report.steps)
    try:
        _click_through(window, name, way)
    except TimedOut as problem:
        if window.file.pages[name].shown_by and window.shows_page(name):  # it came by itself, and what leads there is greyed
            steps.forget_failed(known)
            return
        if window.shows_page(way.on):
            raise
        steps.report.notes.append(f"{problem}. Something interrupted the way to the page, so nvrflow took it once more.")
        steps.forget_failed(known)
        go_to(window, way.on)
        _click_through(window, name, way)


def _click_through(window: Window, name: str, way: Way) -> None:
    for index, element in enumerate(way.open):
        short = f"open-{name}" if index == len(way.open) - 1 else f"open-{name}-{element}"
        click(element_of(window, way.on, element), short.replace("_", "-"))


def _is_offered(window: Window, way: Way) -> bool:
    """Whether the way is offered, now or before the page's requests have ended."""
    element = element_of(window, way.on, way.open[0])
    while not element.is_there():
        if not window.session.motion.requests or window.comes(element.spec.find, SLICE):
            return element.is_there()
    return True


def _mention(window: Window, name: str, way: Way) -> None:
    """Picture, without a click, what a person would click if the page were not shown already."""
    steps = window.steps
    if not steps.take_pictures:
        return
    for open_by in way.open:
        element: Element = element_of(window, way.on, open_by)
        match = element.probe()
        if isinstance(match, Match):
            title = f"Click {element.called} if it is not selected already"
            with steps.step(f"open-{name}".replace("_", "-"), title, element=element.full, verb="click") as step:
                element.found(step, match)
                window.settle()
                steps.photograph(step, window.page, match.found, optional=True)
