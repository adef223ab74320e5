"""Recording: every action is one step of the report, with the facts about its target and a picture taken before the click."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.browser.bounds import Bounds
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import HeldBack, NvrflowError, OtherHost
from nvrflow.firmware import Firmware
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.secret_fields import mark_shown
from nvrflow.report import Drift, Effect, Listener, Report, Said, Silence, Step, Target
from nvrflow.report.darkroom import Darkroom
from nvrflow.report.pictures import Picture

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


@dataclass
class Steps:
    """Writes the steps of one run into its report, and keeps their pictures until the flow is over.

    `camera` takes the pictures; where there is a `darkroom`, each is developed there once its step is over. With `check` a step
    that would write is described and not done, and the flow goes on; `held` tells that this has happened, so that the recorder is
    not as the flow believes. `passed_by` are the pop-ups that `--check` left unanswered: the run ends at the first of them,
    except for what is done for `leaving`. `before_first_write` is called once, before the first step that changes the recorder,
    and may keep it from being done.
    """

    report: Report
    listener: Listener = field(default_factory=Silence)
    pictures: list[Picture] = field(default_factory=list)
    take_pictures: bool = True
    check: bool = False
    camera: Camera = field(default_factory=Camera)
    darkroom: Darkroom | None = None
    firmware: Firmware | None = None
    bounds: Bounds | None = None
    attended: bool = True
    held: bool = False
    passed_by: set[str] = field(default_factory=set)
    leaving: bool = False
    before_first_write: Callable[[], None] | None = None
    _chapter: str = ""

    @contextmanager
    def chapter(self, title: str, translations: Mapping[str, str] | None = None) -> Iterator[None]:
        """Steps of the block stand below this heading; a chapter within a chapter adds no heading."""
        if translations:
            self.report.chapters[title] = dict(translations)
        outer, self._chapter = self._chapter, self._chapter or title
        if not outer:
            self.listener.chapter(title)
            self.camera.chapter(title, translations or {}, self.report.language)
        try:
            yield
        finally:
            self._chapter = outer

    def title(self, title: str, translations: Mapping[str, str]) -> None:
        """What the flow calls itself, in its own words and in other languages; the title of its guide."""
        self.report.title = {"": title, **translations}

    def say(self, sentence: str, translations: Mapping[str, str]) -> None:
        """A sentence of the flow's own; it stands in a guide between the steps before and after it."""
        self.report.said.append(Said(len(self.report.steps), self._chapter, sentence, dict(translations)))

    @contextmanager
    def step(
        self, step_id: str, title: str, effect: Effect = "read", *, before: Step | None = None, **details: str
    ) -> Iterator[Step]:
        """Record one action; the caller fills in what it learns. An exception marks the step as failed and goes on up.

        `details` are what is known of it before: its `element`, `verb` and `value`.

        `before` is a running step that cannot be done until this one is; a person does this one first.
        """
        self.go_on()
        step = Step(self._unused(step_id), title, effect, chapter=self._chapter, **details)  # type: ignore[arg-type]
        step.leaving = self.leaving
        steps = self.report.steps
        steps.insert(steps.index(before) if before is not None else len(steps), step)
        self.listener.starts(title)
        began = time.perf_counter()
        try:
            yield step
        except HeldBack:
            step.outcome = "done" if step.verb == "open" else "would"  # what lies above a page keeps none from being opened
            raise
        except NvrflowError as problem:
            step.outcome = "failed"
            ended = self._led_away() or problem
            ended.step = ended.step or step.id
            raise ended from (problem.__cause__ if ended is problem else problem)
        except BaseException:
            step.outcome = "failed"
            raise
        finally:
            step.seconds = round(time.perf_counter() - began, 3)
            self._develop(step)
            self.listener.ended(step)

    def before_using(self, step: Step, page: Page, target: Locator | None) -> None:
        """The picture of `target` before it is used; then, with `--check`, the end of the run before a write step.

        Raises OtherHost where page, frame, form or link are not of the recorder's host.
        """
        if self.bounds is not None:
            self.bounds.look(page, None if self.take_pictures else target)  # a picture's look asks where the target leads, too
        self.photograph(step, page, target)
        if step.effect != "write":
            return
        if self.check:
            self.held = True
            raise HeldBack(step.title)
        if self.before_first_write is not None:
            self.before_first_write()
            self.before_first_write = None

    @property
    def stopped(self) -> bool:
        """Whether `--check` ends the run because of a pop-up."""
        return bool(self.passed_by) and not self.leaving

    def go_on(self) -> None:
        """Raise HeldBack where a pop-up has stopped the run, OtherHost where the page was led away from the recorder."""
        if self.bounds is not None:
            self.bounds.stop_if_moved()
        if self.stopped:
            raise HeldBack(", ".join(sorted(self.passed_by)))

    def pass_by(self, pop_up: str, title: str) -> None:
        """A pop-up stays unanswered, because its answer is a write step."""
        self.passed_by.add(pop_up)
        self.report.notes.append(f"{pop_up} is in the way, and to answer it ({title}) would change the recorder")

    def photograph(self, step: Step, page: Page, target: Locator | None, optional: bool = False) -> None:
        """The picture of `target` as it is now, instead of an earlier one of the same step; no secret can be read in it.

        What the page says of the target goes into `step`. `optional`: the step is done only where it is needed.
        """
        step.optional = step.optional or optional
        if not self.take_pictures:
            return
        volatile = None
        if self.firmware is not None:
            mark_shown(page, self.firmware)
            unsteady = self.firmware.file.volatile if self.camera.still else []
            volatile = Finder(page, self.firmware).any_of(unsteady) if unsteady else None
        host = self.bounds.named if self.bounds is not None else ""
        seen = self.camera.look(page, target, host)
        if self.bounds is not None and seen.leads:
            self.bounds.must_permit_all(seen.leads)
        picture, seen = self.camera.take(step, page, target, seen, host, volatile)
        self.pictures[:] = [*(one for one in self.pictures if one.step_id != step.id), picture]
        step.addresses = list(seen.addresses)
        if target is not None:
            step.target = step.target or Target()
            step.target.words, step.target.role = seen.words, seen.role
            step.target.around = list(seen.around)
            step.target.box = (seen.box.x, seen.box.y, seen.box.width, seen.box.height) if seen.box else None

    def picture_end(self, problem: NvrflowError, page: Page) -> None:
        """Where `problem` ended the work between two steps: a failed step of its own, for a picture of what the page shows."""
        if problem.step is not None or self.held or not self.take_pictures:
            return
        with suppress(NvrflowError, PlaywrightError), self.step("end", "Go on from what the page shows") as step:
            problem.step = step.id
            self.photograph(step, page, None)
            raise problem

    def unseen(self, step: Step) -> None:
        """The step is described, but its target is not on the screen, because of what was held back before."""
        step.optional = step.unseen = True

    def announced_by(self, step: Step, found: Locator) -> None:
        """Keep what `found` announces after a step; the next still picture waits until it has passed away."""
        if self.take_pictures:
            step.announced = self.camera.announced(found)

    def forget_failed(self, since: int) -> None:
        """Steps from the one at `since` on that failed are done once more: neither they nor their pictures stay."""
        gone = {step.id for step in self.report.steps[since:] if step.outcome == "failed"}
        self.report.steps[:] = [step for step in self.report.steps if step.id not in gone]
        self.pictures[:] = [picture for picture in self.pictures if picture.step_id not in gone]

    @contextmanager
    def described(self) -> Iterator[None]:
        """The block ends where `--check` holds a step back; the flow goes on after it, unless a pop-up has stopped the run."""
        try:
            yield
        except HeldBack:
            if self.stopped:
                raise

    def _led_away(self) -> OtherHost | None:
        """What really ended a step, if the page was led to another host meanwhile."""
        try:
            if self.bounds is not None:
                self.bounds.stop_if_moved()
        except OtherHost as moved:
            return moved
        return None

    def drift(self, element: str, expected: str, found: str) -> None:
        """An element was found by a locator other than its first one."""
        seen = {(drift.element, drift.found) for drift in self.report.drift}
        if (element, found) not in seen:
            proposal = f"{element}: move `{found}` to the top, or correct `{expected}`"
            self.report.drift.append(Drift(element, expected, found, proposal))

    def _develop(self, step: Step) -> None:
        """The picture of a step that is over is as it stays: it can be developed while the flow goes on."""
        if self.darkroom is not None:
            number = self.report.steps.index(step) + 1
            for picture in self.pictures:
                if picture.step_id == step.id:
                    self.darkroom.give(picture, number)

    def _unused(self, step_id: str) -> str:
        taken = {step.id for step in self.report.steps}
        number, candidate = 2, step_id
        while candidate in taken:
            candidate, number = f"{step_id}-{number}", number + 1
        return candidate
