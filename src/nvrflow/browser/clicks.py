"""A click that is made exactly once: pop-ups above its target are answered first, and a click that arrived is not repeated."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page

_SLICE = 1.5  # seconds of one attempt, after which nvrflow looks for pop-ups
_BRIEF = 2.0  # seconds for a target below something that stays
# Playwright's own listener on the window hides from the document the clicks that it stops at a covered target.
_WATCH = """document.addEventListener('click', event => {
    if (event.isTrusted) window[Symbol.for('nvrflow.clicked')] = Date.now()
}, true)"""
_LAST = "() => window[Symbol.for('nvrflow.clicked')] ?? 0"  # milliseconds of this computer's own clock
_TAG = r"(<[^\n]+?>)(?:…</\w+>)?"
_COVERS = re.compile(rf"{_TAG}(?: from {_TAG} subtree)? intercepts pointer events")
_UNKNOWN = "something covers it, it moves, or it is disabled"


@dataclass(frozen=True)
class Clicked:
    """Whether a click was made, and Playwright's reason if it was not."""

    done: bool
    why: str = ""

    def __bool__(self) -> bool:
        return self.done


def watch_clicks(context: BrowserContext) -> None:
    """Make the pages of `context` remember when they were last clicked."""
    context.add_init_script(_WATCH)


def click_once(
    page: Page, target: Locator, give_up: Callable[[], bool], answer_pop_ups: Callable[[], bool], rehearse: bool
) -> Clicked:
    """Click `target`, unless `give_up` says before that it was waited long enough.

    It is not clicked either when it went away with a pop-up that was answered. A page that is busy can let Playwright's time run
    out after the click was made; that counts as clicked. With `rehearse` the click is tried without making it until nothing is in
    its way, and then made with all the time that one attempt may take.
    """
    answered = False
    while True:
        start = time.time() * 1000
        try:
            target.click(timeout=_SLICE * 1000, trial=rehearse)
            break
        except PlaywrightTimeout as problem:
            why = reason(problem)
            if not rehearse and _was_clicked(page, start):
                return Clicked(True)
            if answer_pop_ups():
                answered = True
            elif give_up() or (answered and not target.is_visible()):
                return Clicked(False, why)
    if rehearse:
        target.click(timeout=20 * _SLICE * 1000)
    return Clicked(True)


def click_past(target: Locator) -> None:
    """Click `target` although something covers it and will stay: after a moment it gets a click event without a mouse."""
    try:
        target.click(timeout=_BRIEF * 1000)
    except PlaywrightTimeout:
        target.dispatch_event("click")


def reason(problem: PlaywrightTimeout) -> str:
    """Why Playwright did not click, from its own log: what covers the target, or what state it is in."""
    covers = _COVERS.findall(problem.message)
    if covers:
        return f"it is covered by {_short(covers[-1][1] or covers[-1][0])}"
    states = re.findall(r"element is (not enabled|not visible|not stable|outside of the viewport)", problem.message)
    return f"it is {states[-1]}" if states else _UNKNOWN


def _short(tag: str) -> str:
    """`<span class="mask big" style="…">` as `span.mask.big`."""
    name = re.match(r"<([\w-]+)", tag)
    identity = re.search(r'\bid="([^"\s]+)"', tag)
    classes = re.search(r'\bclass="([^"]+)"', tag)
    parts = (f"#{identity[1]}" if identity else "", *(f".{one}" for one in (classes[1].split()[:2] if classes else ())))
    return (name[1] if name else tag) + "".join(parts)


def _was_clicked(page: Page, since: float) -> bool:
    """Whether a click arrived in any frame of `page` since then, in milliseconds of this computer's clock."""
    for frame in page.frames:
        try:
            last = float(frame.evaluate(_LAST))
        except PlaywrightError:
            continue
        if last > since - 1:  # pages measure in whole milliseconds
            return True
    return False
