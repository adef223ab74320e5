"""Finding an element on the page: its locators are tried in order; the first that matches exactly one visible element wins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.firmware import Firmware, Locator

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page
    from playwright.sync_api import Locator as Found

_TEXT_VERBS = {
    "label": "get_by_label",
    "text": "get_by_text",
    "placeholder": "get_by_placeholder",
    "alt_text": "get_by_alt_text",
    "title": "get_by_title",
}
# White space and what an icon font draws (private use; beyond U+FFFF JavaScript sees two halves) around a text.
_AROUND = r"(?:[\s\ue000-\uf8ff]|[\udb80-\udbff][\udc00-\udfff])*"


@dataclass(frozen=True)
class Match:
    """An element that was found, the place of its locator in the list, and that locator in words."""

    found: Found
    index: int
    locator: str


@dataclass(frozen=True)
class Tried:
    """One locator that did not match exactly one visible element."""

    locator: str
    count: int
    scope: str = ""

    def __str__(self) -> str:
        scope = f", because {self.scope} is not visible" if self.scope else ""
        return f"{self.locator} ({self.count} found{scope})"


class Finder:
    """Finds the elements of a selector file on one page of the browser, in the recorder's language."""

    def __init__(self, page: Page, firmware: Firmware) -> None:
        self.page = page
        self.firmware = firmware

    def probe(self, locators: Sequence[Locator], base: Found | None = None) -> Match | list[Tried]:
        """The first of `locators` that matches exactly one visible element now, or what each of them found.

        With `base` only elements inside of it count.
        """
        tried = []
        for index, locator in enumerate(locators):
            found = self.visible(locator) if base is None else self.inside(base, [locator])
            count = found.count()
            if count > 1 and (locator.name or locator.way in _TEXT_VERBS):
                found, count = self._in_this_case(found, locator, base)
            if count == 1:
                return Match(found, index, self.describe(locator))
            scope = self.firmware.scope(locator)
            missing = scope if scope and not count and base is None and not self.shows(scope) else ()
            tried.append(Tried(self.describe(locator), count, " or ".join(map(self.describe, missing))))
        return tried

    def visible(self, locator: Locator) -> Found:
        """All visible elements that `locator` matches."""
        return self.every(locator).filter(visible=True)

    def any_of(self, locators: Sequence[Locator]) -> Found:
        """All visible elements that any of `locators` matches."""
        return self.union(locators).filter(visible=True)

    def union(self, locators: Sequence[Locator]) -> Found:
        """All elements that any of `locators` matches, visible or not."""
        union = self.every(locators[0])
        for locator in locators[1:]:
            union = union.or_(self.every(locator))
        return union

    def shows(self, locators: Sequence[Locator]) -> bool:
        """Whether any of `locators` matches something visible now."""
        return self.any_of(locators).count() > 0

    def every(self, locator: Locator) -> Found:
        """All elements that `locator` matches, visible or not."""
        return self._in(self._start(locator), locator)

    def _in_this_case(self, found: Found, locator: Locator, base: Found | None) -> tuple[Found, int]:
        """Of several that differ only in upper and lower case, the one that is written as in the file: `Admin` beside `admin`."""
        start = self._start(locator) if base is None else base
        exactly = self._in(start, locator, 0).filter(visible=True)
        return (exactly, 1) if exactly.count() == 1 else (found, found.count())

    def _in(self, start: Page | FrameLocator | Found, locator: Locator, case: int = re.I) -> Found:
        """What `locator` matches below `start`; `case` is re.I to ignore upper and lower case, 0 to heed it."""
        if locator.role:
            name = self._pattern(locator.name, case) if locator.name else None
            found = start.get_by_role(locator.role, name=name)  # type: ignore[arg-type]
        elif locator.attribute:
            found = start.locator("".join(f'[{key}="{value}"]' for key, value in locator.attribute.items()))
        elif locator.test_id:
            found = start.get_by_test_id(locator.test_id)
        elif locator.css:
            found = start.locator(f"css={locator.css}")
        else:
            found = getattr(start, _TEXT_VERBS[locator.way])(self._pattern(getattr(locator, locator.way), case))
        return found.filter(has_text=self._words_inside(locator.has_text, case)) if locator.has_text else found

    def inside(self, base: Found, locators: Sequence[Locator]) -> Found:
        """All visible elements within `base` that any of `locators` matches."""
        union = self._in(base, locators[0])
        for locator in locators[1:]:
            union = union.or_(self._in(base, locator))
        return union.filter(visible=True)

    def around(self, locator: Locator) -> Page | FrameLocator:
        """The page, or the frame in which `locator` is looked for."""
        start: Page | FrameLocator = self.page
        for frame in locator.frame or []:
            start = start.frame_locator(frame)
        return start

    def describe(self, locator: Locator) -> str:
        """`locator` in words, as a message or a report shows it."""
        shown = {way: self._said(value) for way in ("name", "has_text") if (value := getattr(locator, way))}
        if locator.role:
            text = f'{locator.role} "{shown["name"]}"' if "name" in shown else locator.role
        elif locator.attribute:
            text = ", ".join(f"{key}={value}" for key, value in locator.attribute.items())
        elif locator.css:
            text = f"css {locator.css}"
        else:
            text = f'{locator.way} "{self._said(getattr(locator, locator.way))}"'
        text += f' with "{shown["has_text"]}"' if "has_text" in shown else ""
        text += f" within {locator.within.removeprefix('$')}" if locator.within else ""
        return text + (f" in frame {' > '.join(locator.frame)}" if locator.frame else "")

    def _start(self, locator: Locator) -> Page | FrameLocator | Found:
        scope = self.firmware.scope(locator)
        return self.any_of(scope) if scope else self.around(locator)

    def _said(self, value: str) -> str:
        return " / ".join(self.firmware.words(value))

    def _pattern(self, value: str, case: int) -> re.Pattern[str]:
        """Whole text, any case, white space and icons around it ignored."""
        return re.compile(rf"^{_AROUND}(?:{'|'.join(map(_escaped, self.firmware.words(value)))}){_AROUND}$", case)

    def _words_inside(self, value: str, case: int) -> re.Pattern[str]:
        return re.compile("|".join(map(_escaped, self.firmware.words(value))), case)


def _escaped(word: str) -> str:
    """`word` as a regular expression for Python and JavaScript; any white space matches any other."""
    return r"\s+".join(re.sub(r"[.*+?^${}()|\[\]\\/]", r"\\\g<0>", part) for part in word.split())
