"""A selector file as it counts for one version of a firmware: without the locators and words of other versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from nvrflow.firmware.elements import Element
from nvrflow.firmware.locator import Locator
from nvrflow.firmware.model import SelectorFile
from nvrflow.firmware.parts import Where, locators
from nvrflow.firmware.versions import VersionRange
from nvrflow.firmware.word import Word

Part = TypeVar("Part", bound=BaseModel)


def ranges(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    """Every range of versions that a locator or a word of `file` has, with its place."""
    yield from (((*where, "firmware"), locator.firmware) for where, locator in locators(file) if locator.firmware)
    for name, text in file.texts.items():
        for language, words in text.items():
            yield from (
                (("texts", name, language, index, "firmware"), word.firmware)
                for index, word in enumerate(words)
                if isinstance(word, Word) and word.firmware
            )


def limited_to(version: str, file: SelectorFile) -> SelectorFile:
    """`file` for one version. An element of which no locator is for it does not exist; any other list that would be empty stays
    as it is.
    """
    if not any(True for _ in ranges(file)):
        return file
    texts = {
        name: {language: [word for word in words if _counts(word, version)] or words for language, words in text.items()}
        for name, text in file.texts.items()
    }
    return _part(file, version).model_copy(update={"texts": texts})


def _part(part: Part, version: str) -> Part:
    return part.model_copy(update={name: _value(getattr(part, name), version) for name in type(part).model_fields})


def _value(value: Any, version: str) -> Any:
    if isinstance(value, dict):
        return {key: _value(one, version) for key, one in value.items() if not _is_gone(one, version)}
    if isinstance(value, list) and value and isinstance(value[0], Locator):
        return _kept(value, version) or value
    if isinstance(value, list):
        return [_value(one, version) for one in value]
    return _part(value, version) if isinstance(value, BaseModel) and not isinstance(value, Locator) else value


def _is_gone(value: Any, version: str) -> bool:
    return isinstance(value, Element) and not _kept(value.find, version)


def _kept(found: Sequence[Locator], version: str) -> list[Locator]:
    return [one for one in found if _counts(one, version)]


def _counts(one: Locator | str, version: str) -> bool:
    limit = getattr(one, "firmware", None)
    return limit is None or version in VersionRange(limit)
