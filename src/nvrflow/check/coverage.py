"""The verdicts of a walk made complete - what was not looked for has one, too - and what was not seen at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nvrflow.check.agreement import without_rivals
from nvrflow.check.barrier import Barrier
from nvrflow.check.candidates import SURE, rank, wanted_of
from nvrflow.check.glimpse import claimed, elements_of
from nvrflow.check.hearsay import Hearsay, places
from nvrflow.check.verdict import AddWord, Candidate, Judged
from nvrflow.check.walk import Walk
from nvrflow.firmware import Element, Firmware, SelectorFile
from nvrflow.rehearsal.rehearsals import Rehearsal
from nvrflow.report.secrecy import Gate

_UNSEEN_POPUP = "it is seen only while the pop-up is shown, and the pop-up was not shown"


@dataclass(frozen=True)
class Outcome:
    """Every verdict in the order of the selector file, and what was not covered."""

    judged: tuple[Judged, ...]
    coverage: Mapping[str, Any]


def outcome_of(walk: Walk, firmware: Firmware, rehearsals: Sequence[Rehearsal]) -> Outcome:
    """All verdicts of the walk, with those that the steps of the run tell."""
    file, heard = firmware.file, Hearsay(walk.steps)
    where, whole = places(file), dict(elements_of(firmware.whole or file))
    judged = dict(walk.verdicts)
    for full, spec in elements_of(file):
        known = judged.get(full)
        if known is None or known.verdict not in ("found", "drift"):
            find, all_of_it = ([walk.describe(one) for one in each.find] for each in (spec, whole[full]))
            told = heard.on(full, find, where[full], all_of_it)
            judged[full] = told or known or _not_looked_for(walk, file, full, spec, judged)
    for name in file.obstacles:
        judged[f"obstacles.{name}"] = Judged(f"obstacles.{name}", "not-reachable", reason="it is seen only while it is shown")
    for name in file.pages:
        for part in ("shown_by", "ready"):
            if getattr(file.pages[name], part) and f"{name}.{part}" not in judged:
                judged[f"{name}.{part}"] = _behind(walk, f"{name}.{part}", name)
    ordered = [_with_other_pages(judged[full], walk, firmware) for full in _order(file) if full in judged]
    gate = Gate(walk.secrets, firmware.names)
    kept = (_in_its_language(one, firmware) for one in _without_conflicts(without_rivals(ordered, file), walk, firmware))
    checked = tuple(one.covered(gate) for one in kept)
    return Outcome(checked, _coverage(walk, firmware, checked, rehearsals))


def _order(file: SelectorFile) -> Iterator[str]:
    """The names of all verdicts, page by page in the order of the file."""
    by_page: dict[str, list[str]] = {}
    for full, _ in elements_of(file):
        by_page.setdefault(full.partition(".")[0], []).append(full)
    for name in file.pages:
        yield from (f"{name}.shown_by", f"{name}.ready", *by_page.get(name, ()))
    yield from by_page.get("handlers", ())
    yield from (f"obstacles.{name}" for name in file.obstacles)


def _not_looked_for(walk: Walk, file: SelectorFile, full: str, spec: Element, judged: Mapping[str, Judged]) -> Judged:
    """The verdict on an element that nobody has looked for yet: its page, or what it is shown after, keeps it from being seen."""
    owner, _, name = full.rpartition(".")
    if full.startswith("handlers."):
        return Judged(full, "not-reachable", reason=_UNSEEN_POPUP)
    page = full.partition(".")[0]
    if not walk.reached.get(page):
        return _behind(walk, full, page)
    trigger = spec.after or _step_before(file, page, name)
    if trigger is None:
        return Judged(full, "not-reachable", reason="nothing on the way showed it")
    before = f"{owner}.{trigger}"
    beside = dict(elements_of(file)).get(before)
    if beside is not None and beside.effect == "write":
        return Judged(full, "not-reachable", reason=f"it is shown only after {before}, which changes the recorder")
    known = judged.get(before)
    if spec.optional or (known and known.verdict == "not-applicable"):
        return Judged(
            full, "not-applicable", reason=f"this device did not show it after {before}, and the file says that it is optional"
        )
    if known and known.verdict in ("missing", "not-reachable"):
        return Judged(
            full,
            "not-reachable",
            reason=f"it is shown only after {before}, which is {known.verdict}",
            cause=known.cause or before,
        )
    if Hearsay(walk.steps).on(before, [""], ()) is not None:
        return Judged(full, "missing", reason=f"it was not shown after {before} was used")
    return Judged(full, "not-reachable", reason=f"it is shown only after {before}, which was not used")


def _step_before(file: SelectorFile, page: str, name: str) -> str | None:
    """The element that a way uses before this one."""
    for other in file.pages.values():
        for way in other.all_ways:
            if way.on == page and name in way.open[1:]:
                return way.open[way.open.index(name) - 1]
    return None


def _behind(walk: Walk, full: str, page: str) -> Judged:
    barrier = walk.barriers.get(page, Barrier("", walk.ended))
    if barrier.absent:
        return Judged(
            full, "not-applicable", reason=f"the page {page} is not offered by this device ({barrier.why})", cause=barrier.cause
        )
    return Judged(full, "not-reachable", reason=barrier.why, cause=barrier.cause)


def _without_conflicts(judged: Iterable[Judged], walk: Walk, firmware: Firmware) -> Iterator[Judged]:
    """Withdraw a new word that would make another element ambiguous, which uses the same text on a page that has both words."""
    for one in judged:
        clash = next(
            (where for change in one.changes if isinstance(change, AddWord) for where in _clashes(change, walk, firmware)), ""
        )
        yield one.withdrawn(f"the new word would fit more than one control on the page {clash}") if clash else one


def _in_its_language(judged: Judged, firmware: Firmware) -> Judged:
    """Withdraw every change if the pages declare another language: their words would get into the wrong one."""
    why = "no change is proposed, because the pages say that they speak another language"
    return judged.withdrawn(why) if judged.changes and firmware.contradiction else judged


def _with_other_pages(judged: Judged, walk: Walk, firmware: Firmware) -> Judged:
    """A missing element with the controls of other pages that have its words; they are shown, and never taken."""
    page, _, name = judged.element.partition(".")
    spec = firmware.file.pages[page].elements.get(name) if page in firmware.file.pages else None
    if judged.verdict != "missing" or judged.proposal or spec is None:
        return judged
    there = {(one.role, one.name) for one in walk.sightings[page].controls} if page in walk.sightings else set()
    found = dict[tuple[str, str], Candidate]()
    for other, seen in walk.sightings.items():
        taken = {index: full for control, full in claimed(seen.controls, seen.boxes) for index in [seen.controls.index(control)]}
        for one in rank(seen.controls, wanted_of(firmware, name, spec), taken) if other != page else ():
            if one.score >= SURE and (key := (one.control.role, one.control.name)) not in there:
                why = (*one.why, f"on the page {other}")
                found.setdefault(key, Candidate(one.control.role, one.control.name, one.score, why, other))
    return replace(judged, candidates=(*judged.candidates, *found.values()))


def _clashes(change: AddWord, walk: Walk, firmware: Firmware) -> Iterator[str]:
    """The pages on which an element that uses the text was found by it, while a control there has the new word as its name."""
    word = change.word.casefold()
    for page, seen in walk.sightings.items():
        named = [control for control in seen.controls if control.name.casefold() == word and not control.is_words]
        for name, spec in firmware.file.pages[page].elements.items():
            known = walk.verdicts.get(f"{page}.{name}")
            uses = known is not None and known.verdict == "found" and f"${change.text}" in spec.find[0].texts
            if uses and any(spec.find[0].role in (None, control.role) for control in named) and not spec.find[0].within:
                yield page


def _coverage(walk: Walk, firmware: Firmware, judged: Sequence[Judged], rehearsals: Sequence[Rehearsal]) -> dict[str, Any]:
    file = firmware.file
    used = {f"{page}.{name}" if name else page for one in rehearsals for page, name in one.used.get(firmware.name, ())}
    not_used = [
        full for full, _ in elements_of(file) if not full.startswith("handlers.") and full not in used | _on_the_ways(file, used)
    ]
    seen = {control.name.casefold() for sighting in walk.sightings.values() for control in sighting.controls}
    texts = [name for name in file.texts if not seen & {word.casefold() for word in firmware.words(f"${name}")}]
    return {
        "elements": len(judged),
        "elements_unused": not_used if rehearsals else None,
        "pages_not_reached": [name for name in file.pages if not walk.reached.get(name)],
        "languages_not_seen": [code for code in firmware.languages if code != firmware.language],
        "texts_not_seen": texts,
    }


def _on_the_ways(file: SelectorFile, used: set[str]) -> set[str]:
    """What is used on the ways to the pages that flows go to, and what closes pages or belongs to an element that is used."""
    found, ahead = set[str](), [name for name in file.pages if name in used]
    known = set(ahead)
    while ahead:
        page = file.pages[name := ahead.pop()]
        found |= {f"{name}.{one}" for one in page.close}
        for way in page.all_ways:
            found |= {f"{way.on}.{step}" for step in way.open}
            if way.on not in known:
                known.add(way.on)
                ahead.append(way.on)
        for one, spec in page.elements.items():
            found |= {f"{name}.{other}" for other in (*spec.use_first, spec.off) if other and f"{name}.{one}" in used}
    return found
