"""Pop-ups, which are answered before the run goes on, and obstacles, at which the run ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightTimeout, is_covered, translated
from nvrflow.errors import HeldBack, NvrflowError, TimedOut, error_of
from nvrflow.firmware import Handler
from nvrflow.firmware.model import Obstacle
from nvrflow.recorder.element import Element
from nvrflow.recorder.finder import Match
from nvrflow.recorder.obstruction import NothingInTheWay
from nvrflow.recorder.window import Window

if TYPE_CHECKING:
    from nvrflow.report import Step

_GLANCE = 500  # milliseconds after which a window that opens no longer moves
_PATIENCE = 5000


@dataclass(frozen=True)
class Popups:
    """Answers the pop-ups that the selector file's handlers describe, in `window`; each answer is a step like any other."""

    window: Window

    def answer_any(self, before: Step | None = None) -> bool:
        """Answer one pop-up if it is shown, and raise the error that an obstacle means. True if something was answered.

        `before` is the running step that the pop-up blocks; the answer becomes a step before it. Raises HeldBack if `--check`
        stops before an answer that would change the recorder.
        """
        self.window.steps.go_on()
        file, finder = self.window.file, self.window.finder
        shown_by = [*(one.shown_by for one in file.obstacles.values()), *(one.shown_by for one in file.handlers.values())]
        known = [locator for locators in shown_by for locator in locators]
        if not known or not finder.shows(known):
            return False
        for obstacle in file.obstacles.values():
            if finder.shows(obstacle.shown_by) and self._stays(obstacle):
                raise self._end(obstacle)
        return self._answer_first(before)

    def answer_meanwhile(self) -> bool:
        """Answer one pop-up while a page loads; obstacles are ignored, because the page is not complete yet."""
        self.window.steps.go_on()
        known = [locator for one in self.window.file.handlers.values() for locator in one.shown_by]
        return bool(known) and self.window.finder.shows(known) and self._answer_first(None)

    def answer_what_follows(self) -> bool:
        """Answer one pop-up after a click; the run goes on until the result of that click is known."""
        with suppress(HeldBack):
            return self.answer_any()
        return False

    def leaves_one(self) -> bool:
        """Whether a pop-up that stays, or the window at which `--check` ended, may cover the elements used to leave."""
        steps = self.window.steps
        if steps.leaving and steps.check:
            return True
        left = [one.shown_by for name, one in self.window.file.handlers.items() if self._is_left(name, one)]
        return steps.leaving and any(self.window.finder.shows(shown_by) for shown_by in left)

    def _answer_first(self, before: Step | None) -> bool:
        for name, handler in self.window.file.handlers.items():
            if self._is_left(name, handler) or not self.window.finder.shows(handler.shown_by):
                continue
            if not self._lies_behind(name, handler):
                return self._answer_or_pass_by(name, handler, before)
        return False

    def _stays(self, obstacle: Obstacle) -> bool:
        """Whether it is still shown after the page has loaded; while it loads, a page can show anything."""
        with suppress(PlaywrightTimeout):
            self.window.page.wait_for_load_state(timeout=_PATIENCE)
        return self.window.finder.shows(obstacle.shown_by)

    def _end(self, obstacle: Obstacle) -> NvrflowError:
        shown = self.window.finder.any_of(obstacle.shown_by).first.inner_text().strip().splitlines()
        said = f" ({shown[0].strip()!r} on the screen)" if shown and shown[0].strip() else ""
        error = error_of(obstacle.means)
        return error(f"{self.window.session.host}: {obstacle.advice or error.advice}{said}")

    def _is_left(self, name: str, handler: Handler) -> bool:
        """Whether it is left alone: `--check` has skipped it, or its answer would write while the run is only leaving."""
        steps = self.window.steps
        if f"handlers.{name}" in steps.passed_by:
            return True
        return steps.leaving and _writes(handler) and not handler.leave

    def _answer_or_pass_by(self, name: str, handler: Handler, before: Step | None) -> bool:
        steps = self.window.steps
        if handler.leave and _writes(handler) and (steps.leaving or steps.check):
            self._left(name, handler, before)
            return True
        try:
            self._answer(name, handler, handler.answer, before)
        except HeldBack as held:
            steps.pass_by(f"handlers.{name}", str(held))
            steps.go_on()
            return False
        return True

    def _left(self, name: str, handler: Handler, before: Step | None) -> None:
        """Close it without a change, as its `leave` says; `--check` reports what the answer would have been."""
        steps = self.window.steps
        if steps.check and not steps.leaving:
            with steps.described():
                self._answer(name, handler, handler.answer, before)
        self._answer(name, handler, handler.leave, before)

    def _lies_behind(self, name: str, handler: Handler) -> bool:
        """Whether something else covers it, so that a person could not answer it now."""
        match = self._element(name, handler, handler.answer[0]).probe()
        return isinstance(match, Match) and is_covered(match.found, _GLANCE)

    def _answer(self, name: str, handler: Handler, elements: list[str], before: Step | None) -> None:
        for answer in elements:
            element = self._element(name, handler, answer)
            step_id = f"answer-{name}-{answer}".replace("_", "-")
            fills, shown = element.spec.value is not None, element.shown_value if element.spec.value else ""
            title = f"Fill in {element.called}" + (f": {shown}" if shown else "") if fills else f"Click {element.called}"
            with element.using("fill" if fills else "answer", title, shown, step_id, before) as use:
                if fills:
                    element.type_into(use, element.value)
                else:
                    element.press(use)
        shown_by = handler.shown_by
        with translated(f"{self.window.firmware.name}: handlers.{name}"):
            if not self.window.goes(shown_by, _PATIENCE):
                shown = ", ".join(map(self.window.finder.describe, shown_by))
                waited = f"it was answered and is still shown after {_PATIENCE / 1000:g} s"
                raise TimedOut(f"{self.window.firmware.name}: handlers.{name}: {waited} ({shown})")

    def _element(self, name: str, handler: Handler, answer: str) -> Element:
        return Element(self.window, f"handlers.{name}", answer, handler.elements[answer], NothingInTheWay())


def _writes(handler: Handler) -> bool:
    return any(handler.elements[answer].effect == "write" for answer in handler.answer)
