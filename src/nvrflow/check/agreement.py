"""All changes that are proposed on one page together: with them, each element's first locator finds its own control alone.

A change that works alone may still disturb another one. So they are tried on the page together, the most certain first, and
what does not work with those before is not proposed. A label that something else has, too, is never a new word.
"""

from __future__ import annotations

from collections.abc import Sequence

from nvrflow.capture.controls import Control
from nvrflow.check.foreign_word import other_language
from nvrflow.check.glimpse import Scene, box_of, element_at, elements_of, overlap
from nvrflow.check.repair import locators_at, with_words
from nvrflow.check.verdict import AddWord, Judged, MoveFirst, PutFirst
from nvrflow.firmware import Element, Firmware, Locator, SelectorFile
from nvrflow.recorder.finder import Finder, Match
from nvrflow.report import Rectangle

_SAME_PLACE = 0.8  # the part of two rectangles that they share at least, if they show one control


def said_elsewhere(scene: Scene, full: str, spec: Element, control: Control) -> str:
    """What else has the label of `control`, so that it cannot be a word for the element `full`; empty if nothing does.

    A control that is visible beside it, or another element of the selector file, which does not use the same text. Nor is a word
    of another language used: the recorder has lost its translation, and may get it back.
    """
    label = control.name.casefold()
    firmware = scene.window.firmware
    if foreign := other_language(firmware.file.texts, firmware.language, control.name):
        return f"it is a word of another language ({foreign}), and the pages are in {firmware.language}"
    for other in scene.seen.controls:
        is_same = other.is_words or (other.frame == control.frame and overlap(other.box, control.box) > _SAME_PLACE)
        if other.name.casefold() == label and not is_same:
            return f"another {other.role} on the page has that label, too"
    own = {value for one in spec.find for value in one.texts}
    for name, element in elements_of(scene.window.file):
        values = {value for one in element.find for value in one.texts} - own
        if name != full and any(label == word.casefold() for value in values for word in scene.window.firmware.words(value)):
            return f"it is the label of {name}"
    return ""


def agreed(scene: Scene, judged: Sequence[Judged]) -> list[Judged]:
    """The verdicts of a page, of which only those keep their changes that work together."""
    kept = [one.withdrawn(why) if (why := _rivalry(scene, one, judged)) else one for one in judged]
    firmware, accepted = scene.window.firmware, list[Judged]()
    for one in sorted((one for one in kept if one.changes), key=_certainty):
        tried = [*accepted, one]
        together = with_words(firmware, *(change for each in tried for change in each.changes))
        if all(_works(scene, each, together) for each in tried) and _others_work(scene, together):
            accepted.append(one)
    why = "together with the other changes it does not find that control alone"
    return [one if one in accepted or not one.changes else one.withdrawn(why) for one in kept]


def without_rivals(judged: Sequence[Judged], file: SelectorFile) -> list[Judged]:
    """The verdicts of all pages, without changes after which a missing element would be found where another one is.

    Two pages may lie on one screen, and an element of each may be missing there while one similar button is left.
    """
    find = {full: spec.find for full, spec in elements_of(file)}
    told = list[Judged]()
    for one in judged:
        others = [other for other in judged if other.changes and find.get(other.element) != find.get(one.element)]
        same = next((other.element for other in others if _aims(one) & _aims(other) and not _texts(one) & _texts(other)), "")
        told.append(one.withdrawn(f"{same} would be the same control") if one.verdict == "missing" and same else one)
    return told


def _aims(judged: Judged) -> set[str]:
    """What the changes look for: new words, and new locators that have no words of the file."""
    words = {change.word.casefold() for change in judged.changes if isinstance(change, AddWord)}
    return words | {repr(change.locator) for change in judged.changes if isinstance(change, PutFirst) and not words}


def _texts(judged: Judged) -> set[str]:
    return {change.text for change in judged.changes if isinstance(change, AddWord)}


def target(judged: Judged) -> Rectangle | None:
    """Where the control stands for which the changes of a verdict are proposed."""
    return judged.box or (judged.candidates[0].box if judged.candidates else None)


def _certainty(judged: Judged) -> tuple[bool, float]:
    return judged.verdict != "drift", -max((one.score for one in judged.candidates), default=0.0)


def _rivalry(scene: Scene, judged: Judged, others: Sequence[Judged]) -> str:
    """Which other missing element would get the same control, although it has other locators; empty if none would."""
    mine = target(judged)
    if not judged.changes or judged.verdict != "missing" or mine is None:
        return ""
    for other in others:
        box = target(other) if other.changes and other.element != judged.element else None
        if box is None or overlap(mine, box) <= _SAME_PLACE:
            continue
        if _find(scene, other)[0] != _find(scene, judged)[0] and not set(other.changes) & set(judged.changes):
            return f"{other.element} would be the same control"
    return ""


def _find(scene: Scene, judged: Judged) -> Sequence[Locator]:
    page, _, name = judged.element.partition(".")
    if name == "shown_by":
        return scene.window.file.pages[page].shown_by or []
    return element_at(scene.window, judged.element)[0].find


def _works(scene: Scene, judged: Judged, firmware: Firmware) -> bool:
    """Whether the locator that is the first one after the changes finds the control alone; one of a row is tried in the row."""
    if any(not isinstance(change, AddWord) and "rows" in change.where[2:3] for change in judged.changes):
        return True
    locator, box = _first(scene, judged), target(judged)
    return locator is not None and box is not None and _is_found(scene, locator, firmware, box)


def _first(scene: Scene, judged: Judged) -> Locator | None:
    """The locator that is the first one after the changes; of what shows a page the one that uses the new word."""
    find, page = _find(scene, judged), judged.page
    for change in judged.changes:
        match change:
            case PutFirst():
                frame = scene.window.file.pages[page].frame if page in scene.window.file.pages else None
                return Locator.model_validate({**({"frame": frame} if frame else {}), **change.locator})
            case MoveFirst():
                return locators_at(scene.window.firmware, change.where)[change.index]
    texts = {f"${change.text}" for change in judged.changes if isinstance(change, AddWord)}
    return next((one for one in find if texts & set(one.texts)), None)


def _others_work(scene: Scene, firmware: Firmware) -> bool:
    """Whether each element of the page that its first locator finds now is still found by it, at the same place."""
    for name, spec in scene.window.file.pages[scene.page].elements.items():
        full = f"{scene.page}.{name}"
        match, box = scene.seen.found.get(full), scene.seen.boxes.get(full)
        if match is not None and match.index == 0 and box is not None and not _is_found(scene, spec.find[0], firmware, box):
            return False
    return True


def _is_found(scene: Scene, locator: Locator, firmware: Firmware, at: Rectangle) -> bool:
    found = Finder(scene.window.page, firmware).probe([locator])
    box = box_of(found.found) if isinstance(found, Match) else None
    return box is not None and overlap(box, at) > _SAME_PLACE
