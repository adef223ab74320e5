"""What differences cost: which elements of the selector file are found otherwise or not at all, and which flows that concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nvrflow.capture.archive import OK, Capture, CapturedElement
from nvrflow.capture.controls import Box, Control
from nvrflow.compare.clue import Clue
from nvrflow.compare.difference import CONSEQUENCES, Consequence, Difference, Touched
from nvrflow.compare.gist import Gist
from nvrflow.compare.pairs import identity
from nvrflow.compare.screen import Screen
from nvrflow.compare.usage import Usage

_TYPED = ("textbox", "searchbox", "spinbutton")


@dataclass(frozen=True)
class Sore:
    """An element that is found otherwise after: on which screen, and the control that it was before and is after."""

    screen: Screen
    touched: Touched
    was: Control | None
    is_now: Control | None


def sores(screens: Iterable[Screen]) -> Iterator[Sore]:
    """Every element that is found by a later locator or not at all, or that cannot be used any more."""
    for screen in screens:
        for name, before in screen.page_a.elements.items():
            after = screen.page_b.elements.get(name)
            if after is None or _locator(before) is None:
                continue
            was = control_at(screen.page_a.controls, before.box)
            now = control_at(screen.page_b.controls, after.box)
            disabled = bool(was and now and _is_fixed(now) and not _is_fixed(was))
            covered = bool(was and now and now.covered and not was.covered)
            touched = Touched(f"{screen.name}.{name}", screen.language, _locator(before), _locator(after), disabled, covered)
            if touched.consequence != "none":
                yield Sore(screen, touched, was, now)


def _is_fixed(control: Control) -> bool:
    """Whether nobody can use it: it is disabled, or a field that can only be read."""
    return control.disabled or (control.role in _TYPED and "readonly" in (control.demands or ()))


def _locator(element: CapturedElement) -> int | None:
    """The place of the locator that finds the element; the counts know it, too, where the page was still moving."""
    return (
        element.locator if element.locator is not None else next((at for at, one in enumerate(element.counts) if one == 1), None)
    )


def control_at(controls: Sequence[Control], box: Box | None) -> Control | None:
    """The smallest control in which the middle of `box` lies."""
    if box is None:
        return None
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    inside = [
        one for one in controls if one.box[0] <= x <= one.box[0] + one.box[2] and one.box[1] <= y <= one.box[1] + one.box[3]
    ]
    return min(inside, key=lambda one: (one.covered, one.box[2] * one.box[3]), default=None)


def charged(found: Sequence[Gist], hurt: Iterable[Sore], usage: Usage) -> list[Gist]:
    """The gists with the elements that each concerns; an element that no gist explains becomes a difference of its own."""
    touched: dict[int, list[Touched]] = {}
    alone: dict[str, list[Touched]] = {}
    for sore in hurt:
        cause = next((index for index, gist in enumerate(found) if _explains(gist, sore)), None)
        if cause is None:
            alone.setdefault(sore.touched.element, []).append(sore.touched)
        else:
            touched.setdefault(cause, []).append(sore.touched)
    told = [Gist(_with(gist.difference, touched.get(index, []), usage), gist.clues) for index, gist in enumerate(found)]
    return [*told, *(Gist(_with(_unexplained(element, those), those, usage), ()) for element, those in alone.items())]


def _explains(gist: Gist, sore: Sore) -> bool:
    """Whether a clue on this page is about the element's own control, or has put another one like it there."""
    if gist.difference.aspect in ("order", "key", "default", "options", "required", "limits"):
        return False
    here = [clue for clue in gist.clues if (clue.page, clue.language) == (sore.screen.name, sore.screen.language)]
    return any(_is_about(clue, sore.was) for clue in here) or any(_is_like(clue, sore) for clue in here)


def _is_about(clue: Clue, was: Control | None) -> bool:
    return was is not None and any(one is was or one == was for one in clue.a)


def _is_like(clue: Clue, sore: Sore) -> bool:
    """Whether the clue is about something new, and the element is ambiguous or covered since."""
    if clue.change != "added":
        return False
    if sore.touched.covered:
        return clue.aspect == "popup"
    if sore.touched.after is not None:
        return False
    after = sore.screen.page_b.elements[sore.touched.element.partition(".")[2]]
    ambiguous = any(count > 1 for count in after.counts)
    return ambiguous and (
        clue.aspect in ("popup", "twice") or any(sore.was and identity(one) == identity(sore.was) for one in clue.b)
    )


def _with(difference: Difference, touched: Sequence[Touched], usage: Usage) -> Difference:
    if not touched:
        return difference
    consequences, flows = [difference.consequence], set(difference.flows)
    for one in touched:
        page, _, element = one.element.partition(".")
        consequence = one.consequence
        if consequence == "breaking" and usage.has_another_way(page, element):
            consequence = "drift"
        consequences.append(consequence)
        flows |= usage.flows_of(page, element)
    return replace(
        difference, consequence=worst(consequences), flows=tuple(sorted(flows)), elements=(*difference.elements, *touched)
    )


def worst(consequences: Iterable[Consequence]) -> Consequence:
    """The worst of several consequences."""
    return min(consequences, key=CONSEQUENCES.index, default="none")


def _unexplained(element: str, touched: Sequence[Touched]) -> Difference:
    page = element.partition(".")[0]
    languages = tuple(dict.fromkeys(one.language for one in touched))
    return Difference("control", "changed", "found", element, element, pages=(page,), languages=languages)


def with_lost_pages(found: Sequence[Gist], a: Capture, b: Capture, usage: Usage) -> list[Gist]:
    """The gists, each with the pages that cannot be reached because of it, and one for each page lost for another reason."""
    told = list(found)
    for name, why in _lost(a, b).items():
        index = next((at for at, gist in enumerate(told) if _leads_to(gist.difference, name, usage)), None)
        difference = told[index].difference if index is not None else _unreached(name, why)
        flows = tuple(sorted({*difference.flows, *usage.needs.get(name, ())}))
        broken = replace(difference, flows=flows, consequence="breaking")
        if index is None:
            told.append(Gist(broken, ()))
        else:
            told[index] = replace(told[index], difference=replace(broken, lost_pages=(*broken.lost_pages, name)))
    return told


def _lost(a: Capture, b: Capture) -> dict[str, str]:
    """The pages that were reached before in some language and were not after, each with the reason."""
    found: dict[str, str] = {}
    for language in (one for one in a.languages if one in b.languages):
        after = b.summary.pages[language]
        for name, state in a.summary.pages[language].items():
            if state == OK and after.get(name, OK) != OK:
                found.setdefault(name, after[name])
    return found


def _unreached(name: str, why: str) -> Difference:
    return Difference("page", "removed", "reached", name, name, pages=(name,), before="reached", after="not reached", note=why)


def _leads_to(difference: Difference, page: str, usage: Usage) -> bool:
    """Whether the page is lost because of this difference: an element or a page on the way is, or a window lies in the way."""
    broken = {one.element for one in difference.elements if one.consequence == "breaking"}
    gone = {*difference.lost_pages, *(difference.pages if difference.aspect == "reached" else ())}
    ways = usage.file.pages[page].all_ways if page in usage.file.pages else []
    if difference.change == "added" and difference.aspect == "popup" and any(way.on in difference.pages for way in ways):
        return True
    return any(way.on in gone or any(f"{way.on}.{element}" in broken for element in way.open) for way in ways)
