"""Why a page is not reached: one cause, named once, for all that lies behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nvrflow.check.verdict import Judged
from nvrflow.firmware import Page


@dataclass(frozen=True)
class Barrier:
    """The element that keeps a page from being reached, and what happened there; `absent`: this device has no such page."""

    cause: str
    why: str
    absent: bool = False


def barrier_before(
    page: Page, reached: Mapping[str, bool], barriers: Mapping[str, Barrier], verdicts: Mapping[str, Judged]
) -> Barrier:
    """Why no way leads to the page: the cause nearest to the beginning, the same for all that lies behind it."""
    found = list[Barrier]()
    for way in page.all_ways:
        if not reached.get(way.on):
            known = barriers.get(way.on, Barrier("", f"the page {way.on} was not reached"))
            found.append(replace(known, absent=known.absent or page.optional))
            continue
        opener = f"{way.on}.{way.open[0]}"
        judged = verdicts[opener]
        absent = page.optional or judged.verdict == "not-applicable"
        found.append(Barrier(judged.cause or opener, f"{opener} is {judged.verdict}", absent))
    return next((one for one in found if not one.absent), found[0])
