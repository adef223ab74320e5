"""Waiting until a page that is shown can be used; pop-ups are answered meanwhile, and a message names what is not ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nvrflow.browser.motion import Patience
from nvrflow.browser.playwright_errors import PlaywrightTimeout, translated
from nvrflow.errors import TimedOut
from nvrflow.firmware.locator import Condition
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.window import SLICE, Window
from nvrflow.wait import waiting

_QUIET = 0.5  # seconds without a request under way


def await_ready(window: Window, name: str, patience: Patience) -> None:
    """Wait until every condition in the page's `ready` is true. Raises TimedOut, which names the condition that is not."""
    where = f"{window.firmware.name}: {name}"
    for condition in window.file.pages[name].ready:
        for holds, problem in _demands(window, condition):
            with translated(where), waiting(f"the page {name} to be ready", window.timeout):
                while not holds():
                    if patience.is_over(window.page):
                        Popups(window).answer_any()
                        raise TimedOut(f"{where}: not ready {patience.told}: {problem()}")
                    Popups(window).answer_meanwhile()


def _demands(window: Window, condition: Condition) -> Iterator[tuple[Callable[[], bool], Callable[[], str]]]:
    """Each part of the condition: a function that says within a moment whether it is true, and the message if it is not."""
    visible, gone = condition.visible, condition.gone
    if condition.script:
        yield lambda: _is_true(window, str(condition.script)), lambda: f"script {condition.script} is not true"
    if visible:
        said = " or ".join(map(window.finder.describe, visible))
        yield lambda: window.comes(visible, SLICE), lambda: f"{said} is not visible"
    if gone:
        yield lambda: window.goes(gone, SLICE), lambda: f"{_shown_of(window, condition)} is still there"
    if condition.quiet:
        yield lambda: _is_quiet(window), lambda: f"{window.session.motion.requests} requests of the page are still under way"


def _is_true(window: Window, script: str) -> bool:
    try:
        window.page.wait_for_function(f"() => Boolean({script})", timeout=SLICE)
    except PlaywrightTimeout:
        return False
    return True


def _is_quiet(window: Window) -> bool:
    """Whether no request is under way, and no request begins for a moment."""
    if window.session.motion.requests:
        window.happens("requestfinished", SLICE)
        return False
    return not window.happens("request", _QUIET * 1000)


def _shown_of(window: Window, condition: Condition) -> str:
    finder, gone = window.finder, condition.gone or []
    return " and ".join(finder.describe(one) for one in gone if finder.shows([one])) or " or ".join(map(finder.describe, gone))
