"""What may be in the way: pop-ups that a person answers and goes on, and screens on which the work ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightTimeout, is_covered, translated
from nvrflow.errors import HeldBack, NvrflowError, TimedOut, error_of
from nvrflow.firmware import Handler
from nvrflow.firmware.model import Obstacle
from nvrflow.recorder.element import Element, NothingInTheWay
from nvrflow.recorder.finder import Match
from nvrflow.recorder.window import Window

if TYPE_CHECKING:
    from nvrflow.report import Step

_GLANCE = 500  # milliseconds in which a window that comes up has stopped moving
_PATIENCE = 5000


@dataclass(frozen=True)
class Popups:
    """Answers the handlers of the selector file as they appear in `window`; each answer is a step like any other."""

    window: Window

    def answer_any(self, before: Step | None = None) -> bool:
        """Answer one pop-up if one is shown; raises what an obstacle means. True if something was answered.

        `before` is the running step that the pop-up keeps from being done; the answer then stands before it. Raises HeldBack
        where `--check` ends before an answer that would change the recorder.
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
        """Answer one pop-up while a page gets ready: an obstacle is not judged yet, because the page is not drawn yet."""
        self.window.steps.go_on()
        known = [locator for one in self.window.file.handlers.values() for locator in one.shown_by]
        return bool(known) and self.window.finder.shows(known) and self._answer_first(None)

    def answer_what_follows(self) -> bool:
        """Answer one pop-up after a click that was made; the run goes on until it is known what came of that click."""
        with suppress(HeldBack):
            return self.answer_any()
        return False

    def leaves_one(self) -> bool:
        """Whether something may lie above what is used to leave: a pop-up that stays, or the window at which `--check` ended."""
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
        """Whether it is still shown once the page has loaded: a page that is not drawn yet can show anything."""
        with suppress(PlaywrightTimeout):
            self.window.page.wait_for_load_state(timeout=_PATIENCE)
        return self.window.finder.shows(obstacle.shown_by)

    def _end(self, obstacle: Obstacle) -> NvrflowError:
        shown = self.window.finder.any_of(obstacle.shown_by).first.inner_text().strip().splitlines()
        said = f" ({shown[0].strip()!r} on the screen)" if shown and shown[0].strip() else ""
        error = error_of(obstacle.means)
        return error(f"{self.window.session.host}: {obstacle.advice or error.advice}{said}")

    def _is_left(self, name: str, handler: Handler) -> bool:
        """Whether it stays as it is: `--check` has passed it by, or its answer would write although the run only leaves."""
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
        """Leave it as a person would who wants to change nothing; `--check` tells what the answer would have been."""
        steps = self.window.steps
        if steps.check and not steps.leaving:
            with steps.described():
                self._answer(name, handler, handler.answer, before)
        self._answer(name, handler, handler.leave, before)

    def _lies_behind(self, name: str, handler: Handler) -> bool:
        """Whether a person could not answer it now, because something else lies above."""
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
                waited = f"was answered and is still shown after {_PATIENCE / 1000:g} s"
                raise TimedOut(f"{self.window.firmware.name}: handlers.{name}: {waited} ({shown})")

    def _element(self, name: str, handler: Handler, answer: str) -> Element:
        return Element(self.window, f"handlers.{name}", answer, handler.elements[answer], NothingInTheWay())


def _writes(handler: Handler) -> bool:
    return any(handler.elements[answer].effect == "write" for answer in handler.answer)
