"""The words of a recorder that are the same on each device: those of its selector file, and those of its own dictionary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

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


def dictionaries(page: ShownPage, firmware: Firmware) -> dict[str, dict[str, str]]:
    """The recorder's own dictionary by language code, in its language and in English; empty if it has none."""
    language = firmware.file.language
    if language is None or not language.dictionary:
        return {}
    said = str(page.evaluate(f"() => {{ try {{ return (\n{language.script}\n) }} catch (e) {{ return '' }} }}") or "")
    english = [name for name, code in language.names.items() if code == "en"]
    wanted = {firmware.language or "und": [said] if said else [], "en": english or ["English", "en"]}
    found = {code: dictionary_in(page, language.dictionary, names) for code, names in wanted.items() if names}
    return {code: words for code, words in found.items() if words}


def as_file(words: Mapping[str, str], path: str | None) -> str:
    """A dictionary as the recorder's own file would give it: JSON, below the dotted path if there is one."""
    data: Any = dict(words)
    for part in reversed(path.split(".") if path else []):
        data = {part: data}
    return json.dumps(data, ensure_ascii=False)
