"""Controls that are on or off: a checkbox, a radio, something that only looks like one, a drop-down."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from nvrflow.errors import ProductDefect
from nvrflow.firmware import Element
from nvrflow.firmware.model import Choices
from nvrflow.recorder.finder import Match
from nvrflow.recorder.outcomes import SLICE

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder


def is_on(recorder: Recorder, spec: Element, match: Match) -> bool:
    """Whether the control is on now."""
    if spec.checked_by:
        return recorder.finder.shows(spec.checked_by)
    if spec.choices:
        chosen = str(match.found.evaluate("list => list.selectedOptions[0]?.text ?? ''")).strip()
        return chosen.casefold() in map(str.casefold, recorder.firmware.words(spec.choices.on))
    return match.found.is_checked()


def turn(recorder: Recorder, spec: Element, match: Match, wanted: bool, press: Callable[[], None], where: str) -> None:
    """Switch the control, by `press` or by its options, and wait until it is so. Raises ProductDefect at `where`."""
    if spec.choices:
        _choose(recorder, spec.choices, wanted, match)
    else:
        press()
    deadline = time.monotonic() + recorder.timeout
    while is_on(recorder, spec, match) is not wanted:
        if time.monotonic() > deadline:
            raise ProductDefect(f"{where}: was clicked and did not switch {'on' if wanted else 'off'}")
        recorder.view.happens("requestfinished", SLICE)


def _choose(recorder: Recorder, choices: Choices, wanted: bool, match: Match) -> None:
    """Select the option of a drop-down that means on or off."""
    words = recorder.firmware.words(choices.on if wanted else choices.off)
    offered = [option.strip() for option in match.found.locator("option").all_inner_texts()]
    label = next((option for option in offered if option.casefold() in map(str.casefold, words)), words[0])
    match.found.select_option(label=label, timeout=recorder.timeout_ms)
