"""Which tests start a browser: those whose own code, helpers or fixtures come to a name that does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

HERE = f"{Path(__file__).resolve().parent}{os.sep}"
# What starts a browser or looks for one, by name.
STARTERS = {
    "Run",
    "Examination",
    "find_browser",
    "find_firefox",
    "hang",
    "look_at",
    "look_up",
    "open_browser",
    "open_recorder",
    "prove",
    "sync_playwright",
}


def needs_browser(item: pytest.Item) -> bool:
    """Whether the test, as far as its code says, starts a browser in this process or looks for one.

    A test that starts the command in a process of its own does not say so: it has the marker `browser` of its own.
    """
    if not isinstance(item, pytest.Function):
        return False
    fixtures = [found[-1].func for found in item._fixtureinfo.name2fixturedefs.values()]
    seen: set[CodeType] = set()
    return any(_starts(function, seen) for function in (item.function, *fixtures))


def _starts(function: Any, seen: set[CodeType]) -> bool:
    """Whether the function, or one of these tests' own functions that it names, comes to a starter."""
    code = getattr(function, "__code__", None)
    if code is None or code in seen:
        return False
    seen.add(code)
    names = set(_names(code))
    if STARTERS & names:
        return True
    known = function.__globals__
    return any(_starts(one, seen) for name in names if name in known for one in _own(known[name]))


def _names(code: CodeType) -> Iterator[str]:
    """Every name and attribute that the code uses, the functions within it included."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _own(value: Any) -> Iterator[FunctionType]:
    """The functions that stand for `value`: itself or its methods, where it is of these tests and no other code."""
    members = [value, *vars(value).values()] if isinstance(value, type) else [value]
    for one in members:
        function = getattr(one, "__wrapped__", one)
        if isinstance(function, FunctionType) and function.__code__.co_filename.startswith(HERE):
            yield function
