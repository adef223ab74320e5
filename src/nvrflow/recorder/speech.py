"""Which language the recorder speaks, and what it says of itself: read from its pages when somebody can be heard."""

from __future__ import annotations

from nvrflow.recorder.identify import note_about
from nvrflow.recorder.language import hear
from nvrflow.recorder.window import Window


def listen(window: Window) -> None:
    """Read the language, the recorder's own words, model and version, if the selector file says where."""
    window.unheard = False
    report = window.steps.report
    firmware = hear(window.page, window.firmware, report, window.timeout)
    note_about(window.page, firmware, report)
    window.read_as(firmware)


def listen_once(window: Window) -> None:
    """Listen if nothing was shown before the sign-in that could say which language the recorder speaks."""
    if window.unheard:
        listen(window)
