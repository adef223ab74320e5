"""The outline of what a window shows, as a screen reader would read it: Playwright's aria snapshot, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.recorder.window import Window
from nvrflow.report.secrecy import COVER, Gate

if TYPE_CHECKING:
    from playwright.sync_api import Frame, Locator

_SESSION = 8  # characters of a cookie that may be a session
_VALUES = "all => all.map(one => one.value).filter(Boolean)"
_SILENT = """all => all.filter(one => !one.hasAttribute('data-nvrflow-silent')).forEach(one => {
  one.setAttribute('data-nvrflow-silent', one.getAttribute('aria-hidden') ?? '');
  one.setAttribute('aria-hidden', 'true');
})"""
_HEARD = """all => all.forEach(one => {
  const before = one.getAttribute('data-nvrflow-silent');
  before ? one.setAttribute('aria-hidden', before) : one.removeAttribute('aria-hidden');
  one.removeAttribute('data-nvrflow-silent');
})"""
# Old frameworks say only by a class that something is disabled.
_SPOKEN = """all => all.filter(one => /(^|[-_\\s])disabled($|\\s)/.test(one.getAttribute('class') || '')).forEach(one => {
  one.setAttribute('aria-disabled', 'true');
  one.setAttribute('data-nvrflow-spoken', '');
})"""
_UNSPOKEN = """all => all.forEach(one => {
  one.removeAttribute('aria-disabled');
  one.removeAttribute('data-nvrflow-spoken');
})"""
_USABLE = ":is(a, button, input, select, textarea, [role]):not([aria-disabled])"
_TYPED = ":is(input, textarea):is([type=password], [data-nvrflow-secret])"
_SECRET = "[data-nvrflow-secret]:not(input, textarea, select)"
_NO_LETTER = re.compile(r"[\W_]")


def recital(window: Window, target: Locator | None, left_out: Sequence[Locator]) -> str:
    """What is read of the target (None: the page, with its frames at the end), without `left_out` and volatile elements."""
    volatile = [window.finder.union(window.file.volatile)] if window.file.volatile else []
    secret = [frame.locator(_SECRET) for frame in window.page.frames]
    with _silent([*volatile, *left_out, *secret], window.page.frames):
        said = target.aria_snapshot() if target is not None else "\n".join(_outlines(window.page.main_frame))
    typed = {value for frame in window.page.frames for value in _all(frame, _TYPED, _VALUES) or ()}
    lines = [_without(line, typed) for line in said.splitlines()]
    cookies = {cookie.get("value", "") for cookie in window.page.context.cookies()}
    return Gate({*window.session.secrets, *(one for one in cookies if len(one) >= _SESSION)}).text("\n".join(lines))


@contextmanager
def _silent(found: Sequence[Locator], frames: Sequence[Frame]) -> Iterator[None]:
    """Keep elements out of the outline for a moment, and let it say what is disabled."""
    try:
        for one in found:
            one.evaluate_all(_SILENT)
        for frame in frames:
            _all(frame, _USABLE, _SPOKEN)
        yield
    finally:
        for frame in frames:
            _all(frame, "[data-nvrflow-silent]", _HEARD)
            _all(frame, "[data-nvrflow-spoken]", _UNSPOKEN)


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


def _all(frame: Frame, css: str, function: str) -> list[str] | None:
    """What a function gives for all such elements of a frame; None from one that is going away."""
    try:
        found: list[str] | None = frame.locator(f"css={css}").evaluate_all(function)
    except PlaywrightError:
        return None
    return found
