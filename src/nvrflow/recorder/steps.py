"""The record of a run: every action is one step, with facts about its target and a picture taken before the click."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow.browser.bounds import Bounds
from nvrflow.browser.playwright_errors import PlaywrightError, answering
from nvrflow.errors import HeldBack, NvrflowError, OtherHost, WrongCall
from nvrflow.firmware import Firmware
from nvrflow.recorder.camera import Camera
from nvrflow.recorder.finder import Finder
from nvrflow.recorder.look import Look, answers, glance_at
from nvrflow.recorder.secret_fields import mark_shown
from nvrflow.report import Drift, Effect, Listener, Report, Said, Silence, Step, Target
from nvrflow.report.darkroom import Darkroom
from nvrflow.report.illustration import Sheet
from nvrflow.report.pictures import Picture

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


@dataclass
class Steps:
    """Writes the steps of one run into its report, and keeps their pictures until the flow is over.

    `camera` takes the pictures; if there is a `darkroom`, it develops each picture after its step has ended. With `check` a
    step that would write is described and not done, and the flow goes on; `held` says that this has happened, so that the
    recorder is not in the state that the flow expects. `passed_by` are the pop-ups that `--check` left unanswered: the run ends
    at the first, except for the steps of `leaving`. `before_first_write` is called before the first change, and may raise an
    error. `refusal` says why nothing can be used; `objection` is asked for that before each step and change, but not when
    leaving. When a step has failed, `shown` gives the browser's page, and `reason` the error behind the one that was raised;
    `silences` are the session's.
    """

    report: Report
    listener: Listener = field(default_factory=Silence)
    pictures: list[Picture] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
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
    refusal: str = ""
    objection: Callable[[], str] = lambda: ""
    silences: list[str] = field(default_factory=list)
    before_first_write: Callable[[], None] | None = None
    shown: Callable[[], Page | None] = lambda: None
    reason: Callable[[NvrflowError], NvrflowError] = lambda problem: problem
    _chapter: str = ""

    @contextmanager
    def chapter(self, title: str, translations: Mapping[str, str] | None = None) -> Iterator[None]:
        """Put the steps of the block below this heading; a chapter within a chapter adds no heading."""
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
        """Set the title of the flow's guide, in English and in other languages."""
        self.report.title = {"": title, **translations}

    def say(self, sentence: str, translations: Mapping[str, str]) -> None:
        """Add a sentence of the flow; a guide shows it between the steps before and after it."""
        self.report.said.append(Said(len(self.report.steps), self._chapter, sentence, dict(translations)))

    @contextmanager
    def step(
        self, step_id: str, title: str, effect: Effect = "read", *, before: Step | None = None, **details: str
    ) -> Iterator[Step]:
        """Record one action; the caller fills in what it learns. An exception marks the step as failed and is raised again.

        `details` is what is known before the step: its `element`, `verb` and `value`. `before` is a running step that has to wait
        for this step; in the report this step comes first.
        """
        self.go_on()
        step = Step(self._unused(step_id), title, effect, chapter=self._chapter, **details)  # type: ignore[arg-type]
        step.leaving, steps = self.leaving, self.report.steps
        steps.insert(steps.index(before) if before is not None else len(steps), step)
        self.listener.starts(title)
        began = time.perf_counter()
        try:
            with answering(title, self.silences):
                yield step
        except HeldBack:
            step.outcome = "done" if step.verb == "open" else "would"  # a pop-up does not prevent opening a page by its address
            raise
        except NvrflowError as problem:
            step.outcome = "failed"
            self.photograph_failure(step)
            ended = self._led_away() or (problem if step.verb == "wait" else self.reason(problem))  # a restart ends sessions
            ended.step = ended.step or step.id
            raise ended from (problem.__cause__ if ended is problem else problem)
        except BaseException:
            step.outcome = "failed"
            raise
        finally:
            step.seconds = round(time.perf_counter() - began, 3)
            self._develop(step)
            self.listener.ended(step)

    def before_using(self, step: Step, page: Page, target: Locator | None) -> Look:
        """Look at `target` and picture it before it is used; then, with `--check`, the end of the run before a write step.

        Raises OtherHost if page, frame, form or link belong to another host than the recorder's.
        """
        if self.bounds is not None:
            self.bounds.look(page, ())
        seen = self.photograph(step, page, target)
        if step.effect != "write":
            return seen
        if self.check:
            self.held = True
            raise HeldBack(step.title)
        self.go_on()  # looking took its time
        if self.before_first_write is not None:
            self.before_first_write()
            self.before_first_write = None
        return seen

    @property
    def stopped(self) -> bool:
        """Whether a pop-up ends a run with `--check`."""
        return bool(self.passed_by) and not self.leaving

    def go_on(self) -> None:
        """Raise HeldBack if a pop-up has stopped the run, OtherHost if the page has left its host, WrongCall by `refusal`."""
        if refusal := self.refusal or (not self.leaving and self.objection()):
            raise WrongCall(refusal)
        if self.bounds is not None:
            self.bounds.stop_if_moved()
        if self.stopped:
            raise HeldBack(", ".join(sorted(self.passed_by)))

    def pass_by(self, pop_up: str, title: str) -> None:
        """Note that a pop-up stays unanswered, because its answer is a write step."""
        self.passed_by.add(pop_up)
        self.report.notes.append(f"{pop_up} is in the way, and to answer it ({title}) would change the recorder")

    def photograph(self, step: Step, page: Page, target: Locator | None, optional: bool = False) -> Look:
        """Bring `target` into view, and picture it as it is now instead of an earlier picture of the same step.

        No secret can be read in the picture. The facts about the target go into `step`. `optional`: the step is done only
        where it is needed. Raises OtherHost where the target leads to another host.
        """
        step.optional = step.optional or optional
        host = self.bounds.named if self.bounds is not None else ""
        volatile = self._prepared(page) if self.take_pictures else None
        seen = self.camera.look(page, target, host) if self.take_pictures else glance_at(target)
        if self.bounds is not None:
            self.bounds.look(page, seen.leads)
        if not self.take_pictures:
            return seen
        picture, seen = self.camera.take(step, page, target, seen, host, volatile)
        self._keep(picture)
        step.addresses = list(seen.addresses)
        if target is not None:
            step.target = step.target or Target()
            step.target.words, step.target.role, step.target.around = seen.words, seen.role, list(seen.around)
            step.target.box = (seen.box.x, seen.box.y, seen.box.width, seen.box.height) if seen.box else None
        return seen

    def photograph_failure(self, step: Step) -> None:
        """The screen after `step` has failed, as a second picture of it; none where the browser shows nothing any more."""
        if not self.take_pictures or self.stopped:
            return
        if (page := self.shown()) is not None and answers(page):
            with suppress(PlaywrightError):
                self._prepared(page)
                self._keep(self.camera.take_failure(step, page))

    def _prepared(self, page: Page) -> Locator | None:
        """What never looks the same twice, once all secrets that `page` shows are marked as such."""
        if self.firmware is None:
            return None
        mark_shown(page, self.firmware)
        unsteady = self.firmware.file.volatile if self.camera.still else []
        return Finder(page, self.firmware).any_of(unsteady) if unsteady else None

    def _keep(self, picture: Picture) -> None:
        self.pictures[:] = [*(one for one in self.pictures if one.name != picture.name), picture]

    def unseen(self, step: Step) -> None:
        """Note that the step is described without its target, which is not shown because an earlier step was held back."""
        step.optional = step.unseen = True

    def announced_by(self, step: Step, found: Locator) -> None:
        """Keep what `found` announces after a step; the next still picture waits until the announcement is gone."""
        if self.take_pictures:
            step.announced = self.camera.announced(found)

    def forget_failed(self, since: int) -> None:
        """Remove the failed steps from index `since` on, with their pictures, because they are done once more."""
        gone = {step.id for step in self.report.steps[since:] if step.outcome == "failed"}
        self.report.steps[:] = [step for step in self.report.steps if step.id not in gone]
        self.pictures[:] = [picture for picture in self.pictures if picture.step_id not in gone]

    @contextmanager
    def described(self) -> Iterator[None]:
        """End the block where `--check` holds a step back; the flow goes on after it, unless a pop-up has stopped the run."""
        try:
            yield
        except HeldBack:
            if self.stopped:
                raise

    def _led_away(self) -> OtherHost | None:
        """The error that really ended a step: OtherHost, if the page has left the recorder's host meanwhile."""
        try:
            if self.bounds is not None:
                self.bounds.stop_if_moved()
        except OtherHost as moved:
            return moved
        return None

    def drift(self, element: str, expected: str, found: str) -> None:
        """Note that an element was found by another locator than its first."""
        if (element, found) not in {(drift.element, drift.found) for drift in self.report.drift}:
            proposal = f"{element}: move `{found}` to the top, or correct `{expected}`"
            self.report.drift.append(Drift(element, expected, found, proposal))

    def _develop(self, step: Step) -> None:
        """Hand the picture of a step that has ended to the darkroom, which develops it while the flow goes on."""
        if self.darkroom is not None:
            number = self.report.steps.index(step) + 1
            for picture in self.pictures:
                if picture.step_id == step.id:
                    self.darkroom.give(picture, number)

    def _unused(self, step_id: str) -> str:
        taken = {step.id for step in self.report.steps}
        return next(one for one in (step_id, *(f"{step_id}-{number}" for number in range(2, len(taken) + 3))) if one not in taken)
