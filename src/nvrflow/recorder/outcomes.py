"""What follows a click: the network's answer, words that announce success, or a refusal - each awaited with an end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvrflow.errors import ProductDefect, RequestHeld, TimedOut
from nvrflow.firmware import Element
from nvrflow.recorder.network import Answers, held_back
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from nvrflow.recorder.recorder import Recorder

SLICE = 300  # milliseconds of one wait, after which pop-ups are looked for


def click_and_hear(recorder: Recorder, spec: Element, click: Callable[[], None]) -> bool:
    """Click, and wait for the network's answer that decides; raises what it means. True if the answer itself says "accepted".

    An answer that nobody could read, because the page went on at once, decides nothing; what is shown next does.
    """
    answer = recorder.firmware.file.answers[spec.answered_by or ""]
    deadline, before = time.monotonic() + recorder.timeout, len(recorder.session.held)
    with Answers(answer).of(recorder.page) as answers, waiting("the recorder's answer to the click", recorder.timeout):
        click()
        while True:
            verdict = answers.verdict(recorder.who)
            if verdict and verdict.problem:
                raise verdict.problem
            if verdict:
                return verdict.accepted
            if recorder.view.happens("response", SLICE):
                continue
            said, late = refused(recorder, spec), time.monotonic() > deadline
            if (said or (late and not recorder.steps.stopped)) and (held := held_back(answer, recorder.session.held[before:])):
                hint = "if it changes nothing, name it below `harmless`"
                raise RequestHeld(f"{recorder.who}: {held}: --check held this request back; {hint}")
            if said:
                raise recorder.refusal(said)
            recorder.popups.answer_what_follows()
            if late:
                if recorder.steps.stopped:
                    return False
                waited = f"no answer within {recorder.timeout:g} s"
                call = answer.url + (f" with {answer.body}" if answer.body else "")
                raise TimedOut(f"{recorder.who}: {waited}; one answer to {call} was expected")


@dataclass(frozen=True)
class Clicked:
    """A click whose refusal the selector file tells, and whose success only what comes next does."""

    spec: Element
    at: str
    signs_in: bool

    def raise_refusal(self, recorder: Recorder) -> None:
        """Raise SignInRefused or ProductDefect with the recorder's words, if it shows any."""
        said = refused(recorder, self.spec)
        if said and self.signs_in:
            recorder.signed_in = False
            raise recorder.refusal(said)
        if said:
            raise ProductDefect(f"{self.at}: the recorder says {said!r}")


def await_announcement(recorder: Recorder, clicked: Clicked) -> None:
    """Wait for what says that it worked, if anything does; behind a pop-up that stays, nothing. Raises a refusal, TimedOut."""
    spec, at = clicked.spec, clicked.at
    deadline = time.monotonic() + recorder.timeout
    with waiting("the recorder to say that it worked", recorder.timeout):
        while spec.announced_by and not recorder.view.comes(spec.announced_by, SLICE):
            clicked.raise_refusal(recorder)
            if time.monotonic() > deadline:
                raise TimedOut(f"{at}: the recorder announced nothing within {recorder.timeout:g} s after the click")
            recorder.popups.answer_what_follows()
            if recorder.steps.stopped:
                return


def refused(recorder: Recorder, spec: Element) -> str:
    """The recorder's own words when it refuses, on its page or in a native dialog; empty when it does not."""
    finder = recorder.finder
    if spec.refused_by and finder.shows(spec.refused_by):
        return finder.any_of(spec.refused_by).first.inner_text().strip() or "nothing, but shows an error"
    heard = [said for said in recorder.popups.native if re.search(spec.refused_saying or "$^", said)]
    return heard[-1] if heard else ""
