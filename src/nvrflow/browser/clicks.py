"""A click that is made exactly once: pop-ups above its target are answered first, and a click that arrived is not repeated."""

from __future__ import annotations

import time
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


def watch_clicks(context: BrowserContext) -> None:
    """Make the pages of `context` remember when they were last clicked."""
    context.add_init_script(_WATCH)


def click_once(
    page: Page, target: Locator, timeout: float, answer_pop_ups: Callable[[], bool], rehearse: bool, past: bool = False
) -> bool:
    """Click `target` within `timeout` seconds; False if it could not be clicked, or disappeared with an answered pop-up.

    On a busy page, Playwright's time can run out after the click was made; that counts as clicked. With `rehearse`, the click is
    first tried without making it until nothing covers the target, then made with all the remaining time. With `past`, something
    covers the target and will stay: if the target cannot be clicked soon, it gets a click event without a mouse.
    """
    if past:
        if not click_once(page, target, min(timeout, _BRIEF), answer_pop_ups, rehearse):
            target.dispatch_event("click")
        return True
    deadline, answered = time.monotonic() + timeout, False
    while True:
        start, left = time.time() * 1000, deadline - time.monotonic()
        try:
            target.click(timeout=min(max(1.0, left), _SLICE) * 1000, trial=rehearse)
            break
        except PlaywrightTimeout:
            if not rehearse and _was_clicked(page, start):
                return True
            if answer_pop_ups():
                answered = True
            elif time.monotonic() > deadline or (answered and not target.is_visible()):
                return False
    if rehearse:
        target.click(timeout=timeout * 1000)
    return True


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
