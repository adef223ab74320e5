"""One element of the selector file on the page: found, scrolled into view, pictured, and clicked exactly once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nvrflow.browser.clicks import click_once, click_past
from nvrflow.browser.playwright_errors import PlaywrightTimeout, translated
from nvrflow.browser.visible import Cover, bring_into_view
from nvrflow.errors import HeldBack, SelectorDrift, TimedOut
from nvrflow.firmware import Element as Spec
from nvrflow.recorder.finder import Match, Tried
from nvrflow.recorder.nearest import hints
from nvrflow.recorder.obstruction import InTheWay
from nvrflow.recorder.target import target_of
from nvrflow.recorder.window import SLICE, Window
from nvrflow.report import Step, Target
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Locator

_STILL = 1.0  # seconds without movement after which an element that a click should have shown does not come


@dataclass(frozen=True)
class Use:
    """One step on an element that was found: the step of the report, the match, whether it was on before, and looked disabled."""

    step: Step
    match: Match
    was_on: bool | None = None
    greyed: bool = False


@dataclass(frozen=True)
class Element:
    """The element `name` of the page, rows or handler `owner`. Within rows, `base` is its row, and `row` is that row's name.

    Pop-ups are answered during each wait. A wait ends at the window's time limit, or earlier if nothing on the page moves.
    """

    window: Window
    owner: str
    name: str
    spec: Spec
    in_the_way: InTheWay
    base: Locator | None = None
    row: str = ""

    @property
    def full(self) -> str:
        """Its whole name, `page.element`."""
        return f"{self.owner}.{self.name}"

    @property
    def at(self) -> str:
        """Its selector file and whole name, for messages."""
        return f"{self.window.firmware.name}: {self.full}"

    @property
    def called(self) -> str:
        """What a person calls it."""
        column = self.spec.column if not any(locator.words for locator in self.spec.find) else None
        firmware = self.window.firmware
        return firmware.in_a_sentence(column) if column and not self.spec.called else firmware.called(self.spec, self.name)

    @property
    def value(self) -> str:
        """What using it types or chooses: words in the recorder's language, and {user}, {password}, {host} filled in."""
        value, session = self.spec.value or "", self.window.session
        if value.startswith("$"):
            return self.window.firmware.words(value)[0]
        known = {"user": lambda: session.user, "host": lambda: session.host, "password": session.password}
        for name in self.spec.placeholders:
            value = value.replace(f"{{{name}}}", known[name]())
        return value

    @property
    def shown_value(self) -> str:
        """The value as it may be shown: empty for a secret."""
        return "" if self.spec.secret or "password" in self.spec.placeholders else self.value

    def probe(self) -> Match | list[Tried]:
        """The match of its locators now, or what each of them found."""
        with translated(self.at):
            return self.window.finder.probe(self.spec.find, self.base)

    def is_there(self) -> bool:
        """Whether its locators find it now."""
        return isinstance(self.probe(), Match)

    def find(self, before: Step | None = None) -> Match:
        """Wait for the element and return it; pop-ups are answered meanwhile, as steps before `before`. Raises SelectorDrift."""
        window, patience = self.window, self.window.patience()
        with waiting(f"{self.called} on the page", window.timeout):
            if (page := self.owner.partition(".")[0]) in window.file.pages:
                window.turn_to(page)
            while True:
                found = self.probe()
                if isinstance(found, Match):
                    return found
                if patience.is_over(window.page):
                    raise window.reason(SelectorDrift(self._drift(found, patience.told)))
                ambiguous = any(one.count > 1 for one in found)
                with translated(self.at):
                    came = not ambiguous and self.base is None and window.comes(self.spec.find, SLICE)
                if not came and not self.in_the_way.answer_any(before) and ambiguous:
                    window.happens("requestfinished", SLICE)

    @contextmanager
    def using(self, verb: str, title: str, value: str = "", step_id: str = "", before: Step | None = None) -> Iterator[Use]:
        """One step on the element: it is found, scrolled into view, recorded, pictured, and handed to the block."""
        steps = self.window.steps
        title += f" ({self.row})" if self.row else ""
        own_id = step_id or f"{verb}-{self.full}".replace("_", "-").replace(".", "-")
        with steps.step(own_id, title, self.spec.effect, before=before, element=self.full, verb=verb, value=value) as step:
            step.target = self._told()
            if steps.held and not self.is_there() and not self._comes_after(step):
                steps.unseen(step)
                raise HeldBack(title)
            match = self.find(step)
            self.found(step, match)
            if steps.take_pictures:
                self.window.settle()
            use = self._pictured(Use(step, match))
            self.window.session.used()
            yield use
            if self.spec.announced_by:
                steps.announced_by(step, self.window.finder.any_of(self.spec.announced_by))

    def _comes_after(self, step: Step) -> bool:
        """Whether it still comes: what was held back shows nothing, but after a step that was done the page needs a moment."""
        steps, window = self.window.steps.report.steps, self.window
        before = steps[: steps.index(step)]
        if not before or before[-1].outcome != "done":
            return False
        end = time.monotonic() + window.timeout
        while not self.is_there():
            if window.session.motion.still_for(window.page) >= _STILL or time.monotonic() > end:
                return False
            window.comes(self.spec.find, SLICE)
        return True

    def _pictured(self, use: Use) -> Use:
        """The use with its picture and its state; an element that went away before its picture is found once more."""
        steps, page = self.window.steps, self.window.page
        try:
            seen = steps.before_using(use.step, page, use.match.found)
        except PlaywrightTimeout:
            use = replace(use, match=self.find(use.step))
            with translated(self.at):
                seen = steps.before_using(use.step, page, use.match.found)
        was_on = self.looks_on() if self.spec.checked_by else seen.cover.checked
        return replace(use, was_on=was_on, greyed=seen.cover.greyed)

    def press(self, use: Use) -> None:
        """Click it exactly once, as soon as nothing is in its way. Raises TimedOut, which says what is in its way."""
        if self.in_the_way.leaves_one():
            with translated(self.at):
                click_past(use.match.found)
            return
        window, undone = self.window, f"{use.match.locator} could not be clicked"
        with translated(self.at), waiting(f"{use.match.locator} to be clickable", window.timeout):
            if use.greyed:
                self._await(use, lambda cover: cover.keeps_from_clicking, undone)
            patience = window.patience()
            clicked = click_once(
                window.page,
                use.match.found,
                lambda: patience.is_over(window.page),
                lambda: self._clear_the_way(use),
                rehearse=use.step.effect == "write",
            )
        if not clicked:
            raise TimedOut(f"{self.at}: {undone} {patience.told}; {clicked.why}")

    def type_into(self, use: Use, value: str) -> None:
        """Type `value`, choose it in a drop-down list, or switch a checkbox to it (on, off); never under a modal dialog."""
        control = self._await(use, lambda cover: cover.keeps_from_typing, "nothing was typed").control
        found, limit = use.match.found, self.window.timeout_ms
        with translated(self.at):
            if control == "list":
                found.select_option(label=value, timeout=limit)
            elif control == "tick":
                found.set_checked(value.casefold() in ("on", "true", "yes"), timeout=limit)
            else:
                found.fill(value, timeout=limit)

    def looks_on(self) -> bool:
        """Whether what `checked_by` names is visible, which says that a switch drawn by the page is on."""
        finder, locators = self.window.finder, self.spec.checked_by or []
        return finder.inside(self.base, locators).count() > 0 if self.base is not None else finder.shows(locators)

    def _await(self, use: Use, hindered: Callable[[Cover], str], undone: str) -> Cover:
        """Wait until nothing on the screen keeps a person from the step; pop-ups are answered. Raises TimedOut."""
        patience = self.window.patience()
        while why := hindered(cover := bring_into_view(use.match.found)):
            if self._clear_the_way(use):
                continue
            if patience.is_over(self.window.page):
                raise TimedOut(f"{self.at}: {undone} {patience.told}; {why}")
            self.window.happens("requestfinished", SLICE)
        return cover

    def _clear_the_way(self, use: Use) -> bool:
        """Answer a pop-up that blocks the step, and take the step's picture again; True if something was answered."""
        answered = self.in_the_way.answer_any(use.step)
        if answered and use.match.found.count() == 1:
            self.window.settle()
            self.window.steps.photograph(use.step, self.window.page, use.match.found)
        return answered

    def found(self, step: Step, match: Match) -> None:
        """Write the match and its locator into the step."""
        step.locator, step.fallback = match.locator, match.index
        step.target = self._told(match.index)
        if match.index:
            self.window.steps.drift(step.element, self.window.finder.describe(self.spec.find[0]), match.locator)

    def _told(self, index: int = 0) -> Target:
        """What the selector file says about it; `index` is the locator that found it."""
        told = target_of(self.window.firmware, self.spec, self.full, index)
        return replace(told, row=self.row or told.row, called=self.called)

    def _drift(self, tried: Sequence[Tried], waited: str) -> str:
        text = f"{self.at}: not found {waited}; tried {', '.join(map(str, tried))}; exactly one match should be visible"
        return text + hints(self.window.finder, self.spec.find)
