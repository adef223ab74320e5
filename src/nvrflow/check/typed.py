"""Locators as a person types them: as in a selector file, as words with `=`, or as CSS."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from nvrflow.check.yaml_text import read_inline
from nvrflow.errors import WrongCall
from nvrflow.firmware import Firmware, Locator
from nvrflow.firmware.locator import WAYS_TO_FIND

_WORD = re.compile(r"(?:^|\s)([A-Za-z][\w-]*)=")
_BESIDE = ("name", "has_text", "within", "frame")


def locators(typed: Sequence[str]) -> list[Locator]:
    """The locators in the arguments of a command: `{role: button, name: OK}`, `role=button name=OK` or CSS.

    A word with `=` belongs to the locator that was begun before, unless it begins another. A word that locators do not have as a
    key is an attribute: `t=com.OK`. Raises WrongCall for what is not a locator.
    """
    found = list[tuple[str, dict[str, Any]]]()
    for one in typed:
        for said, data in _parts(one.strip()):
            if found and set(data) <= set(_BESIDE) and not set(data) & set(found[-1][1]):
                found[-1] = (f"{found[-1][0]} {said}", {**found[-1][1], **data})
            else:
                found.append((said, data))
    return [_locator(said, data) for said, data in found]


def known_to(firmware: Firmware, found: Sequence[Locator]) -> None:
    """Raise WrongCall for a `$text` or a scope that the selector file does not have."""
    for locator in found:
        for word in locator.texts:
            if word.startswith("$") and word[1:] not in firmware.file.texts:
                raise WrongCall(f"{word}: {firmware.name} has no such text; it has {', '.join(firmware.file.texts) or 'none'}")
        if locator.scope and locator.scope not in firmware.file.scopes:
            raise WrongCall(
                f"within {locator.scope}: {firmware.name} has no such scope; it has {', '.join(firmware.file.scopes) or 'none'}"
            )


def _parts(typed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if typed.startswith("{"):
        yield typed, read_inline(typed)
        return
    marks = list(_WORD.finditer(typed))
    if not marks or marks[0].start(1) > 0:
        yield typed, {"css": typed}
        return
    ends = [*(mark.start() for mark in marks[1:]), len(typed)]
    data: dict[str, Any] = {}
    for mark, end in zip(marks, ends, strict=True):
        key, value = mark[1], typed[mark.end() : end].strip().strip("'\"")
        if key in Locator.model_fields:
            data[key] = value
        else:
            data.setdefault("attribute", {})[key] = value
    yield typed, data


def _locator(said: str, data: dict[str, Any]) -> Locator:
    try:
        return Locator.model_validate(data)
    except ValidationError as problem:
        error = problem.errors(include_url=False)[0]
        key = ".".join(map(str, error["loc"]))
        what = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            what = f"is not a key of locators; there are {', '.join((*WAYS_TO_FIND, *_BESIDE))}"
        raise WrongCall(f"{said}: {key + ': ' if key else ''}{what}") from None
