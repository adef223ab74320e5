"""Firmware versions compared as numbers, part by part: 4.10 is newer than 4.9, and no float."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_COMPARISON = re.compile(r"^(>=|<=|>|<|==)?\s*[Vv]?(\d+(?:\.\d+)*)$")


def version_key(version: str) -> tuple[int, ...]:
    """The numbers of a version such as `V4.61.025 build 220905`, without the build: (4, 61, 25)."""
    found = re.search(r"\d+(?:\.\d+)*", version)
    if not found:
        raise ValueError(f"{version!r} has no version number in it")
    parts = [int(part) for part in found.group().split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


@dataclass(frozen=True)
class VersionRange:
    """A range such as `>=4.0, <5.0`, or `*` for any version; raises ValueError for anything else."""

    text: str
    bounds: tuple[tuple[str, tuple[int, ...]], ...] = field(init=False)

    def __post_init__(self) -> None:
        bounds = []
        for part in [] if self.text.strip() == "*" else self.text.split(","):
            match = _COMPARISON.match(part.strip())
            if not match:
                raise ValueError(f'{part.strip()!r} is not a comparison of versions; write for example ">=4.0, <5.0" or "*"')
            bounds.append((match[1] or "==", version_key(match[2])))
        object.__setattr__(self, "bounds", tuple(bounds))

    def __contains__(self, version: object) -> bool:
        try:
            key = version_key(str(version))
        except ValueError:
            return not self.bounds
        holds = {">=": key.__ge__, "<=": key.__le__, ">": key.__gt__, "<": key.__lt__, "==": key.__eq__}
        return all(holds[sign](bound) for sign, bound in self.bounds)
