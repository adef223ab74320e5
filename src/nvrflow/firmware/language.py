"""The language that a recorder speaks, and its own words: read from its pages, not assumed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import quote

from nvrflow.errors import InvalidFile, NvrflowError
from nvrflow.firmware import Firmware
from nvrflow.firmware.body import words_in
from nvrflow.firmware.shown_page import NoJavaScript, ShownPage, fetched
from nvrflow.firmware.traffic import Fetched

_ENGLISH = ("English", "en", "en-US", "EN", "english")  # what recorders call it, where the selector file does not say
_TAG = re.compile(r"([A-Za-z]{2})(?:[-_]\w+)*")
_HTML_LANGUAGE = "() => document.documentElement.lang"
_PATIENCE = 3.0  # seconds in which a page that is shown has to say which language it speaks


@dataclass(frozen=True)
class Heard:
    """The firmware in the recorder's language, with the recorder's own words; `note` says what is not known, if anything."""

    firmware: Firmware
    note: str = ""


def hear(page: ShownPage, firmware: Firmware, timeout: float) -> Heard:
    """`firmware` in the language of `page`, with the recorder's own words; a language named by hand stays.

    If the page declares another one, `declared` of the firmware says which. The page has `timeout` seconds, at most three, to say
    it. The dictionaries are open to anybody (observed on the web pages of the classic generation, where the sign-in page itself
    loads them). Raises InvalidFile for a script that is not JavaScript.
    """
    language = firmware.file.language
    if language is None:
        return _compared(firmware, str(page.evaluate(_HTML_LANGUAGE) or "")) if firmware.language else Heard(firmware)
    said = _said(page, firmware, language.script, min(timeout, _PATIENCE))
    if not firmware.language:
        firmware = firmware.speaking(language.names.get(said) or _code_of(said))
    if language.dictionary and said and firmware.language != "en":
        english = [name for name, code in language.names.items() if code == "en"]
        own = dictionary_in(page, language.dictionary, [said])
        firmware = firmware.reading(own, dictionary_in(page, language.dictionary, english or _ENGLISH) if own else {})
    if firmware.language is not None:
        return _compared(firmware, said)
    kept = "; its own words are used" if firmware.own_words else ""
    known = ", ".join(language.names) or ", ".join(firmware.languages) or "none"
    return Heard(firmware, f"the recorder speaks {said or 'an unknown language'}; the selector file knows {known}{kept}")


def _compared(firmware: Firmware, said: str) -> Heard:
    """The firmware in the language that it has, with a note if the page declares another one."""
    names = firmware.file.language.names if firmware.file.language else {}
    code = names.get(said) or _code_of(said)
    if code is None or code == firmware.language or code == _code_of(firmware.language or ""):
        return Heard(replace(firmware, declared=""))
    told = replace(firmware, declared=code)
    hint = "leave --language out; or if the pages are wrong, correct `language` in the selector file"
    return Heard(told, f"{told.contradiction}: words are looked for in {firmware.language}; {hint}")


def _code_of(said: str) -> str | None:
    """The language of a tag such as `es`, `es-ES` or `zh_CN`; None for any other name of a language."""
    tag = _TAG.fullmatch(said)
    return tag[1].lower() if tag else None


def _said(page: ShownPage, firmware: Firmware, script: str, seconds: float) -> str:
    """The text that `script` gives, asked again until there is one; a page's own scripts may set it a little later."""
    try:
        page.becomes_true(f"() => {{ try {{ return (\n{script}\n) }} catch (e) {{ return '' }} }}", seconds)
        return str(page.evaluate(f"() => (\n{script}\n)") or "")
    except NoJavaScript as problem:
        raise InvalidFile(f"is not a JavaScript expression ({problem})", firmware.name, key="language.script") from None


def dictionary_in(page: ShownPage, files: Sequence[Fetched], names: Sequence[str]) -> dict[str, str]:
    """The recorder's words by key in a language that has one of `names`, from the first file that holds any; else nothing."""
    for said, file in product(names, files):
        path = file.model_copy(update={"fetch": file.fetch.replace("{language}", quote(said))})
        try:
            text = fetched(page, path, {"language": said})
        except NvrflowError:
            continue
        words = words_in(text, file.path.replace("{language}", said) if file.path else None)
        if words:
            return words
    return {}
