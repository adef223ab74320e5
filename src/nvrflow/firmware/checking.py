"""Whether a selector file says what it may say; each message names file, line and key."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nvrflow.errors import InvalidFile
from nvrflow.firmware.faults import faults
from nvrflow.firmware.locator import Strict
from nvrflow.firmware.model import SelectorFile
from nvrflow.firmware.parts import Where

Origin = dict[Where, tuple[Path, int]]


def check(data: Any, origin: Origin, path: Path) -> SelectorFile:
    """`data` as a selector file, or InvalidFile for the first thing in it that may not be."""
    try:
        selector_file = SelectorFile.model_validate(data)
    except ValidationError as problem:
        raise _first_of(problem, data, origin, path) from None
    for where, what in faults(selector_file):
        raise InvalidFile(what, *place(where, origin, path), dotted(where))
    return selector_file


def at(data: Any, where: Where) -> Any:
    """What stands at `where` in `data`, None if nothing does."""
    for key in where:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def place(where: Where, origin: Origin, path: Path) -> tuple[Path, int | None]:
    """File and line of the nearest place at or above `where`."""
    while where and where not in origin:
        where = where[:-1]
    return origin.get(where, (path, None))


def dotted(where: Where) -> str:
    """`where` as a person writes it: pages.home.elements.setting[0]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _first_of(problem: ValidationError, data: Any, origin: Origin, path: Path) -> InvalidFile:
    errors = problem.errors(include_url=False)
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    where: Where = _real_place(tuple(error["loc"]), data)
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        what = _unknown(str(where[-1]), error["loc"])
    elif error["type"] == "missing":
        what = "is missing"
    elif error["type"] == "string_type":
        what = f"must be text, not {error['input']!r}; put it in quotes"
    if len(errors) > 1:
        what += f" (and {len(errors) - 1} more)"
    return InvalidFile(what, *place(where, origin, path), dotted(where))


def _unknown(key: str, loc: Where) -> str:
    """What to say of a key that does not belong there: where it does belong, or which key was perhaps meant."""
    owners = sorted(part.__name__.lower() for part in Strict.__subclasses__() if key in part.model_fields)
    if len(loc) > 1 and owners:
        return f"the key {key!r} does not belong here; it is a key of: {', '.join(owners)}"
    near = difflib.get_close_matches(key, _known_keys(loc), n=1, cutoff=0.5)
    return f"unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _real_place(loc: Where, data: Any) -> Where:
    """`loc` as far as the file has it: pydantic names positions of lists and elements that were written in short."""
    where: Where = ()
    for index, part in enumerate(loc):
        value = at(data, where)
        last = index == len(loc) - 1
        if isinstance(value, (dict, list)) and (_has(value, part) or (last and isinstance(value, dict))):
            where = (*where, part)
    return where


def _has(value: Any, part: str | int) -> bool:
    return part in value if isinstance(value, dict) else isinstance(part, int) and part < len(value)


def _known_keys(loc: Where) -> list[str]:
    """Every key that could be meant at `loc`: at the top those of the file, further in those of all its parts."""
    if len(loc) == 1:
        return list(SelectorFile.model_fields)
    return [key for part in Strict.__subclasses__() if part is not SelectorFile for key in part.model_fields]
