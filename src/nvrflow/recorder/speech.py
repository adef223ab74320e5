"""Which language the recorder speaks, and what it says of itself: read from its pages when somebody can be heard."""

from __future__ import annotations

from nvrflow.browser.inquiry import Inquiry
from nvrflow.firmware.about import Said, about, other_version, version_refusal
from nvrflow.firmware.language import hear
from nvrflow.recorder.window import Window


def listen(window: Window) -> None:
    """Read the language, the recorder's own words, model and version, if the selector file says where."""
    window.unheard = False
    report = window.steps.report
    heard = hear(Inquiry(window.page, window.firmware.name), window.firmware, window.timeout)
    report.language = heard.firmware.language
    report.notes.extend([heard.note] if heard.note else [])
    window.read_as(heard.firmware)
    ask_about(window)


def listen_once(window: Window) -> None:
    """Listen if nothing was shown before the sign-in that could say which language the recorder speaks.

    After a sign-in model and version are asked for once more: many devices say them only then.
    """
    if window.unheard:
        listen(window)
    elif window.session.signed_in and window.unasked:
        ask_about(window)
    window.unasked = window.unasked and not window.session.signed_in


def ask_about(window: Window) -> None:
    """Ask the page what the recorder says of itself."""
    note_said(window, about(Inquiry(window.page, window.firmware.name), window.firmware))


def note_said(window: Window, said: Said) -> None:
    """Write into the report what the recorder says of itself, and note a version that the selector file is not for."""
    report, firmware = window.steps.report, window.firmware
    report.firmware = {**(report.firmware or {}), **said}
    note = other_version(firmware, said)
    if note and note not in report.notes:
        report.notes.append(note)
    if said.get("version"):
        window.version_refusal = version_refusal(firmware, said, window.session.host)
