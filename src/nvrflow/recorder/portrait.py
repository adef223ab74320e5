"""A page, or one element of it, at rest: as a picture without secrets, and as the outline that a screen reader would read."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from nvrflow.browser.playwright_errors import PlaywrightError, translated
from nvrflow.browser.visible import bring_into_view
from nvrflow.errors import SelectorDrift, TimedOut, WrongCall
from nvrflow.recorder.page import Page
from nvrflow.recorder.recital import recital
from nvrflow.recorder.secret_fields import mark_shown
from nvrflow.recorder.verbs import element_of, look_at_last_click
from nvrflow.recorder.window import Window
from nvrflow.report import Rectangle
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_BREATH = 150  # milliseconds between two looks
_SURE = 2.0  # seconds for which the page has to stay the same before a difference counts
_LONGEST = 20.0  # seconds for a page that never comes to rest
_ANIMATED = 5000  # milliseconds for animations that end
_OUTSIDE = -1  # where the mouse points at nothing
_LET_GO = "() => { const one = document.activeElement; if (one && one !== document.body) one.blur(); }"
# What turns for ever is frozen by the camera; what ends is waited for.
_MOVED = f"""() => Promise.race([
  Promise.allSettled(document.getAnimations()
    .filter(one => one.effect && Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished)),
  new Promise(done => setTimeout(done, {_ANIMATED}))]).then(() => null)"""
Kept = TypeVar("Kept")
Same: TypeAlias = Callable[[Kept, Kept], bool]
Apart: TypeAlias = "str | Locator"


@dataclass(frozen=True)
class Portrait:
    """The whole screen as PNG. `box` is the element of which it is (None: the page), in CSS pixels.

    `places` are the boxes of what was asked for; `scale` is image pixels per CSS pixel.
    """

    screen: bytes
    box: Rectangle | None
    places: Mapping[Apart, tuple[Rectangle, ...]]
    scale: float
    viewport: tuple[int, int]


@dataclass(frozen=True)
class Sitter:
    """What is portrayed: a page of the recorder, or its element `of`.

    `apart` is what is treated apart: names of elements or rows of the page, or Playwright's own locators.
    """

    page: Page
    of: str = ""
    apart: Sequence[Apart] = ()

    @property
    def window(self) -> Window:
        """The window in which the page is shown."""
        return self.page.window

    @property
    def at(self) -> str:
        """The selector file and the whole name, for messages."""
        name = f"{self.page.name}.{self.of}" if self.of else self.page.name
        return f"{self.window.firmware.name}: {name}"

    @property
    def screen(self) -> tuple[int, int, float]:
        """Width and height in CSS pixels, and image pixels for each of them."""
        page = self.window.page
        size = page.viewport_size or page.evaluate("() => ({width: innerWidth, height: innerHeight})")
        return size["width"], size["height"], float(page.evaluate("() => devicePixelRatio"))

    @property
    def corner(self) -> tuple[float, float]:
        """Where the picture begins in the window, in CSS pixels."""
        target = self._target()
        return self._box(target)[:2] if target is not None else (0.0, 0.0)

    def portrait(self, developed: Callable[[Portrait], Kept], fits: Callable[[Kept], bool], same: Same[Kept]) -> Kept:
        """What is `developed` from the screen once it stays the same; what `fits` is taken at once, anything else after 2 s.

        `same` says whether two of them look alike.

        Mouse and focus are moved away. Raises SelectorDrift, TimedOut for a page that never rests, WrongCall for an element that
        does not fit on the screen.
        """
        window, camera = self.window, self.window.steps.camera
        with translated(self.at):
            self._prepare()
            target = self._target()
            if target is not None:
                bring_into_view(target)
            volatile = window.finder.any_of(window.file.volatile) if window.file.volatile else None
            try:
                return self._at_rest(lambda: developed(self._of(camera.shoot(window.page, volatile), target)), fits, same)
            finally:
                camera.show_again(volatile)

    def outline(self, developed: Callable[[str], Kept], fits: Callable[[Kept], bool]) -> Kept:
        """What is `developed` from roles, names, states and values, as Playwright's aria snapshot writes them, without secrets.

        Frames are at the end. What the selector file calls volatile, and the elements `apart`, are left out. It waits and raises
        as `portrait` does.
        """
        with translated(self.at):
            self._prepare()
            target = self._target()
            return self._at_rest(
                lambda: developed(recital(self.window, target, [*map(self._every, self.apart)])), fits, lambda a, b: a == b
            )

    def _prepare(self) -> None:
        window = self.window
        for one in self.apart:
            self._every(one)
        look_at_last_click(window)
        window.turn_to(self.page.name)
        window.settle()
        window.calm_down()
        window.page.mouse.move(_OUTSIDE, _OUTSIDE)
        mark_shown(window.page, window.firmware)
        with waiting("animations to end", _ANIMATED / 1000):
            for frame in window.page.frames:
                with suppress(PlaywrightError):  # a frame that is going away moves no more
                    frame.evaluate(_LET_GO)
                    frame.evaluate(_MOVED)

    def _target(self) -> Locator | None:
        return element_of(self.window, self.page.name, self.of).find().found if self.of else None

    def _at_rest(self, look: Callable[[], Kept], fits: Callable[[Kept], bool], same: Same[Kept]) -> Kept:
        began = since = time.monotonic()
        kept = look()
        known = None  # whether what is kept fits
        with waiting(f"{self.page.name} to come to rest", _LONGEST):
            while True:
                self.window.happens("requestfinished", _BREATH)
                again, now = look(), time.monotonic()
                if same(kept, again):
                    known = fits(kept) if known is None else known
                    if known or now - since >= _SURE:
                        return kept
                else:
                    kept, since, known = again, now, None
                if now - began > _LONGEST:
                    why = "name what changes there in `volatile` of the selector file, or in `masks`"
                    raise TimedOut(f"{self.at}: does not stay the same for {_SURE:g} s within {_LONGEST:g} s; {why}")

    def _of(self, screen: bytes, target: Locator | None) -> Portrait:
        width, height, scale = self.screen
        box = self._box(target) if target is not None else None
        if box and (box[0] < 0 or box[1] < 0 or box[0] + box[2] > width + 1 or box[1] + box[3] > height + 1):
            raise WrongCall(
                f"{self.at}: does not fit on one screen of {width}x{height}; take a larger screen or a smaller element"
            )
        places = {one: _boxes(self._every(one)) for one in self.apart}
        return Portrait(screen, box, places, scale, (width, height))

    def _box(self, target: Locator) -> Rectangle:
        found = _boxes(target)
        if not found:
            raise SelectorDrift(f"{self.at}: went away while its picture was taken")
        return found[0]

    def _every(self, one: Apart) -> Locator:
        """All that can be seen of it. Raises WrongCall for a name that the page does not have."""
        if not isinstance(one, str):
            return one.filter(visible=True)
        rows = self.window.file.pages[self.page.name].rows
        find = rows[one].find if one in rows else element_of(self.window, self.page.name, one).spec.find
        return self.window.finder.any_of(find)


def _boxes(found: Locator) -> tuple[Rectangle, ...]:
    boxes = [one.bounding_box() for one in found.all()]
    return tuple((box["x"], box["y"], box["width"], box["height"]) for box in boxes if box)
