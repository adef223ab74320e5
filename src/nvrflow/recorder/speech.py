"""The recorder's language, model and version, read from its pages as soon as they say them."""

from __future__ import annotations

from typing import Any

from nvrflow.browser.inquiry import Inquiry
from nvrflow.firmware.about import Said, about, about_in_answer, other_version, version_refusal
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
    """Read the language after the sign-in, if no page was shown before it.

    After a sign-in, model and version are read once more: many recorders say them only then.
    """
    if window.unheard:
        listen(window)
    elif window.session.signed_in and window.unasked:
        ask_about(window)
    window.unasked = window.unasked and not window.session.signed_in


def ask_about(window: Window) -> None:
    """Write the recorder's model and version into the report, and note a version that the selector file is not for."""
    _note(window, about(Inquiry(window.page, window.firmware.name), window.firmware))


def note_answer(window: Window, answer: str, body: Any) -> None:
    """Read model and version from the body (plain data) of an answer on the network, by its name in the selector file."""
    _note(window, about_in_answer(window.firmware, answer, body))


def _note(window: Window, said: Said) -> None:
    report, firmware = window.steps.report, window.firmware
    report.firmware = {**(report.firmware or {}), **said}
    note = other_version(firmware, said)
    if note and note not in report.notes:
        report.notes.append(note)
    if said.get("version"):
        window.knows(firmware.at(said["version"]))
        window.version_refusal = version_refusal(firmware, said, window.session.host)
