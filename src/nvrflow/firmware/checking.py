"""Whether a selector file says what it may say; each message names file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nvrflow.errors import InvalidFile
from nvrflow.firmware.locator import Locator
from nvrflow.firmware.model import Element, SelectorFile
from nvrflow.firmware.versions import VersionRange

Where = tuple[str | int, ...]
Origin = dict[Where, tuple[Path, int]]

_GENERATED_ID = re.compile(r"#[A-Za-z][\w-]*?\d{3,}|\[id[~^*$|]?=['\"]?[\w-]*\d{3,}")
_POSITION = re.compile(r":nth-|:nth\(|>> *nth=|:first-|:last-|:only-|:eq\(")
_PATH_FROM_ROOT = re.compile(r"^\s*(html|body)\b.*>|(>\s*[a-z]+\s*){4,}", re.I)


def check(data: Any, origin: Origin, path: Path) -> SelectorFile:
    """`data` as a selector file, or InvalidFile for the first thing in it that may not be."""
    try:
        selector_file = SelectorFile.model_validate(data)
    except ValidationError as problem:
        raise _first_of(problem, data, origin, path) from None
    for where, what in _contradictions(selector_file):
        raise InvalidFile(what, *place(where, origin, path), dotted(where))
    return selector_file


def at(data: Any, where: Where) -> Any:
    """What stands at `where` in `data`, None if nothing does."""
    for key in where:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def place(where: Where, origin: Origin, path: Path) -> tuple[Path, int | None]:
    """File and line of the nearest place at or above `where`."""
    while where and where not in origin:
        where = where[:-1]
    return origin.get(where, (path, None))


def dotted(where: Where) -> str:
    """`where` as a person writes it: pages.home.elements.setting[0]."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")


def _first_of(problem: ValidationError, data: Any, origin: Origin, path: Path) -> InvalidFile:
    errors = problem.errors(include_url=False)
    error = next((e for e in errors if e["type"] == "extra_forbidden"), errors[0])
    where: Where = _real_place(tuple(error["loc"]), data)
    what = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(where[-1]), _known_keys(error["loc"]), n=1, cutoff=0.5)
        what = f"unknown key {where[-1]!r}" + (f"; did you mean {near[0]!r}?" if near else "")
    elif error["type"] == "missing":
        what = "is missing"
    elif error["type"] == "string_type":
        what = f"must be text, not {error['input']!r}; put it in quotes"
    if len(errors) > 1:
        what += f" (and {len(errors) - 1} more)"
    return InvalidFile(what, *place(where, origin, path), dotted(where))


def _real_place(loc: Where, data: Any) -> Where:
    """`loc` as far as the file has it: pydantic names positions of lists and elements that were written in short."""
    where: Where = ()
    for index, part in enumerate(loc):
        value = at(data, where)
        last = index == len(loc) - 1
        if isinstance(value, (dict, list)) and (_has(value, part) or (last and isinstance(value, dict))):
            where = (*where, part)
    return where


def _has(value: Any, part: str | int) -> bool:
    return part in value if isinstance(value, dict) else isinstance(part, int) and part < len(value)


def _known_keys(loc: Where) -> list[str]:
    from nvrflow.firmware import model

    nouns = (
        *(Locator, model.Element, model.Page, model.Handler, model.Obstacle, model.Answer, model.Evidence, model.About),
        *(model.OnScreen, model.HarmlessRequest, model.WritingRequest),
    )
    inner = [key for noun in nouns for key in noun.model_fields]
    return list(SelectorFile.model_fields) if len(loc) == 1 else [*inner, *model.Way.model_fields, *model.Meaning.model_fields]


def _contradictions(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    """Everything that is well formed but cannot work."""
    for where, range_ in _ranges(file):
        try:
            VersionRange(range_)
        except ValueError as problem:
            yield where, str(problem)
        if where[0] == "identify" and file.about.version is None:
            yield where, "no version is known: say below `about` how it is read"
    for where, pattern in _patterns(file):
        try:
            re.compile(pattern)
        except re.error as problem:
            yield where, f"{pattern!r} is no regular expression: {problem}"
    for where, locator in locators(file):
        yield from ((where, what) for what in _locator_faults(locator, file))
    for name, page in file.pages.items():
        yield from _way_faults(name, file)
        for closing in page.close:
            if closing not in page.elements:
                yield ("pages", name, "close"), f"the page has no element {closing!r}{_near(closing, page.elements)}"
        for element_name, element in page.elements.items():
            yield from _element_faults(("pages", name, "elements", element_name), element, file)
    for name, handler in file.handlers.items():
        for answer in handler.answer:
            if answer not in handler.elements:
                yield ("handlers", name, "answer"), f"{answer!r} is not among the elements of this handler"


def _ranges(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    yield ("firmware",), file.firmware
    yield from ((("identify", index, "version"), sign.version) for index, sign in enumerate(file.identify) if sign.version)


def locators(file: SelectorFile) -> Iterator[tuple[Where, Locator]]:
    """Every locator of `file` with its place."""

    def of(where: Where, found: list[Locator] | None) -> Iterator[tuple[Where, Locator]]:
        yield from (((*where, index), locator) for index, locator in enumerate(found or []))

    for name, scope in file.scopes.items():
        yield from of(("scopes", name), scope)
    yield from of(("busy",), file.busy)
    yield from of(("volatile",), file.volatile)
    for name, obstacle in file.obstacles.items():
        yield from of(("obstacles", name, "shown_by"), obstacle.shown_by)
    for group, owners in (("handlers", file.handlers), ("pages", file.pages)):
        for name, owner in owners.items():
            yield from of((group, name, "shown_by"), owner.shown_by)
            for index, condition in enumerate(getattr(owner, "ready", [])):
                yield from of((group, name, "ready", index, "visible"), condition.visible)
                yield from of((group, name, "ready", index, "gone"), condition.gone)
            for element_name, element in owner.elements.items():
                place = (group, name, "elements", element_name)
                yield from of(place, element.find)
                for part in ("checked_by", "announced_by", "refused_by"):
                    yield from of((*place, part), getattr(element, part))


def _patterns(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    """Every regular expression of `file` with its place."""
    for index, sign in enumerate(file.identify):
        for key in ("title", "url", "challenge"):
            if pattern := getattr(sign, key):
                yield ("identify", index, key), pattern
    for index, request in enumerate(file.harmless):
        yield from ((("harmless", index, key), pattern) for key in ("url", "query", "body") if (pattern := getattr(request, key)))
    yield from ((("writes", index, "url"), request.url) for index, request in enumerate(file.writes))
    for name, answer in file.answers.items():
        yield ("answers", name, "url"), answer.url
        if answer.body:
            yield ("answers", name, "body"), answer.body
    for name, page in file.pages.items():
        if page.window:
            yield ("pages", name, "window"), page.window
        for element_name, element in page.elements.items():
            if element.refused_saying:
                yield ("pages", name, "elements", element_name, "refused_saying"), element.refused_saying


def _locator_faults(locator: Locator, file: SelectorFile) -> Iterator[str]:
    css = locator.css or ""
    if css.startswith(("/", "(", "xpath=")):
        yield f"{css!r} is XPath, which does not reach into shadow roots; use a role, a text, an attribute or CSS"
    if _POSITION.search(css):
        yield f"{css!r} counts positions; name what a person sees, or a scope with `within`"
    if _GENERATED_ID.search(css) or _GENERATED_ID.search("#" + (locator.attribute or {}).get("id", "")):
        yield f"{css or locator.attribute!r} has a generated id, which is another one at every start"
    if _PATH_FROM_ROOT.search(css):
        yield f"{css!r} is a path through the page; it breaks with the next firmware"
    for word in (
        locator.name,
        locator.label,
        locator.text,
        locator.placeholder,
        locator.alt_text,
        locator.title,
        locator.has_text,
    ):
        if word and word.startswith("$") and word[1:] not in file.texts:
            yield f"there is no text {word!r}{_near(word[1:], file.texts)}"
    if locator.within and locator.within.removeprefix("$") not in file.scopes:
        yield f"there is no scope {locator.within!r}{_near(locator.within.removeprefix('$'), file.scopes)}"


def _element_faults(where: Where, element: Element, file: SelectorFile) -> Iterator[tuple[Where, str]]:
    if element.answered_by and element.answered_by not in file.answers:
        yield (
            (*where, "answered_by"),
            f"there is no answer {element.answered_by!r}{_near(element.answered_by, file.answers)}",
        )
    words = [element.called, *([element.choices.on, element.choices.off] if element.choices else [])]
    for word in words:
        if word and word.startswith("$") and word[1:] not in file.texts:
            yield (*where, "called"), f"there is no text {word!r}{_near(word[1:], file.texts)}"
    if element.off and element.off not in file.pages[str(where[1])].elements:
        yield (*where, "off"), f"the page has no element {element.off!r}{_near(element.off, file.pages[str(where[1])].elements)}"


def _way_faults(name: str, file: SelectorFile) -> Iterator[tuple[Where, str]]:
    page, where = file.pages[name], ("pages", name)
    for way in page.all_ways:
        if way.on not in file.pages:
            yield (*where, "on"), f"there is no page {way.on!r}{_near(way.on, file.pages)}"
            continue
        for step in way.open:
            if step not in file.pages[way.on].elements:
                yield (
                    (*where, "open"),
                    f"the page {way.on!r} has no element {step!r}{_near(step, file.pages[way.on].elements)}",
                )
    seen, todo = set(), [name]
    while todo:
        for way in file.pages[todo.pop()].all_ways:
            if way.on == name:
                yield where, "the page lies on itself"
                return
            if way.on in file.pages and way.on not in seen:
                seen.add(way.on)
                todo.append(way.on)


def _near(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
