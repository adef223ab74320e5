"""Two runs of one flow compared: how they ended, which steps came or went, and which elements another locator found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nvrflow.compare.difference import Difference, Touched

_BAD = ("failed",)


def run_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Difference]:
    """What differs between two report.json of one flow."""
    flow = str(a.get("flow") or "")
    if flow != b.get("flow"):
        return
    if a.get("outcome") != b.get("outcome"):
        breaks = b.get("outcome") in _BAD
        why = str((b.get("error") or {}).get("message") or "") if breaks else ""
        yield Difference(
            "flow", "changed", "", flow, flow, before=str(a.get("outcome")), after=str(b.get("outcome")),
            consequence="breaking" if breaks else "none", flows=(flow,) if breaks else (), note=why,
        )  # fmt: skip
    yield from _steps(flow, a.get("steps") or [], b.get("steps") or [])


def _steps(flow: str, a: list[Mapping[str, Any]], b: list[Mapping[str, Any]]) -> Iterator[Difference]:
    before, after = {step["id"]: step for step in a}, {step["id"]: step for step in b}
    for name in before.keys() - after.keys():
        yield Difference("flow", "removed", "", f"{flow}/{name}", before[name]["title"], before=before[name]["title"])
    for name in after.keys() - before.keys():
        yield Difference("flow", "added", "", f"{flow}/{name}", after[name]["title"], after=after[name]["title"])
    for name in before.keys() & after.keys():
        one, other = before[name], after[name]
        if one.get("element") and one.get("fallback") != other.get("fallback"):
            touched = Touched(one["element"], "", one.get("fallback"), other.get("fallback"))
            drifts = touched.consequence != "none"
            yield Difference(
                "flow", "changed", "found", one["element"], one["element"], before=one.get("locator"), after=other.get("locator"),
                consequence=touched.consequence, flows=(flow,) if drifts else (), elements=(touched,),
            )  # fmt: skip
