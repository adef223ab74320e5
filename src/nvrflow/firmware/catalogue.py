"""Stable names for settings, the same for all makers, with the kind of value that each has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Literal

from nvrflow.content import read_yaml

Kind = Literal["switch", "number", "text", "choice"]
Value = str | int | bool | None
_NUMBER = re.compile(r"-?\d+")


@dataclass(frozen=True)
class Entry:
    """One name of the catalogue: what kind of value it has, and what it means in a sentence."""

    name: str
    kind: Kind
    says: str

    def value(self, shown: Value) -> Value:
        """`shown` as this kind of value; a text that is none, such as "auto" for a number, stays a text."""
        if self.kind == "number" and isinstance(shown, str) and (found := _NUMBER.search(shown)):
            return int(found[0])
        return shown


@cache
def catalogue() -> dict[str, Entry]:
    """Every name, in the order of the file."""
    with as_file(files("nvrflow.firmware") / "catalogue.yaml") as path:
        return {name: Entry(name, one["kind"], one["says"]) for name, one in read_yaml(path).data.items()}
