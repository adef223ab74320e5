"""The change of a selector file that finds an element again, tried on the live page before anybody reads it.

A label that changed goes into `texts` of the language in which it was seen, beside the words that were there: the old firmware
still exists. Otherwise a new locator goes first. A change is proposed only if it then finds exactly the control that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nvrflow.capture.controls import Control
from nvrflow.check.candidates import stable_attribute
from nvrflow.check.glimpse import box_of, overlap
from nvrflow.check.verdict import AddWord, Change, MoveFirst, PutFirst
from nvrflow.check.yaml_text import inline, scalar
from nvrflow.firmware import Element, Firmware, Locator
from nvrflow.firmware.parts import Where
from nvrflow.recorder.finder import Finder, Match
from nvrflow.recorder.window import Window
from nvrflow.report import Rectangle

_WORDED = ("name", "label", "text", "placeholder", "title", "alt_text", "has_text")
# CSS that only asks for an id or for one attribute, with or without the name of the element.
_ONE_ATTRIBUTE = re.compile(
    r"[a-z0-9-]*(?:#(?P<id>[\w-]+)|\[(?P<key>[\w-]+)=(?:[\"'](?P<quoted>[^\"']+)[\"']|(?P<bare>[^\]\"']+))\])"
)
_NO_ROLES = ("clickable", "file", "text", "cell", "heading", "columnheader")
_BY = {"label": "label", "placeholder": "placeholder", "title": "title", "alt": "alt_text"}


@dataclass(frozen=True)
class Broken:
    """An element whose first locator finds nothing, its place in the file, and the control on the page shown that is meant.

    `elsewhere` says what else has the control's label; then the label is not used.
    """

    window: Window
    where: Where
    spec: Element
    control: Control
    box: Rectangle
    elsewhere: str = ""


def repaired(broken: Broken) -> tuple[Change, ...]:
    """The changes after which the first locator finds the control alone; empty if none was found that does."""
    first = broken.spec.find[0]
    word = None if broken.elsewhere else _word_for(broken.window.firmware, first, broken.control.name)
    if word is not None and _finds(broken, with_words(broken.window.firmware, word), first):
        return (word,)
    for locator, more in _locators(broken):
        firmware = with_words(broken.window.firmware, *more)
        if _finds(broken, firmware, locator):
            known = next((one for one in broken.spec.find[1:] if _same(one, locator)), None)
            if known is not None:
                return (*more, moved(broken.window.firmware, broken.where, known))
            return (*more, PutFirst(broken.where, _plain(locator, broken)))
    return ()


def moved(firmware: Firmware, where: Where, locator: Locator) -> MoveFirst:
    """The change that puts a later locator first; its place in the file counts those for other versions of the firmware, too."""
    return MoveFirst(where, locators_at(firmware, where).index(locator))


def locators_at(firmware: Firmware, where: Where) -> list[Locator]:
    """The locators at a place in the selector file, those for other versions of the firmware included."""
    part: Any = firmware.whole or firmware.file
    for key in where:
        part = part[key] if isinstance(part, dict) else getattr(part, str(key))
    return list(part.find)


def shown_again(window: Window, shown_by: Sequence[Locator], control: Control) -> tuple[Change, ...]:
    """The word after which one of the locators in `shown_by` shows that the page is there; empty if none does."""
    for locator in shown_by:
        word = _word_for(window.firmware, locator, control.name)
        if word is not None and Finder(window.page, with_words(window.firmware, word)).shows(shown_by):
            return (word,)
    return ()


def said(changes: Sequence[Change], firmware: Firmware) -> str:
    """The changes in words, with the YAML to write."""
    return "; ".join(_in_words(change, firmware) for change in changes)


def best_locator(window: Window, control: Control) -> str:
    """What would find this control alone, in one line of YAML; empty if nothing stable does."""
    element = Element(find=[Locator(css="html")])
    broken = Broken(window, (), element, control, control.box)
    for locator, more in _locators(broken):
        if not more and _finds(broken, window.firmware, locator):
            return inline(_plain(locator, broken))
    return ""


def _in_words(change: Change, firmware: Firmware) -> str:
    match change:
        case AddWord():
            words = [*firmware.file.texts.get(change.text, {}).get(change.language, []), change.word]
            listed = ", ".join(map(scalar, words))
            return f"texts.{change.text}: {change.language}: [{listed}]"
        case PutFirst():
            return f"{_dotted(change.where)}: put first {inline(change.locator)}"
        case MoveFirst():
            return f"{_dotted(change.where)}: put the locator first that is number {change.index + 1}"


def _word_for(firmware: Firmware, locator: Locator, name: str) -> AddWord | None:
    """`name` as a further word of the text that the locator uses; None if it uses none, or has that word."""
    value = next((getattr(locator, key) for key in _WORDED if getattr(locator, key)), None)
    if value is None or not value.startswith("$") or not name or firmware.language is None:
        return None
    known = {word.casefold() for word in firmware.words(value)}
    return None if name.casefold() in known else AddWord(value[1:], firmware.language, name)


def with_words(firmware: Firmware, *changes: Change) -> Firmware:
    """The firmware with words added."""
    texts = dict(firmware.file.texts)
    for one in changes:
        if isinstance(one, AddWord):
            text = texts.get(one.text, {})
            texts[one.text] = {**text, one.language: [*text.get(one.language, []), one.word]}
    return replace(firmware, file=firmware.file.model_copy(update={"texts": texts}))


def _finds(broken: Broken, firmware: Firmware, locator: Locator) -> bool:
    """Whether the locator now finds one visible element, and it is the control."""
    found = Finder(broken.window.page, firmware).probe([locator])
    if not isinstance(found, Match):
        return False
    box = box_of(found.found)
    return box is not None and overlap(box, broken.box) > 0.8


def _locators(broken: Broken) -> Iterator[tuple[Locator, tuple[Change, ...]]]:
    """Locators for the control, the most stable first, each with the words that it needs in the file.

    Role and accessible name, then the label, the text, attributes. Positions and generated names are not among them.
    """
    control, scopes = broken.control, _scopes(broken)
    frame = {"frame": list(control.frame)} if control.frame else {}
    value, more = _worded(broken)
    ways: list[tuple[dict[str, Any], tuple[Change, ...]]] = []
    is_a_name = value != control.name or not value.startswith("$")  # as words in a file it would name a text
    is_said = bool(control.name) and not broken.elsewhere and is_a_name
    if is_said and control.role not in _NO_ROLES:
        ways.append(({"role": control.role, "name": value}, more))
    if is_said and control.named in _BY:
        ways.append(({_BY[control.named]: value}, more))
    if is_said and control.named in ("text", "aria-label"):
        ways.append(({"text": value}, more))
    for key in ("data-testid",):
        if control.attributes.get(key):
            ways.append(({"test_id": control.attributes[key]}, ()))
    if attribute := stable_attribute(control):
        ways.append(({"attribute": attribute}, ()))
    for way, needed in ways:
        for scope in scopes:
            yield Locator.model_validate({**way, **scope, **frame}), needed


def _scopes(broken: Broken) -> list[dict[str, str]]:
    """The scope of the locators that are there, as far as one is, and then none."""
    named = dict.fromkeys(one.within for one in broken.spec.find if one.within)
    return [*({"within": name} for name in named), {}]


def _worded(broken: Broken) -> tuple[str, tuple[Change, ...]]:
    """The control's name as a locator says it: a text of the file, a new one if the file has texts, or the words themselves."""
    firmware, name = broken.window.firmware, broken.control.name
    own = [value[1:] for one in broken.spec.find for value in one.texts if value.startswith("$")]
    for text in (*own, *firmware.file.texts):
        if name.casefold() in (word.casefold() for word in firmware.words(f"${text}")):
            return f"${text}", ()
    if firmware.language is None or not firmware.file.texts or not broken.where:
        return name, ()
    if own:
        return f"${own[0]}", (AddWord(own[0], firmware.language, name),)
    text = str(broken.where[-1])
    fresh = text if text not in firmware.file.texts else f"{broken.where[1]}_{text}"
    return f"${fresh}", (AddWord(fresh, firmware.language, name),)


def _plain(locator: Locator, broken: Broken) -> dict[str, Any]:
    """The locator as the file says it; a frame that is the page's own is not said again."""
    data = locator.model_dump(exclude_none=True)
    page = broken.window.file.pages.get(str(broken.where[1])) if len(broken.where) > 1 else None
    if page is not None and page.frame and data.get("frame") == page.frame:
        del data["frame"]
    return data


def _same(one: Locator, other: Locator) -> bool:
    """Whether two locators say the same: `css: "#save"` is the attribute id, and `test_id` the attribute data-testid."""
    said, other_said = _attribute_of(one), _attribute_of(other)
    if said is not None and other_said is not None:
        return said == other_said and (one.within, one.has_text) == (other.within, other.has_text)
    return one.model_copy(update={"frame": None}) == other.model_copy(update={"frame": None})


def _attribute_of(locator: Locator) -> dict[str, str] | None:
    """The attribute by which a locator finds an element, if it says nothing else about it."""
    if locator.test_id:
        return {"data-testid": locator.test_id}
    if locator.css and (match := _ONE_ATTRIBUTE.fullmatch(locator.css.strip())):
        return {"id": match["id"]} if match["id"] else {match["key"]: match["quoted"] or match["bare"]}
    return locator.attribute if locator.attribute and len(locator.attribute) == 1 else None


def _dotted(where: Where) -> str:
    return ".".join(str(part) for part in where if part not in ("pages", "elements"))
