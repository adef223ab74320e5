"""One verdict for each element that was looked for on a page, while the page is shown: candidates and changes are tried on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nvrflow.capture.controls import Control
from nvrflow.check.agreement import agreed, said_elsewhere
from nvrflow.check.candidates import Ranked, rank, the_clear_one, wanted_of
from nvrflow.check.doubt import doubt
from nvrflow.check.glimpse import Scene, box_of, claimed, control_at, element_at
from nvrflow.check.itinerary import is_optional
from nvrflow.check.repair import Broken, best_locator, moved, repaired, said, shown_again
from nvrflow.check.verdict import AddWord, Candidate, Change, Judged
from nvrflow.firmware import Element
from nvrflow.recorder.finder import Match, Tried


def assess(scene: Scene) -> Iterator[Judged]:
    """A verdict on everything that was looked for, with the changes that work together."""
    yield from agreed(scene, list(_each(scene)))


def assess_unshown(scene: Scene, why: str) -> Iterator[Judged]:
    """The verdict on what should show that the page is there, and does not, and on what is found of its elements all the same."""
    found = [one for one in _each(scene) if one.verdict in ("found", "drift")]
    yield from agreed(scene, [_shown_by(scene, why, found), *found])


def _each(scene: Scene) -> Iterator[Judged]:
    for full, match in scene.seen.found.items():
        yield _found(scene, full, match)
    taken = _taken(scene) if scene.seen.tried else {}
    for full, tried in scene.seen.tried.items():
        yield _not_found(scene, full, tried, taken)
    for full, why in scene.seen.absent.items():
        yield Judged(full, "not-reachable", reason=why)


def _shown_by(scene: Scene, why: str, found: Sequence[Judged]) -> Judged:
    """The verdict on what should show the page; an element with the same words that was found otherwise is meant."""
    window, spec = scene.window, scene.window.file.pages[scene.page]
    shown_by, full = spec.shown_by or [], f"{scene.page}.shown_by"
    if not shown_by:
        return Judged(full, "missing", reason=why)
    words = Element(find=shown_by)
    ranked = rank(scene.seen.controls, wanted_of(window.firmware, scene.page, words), _taken(scene), scene.above)
    best, _ = the_clear_one(ranked)
    same = _with_the_same_words(scene, words, found)
    if same is not None:
        best = Ranked(same, 1.0, ("another locator finds it for an element with the same words",))
        ranked = (best, *ranked)
    usable = best is not None and not said_elsewhere(scene, full, words, best.control)
    changes = shown_again(window, shown_by, best.control) if best is not None and usable else ()
    candidates, proposal = _candidates(scene, ranked), said(changes, window.firmware)
    return Judged(full, "missing", reason=why, candidates=candidates, proposal=proposal, changes=changes)


def _with_the_same_words(scene: Scene, words: Element, found: Sequence[Judged]) -> Control | None:
    """The control of an element of the page that was found otherwise, and whose changes are those of a text in `words`."""
    texts = {value for one in words.find for value in one.texts}
    for one in found:
        added = {f"${change.text}" for change in one.changes if isinstance(change, AddWord)}
        if one.box and added & texts:
            return control_at(scene.seen.controls, one.box)
    return None


def _found(scene: Scene, full: str, match: Match) -> Judged:
    box = scene.seen.boxes.get(full)
    control = control_at(scene.seen.controls, box) if box else None
    if match.index == 0:
        return Judged(full, "found", match.locator, reason="it is disabled" if control and control.disabled else "", box=box)
    spec, where = element_at(scene.window, full)
    first = scene.window.finder.describe(spec.find[0])
    known = wanted_of(scene.window.firmware, full.rpartition(".")[2], spec).known
    against = doubt(known, control.name, spec.find[match.index]) if control else ""
    changes: tuple[Change, ...] = ()
    if control is not None and box and where[2] == "elements":
        changes = repaired(Broken(scene.window, where, spec, control, box, said_elsewhere(scene, full, spec, control)))
    changes = changes or (moved(scene.window.firmware, where, spec.find[match.index]),)
    reason = f"{first} finds nothing; {match.locator} finds it"
    if control is not None and (roles := {one.role for one in spec.find if one.role}) and control.role not in roles:
        reason += f"; its role is {control.role} now, and {' or '.join(sorted(roles))} is expected"
    proposal = said(changes, scene.window.firmware)
    judged = Judged(full, "drift", match.locator, match.index, reason, proposal=proposal, changes=changes, box=box)
    return judged.withdrawn(f'it says "{control.name}" now ({against})') if control and against else judged


def _not_found(scene: Scene, full: str, tried: list[Tried], taken: Mapping[int, str]) -> Judged:
    reason = f"tried {', '.join(map(str, tried))}"
    window = scene.window
    page, _, name = full.partition(".")
    if name not in window.file.pages[page].elements:
        return Judged(full, "missing", reason=reason)  # rows, and what is in them
    spec, where = element_at(window, full)
    ranked = rank(scene.seen.controls, wanted_of(window.firmware, name, spec), taken, scene.above)
    candidates = _candidates(scene, ranked)
    if any(one.count > 1 for one in tried):
        several = next(one for one in tried if one.count > 1)
        why = f"{several.locator} finds {several.count} visible elements, and it is not known which of them is meant"
        return Judged(full, "missing", reason=why, candidates=candidates)
    best, why_not = the_clear_one(ranked)
    if is_optional(page, name, window.file):
        near = f"; {best.control.role} {best.control.name!r} resembles it" if best is not None else ""
        told = f"this device does not show it, and the file says that it is optional{near}"
        return Judged(full, "not-applicable", reason=told, candidates=candidates)
    if best is None:
        return Judged(full, "missing", reason=f"{reason}; {why_not}", candidates=candidates)
    elsewhere = said_elsewhere(scene, full, spec, best.control)
    changes = repaired(Broken(window, where, spec, best.control, best.control.box, elsewhere))
    told = f"{reason}; the best candidate is clear" + (f": {best.note}" if best.note else "")
    judged = Judged(full, "missing", reason=told, candidates=candidates, proposal=said(changes, window.firmware), changes=changes)
    return judged if changes else judged.withdrawn(elsewhere or "no stable locator finds that candidate alone")


def _candidates(scene: Scene, ranked: Iterable[Ranked]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            one.control.role,
            one.control.name,
            one.score,
            one.why,
            scene.page,
            best_locator(scene.window, one.control),
            one.control.box,
        )
        for one in ranked
    )


def _taken(scene: Scene) -> dict[int, str]:
    """The controls on the screen that an element of the file finds, of this page or of another, by their place in the list."""
    controls, boxes = scene.seen.controls, dict(scene.seen.boxes)
    finder = scene.window.finder
    missing = set(scene.seen.tried)
    for page, spec in scene.window.file.pages.items():
        for name, element in spec.elements.items():
            full = f"{page}.{name}"
            if full in boxes or full in missing or page == scene.page:
                continue
            match = finder.probe(element.find)
            if isinstance(match, Match) and (box := box_of(match.found)):
                boxes[full] = box
    places = {id(control): index for index, control in enumerate(controls)}
    return {places[id(control)]: full for control, full in claimed(controls, boxes)}
