"""The walk through a recorder's pages, as a person would go: each page once, nothing changed, a verdict on each element."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nvrflow.browser.playwright_errors import translated
from nvrflow.capture.controls import Control
from nvrflow.check.afterwards import shown_after
from nvrflow.check.assessment import assess, assess_unshown
from nvrflow.check.barrier import Barrier, barrier_before
from nvrflow.check.glimpse import Scene, Sighting, look
from nvrflow.check.hearsay import Hearsay
from nvrflow.check.itinerary import SIGN_IN, Itinerary, only_later, usable
from nvrflow.check.verdict import Judged
from nvrflow.errors import HeldBack, NvrflowError, OtherHost, ProductDefect, SelectorDrift, TimedOut
from nvrflow.firmware import Firmware, Locator
from nvrflow.recorder import Recorder
from nvrflow.report import Step

_PASSED_OVER = (SelectorDrift, TimedOut, ProductDefect)  # what ends the way to one page, and not the walk


@dataclass
class Walk:
    """One walk: verdicts by element, what each page showed, and why pages were not reached.

    `signs_in` is the flow that signs in. `leaving` tells which elements the sign-out uses, as `page.element`: their pages come
    last, and they are not used before. `pictured`: each page gets a picture.
    """

    signs_in: Callable[[Recorder], object]
    leaving: Callable[[Firmware], frozenset[str]]
    pictured: bool = True
    verdicts: dict[str, Judged] = field(default_factory=dict)
    sightings: dict[str, Sighting] = field(default_factory=dict)
    reached: dict[str, bool] = field(default_factory=dict)
    barriers: dict[str, Barrier] = field(default_factory=dict)
    pictures: dict[str, dict[str, object]] = field(default_factory=dict)
    firmware: Firmware | None = None
    steps: list[Step] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    describe: Callable[[Locator], str] = repr
    ended: str = "the walk ended before this page"

    def go(self, recorder: Recorder) -> None:
        """Walk from the sign-in page through every page of the selector file, and sign out."""
        self.know(recorder)
        try:
            with recorder.chapter("Look at the pages"):
                self._outside(recorder)
                if self._enters(recorder):
                    self._inside(recorder)
        except HeldBack as held:
            self._stopped(recorder, str(held))
        finally:
            self.know(recorder)
        recorder.leave()

    def not_begun(self, firmware: Firmware, why: str) -> None:
        """Note that the sign-in page was not shown, so that there was no walk."""
        cause = f"{SIGN_IN}.shown_by"
        self._judge(Judged(cause, "missing", reason=why))
        self.barriers |= dict.fromkeys(firmware.file.pages, Barrier(cause, "nothing shows that the sign-in page is there"))

    def know(self, recorder: Recorder) -> None:
        """Keep what is needed when the browser is closed: the selector file in the language that is known now."""
        self.firmware, self.steps, self.secrets = recorder.firmware, recorder.report.steps, recorder.session.secrets

    def _outside(self, recorder: Recorder) -> None:
        for page in Itinerary(recorder.firmware.file).outside():
            self._visit(recorder, page)

    def _enters(self, recorder: Recorder) -> bool:
        """Sign in; False if an element that the sign-in needs is not there, and then no page behind it is reached."""
        if not recorder.has(SIGN_IN):
            return True
        before = len(recorder.report.steps)
        try:
            self.signs_in(recorder)
        except _PASSED_OVER as problem:
            if isinstance(problem, OtherHost):
                raise
            self._note_failure(recorder, "home", before, problem)
            for page in recorder.firmware.file.pages:
                if page not in self.reached:
                    self.barriers[page] = self.barriers["home"]
            return False
        return True

    def _inside(self, recorder: Recorder) -> None:
        leaving = self.leaving(recorder.firmware)
        last = frozenset(one.partition(".")[0] for one in leaving)
        ahead = Itinerary(recorder.firmware.file, last).inside()
        put_off = set[str]()
        while ahead:
            page = ahead.pop(0)
            way_later = self._may_come_later(recorder, page, ahead)
            if way_later and page not in put_off:
                put_off.add(page)
                ahead.append(page)
            else:
                self._visit(recorder, page)
                for judged in shown_after(recorder, page, leaving, self.verdicts):
                    self._judge(judged)

    def _may_come_later(self, recorder: Recorder, page: str, ahead: list[str]) -> bool:
        """Whether no way to the page is known yet, and a page where one begins is still to be visited."""
        spec = recorder.firmware.file.pages[page]
        return (
            bool(spec.all_ways) and usable(spec, self.reached, self._gone()) is None and any(w.on in ahead for w in spec.all_ways)
        )

    def _gone(self) -> frozenset[str]:
        return frozenset(
            name for name, one in self.verdicts.items() if one.verdict in ("missing", "not-applicable", "not-reachable")
        )

    def _visit(self, recorder: Recorder, name: str) -> None:
        """Go to the page and look at it, unless it is known that no way leads there."""
        spec = recorder.firmware.file.pages[name]
        way = usable(spec, self.reached, self._gone())
        if spec.all_ways and way is None and not self._is_shown_already(recorder, name):
            self.reached[name] = False
            self.barriers[name] = barrier_before(spec, self.reached, self.barriers, self.verdicts)
            return
        before = len(recorder.report.steps)
        try:
            recorder.go_to(name)
        except _PASSED_OVER as problem:
            if isinstance(problem, OtherHost):
                raise
            self._note_failure(recorder, name, before, problem)
            return
        title = f"Look at the page {name}"
        with recorder.steps.step(f"look-{name}".replace("_", "-"), title, verb="look", value=name) as step:
            self.arrived(recorder, name, step)

    def arrived(self, recorder: Recorder, name: str, step: Step) -> None:
        """Judge a page that is shown and ready; `step` gets its picture."""
        self.reached[name] = True
        self.describe = recorder.window.finder.describe
        self._judge_shown(recorder, name)
        if recorder.firmware.file.pages[name].ready:
            self._judge(Judged(f"{name}.ready", "found"))
        self._see(recorder, name, step)

    def _is_shown_already(self, recorder: Recorder, name: str) -> bool:
        """Whether the page is there without the element that opens it, once the page on which it lies is shown."""
        spec = recorder.firmware.file.pages[name]
        start = next((way.on for way in spec.all_ways if self.reached.get(way.on)), None)
        if start is None or not spec.shown_by:
            return False
        try:
            recorder.go_to(start)
        except _PASSED_OVER:
            return False
        return recorder.shows(name)

    def _look(self, recorder: Recorder, name: str) -> None:
        """Look at a page that is shown, as one step, and judge what is on it."""
        title = f"Look at the page {name}"
        with recorder.steps.step(f"look-{name}".replace("_", "-"), title, verb="look", value=name) as step:
            self._see(recorder, name, step)

    def _see(self, recorder: Recorder, name: str, step: Step) -> None:
        window, file = recorder.window, recorder.firmware.file
        seen = look(window, name, only_later(file.pages[name], name, file))
        self.sightings[name] = seen
        for one in assess(Scene(window, seen, self._above(recorder, name))):
            self._judge(one)
        self._picture(recorder, step)

    def _picture(self, recorder: Recorder, step: Step) -> None:
        if self.pictured:
            size = recorder.page.evaluate("() => [innerWidth, innerHeight]")
            self.pictures[step.value] = {"page": step.value, "step": step.id, "width": size[0], "height": size[1]}
            recorder.steps.take_pictures = True
            recorder.steps.photograph(step, recorder.page, None)
            recorder.steps.take_pictures = False

    def _above(self, recorder: Recorder, name: str) -> tuple[Control, ...]:
        """What was shown before the page was opened; nothing for a page on the same screen."""
        for way in recorder.firmware.file.pages[name].all_ways:
            if way.open and way.on in self.sightings:
                return self.sightings[way.on].controls
        return ()

    def _judge(self, judged: Judged) -> None:
        """Keep a verdict; one that found the element is not replaced by one that did not."""
        known = self.verdicts.get(judged.element)
        if known is None or known.verdict not in ("found", "drift"):
            self.verdicts[judged.element] = judged

    def _note_failure(self, recorder: Recorder, name: str, before: int, problem: NvrflowError) -> None:
        """Say which element kept the page from being reached: the one that failed, what shows the page, or its readiness."""
        recorder.window.pending = None
        why = str(problem).removeprefix(f"{recorder.firmware.name}: ")
        failed = Hearsay(recorder.report.steps).failed_at(before)
        if failed is not None:
            if isinstance(problem, SelectorDrift) and recorder.has(failed.element.partition(".")[0]):
                self._judge_again(recorder, failed.element)
                why = f"{failed.element} is missing"
            self.barriers[name] = Barrier(failed.element, why)
        elif recorder.has(name) and recorder.shows(name):
            self._judge_shown(recorder, name)
            self._judge(Judged(f"{name}.ready", "missing", reason=why))
            self._look(recorder, name)
            self.barriers[name] = Barrier(f"{name}.ready", f"the page {name} does not become ready")
        else:
            self._judge_unshown(recorder, name, why)
            self.barriers[name] = Barrier(f"{name}.shown_by", f"nothing shows that the page {name} is there")
        self.reached[name] = False

    def _judge_again(self, recorder: Recorder, element: str) -> None:
        """Judge an element that a step did not find, unless it is known to be missing already."""
        page, _, name = element.partition(".")
        if element not in self.verdicts:
            others = frozenset(recorder.firmware.file.pages[page].elements) - {name}
            for one in assess(Scene(recorder.window, look(recorder.window, page, others), self._above(recorder, page))):
                self._judge(one)

    def _judge_shown(self, recorder: Recorder, name: str) -> None:
        shown_by, finder = recorder.firmware.file.pages[name].shown_by, recorder.window.finder
        if shown_by:
            shown = next((one for one in shown_by if finder.shows([one])), shown_by[0])
            self._judge(Judged(f"{name}.shown_by", "found", finder.describe(shown)))

    def _judge_unshown(self, recorder: Recorder, name: str, why: str) -> None:
        """Judge what should show the page; what is found of its elements all the same counts as found."""
        with translated(f"{recorder.firmware.name}: {name}"):
            if not recorder.has(name):
                return
            seen = look(recorder.window, name, frozenset())
            scene = Scene(recorder.window, seen, self._above(recorder, name))
            for one in assess_unshown(scene, why):
                self._judge(one)

    def _stopped(self, recorder: Recorder, why: str) -> None:
        """Note that a pop-up ended the walk, because its answer would change the recorder."""
        cause = next(iter(sorted(recorder.steps.passed_by)), "")
        for page in recorder.firmware.file.pages:
            if page not in self.reached:
                self.reached[page] = False
                self.barriers[page] = Barrier(cause, f"{cause or why} is in the way, and its answer would change the recorder")
