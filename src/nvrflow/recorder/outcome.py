"""What follows a click: an answer on the network, words that announce success, or a refusal; each wait has an end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvrflow import tls
from nvrflow.address import place_of
from nvrflow.browser.playwright_errors import PlaywrightError
from nvrflow.errors import NvrflowError, ProductDefect, RequestHeld, SignInRefused, TimedOut, Unreachable
from nvrflow.recorder.answers import Answers, Verdict, held_back
from nvrflow.recorder.element import Element, Use
from nvrflow.recorder.popups import Popups
from nvrflow.recorder.speech import note_answer
from nvrflow.recorder.window import SLICE, Pending, Window
from nvrflow.wait import waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

# An announcement of success may still be shown from an earlier click: it counts only if it is new, or was gone meanwhile.
_MARK = "all => all.forEach(one => { one[Symbol.for('nvrflow.stale')] = one.innerText })"
_FRESH = """all => {
  const stale = Symbol.for('nvrflow.stale');
  return all.filter(one => {
    if (!one.checkVisibility({visibilityProperty: true}) || !one.getClientRects().length) { delete one[stale]; return false }
    return one[stale] === undefined || one[stale] !== one.innerText;
  }).length
}"""


@dataclass
class Outcome:
    """What the page and the network say from before a click until its result is known."""

    element: Element
    pending: Pending
    answers: Answers | None
    held_before: int
    failed: list[str] = field(default_factory=list)

    @property
    def window(self) -> Window:
        """The window in which it was clicked."""
        return self.element.window

    def follow(self, use: Use) -> bool:
        """Wait for what must follow by the selector file, and raise the error it means. True if the recorder said "accepted"."""
        if self.answers is not None:
            return self._heard(self.answers, use)
        self._announced(use)
        return False

    def _heard(self, answers: Answers, use: Use) -> bool:
        window, patience = self.window, self.window.patience()
        with waiting("the recorder's answer to the click", window.timeout):
            while True:
                verdict = answers.verdict(window.session.who)
                if verdict:
                    return self._judged(verdict, use)
                if window.happens("requestfinished", SLICE):
                    continue
                late = patience.is_over(window.page)
                if answers.come and not late:
                    continue
                said = refused(window, self.element)
                self._tell_what_was_held(bool(said) or (late and not window.steps.stopped))
                if said:
                    raise refusal(window, said)
                Popups(window).answer_what_follows()
                if late and window.steps.stopped:
                    return False
                if late:
                    raise TimedOut(
                        f"{window.session.who}: no answer came {patience.told}; one answer to {self._call} was expected"
                    )

    def _judged(self, verdict: Verdict, use: Use) -> bool:
        """Raise what the answer means; True if the recorder said "accepted". An answer that nobody could read leaves it open."""
        if verdict.cut:
            self._tell_what_was_held(True)
            if self.pending.signs_in:
                raise Unreachable(
                    f"{self.window.session.who}: the connection ended before the sign-in was answered; try again later"
                )
            use.step.note = "the recorder ended the connection before it answered; it may be restarting"
        said = refused(self.window, self.element) if verdict.vague else ""
        if said:
            raise refusal(self.window, said)
        if verdict.problem:
            raise verdict.problem
        if verdict.accepted:
            note_answer(self.window, self.element.spec.answered_by or "", verdict.body)
        return verdict.accepted

    @property
    def _call(self) -> str:
        answer = self.window.file.answers[self.element.spec.answered_by or ""]
        return answer.url + (f" with {answer.body}" if answer.body else "")

    def _tell_what_was_held(self, is_needed: bool) -> None:
        answer = self.window.file.answers[self.element.spec.answered_by or ""]
        if is_needed and (held := held_back(answer, self.window.session.held[self.held_before :])):
            hint = "if it changes nothing, name it below `harmless`"
            raise RequestHeld(f"{self.window.session.who}: {held}: --check held this request back; {hint}")

    def _announced(self, use: Use) -> None:
        """Wait for the words that announce success, if the selector file has any and no pop-up covers them."""
        window, spec, patience = self.window, self.element.spec, self.window.patience()
        if not spec.announced_by:
            return
        with waiting("the recorder to announce success", window.timeout):
            while not is_announced(self.element):
                raise_refusal(window, self.pending)
                if self.failed and not _listens(window):
                    use.step.note = "the recorder ended the connection before it announced anything; it may be restarting"
                    return
                if patience.deadline_is_over:
                    self._nothing_came(patience.told)
                if window.finder.shows(spec.announced_by):
                    window.happens("requestfinished", SLICE)
                elif window.comes(spec.announced_by, SLICE):
                    continue
                Popups(window).answer_what_follows()
                if window.steps.stopped:
                    return

    def _nothing_came(self, waited: str) -> None:
        held = self.window.session.held[self.held_before :]
        if held:
            line = held[0].partition("\n")[0]
            raise RequestHeld(f"{self.element.at}: {line}: --check held this request back, so the recorder announced nothing")
        raise TimedOut(f"{self.element.at}: the recorder announced nothing {waited} after the click")

    def lost(self, request: Request) -> None:
        """Note that a request of the page ended without an answer."""
        if not (request.failure or "").endswith("ERR_ABORTED"):
            self.failed.append(request.url)


@contextmanager
def outcome_of(element: Element, signs_in: bool) -> Iterator[Outcome]:
    """Listen to everything that may follow a click on `element`; the block makes the click."""
    window, spec = element.window, element.spec
    window.native.clear()  # what was said before is not an answer to this click
    mark_announced(element)
    with ExitStack() as listening:
        answers = None
        if spec.answered_by:
            answers = listening.enter_context(Answers(window.file.answers[spec.answered_by]).of(window.page))
        heard = Outcome(element, Pending(spec, element.at, signs_in), answers, len(window.session.held))
        page = window.page

        def lost(request: Request) -> None:
            if _page_of(request) in (page, None):
                heard.lost(request)

        page.context.on("requestfailed", lost)  # the context is listened to already, which saves two messages for each click
        listening.callback(page.context.remove_listener, "requestfailed", lost)
        yield heard


def _page_of(request: Request) -> Page | None:
    """The page that made the request; None for that of a worker, or of a page that is being left."""
    with suppress(PlaywrightError):
        return request.frame.page
    return None


def mark_announced(element: Element) -> None:
    """Mark every announcement that is shown already, so that it does not count for the next click."""
    if element.spec.announced_by:
        with suppress(PlaywrightError):  # a page that is being left announces nothing
            element.window.finder.any_of(element.spec.announced_by).evaluate_all(_MARK)


def is_announced(element: Element) -> bool:
    """Whether a new announcement of success is shown: one without a mark, or one that was gone meanwhile."""
    spec, window = element.spec, element.window
    if not spec.announced_by:
        return False
    try:
        return int(window.finder.union(spec.announced_by).evaluate_all(_FRESH)) > 0
    except PlaywrightError:
        return False  # the page is being left; whoever waits asks again


def refused(window: Window, element: Element | Pending) -> str:
    """The recorder's own words if it refuses, on its page or in a native dialog; otherwise empty."""
    spec, finder = element.spec, window.finder
    if spec.refused_by and finder.shows(spec.refused_by):
        return finder.any_of(spec.refused_by).first.inner_text().strip() or "nothing, but shows an error"
    heard = [said for said in window.native if re.search(spec.refused_saying or "$^", said)]
    return heard[-1] if heard else ""


def raise_refusal(window: Window, pending: Pending | None) -> None:
    """Raise SignInRefused or ProductDefect with the recorder's words, if it shows a refusal after that click."""
    said = refused(window, pending) if pending is not None else ""
    if not said or pending is None:
        return
    window.pending = None
    if pending.signs_in:
        window.session.signed_in = False
        raise refusal(window, said)
    raise ProductDefect(f"{pending.at}: the recorder says {said!r}")


def refusal(window: Window, said: str) -> NvrflowError:
    """The error for a sign-in that the page refuses, with the page's words; Unreachable if the recorder no longer answers."""
    who = window.session.who
    if not _listens(window):
        return Unreachable(f"{who}: the recorder does not answer any more; the page that is still shown says {said!r}")
    return SignInRefused(f"{who}: the recorder says {said!r}; nvrflow does not try again")


def _listens(window: Window) -> bool:
    place = place_of(window.session.url)
    return tls.listens(place.host, place.port)
