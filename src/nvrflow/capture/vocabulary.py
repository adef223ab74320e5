"""The words of a recorder that are the same on each device: those of its selector file, and those of its own dictionary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any
from urllib.parse import quote

from nvrflow.capture.archive import Capture
from nvrflow.capture.question_book import QuestionBook, asked_of
from nvrflow.firmware import Firmware, available
from nvrflow.firmware.language import dictionary_in
from nvrflow.firmware.parts import every_element, locators
from nvrflow.firmware.shown_page import ShownPage


def words_kept(firmware: Firmware) -> Iterator[str]:
    """What the selector file says itself: its words, what its locators look for, and the names of firmwares."""
    file = firmware.file
    yield from available()
    yield from (firmware.name, file.vendor, file.firmware, *file.lines)
    for text in file.texts.values():
        yield from (word for words in text.values() for word in words)
    for _, locator in locators(file):
        yield from (value for key in locator.model_fields_set if isinstance(value := getattr(locator, key), str))
        yield from (locator.attribute or {}).values()
    yield from (element.called for _, element in every_element(file) if element.called)


def dictionaries(page: ShownPage, firmware: Firmware) -> tuple[str, dict[str, dict[str, str]]]:
    """What the recorder calls its language, and its own dictionary by language code, in that language and in English."""
    language = firmware.file.language
    if language is None:
        return "", {}
    said = str(page.evaluate(f"() => {{ try {{ return (\n{language.script}\n) }} catch (e) {{ return '' }} }}") or "")
    english = [name for name, code in language.names.items() if code == "en"]
    wanted = {firmware.language or "und": [said] if said else [], "en": english or ["English", "en"]}
    found = {code: dictionary_in(page, language.dictionary, names) for code, names in wanted.items() if names}
    return said, {code: words for code, words in found.items() if words}


def answers_of(capture: Capture, firmware: Firmware, language: str) -> QuestionBook:
    """Everything that a capture can answer for its pages in one language: scripts, requests, and the recorder's dictionary."""
    device = capture.device
    book = QuestionBook(dict(device.get("answers", {})), dict(device.get("fetched", {})))
    spoken = firmware.file.language
    if spoken is None:
        return book
    said = str(device.get("spoken", {}).get(language, ""))
    book.scripts[spoken.script] = said
    english = [name for name, code in spoken.names.items() if code == "en"] or ["English", "en"]
    for code, names in (("en", english), (language, [said])):
        for name, file in product(names, spoken.dictionary):
            if name and (words := capture.words(code)):
                asked = {"path": file.fetch.replace("{language}", quote(name)), "method": file.method}
                body = file.body.replace("{language}", name) if file.body else None
                book.fetched[asked_of({**asked, "body": body})] = _as_file(
                    words, file.path and file.path.replace("{language}", name)
                )
    return book


def _as_file(words: Mapping[str, str], path: str | None) -> str:
    """A dictionary as the recorder's own file would give it: JSON, below the dotted path if there is one."""
    data: Any = dict(words)
    for part in reversed(path.split(".") if path else []):
        data = {part: data}
    return json.dumps(data, ensure_ascii=False)
