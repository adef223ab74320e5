"""Waiting until a page that is shown can be used; pop-ups are answered meanwhile, and what did not hold is named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightTimeout, translated
from nvrflow.errors import TimedOut
from nvrflow.firmware.locator import Condition
from nvrflow.recorder.outcomes import SLICE
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder


def await_ready(recorder: Recorder, name: str, deadline: float) -> None:
    """Wait until all holds that the page `name` asks for with `ready`. Raises TimedOut with what did not."""
    where = f"{recorder.firmware.name}: {name}"
    for condition in recorder.firmware.file.pages[name].ready:
        for holds, problem in _demands(recorder, condition):
            with translated(where), waiting(f"the page {name} to be ready", recorder.timeout):
                while not holds():
                    if time.monotonic() > deadline:
                        recorder.popups.answer_any()
                        raise TimedOut(f"{where}: not ready within {recorder.timeout:g} s: {problem()}")
                    recorder.popups.answer_meanwhile()


def _demands(recorder: Recorder, condition: Condition) -> Iterator[tuple[Callable[[], bool], Callable[[], str]]]:
    """Each part of the condition: whether it holds, looked at for a moment, and what is said if it does not."""
    visible, gone = condition.visible, condition.gone
    if condition.script:
        yield lambda: _is_true(recorder, str(condition.script)), lambda: f"script {condition.script} is not true"
    if visible:
        said = " or ".join(map(recorder.finder.describe, visible))
        yield lambda: recorder.view.comes(visible, SLICE), lambda: f"{said} is not visible"
    if gone:
        yield lambda: recorder.view.goes(gone, SLICE), lambda: f"{_shown_of(recorder, condition)} is still there"


def _is_true(recorder: Recorder, script: str) -> bool:
    try:
        recorder.page.wait_for_function(f"() => Boolean({script})", timeout=SLICE)
    except PlaywrightTimeout:
        return False
    return True


def _shown_of(recorder: Recorder, condition: Condition) -> str:
    finder, gone = recorder.finder, condition.gone or []
    return " and ".join(finder.describe(one) for one in gone if finder.shows([one])) or " or ".join(map(finder.describe, gone))
