"""What is wrong with a selector file that is well formed: names that nothing has, ways that lead nowhere, brittle locators."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping

from nvrflow.firmware.catalogue import catalogue
from nvrflow.firmware.elements import PLACEHOLDERS, Element, Rows
from nvrflow.firmware.locator import Locator
from nvrflow.firmware.model import Handler, Language, Page, SelectorFile
from nvrflow.firmware.parts import Where, locators, patterns
from nvrflow.firmware.version_limits import ranges as limits
from nvrflow.firmware.versions import VersionRange

_GENERATED_ID = re.compile(r"#[A-Za-z][\w-]*?\d{3,}|\[id[~^*$|]?=['\"]?[\w-]*\d{3,}")
_POSITION = re.compile(r":nth-|:nth\(|>> *nth=|:first-|:last-|:only-|:eq\(")
_PATH_FROM_ROOT = re.compile(r"^\s*(html|body)\b.*>|(>\s*[a-z]+\s*){4,}", re.I)
# https://playwright.dev/docs/other-locators
_ONLY_PLAYWRIGHTS = re.compile(
    r":(has-text|text(-is|-matches)?|visible|nth-match|right-of|left-of|above|below|near|light)\b|>>|^(text|xpath)="
)

Faults = Iterator[tuple[Where, str]]


def faults(file: SelectorFile) -> Faults:
    """Everything that is well formed but cannot work, with its place."""
    yield from _versions(file)
    yield from _of_the_signs(file)
    for where, pattern in patterns(file):
        try:
            re.compile(pattern)
        except re.error as problem:
            yield where, f"{pattern!r} is not a regular expression: {problem}"
    for where, locator in locators(file):
        yield from ((where, what) for what in _of_a_locator(locator, file))
    yield from _scopes_in_themselves(file)
    if file.language:
        yield from _of_the_language(file.language)
    for name, page in file.pages.items():
        yield from _of_a_page(name, page, file)
    for index, name in enumerate(file.explain):
        yield from ((("explain", index), what) for what in _of_an_explanation(name, file))
    for name, handler in file.handlers.items():
        yield from _of_a_handler(name, handler, file)


def _versions(file: SelectorFile) -> Faults:
    ranges: list[tuple[Where, str]] = [(("firmware",), file.firmware)]
    ranges += limits(file)
    ranges += [(("identify", index, "version"), sign.version) for index, sign in enumerate(file.identify) if sign.version]
    for where, range_ in ranges:
        try:
            VersionRange(range_)
        except ValueError as problem:
            yield where, str(problem)
        told = file.about.version
        if where[0] == "identify" and told is None:
            yield where, "no version is known: say below `about` how it is read"
        if where[0] == "identify" and told is not None and told.answer:
            yield where, "is looked at before the sign-in: read the version below `about` by `script` or `fetch`"
    for name, source in file.about.sources.items():
        if source.answer and source.answer not in file.answers:
            yield ("about", name, "answer"), f"there is no answer {source.answer!r}{_near(source.answer, file.answers)}"


def _of_the_signs(file: SelectorFile) -> Faults:
    for index, sign in enumerate(file.identify):
        if sign.has and (found := _ONLY_PLAYWRIGHTS.search(sign.has)):
            yield (
                ("identify", index, "has"),
                f"{found[0]!r} is Playwright's own, and the page itself is asked; use plain CSS, or `script`",
            )


def _of_the_language(language: Language) -> Faults:
    for index, asked in enumerate(language.dictionary):
        if "{language}" not in f"{asked.fetch} {asked.body} {asked.path}":
            where: Where = ("language", "dictionary", index)
            yield where, "does not say where the language stands: write {language} in `fetch`, `body` or `path`"


def _of_a_locator(locator: Locator, file: SelectorFile) -> Iterator[str]:
    css = locator.css or ""
    if css.startswith(("/", "(", "xpath=")):
        yield f"{css!r} is XPath, which does not reach into shadow roots; use a role, a text, an attribute or CSS"
    if _POSITION.search(css):
        yield f"{css!r} counts positions; name what a person sees, or a scope with `within`"
    if _GENERATED_ID.search(css) or _GENERATED_ID.search("#" + (locator.attribute or {}).get("id", "")):
        yield f"{css or locator.attribute!r} has a generated id, which is another one at every start"
    if _PATH_FROM_ROOT.search(css):
        yield f"{css!r} is a path through the page; it breaks with the next firmware"
    for word in locator.texts:
        yield from _unknown_text(word, file)
    if locator.scope and locator.scope not in file.scopes:
        yield f"there is no scope {locator.within!r}{_near(locator.scope, file.scopes)}"


def _scopes_in_themselves(file: SelectorFile) -> Faults:
    for name in file.scopes:
        if _leads_back(name, {one: [found.scope for found in scope if found.scope] for one, scope in file.scopes.items()}):
            yield ("scopes", name), "the scope lies within itself"


def _leads_back(name: str, below: Mapping[str, Collection[str]]) -> bool:
    seen, todo = set[str](), [*below.get(name, ())]
    while todo:
        one = todo.pop()
        if one == name:
            return True
        if one not in seen:
            seen.add(one)
            todo.extend(below.get(one, ()))
    return False


def _unknown_text(word: str | None, file: SelectorFile) -> Iterator[str]:
    if word and word.startswith("$") and word[1:] not in file.texts:
        yield f"there is no text {word!r}{_near(word[1:], file.texts)}"


def _of_a_page(name: str, page: Page, file: SelectorFile) -> Faults:
    where: Where = ("pages", name)
    yield from _of_the_ways(name, file)
    for closing in page.close:
        if closing not in page.elements:
            yield (*where, "close"), f"the page has no element {closing!r}{_near(closing, page.elements)}"
    for element_name, element in page.elements.items():
        place = (*where, "elements", element_name)
        yield from _of_an_element(place, element, page.elements, file)
        if element.setting and element.setting not in catalogue():
            near = _near(element.setting, catalogue())
            yield (*place, "setting"), f"there is no setting {element.setting!r} in docs/settings.md{near}"
        if element.column:
            yield (*place, "column"), "only an element of `rows` stands in a column"
    for rows_name, rows in page.rows.items():
        yield from _of_rows((*where, "rows", rows_name), rows, file)


def _of_rows(where: Where, rows: Rows, file: SelectorFile) -> Faults:
    for name, cell in rows.cells.items():
        for what in (*_unknown_text(cell.column, file), *_unknown_text(cell.called, file)):
            yield (*where, "cells", name), what
    for name, element in rows.elements.items():
        yield from _of_an_element((*where, "elements", name), element, rows.elements, file)
    for place, found in (
        *(((*where, "cells", name), cell.find or []) for name, cell in rows.cells.items()),
        *(((*where, "elements", name), [*element.find, *(element.checked_by or [])]) for name, element in rows.elements.items()),
        ((*where, "cell"), rows.cell or []),
    ):
        if any(locator.within or locator.frame for locator in found):
            yield place, "is looked for within its row; `within` and `frame` belong to `find` of the rows"


def _of_a_handler(name: str, handler: Handler, file: SelectorFile) -> Faults:
    where: Where = ("handlers", name)
    for key in ("answer", "leave"):
        for used in getattr(handler, key):
            if used not in handler.elements:
                yield (*where, key), f"{used!r} is not among the elements of this handler{_near(used, handler.elements)}"
            elif key == "leave" and handler.elements[used].effect == "write":
                yield (*where, key), f"{used!r} has `effect: write`, and leaving changes nothing; name Cancel, or what closes it"
    for element_name, element in handler.elements.items():
        yield from _of_an_element((*where, "elements", element_name), element, handler.elements, file)


def _of_an_explanation(name: str, file: SelectorFile) -> Iterator[str]:
    page, dot, element = name.partition(".")
    if page not in file.pages:
        yield f"there is no page {page!r}{_near(page, file.pages)}"
    elif dot and element not in file.pages[page].elements:
        yield f"the page {page!r} has no element {element!r}{_near(element, file.pages[page].elements)}"
    elif dot and file.pages[page].elements[element].secret:
        yield f"{name} is secret; name what may be kept"


def _of_an_element(where: Where, element: Element, beside: Mapping[str, Element], file: SelectorFile) -> Faults:
    if element.answered_by and element.answered_by not in file.answers:
        yield (*where, "answered_by"), f"there is no answer {element.answered_by!r}{_near(element.answered_by, file.answers)}"
    for key in ("called", "column", "value"):
        yield from (((*where, key), what) for what in _unknown_text(getattr(element, key), file))
    for word in (element.choices.on, element.choices.off) if element.choices else ():
        yield from (((*where, "choices"), what) for what in _unknown_text(word, file))
    if element.off and element.off not in beside:
        yield (*where, "off"), f"the page has no element {element.off!r}{_near(element.off, beside)}"
    yield from (((*where, "value"), what) for what in _value_faults(element))
    yield from (((*where, "use_first"), what) for what in _order_faults(str(where[-1]), element, beside))
    yield from (((*where, "after"), what) for what in _after_faults(str(where[-1]), element, beside))


def _value_faults(element: Element) -> Iterator[str]:
    for word in element.placeholders:
        if word not in PLACEHOLDERS:
            yield f"{{{word}}} is not known; there are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}"
    if "password" in element.placeholders and not element.secret:
        yield "types the password; add `secret: true` so that it appears nowhere"


def _order_faults(name: str, element: Element, beside: Mapping[str, Element]) -> Iterator[str]:
    for used in element.use_first:
        if used not in beside:
            yield f"there is no element {used!r} beside this one{_near(used, beside)}"
    if _leads_back(name, {one: other.use_first for one, other in beside.items()}):
        yield "the element has to be used before itself"


def _after_faults(name: str, element: Element, beside: Mapping[str, Element]) -> Iterator[str]:
    if element.after and element.after not in beside:
        yield f"there is no element {element.after!r} beside this one{_near(element.after, beside)}"
    if _leads_back(name, {one: [other.after] if other.after else [] for one, other in beside.items()}):
        yield "the element is shown only after itself"


def _of_the_ways(name: str, file: SelectorFile) -> Faults:
    page, where = file.pages[name], ("pages", name)
    for way in page.all_ways:
        if way.on not in file.pages:
            yield (*where, "on"), f"there is no page {way.on!r}{_near(way.on, file.pages)}"
            continue
        for step in way.open:
            if step not in file.pages[way.on].elements:
                known = file.pages[way.on].elements
                yield (*where, "open"), f"the page {way.on!r} has no element {step!r}{_near(step, known)}"
    if any(way.open for way in page.all_ways) and not (page.shown_by or page.window):
        key = "open" if page.open else "ways"
        yield (*where, key), "is never used: without `shown_by` the page counts as shown wherever the page it lies on is shown"
    if _leads_back(name, {one: [way.on for way in other.all_ways] for one, other in file.pages.items()}):
        yield where, "the page lies on itself"


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
