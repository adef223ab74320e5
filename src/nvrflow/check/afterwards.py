"""Elements that are shown only after another element of their page was used: it is used, if that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nvrflow.capture.controls import controls_of
from nvrflow.check.assessment import assess
from nvrflow.check.glimpse import Scene, look
from nvrflow.check.verdict import Judged
from nvrflow.errors import OtherHost, ProductDefect, SelectorDrift, TimedOut
from nvrflow.recorder import Recorder


def shown_after(recorder: Recorder, name: str, leaving: frozenset[str], verdicts: Mapping[str, Judged]) -> Iterator[Judged]:
    """Verdicts on what is shown after other elements of the page; not after those in `leaving`, nor after a change."""
    elements = recorder.firmware.file.pages[name].elements
    for trigger in dict.fromkeys(spec.after for spec in elements.values() if spec.after):
        full = f"{name}.{trigger}"
        known = verdicts.get(full)
        if known is None or known.verdict not in ("found", "drift") or full in leaving or elements[trigger].effect == "write":
            continue
        shown = frozenset(one for one, spec in elements.items() if spec.after == trigger)
        try:
            page = recorder.go_to(name)
            before = controls_of(recorder.page)
            page.click(trigger)
            yield from assess(Scene(recorder.window, look(recorder.window, name, frozenset(elements) - shown), before))
        except OtherHost:
            raise
        except (SelectorDrift, TimedOut, ProductDefect) as problem:
            yield from (Judged(f"{name}.{one}", "not-reachable", reason=str(problem), cause=full) for one in shown)
