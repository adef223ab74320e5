"""A page, or one element of it, at rest: as a picture without secrets, and as the outline that a screen reader would read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.browser.visible import bring_into_view
from nvrflow.errors import TimedOut, WrongCall
from nvrflow.recorder.page import Page
from nvrflow.recorder.secret_fields import mark_shown
from nvrflow.recorder.verbs import element_of, look_at_last_click
from nvrflow.recorder.window import Window
from nvrflow.report import Rectangle
from nvrflow.report.secrecy import COVER, Gate
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator

_BREATH = 150  # milliseconds between two looks
_SURE = 2.0  # seconds for which the page has to stay the same before a difference counts
_LONGEST = 20.0  # seconds for a page that never comes to rest
_ANIMATED = 5000  # milliseconds for animations that end
_SESSION = 8  # characters of a cookie that may be a session
_OUTSIDE = -1  # where the mouse points at nothing
_LET_GO = "() => { const one = document.activeElement; if (one && one !== document.body) one.blur(); }"
# What turns for ever is frozen by the camera; what ends is waited for.
_MOVED = f"""() => Promise.race([
  Promise.allSettled(document.getAnimations()
    .filter(one => one.effect && Number.isFinite(one.effect.getComputedTiming().endTime)).map(one => one.finished)),
  new Promise(done => setTimeout(done, {_ANIMATED}))]).then(() => null)"""
_TYPED = """() => [...document.querySelectorAll('input, textarea')]
  .filter(one => one.matches('[type=password], [data-nvrflow-secret]')).map(one => one.value).filter(Boolean)"""
_SILENT = """all => all.forEach(one => {
  one.setAttribute('data-nvrflow-silent', one.getAttribute('aria-hidden') ?? '');
  one.setAttribute('aria-hidden', 'true');
})"""
_HEARD = """() => document.querySelectorAll('[data-nvrflow-silent]').forEach(one => {
  const before = one.getAttribute('data-nvrflow-silent');
  before ? one.setAttribute('aria-hidden', before) : one.removeAttribute('aria-hidden');
  one.removeAttribute('data-nvrflow-silent');
})"""
_SECRET = "[data-nvrflow-secret]:not(input, textarea, select)"
_NO_LETTER = re.compile(r"[\W_]")
Kept = TypeVar("Kept", bytes, str)


@dataclass(frozen=True)
class Portrait:
    """The whole screen as PNG. `box` is the element of which it is (None: the page), in CSS pixels.

    `places` are the boxes of the elements that were asked for, by name; `scale` is image pixels per CSS pixel.
    """

    screen: bytes
    box: Rectangle | None
    places: Mapping[str, tuple[Rectangle, ...]]
    scale: float
    viewport: tuple[int, int]


@dataclass(frozen=True)
class Sitter:
    """What is portrayed: a page of the recorder, or its element `of`; `apart` are elements whose places are noted."""

    page: Page
    of: str = ""
    apart: Sequence[str] = ()

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
        return _boxes(target)[0][:2] if target is not None else (0.0, 0.0)

    def portrait(self, fits: Callable[[Portrait], bool]) -> Portrait:
        """The picture once nothing moves; one that `fits` is taken at once, any other after the page has stayed so for 2 s.

        Mouse and focus are moved away. Raises SelectorDrift, TimedOut for a page that never rests, WrongCall for an element that
        does not fit on the screen.
        """
        self._prepare()
        window, camera = self.window, self.window.steps.camera
        target = self._target()
        if target is not None:
            bring_into_view(target)
        for one in self.apart:
            element_of(window, self.page.name, one)
        volatile = window.finder.any_of(window.file.volatile) if window.file.volatile else None
        try:
            screen = self._at_rest(lambda: camera.shoot(window.page, volatile), lambda image: fits(self._of(image, target)))
            return self._of(screen, target)
        finally:
            camera.show_again(volatile)

    def outline(self, fits: Callable[[str], bool]) -> str:
        """Roles, names, states and values as Playwright's aria snapshot writes them, frames at the end, without secrets.

        What the selector file calls volatile, and the elements `apart`, are left out. It waits and raises as `portrait` does.
        """
        self._prepare()
        target = self._target()
        return self._at_rest(lambda: self._said(target), fits)

    def _prepare(self) -> None:
        window = self.window
        look_at_last_click(window)
        window.turn_to(self.page.name)
        window.settle()
        window.calm_down()
        window.page.mouse.move(_OUTSIDE, _OUTSIDE)
        mark_shown(window.page, window.firmware)
        with waiting("animations to end", _ANIMATED / 1000):
            for frame in window.page.frames:
                _quietly(frame, _LET_GO)
                _quietly(frame, _MOVED)

    def _target(self) -> Locator | None:
        return element_of(self.window, self.page.name, self.of).find().found if self.of else None

    def _at_rest(self, look: Callable[[], Kept], fits: Callable[[Kept], bool]) -> Kept:
        began = since = time.monotonic()
        kept = look()
        known = None  # whether what is kept fits
        with waiting(f"{self.page.name} to come to rest", _LONGEST):
            while True:
                self.window.happens("requestfinished", _BREATH)
                again, now = look(), time.monotonic()
                if again == kept:
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
        box = _boxes(target)[0] if target is not None else None
        if box and (box[0] < 0 or box[1] < 0 or box[0] + box[2] > width + 1 or box[1] + box[3] > height + 1):
            raise WrongCall(
                f"{self.at}: does not fit on one screen of {width}x{height}; take a larger screen or a smaller element"
            )
        places = {one: _boxes(self._every(one)) for one in self.apart}
        return Portrait(screen, box, places, scale, (width, height))

    def _every(self, name: str) -> Locator:
        return self.window.finder.any_of(element_of(self.window, self.page.name, name).spec.find)

    def _said(self, target: Locator | None) -> str:
        window = self.window
        volatile = [window.finder.union(window.file.volatile)] if window.file.volatile else []
        secret = [frame.locator(_SECRET) for frame in window.page.frames]
        with _silent([*volatile, *(self._every(one) for one in self.apart), *secret], window.page.frames):
            said = target.aria_snapshot() if target is not None else "\n".join(_outlines(window.page.main_frame))
        typed = {value for frame in window.page.frames for value in _quietly(frame, _TYPED) or ()}
        lines = [_without(line, typed) for line in said.splitlines()]
        cookies = {cookie.get("value", "") for cookie in window.page.context.cookies()}
        return Gate({*window.session.secrets, *(one for one in cookies if len(one) >= _SESSION)}).text("\n".join(lines))


def _boxes(found: Locator) -> tuple[Rectangle, ...]:
    boxes = [one.bounding_box() for one in found.all()]
    return tuple((box["x"], box["y"], box["width"], box["height"]) for box in boxes if box)


@contextmanager
def _silent(found: Sequence[Locator], frames: Sequence[Frame]) -> Iterator[None]:
    """Keep elements out of the outline for a moment."""
    try:
        for one in found:
            one.evaluate_all(_SILENT)
        yield
    finally:
        for frame in frames:
            _quietly(frame, _HEARD)


def _outlines(frame: Frame) -> Iterator[str]:
    """The outline of a document, and below it those of the frames in it that can be seen."""
    yield frame.locator("body").or_(frame.locator("frameset")).first.aria_snapshot()
    for child in frame.child_frames:
        try:
            if child.frame_element().is_visible():
                lines = [line for part in _outlines(child) for line in part.splitlines()]
                yield "\n".join(["- document:", *(f"  {line}" for line in lines)])
        except PlaywrightError:
            continue  # the frame is going away


def _without(line: str, typed: set[str]) -> str:
    """A line of the outline with a cover in place of what was typed into a secret field, however it is quoted there."""
    bare = {_NO_LETTER.sub("", value) for value in typed}
    for colon in re.finditer(": ", line):
        if _NO_LETTER.sub("", line[colon.end() :]) in bare:
            return line[: colon.end()] + COVER
    return line


def _quietly(frame: Frame, function: str) -> list[str] | None:
    """What a function gives in a frame; None from one that is going away."""
    try:
        found: list[str] | None = frame.evaluate(function)
    except PlaywrightError:
        return None
    return found
