"""What may be in the way: pop-ups that a person answers and goes on, and screens on which the work ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nvrflow.browser.playwright_errors import PlaywrightTimeout, is_covered, translated
from nvrflow.errors import (
    AccountLocked,
    HeldBack,
    NotInitialised,
    NvrflowError,
    PluginNeeded,
    ProductDefect,
    SelectorDrift,
    SessionLimit,
    SignInRefused,
    TimedOut,
)
from nvrflow.firmware import Element, Firmware, Handler
from nvrflow.firmware.model import Obstacle
from nvrflow.recorder.finder import Finder, Match
from nvrflow.recorder.target import target_of

if TYPE_CHECKING:
    from playwright.sync_api import Dialog

    from nvrflow.recorder.steps import Steps
    from nvrflow.report import Step

_GLANCE = 500  # milliseconds in which a window that comes up has stopped moving
_PATIENCE = 5000
_MEANINGS: dict[str, type[NvrflowError]] = {
    "not-initialised": NotInitialised,
    "plugin-needed": PluginNeeded,
    "session-limit": SessionLimit,
    "account-locked": AccountLocked,
    "sign-in-refused": SignInRefused,
    "product-defect": ProductDefect,
}
_ADVICE = {
    "not-initialised": "the recorder has no password yet; finish its first-start wizard by hand",
    "plugin-needed": "the page needs a plugin that no current browser runs; update the firmware, or use the recorder itself",
    "session-limit": "too many people are signed in; sign one of them out and try again",
    "account-locked": "the account is locked; wait until the recorder unlocks it",
    "sign-in-refused": "the recorder refused user or password; nvrflow does not try again",
    "product-defect": "the recorder reports an error",
}


class Popups:
    """Answers the handlers of a selector file as they appear; each answer is a step like any other."""

    def __init__(self, finder: Finder, firmware: Firmware, steps: Steps, where: str) -> None:
        self.finder = finder
        self.firmware = firmware
        self.steps = steps
        self.where = where
        self.native: list[str] = []

    def answer_any(self, before: Step | None = None) -> bool:
        """Answer one pop-up if one is shown; raises what an obstacle means. True if something was answered.

        `before` is the running step that the pop-up keeps from being done; the answer then stands before it. Raises HeldBack
        where `--check` ends before an answer that would change the recorder.
        """
        self.steps.go_on()
        file = self.firmware.file
        shown_by = [*(one.shown_by for one in file.obstacles.values()), *(one.shown_by for one in file.handlers.values())]
        known = [locator for locators in shown_by for locator in locators]
        if not known or not self.finder.shows(known):
            return False
        for obstacle in self.firmware.file.obstacles.values():
            if self.finder.shows(obstacle.shown_by) and self._stays(obstacle):
                raise self._end(obstacle)
        return self._answer_first(before)

    def answer_meanwhile(self) -> bool:
        """The same while a page gets ready: what looks like an obstacle then may be a page that is not drawn yet."""
        self.steps.go_on()
        return self._answer_first(None)

    def _answer_first(self, before: Step | None) -> bool:
        for name, handler in self.firmware.file.handlers.items():
            if not self._is_left(name, handler) and self.finder.shows(handler.shown_by) and not self._lies_behind(handler):
                return self._answer_or_pass_by(name, handler, before)
        return False

    def answer_what_follows(self) -> bool:
        """The same after a click that was made: the run goes on until it is known what came of it, and ends then."""
        with suppress(HeldBack):
            return self.answer_any()
        return False

    def leaves_one(self) -> bool:
        """Whether something may lie above what is used to leave: a pop-up that stays, or the window at which `--check` ended."""
        if self.steps.leaving and self.steps.check:
            return True
        left = [one.shown_by for name, one in self.firmware.file.handlers.items() if self._is_left(name, one)]
        return self.steps.leaving and any(self.finder.shows(shown_by) for shown_by in left)

    def hear(self, dialog: Dialog) -> None:
        """Answer a native dialog as the selector file says, and keep what it said."""
        self.native.append(dialog.message)
        if self.firmware.file.native_dialogs == "accept":
            dialog.accept()
        else:
            dialog.dismiss()

    def _stays(self, obstacle: Obstacle) -> bool:
        """Whether it is still shown once the page has loaded: a page that is not drawn yet can show anything."""
        with suppress(PlaywrightTimeout):
            self.finder.page.wait_for_load_state(timeout=_PATIENCE)
        return self.finder.shows(obstacle.shown_by)

    def _end(self, obstacle: Obstacle) -> NvrflowError:
        shown = self.finder.any_of(obstacle.shown_by).first.inner_text().strip().splitlines()
        said = f" ({shown[0].strip()!r} on the screen)" if shown and shown[0].strip() else ""
        return _MEANINGS[obstacle.means](f"{self.where}: {obstacle.advice or _ADVICE[obstacle.means]}{said}")

    def _is_left(self, name: str, handler: Handler) -> bool:
        writes = any(handler.elements[answer].effect == "write" for answer in handler.answer)
        return f"handlers.{name}" in self.steps.passed_by or (self.steps.check and self.steps.leaving and writes)

    def _answer_or_pass_by(self, name: str, handler: Handler, before: Step | None) -> bool:
        try:
            self._answer(name, handler, before)
        except HeldBack as held:
            self.steps.pass_by(f"handlers.{name}", str(held))
            self.steps.go_on()
            return False
        return True

    def _lies_behind(self, handler: Handler) -> bool:
        """Whether a person could not answer it now, because something else lies above."""
        match = self.finder.probe(handler.elements[handler.answer[0]].find)
        return isinstance(match, Match) and is_covered(match.found, _GLANCE)

    def _answer(self, name: str, handler: Handler, before: Step | None) -> None:
        for answer in handler.answer:
            element, full = handler.elements[answer], f"handlers.{name}.{answer}"
            title, step_id = f"Click {self.firmware.called(element, answer)}", f"answer-{name}-{answer}".replace("_", "-")
            match = self._awaited(element, full)
            with self.steps.step(step_id, title, element.effect, full, "answer", before=before) as step:
                step.locator, step.fallback = match.locator, match.index
                step.target = target_of(self.firmware, element, full, match.index)
                self.steps.before_using(step, self.finder.page, match.found)
                self._click(match, full)
        with translated(f"{self.firmware.name}: handlers.{name}"):
            try:
                self.finder.any_of(handler.shown_by).first.wait_for(state="hidden", timeout=_PATIENCE)
            except PlaywrightTimeout:
                shown = ", ".join(map(self.finder.describe, handler.shown_by))
                waited = f"was answered and is still shown after {_PATIENCE / 1000:g} s"
                raise TimedOut(f"{self.firmware.name}: handlers.{name}: {waited} ({shown})") from None

    def _awaited(self, element: Element, full: str) -> Match:
        match = self.finder.probe(element.find)
        if not isinstance(match, Match):
            with suppress(PlaywrightTimeout):
                self.finder.any_of(element.find).first.wait_for(timeout=2000)
            match = self.finder.probe(element.find)
        if not isinstance(match, Match):
            tried = ", ".join(map(str, match))
            raise SelectorDrift(f"{self.firmware.name}: {full}: tried {tried}; exactly one should be visible")
        return match

    def _click(self, match: Match, full: str) -> None:
        with translated(f"{self.firmware.name}: {full}"):
            try:
                match.found.click(timeout=_PATIENCE)
            except PlaywrightTimeout:
                why = "something covers it, it moves, or it is disabled"
                said = f"{match.locator} could not be clicked in {_PATIENCE / 1000:g} s"
                raise TimedOut(f"{self.firmware.name}: {full}: {said}; {why}") from None
