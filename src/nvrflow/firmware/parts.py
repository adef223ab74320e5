"""The parts of a selector file with their places in it: every locator, and every regular expression."""

from __future__ import annotations

from collections.abc import Iterator

from nvrflow.firmware.elements import Element, Rows
from nvrflow.firmware.locator import Condition, Locator
from nvrflow.firmware.model import SelectorFile

Where = tuple[str | int, ...]
_Found = Iterator[tuple[Where, Locator]]
_OF_AN_ELEMENT = ("find", "checked_by", "announced_by", "refused_by", "options")
_OF_A_CONDITION = ("visible", "gone")


def locators(file: SelectorFile) -> _Found:
    """Every locator of `file` with its place."""
    for name, scope in file.scopes.items():
        yield from _each(("scopes", name), scope)
    yield from _each(("busy",), file.busy)
    yield from _each(("volatile",), file.volatile)
    for name, obstacle in file.obstacles.items():
        yield from _each(("obstacles", name, "shown_by"), obstacle.shown_by)
    for name, handler in file.handlers.items():
        yield from _each(("handlers", name, "shown_by"), handler.shown_by)
        yield from _of_elements(("handlers", name, "elements"), handler.elements)
    for name, page in file.pages.items():
        yield from _each(("pages", name, "shown_by"), page.shown_by)
        for index, condition in enumerate(page.ready):
            yield from _below(("pages", name, "ready", index), condition, _OF_A_CONDITION)
        yield from _of_elements(("pages", name, "elements"), page.elements)
        for rows_name, rows in page.rows.items():
            yield from _of_rows(("pages", name, "rows", rows_name), rows)


def _of_rows(where: Where, rows: Rows) -> _Found:
    yield from _each((*where, "find"), rows.find)
    yield from _each((*where, "titles"), rows.titles)
    yield from _each((*where, "cell"), rows.cell)
    for name, cell in rows.cells.items():
        yield from _each((*where, "cells", name), cell.find)
    yield from _of_elements((*where, "elements"), rows.elements)


def _of_elements(where: Where, elements: dict[str, Element]) -> _Found:
    for name, element in elements.items():
        yield from _each((*where, name), element.find)
        yield from _below((*where, name), element, _OF_AN_ELEMENT[1:])


def _below(where: Where, owner: Element | Condition, keys: tuple[str, ...]) -> _Found:
    for key in keys:
        yield from _each((*where, key), getattr(owner, key))


def _each(where: Where, found: list[Locator] | None) -> _Found:
    yield from (((*where, index), locator) for index, locator in enumerate(found or []))


def patterns(file: SelectorFile) -> Iterator[tuple[Where, str]]:
    """Every regular expression of `file` with its place."""
    owners: list[tuple[Where, object, tuple[str, ...]]] = [
        *((("identify", index), sign, ("title", "url", "challenge")) for index, sign in enumerate(file.identify)),
        *((("harmless", index), request, ("url", "query", "body")) for index, request in enumerate(file.harmless)),
        *((("writes", index), request, ("url",)) for index, request in enumerate(file.writes)),
        *((("answers", name), answer, ("url", "body")) for name, answer in file.answers.items()),
        *((("pages", name), page, ("window",)) for name, page in file.pages.items()),
        *((where, element, ("refused_saying",)) for where, element in every_element(file)),
    ]
    for where, owner, keys in owners:
        yield from (((*where, key), pattern) for key in keys if (pattern := getattr(owner, key)))


def every_element(file: SelectorFile) -> Iterator[tuple[Where, Element]]:
    """Every element of pages, their rows and handlers, with its place."""
    for name, handler in file.handlers.items():
        yield from ((("handlers", name, "elements", one), element) for one, element in handler.elements.items())
    for name, page in file.pages.items():
        yield from ((("pages", name, "elements", one), element) for one, element in page.elements.items())
        for rows_name, rows in page.rows.items():
            place: Where = ("pages", name, "rows", rows_name, "elements")
            yield from (((*place, one), element) for one, element in rows.elements.items())
