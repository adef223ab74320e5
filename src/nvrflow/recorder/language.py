"""The language that a recorder speaks, and its own words: read from its pages, not assumed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote

from nvrflow.browser.playwright_errors import PlaywrightError, PlaywrightTimeout, translated
from nvrflow.content import from_json
from nvrflow.firmware import Firmware
from nvrflow.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playwright.sync_api import Page

_PATIENCE = 3.0  # seconds in which a page that is shown has to say which language it speaks
_FETCH = "path => fetch(path).then(answer => answer.ok ? answer.text() : '')"


def hear(page: Page, firmware: Firmware, report: Report, timeout: float) -> Firmware:
    """`firmware` in the language of `page`, with the recorder's own words; a language named by hand stays.

    The page has `timeout` seconds, at most three, to say it; what is not known is noted in `report`. The dictionaries are open
    to anybody (facts/recorder-ui.md 1.4, grade V for the classic generation).
    """
    language = firmware.file.language
    if language is None:
        return firmware
    with translated(f"{firmware.name}: language.script"):
        said = _said(page, language.script, min(timeout, _PATIENCE))
    if not firmware.language:
        firmware = firmware.speaking(language.names.get(said))
        report.language = firmware.language
    if language.dictionary and said and firmware.language != "en":
        english = next((name for name, code in language.names.items() if code == "en"), "English")
        read = (_dictionary(page, [one.fetch for one in language.dictionary], name) for name in (said, english))
        firmware = firmware.reading(*read)
    if firmware.language is None:
        known = ", ".join(language.names)
        own = "; its own words are used" if firmware.own_words else ""
        report.notes.append(f"the recorder speaks {said or 'an unknown language'}; the selector file knows {known}{own}")
    return firmware


def _said(page: Page, script: str, seconds: float) -> str:
    """The text that `script` gives, asked again until there is one; a page's own scripts may set it a little later."""
    with suppress(PlaywrightTimeout):
        page.wait_for_function(f"() => {{ try {{ return {script} }} catch (e) {{ return '' }} }}", timeout=seconds * 1000)
    return str(page.evaluate(f"() => {script}") or "")


def _dictionary(page: Page, paths: Sequence[str], said: str) -> dict[str, str]:
    """The recorder's words by key from the first of `paths` that holds any; empty when none does."""
    for path in paths:
        try:
            words = from_json(page.evaluate(_FETCH, path.replace("{language}", quote(said))).lstrip("\ufeff"))
        except (PlaywrightError, ValueError):
            continue
        if isinstance(words, dict) and words:
            return {str(key): word for key, word in words.items() if isinstance(word, str)}
    return {}
