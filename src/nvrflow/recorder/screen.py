"""One page of the recorder's UI, with Playwright's verbs on its elements; every verb is one step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nvrflow.browser.clicks import click_once
from nvrflow.browser.playwright_errors import translated
from nvrflow.certificate import Certificate
from nvrflow.errors import HeldBack, SelectorDrift, SignInRefused, TimedOut
from nvrflow.firmware import Element
from nvrflow.recorder.downloads import keep_text, receive
from nvrflow.recorder.finder import Match, Tried
from nvrflow.recorder.nearest import hints
from nvrflow.recorder.outcomes import SLICE, Clicked, await_announcement, click_and_hear
from nvrflow.recorder.reading import port_in, text_of
from nvrflow.recorder.secret_fields import mark_secret
from nvrflow.recorder.switches import is_on, turn
from nvrflow.recorder.target import target_of
from nvrflow.report import Step
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder


class Screen:
    """The page `name` of a recorder; its verbs wait for the element, answer pop-ups, and end at the recorder's time limit."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder = recorder
        self.name = name

    @property
    def asked_by_browser(self) -> bool:
        """Whether this is no page at all, but the browser's own question for user and password (HTTP Basic or Digest)."""
        return self.recorder.firmware.file.pages[self.name].asked_by_browser

    def authenticate(self) -> None:
        """Answer the browser's own question with the recorder's account, once. Raises SignInRefused."""
        recorder, path = self.recorder, self.recorder.firmware.file.pages[self.name].path or "/"
        title = f"Sign in as {recorder.user} in the browser's own window"
        with recorder.steps.step("authenticate", title, verb="authenticate", value=recorder.user), translated(recorder.url):
            recorder.tries.typed(recorder.password())
            with recorder.tries.counted():
                if not recorder.session.authenticate(path):
                    raise SignInRefused(f"{recorder.who}: the recorder refused user or password; nvrflow does not try again")
            recorder.tries.accepted()
            recorder.view.read_as(recorder.firmware)
            recorder.unheard = True

    def click(self, element: str) -> None:
        """Click, and wait for what the selector file says must follow: the network's answer, or words on the screen."""
        spec, steps, tries = self._spec(element), self.recorder.steps, self.recorder.tries
        with steps.described(), self._using(element, "click", f"Click {self._called(element)}") as (step, match):
            self.recorder.popups.native.clear()  # what was said before is no answer to this click
            clicked = Clicked(spec, self._at(element), signs_in=self.name == "sign_in")
            with tries.counted() if clicked.signs_in else tries.heard():
                if spec.answered_by:
                    if click_and_hear(self.recorder, spec, lambda: self._click_at_once(match, element)):
                        tries.accepted()
                else:
                    self._press(step, match)
                    await_announcement(self.recorder, clicked)
            self.recorder.pending = None if spec.announced_by else clicked

    def fill(self, element: str, value: str) -> None:
        """Type `value` into a field; the value of a field marked `secret` appears nowhere."""
        spec = self._spec(element)
        shown = "" if spec.secret else value
        title = f"Fill in {self._called(element)}" + (f": {shown}" if shown else "")
        with (
            self.recorder.steps.described(),
            self._using(element, "fill", title, shown) as (_, match),
            translated(self._at(element)),
        ):
            if spec.secret:
                mark_secret(match.found)
            match.found.fill(value, timeout=self.recorder.timeout_ms)
            if spec.secret and self.name == "sign_in":
                self.recorder.tries.typed(value)

    def select(self, element: str, option: str) -> None:
        """Choose `option` by its words in a drop-down list."""
        with (
            self.recorder.steps.described(),
            self._using(element, "select", f"Select {option} in {self._called(element)}", option) as (_, match),
            translated(self._at(element)),
        ):
            match.found.select_option(label=option, timeout=self.recorder.timeout_ms)

    def check(self, element: str) -> None:
        """Switch a checkbox, switch or radio on; nothing is clicked if it is on already."""
        self._set(element, True)

    def uncheck(self, element: str) -> None:
        """Switch a checkbox or switch off; nothing is clicked if it is off already."""
        self._set(element, False)

    def is_checked(self, element: str) -> bool:
        """Whether a checkbox, switch or radio is on, once the page has its values."""
        file = self.recorder.firmware.file
        if not file.busy and not file.pages[self.name].ready:
            self._find(element)
            self.recorder.view.calm_down()
        return self._is_on(element)

    def _is_on(self, element: str) -> bool:
        spec = self._spec(element)
        match = self._find(element)
        self.recorder.view.settle()
        with translated(self._at(element)):
            return is_on(self.recorder, spec, match)

    def read(self, element: str) -> str:
        """The value of a field, or the text of anything else."""
        match = self._find(element)
        self.recorder.view.settle()
        with translated(self._at(element)):
            return text_of(match.found)

    def read_port(self, element: str) -> int:
        """The port that a field shows, alone or behind an address (`192.0.2.10:8443`). Raises SelectorDrift for anything else."""
        return port_in(self.read(element), self._at(element))

    def has(self, element: str) -> bool:
        """Whether the selector file names such an element at all."""
        return element in self.recorder.firmware.file.pages[self.name].elements

    def offers(self, element: str) -> bool:
        """Whether the element is there to be used now; does not wait beyond the page's own loading."""
        if not self.has(element):
            return False
        spec = self._spec(element)
        steps = self.recorder.steps
        if steps.held and spec.effect == "write":
            return True
        if not self.recorder.view.turn_to(self.name):
            return False
        if isinstance(self.recorder.finder.probe(spec.find), Match):
            return True
        return self.recorder.view.settle() and isinstance(self.recorder.finder.probe(spec.find), Match)

    def has_used(self, element: str) -> bool:
        """Whether this run has used the element already."""
        full = f"{self.name}.{element}"
        return any(step.element == full and step.outcome == "done" for step in self.recorder.report.steps)

    def download(self, element: str) -> list[Certificate]:
        """Click, receive the file, and read the certificates in it; raises DownloadFailed, CertificateRefused."""
        spec = self._spec(element)
        if spec.shown_as_text:
            with self._using(element, "read", f"Read {self._called(element)}") as (step, _):
                return keep_text(self.recorder, step, self.name, self.read(element))
        with self._using(element, "download", f"Click {self._called(element)}") as (step, match):
            return receive(self.recorder, step, spec, self.name, lambda: self._press(step, match))

    def _set(self, element: str, wanted: bool) -> None:
        spec = self._spec(element)
        verb, title = ("check", "Switch on") if wanted else ("uncheck", "Switch off")
        if self._is_on(element) is wanted:
            return
        if spec.off and not wanted:
            self.click(spec.off)
            return
        with self.recorder.steps.described(), self._using(element, verb, f"{title} {self._called(element)}") as (step, match):
            turn(self.recorder, spec, match, wanted, lambda: self._press(step, match), self._at(element))

    def _click_at_once(self, match: Match, element: str) -> None:
        with translated(self._at(element)), waiting(f"{match.locator} to be clickable", self.recorder.timeout):
            if self.recorder.popups.leaves_one():
                match.found.dispatch_event("click")
            else:
                match.found.click(timeout=self.recorder.timeout_ms)

    def _press(self, step: Step, match: Match) -> None:
        recorder = self.recorder
        with translated(self._at(step.element)), waiting(f"{match.locator} to be clickable", recorder.timeout):
            clicked = click_once(
                recorder.page, match.found, recorder.timeout, lambda: self._clear_the_way(step, match),
                rehearse=step.effect == "write", past=recorder.popups.leaves_one(),
            )  # fmt: skip
        if not clicked:
            raise TimedOut(
                f"{self._at(step.element)}: {match.locator} could not be clicked in {recorder.timeout:g} s; "
                "something covers it, it moves, or it is disabled"
            )

    def _clear_the_way(self, step: Step, match: Match) -> bool:
        """Answer what keeps the step from being done, and picture the step anew; True if something was answered."""
        answered = self.recorder.popups.answer_any(before=step)
        if answered and match.found.count() == 1:
            self.recorder.view.settle()
            self.recorder.steps.photograph(step, self.recorder.page, match.found)
        return answered

    @contextmanager
    def _using(self, element: str, verb: str, title: str, value: str = "") -> Iterator[tuple[Step, Match]]:
        """One step on one element: found, recorded, photographed, and handed to the block."""
        spec, steps = self._spec(element), self.recorder.steps
        step_id = self.recorder.step_id or f"{verb}-{self.name}-{element}".replace("_", "-")
        with steps.step(step_id, title, spec.effect, f"{self.name}.{element}", verb, value) as step:
            step.target = target_of(self.recorder.firmware, spec, step.element)
            if steps.held and not isinstance(self.recorder.finder.probe(spec.find), Match):
                steps.unseen(step)
                raise HeldBack(title)
            match = self._find(element, step)
            step.locator, step.fallback = match.locator, match.index
            step.target = target_of(self.recorder.firmware, spec, step.element, match.index)
            if match.index:
                expected = self.recorder.finder.describe(spec.find[0])
                self.recorder.steps.drift(step.element, expected, match.locator)
            if steps.take_pictures:
                self.recorder.view.settle()
            steps.before_using(step, self.recorder.page, match.found)
            yield step, match
            if spec.announced_by:
                steps.announced_by(step, self.recorder.finder.any_of(spec.announced_by))

    def _find(self, element: str, step: Step | None = None) -> Match:
        """The element, awaited; pop-ups are answered meanwhile, as steps before `step`."""
        with waiting(f"{self._called(element)} on the page", self.recorder.timeout):
            return self._awaited(self._spec(element), element, step)

    def _awaited(self, spec: Element, element: str, step: Step | None) -> Match:
        deadline = time.monotonic() + self.recorder.timeout
        self.recorder.view.turn_to(self.name)
        while True:
            finder = self.recorder.finder
            with translated(self._at(element)):
                found = finder.probe(spec.find)
                if isinstance(found, Match):
                    return found
                if time.monotonic() > deadline:
                    raise SelectorDrift(self._drift(element, found))
                ambiguous = any(one.count > 1 for one in found)
                came = not ambiguous and self.recorder.view.comes(spec.find, SLICE)
                if not came and not self.recorder.popups.answer_any(before=step) and ambiguous:
                    self.recorder.view.happens("requestfinished", SLICE)

    def _drift(self, element: str, tried: list[Tried]) -> str:
        text = f"{self._at(element)}: tried {', '.join(map(str, tried))}; exactly one should be visible"
        return text + hints(self.recorder.finder, self._spec(element).find)

    def _spec(self, element: str) -> Element:
        elements = self.recorder.firmware.file.pages[self.name].elements
        if element not in elements:
            known = ", ".join(elements) or "none"
            raise SelectorDrift(f"{self._at(element)}: the selector file has no such element; the page {self.name} has {known}")
        return elements[element]

    def _called(self, element: str) -> str:
        return self.recorder.firmware.called(self._spec(element), element)

    def _at(self, element: str) -> str:
        return f"{self.recorder.firmware.name}: {element if '.' in element else f'{self.name}.{element}'}"
